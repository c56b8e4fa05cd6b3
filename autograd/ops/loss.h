#pragma once
// What losses share: the check of a pair of tensors, and how elements become the loss.

#include <reel/autograd/ops/losses.h>
#include <reel/core/layout.h>

namespace reel {

/// Throws: ArgumentError unless x is floating-point.
void check_loss_input(const char* op, const Tensor& x);

/// Throws: ArgumentError unless x is floating-point and the target has its shape and dtype.
void check_loss_pair(const char* op, const Tensor& x, const Tensor& target);

/// A weight broadcast to the shape of x, or undefined. Throws: ArgumentError when it does not
/// broadcast, GraphError when it requires grad.
Tensor check_loss_weight(const char* op, const char* what, const Tensor& w, const Tensor& x);

/// Throws: ArgumentError for kBatchMean, which is for kl_div.
void check_reduction(const char* op, Reduction reduction);

/// `each`, its mean or its sum, recorded: for losses composed of recorded operations.
Tensor combined(const char* op, const Tensor& each, Reduction reduction);

/// How the elements of a loss become its value, for losses with kernels.
struct Combine {
  Reduction reduction = Reduction::kMean;
  double divisor = 1;  // of their sum

  Combine() = default;
  /// Throws: ArgumentError as check_reduction.
  Combine(const char* op, Reduction r, const Tensor& x);
  Tensor value(const Tensor& each) const;
  /// The gradient of each element: dy itself, or the one number it is a share of.
  Tensor gradient(const Tensor& dy, const Tensor& x) const;
  int64_t step() const { return reduction == Reduction::kNone ? 1 : 0; }
  double scale() const { return 1 / divisor; }
};

}  // namespace reel
