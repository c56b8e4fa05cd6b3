#pragma once

#include <reel/core/tensor.h>
#include <reel/nn/local_response_norm.h>
#include <reel/nn/options.h>

namespace reel::nn::functional {

struct BatchNormFuncOptions {
  REEL_ARG(Tensor, weight) = {};
  REEL_ARG(Tensor, bias) = {};
  REEL_ARG(bool, training) = false;
  REEL_ARG(double, momentum) = 0.1;
  REEL_ARG(double, eps) = 1e-5;
};

struct LayerNormFuncOptions {
  LayerNormFuncOptions(IntArrayRef normalized_shape) : normalized_shape_(normalized_shape) {}
  LayerNormFuncOptions(std::initializer_list<int64_t> normalized_shape)
      : normalized_shape_(normalized_shape) {}
  REEL_ARG(Shape, normalized_shape);
  REEL_ARG(Tensor, weight) = {};
  REEL_ARG(Tensor, bias) = {};
  REEL_ARG(double, eps) = 1e-5;
};

struct GroupNormFuncOptions {
  GroupNormFuncOptions(int64_t num_groups) : num_groups_(num_groups) {}
  REEL_ARG(int64_t, num_groups);
  REEL_ARG(Tensor, weight) = {};
  REEL_ARG(Tensor, bias) = {};
  REEL_ARG(double, eps) = 1e-5;
};

struct InstanceNormFuncOptions {
  REEL_ARG(Tensor, running_mean) = {};
  REEL_ARG(Tensor, running_var) = {};
  REEL_ARG(Tensor, weight) = {};
  REEL_ARG(Tensor, bias) = {};
  REEL_ARG(bool, use_input_stats) = true;
  REEL_ARG(double, momentum) = 0.1;
  REEL_ARG(double, eps) = 1e-5;
};

using LocalResponseNormFuncOptions = LocalResponseNormOptions;

Tensor batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                  const BatchNormFuncOptions& options = {});
Tensor layer_norm(const Tensor& x, const LayerNormFuncOptions& options);
Tensor group_norm(const Tensor& x, const GroupNormFuncOptions& options);
Tensor instance_norm(const Tensor& x, const InstanceNormFuncOptions& options = {});
Tensor local_response_norm(const Tensor& x, const LocalResponseNormFuncOptions& options);

}  // namespace reel::nn::functional
