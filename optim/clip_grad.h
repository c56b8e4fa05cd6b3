#pragma once
// Keeps gradients from exploding, between backward and step.

#include <reel/core/tensor.h>

namespace reel::optim {

/// Scales the gradients of all parameters by max_norm / (norm + 1e-6) when that is below one, where
/// norm is that of all their elements together: (sum |g|^p)^(1/p), the largest |g| for infinity.
/// Returns the norm before scaling. Throws: ArgumentError when it is not finite, if asked to.
double clip_grad_norm_(const TensorList& parameters, double max_norm, double norm_type = 2.0,
                       bool error_if_nonfinite = false);
double clip_grad_norm_(const Tensor& parameter, double max_norm, double norm_type = 2.0,
                       bool error_if_nonfinite = false);

/// Limits every element of the gradients to [-clip_value, clip_value].
void clip_grad_value_(const TensorList& parameters, double clip_value);
void clip_grad_value_(const Tensor& parameter, double clip_value);

}  // namespace reel::optim

namespace reel::nn::utils {
using optim::clip_grad_norm_;
using optim::clip_grad_value_;
}  // namespace reel::nn::utils
