#pragma once

#include <reel/autograd/ops/indexing.h>
#include <reel/nn/options.h>

#include <optional>

namespace reel::nn::functional {

struct EmbeddingFuncOptions {
  REEL_ARG(std::optional<int64_t>, padding_idx);
  REEL_ARG(std::optional<double>, max_norm);
  REEL_ARG(double, norm_type) = 2;
  REEL_ARG(bool, scale_grad_by_freq) = false;
};

/// The rows of `weight` that `input` names; with max_norm they are scaled in place first.
Tensor embedding(const Tensor& input, const Tensor& weight,
                 const EmbeddingFuncOptions& options = {});

using reel::one_hot;

}  // namespace reel::nn::functional
