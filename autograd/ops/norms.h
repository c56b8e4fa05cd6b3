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

}  // namespace reel
