#pragma once
// Normalisations.

#include <reel/core/tensor.h>

namespace reel {

// --- autograd/ops/batch_norm.cpp ---

/// y = (x - mean) / sqrt(var + eps) * weight + bias a channel: in training by the batch's
/// statistics (biased variance), else by the running ones. Training also updates running = (1 -
/// momentum) * running + momentum * batch (unbiased variance), where given. Shapes: x (N, C) or (N,
/// C, spatial...), the others (C) or undefined. Throws: ArgumentError on mismatches and on one
/// value per channel in training. Source: Ioffe, Szegedy 2015, arXiv 1502.03167;
/// docs/ops/batch_norm.md.
Tensor batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias,
                  const Tensor& running_mean, const Tensor& running_var, bool training,
                  double momentum = 0.1, double eps = 1e-5);

// --- autograd/ops/layer_norm.cpp ---

/// y = (x - E[x]) / sqrt(Var[x] + eps) * weight + bias, moments over the last dimensions, biased
/// variance. Shapes: x (..., normalized_shape), weight and bias (normalized_shape) or undefined, y
/// as x. Throws: ArgumentError when x does not end in normalized_shape, or shapes or dtypes
/// disagree. Source: Ba, Kiros, Hinton 2016, arXiv 1607.06450; docs/ops/layer_norm.md.
Tensor layer_norm(const Tensor& x, IntArrayRef normalized_shape, const Tensor& weight = {},
                  const Tensor& bias = {}, double eps = 1e-5);

// --- autograd/ops/group_norm.cpp ---

/// y = (x - E[x]) / sqrt(Var[x] + eps) * weight + bias, moments over a sample's group of C /
/// num_groups channels with all their pixels, biased variance. Shapes: x (N, C) or (N, C,
/// spatial...), weight and bias (C) or undefined. Throws: ArgumentError unless num_groups divides
/// C, and on mismatches. Source: Wu, He 2018, arXiv 1803.08494; docs/ops/group_norm.md.
Tensor group_norm(const Tensor& x, int64_t num_groups, const Tensor& weight = {},
                  const Tensor& bias = {}, double eps = 1e-5);

// --- autograd/ops/instance_norm.cpp ---

/// y = (x - E[x]) / sqrt(Var[x] + eps) * weight + bias, moments over the pixels of each sample and
/// channel, biased variance; or, without use_input_stats, by the running statistics. With them it
/// moves those, where given, by the mean over samples (unbiased variance). Shapes: x (N, C, 1 to 3
/// spatial), the others (C) or undefined. Throws: ArgumentError on mismatches and on one pixel.
/// Source: Ulyanov et al. 2016, arXiv 1607.08022; docs/ops/instance_norm.md.
Tensor instance_norm(const Tensor& x, const Tensor& weight = {}, const Tensor& bias = {},
                     const Tensor& running_mean = {}, const Tensor& running_var = {},
                     bool use_input_stats = true, double momentum = 0.1, double eps = 1e-5);

// --- autograd/ops/local_response_norm.cpp ---

/// y = x / (k + alpha * m)^beta, m the mean of x^2 over `size` channels around, zeros beyond the
/// first and last. Shapes: (N, C, spatial...). Source: Krizhevsky, Sutskever, Hinton 2012,
/// "ImageNet classification with deep convolutional neural networks".
Tensor local_response_norm(const Tensor& x, int64_t size, double alpha = 1e-4, double beta = 0.75,
                           double k = 1);

}  // namespace reel
