#pragma once
// What the norms over channels share.

#include <reel/autograd/ops/norms.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

namespace reel {

/// `x` (N, C, spatial...) with its channels side by side in memory, off the tape; (N, C) is so
/// already.
inline Tensor channel_rows(const Tensor& x) {
  return x.dim() == 2 ? x.detach().contiguous() : to_channels_last(x);
}

/// An uninitialised result for channel_rows.
inline Tensor empty_channel_rows(const Tensor& x) {
  return x.dim() == 2 ? empty(x.sizes(), x.dtype()) : empty_channels_last(x.sizes(), x.dtype());
}

/// For dx: dy, where that is nobody else's, which saves its memory and a read of it. The kernels
/// read an element of dy last when they write dx there, unless they visit some twice for want of
/// whole vectors of channels.
inline Tensor grad_input_rows(const Tensor& dy, const Tensor& x) {
  constexpr int64_t kMostLanes = 16;
  if (x.size(1) % kMostLanes == 0 && dy.impl()->row_major && is_exclusive(dy)) return dy;
  return empty_channel_rows(x);
}

/// Throws unless a per-channel tensor is undefined or of shape [C] and of x's dtype.
inline void check_channels(const char* op, const char* what, const Tensor& v, const Tensor& x) {
  if (!v.defined()) return;
  REEL_CHECK(v.dim() == 1 && v.size(0) == x.size(1), op, ": ", what, " ", v,
             " does not match input ", x, "; it must have one value for each of the ", x.size(1),
             " channels.");
  REEL_CHECK(v.dtype() == x.dtype(), op, ": ", what, " is ", v.dtype(), ", the input ", x.dtype(),
             "; the dtypes must be equal.");
}

/// [1, C, 1...]: the shape in which a per-channel tensor broadcasts against x.
inline Shape channel_shape(const Tensor& x) {
  Shape s = Shape::filled(x.sizes().size(), 1);
  s[1] = x.size(1);
  return s;
}

/// The dimensions of x other than the channels'.
inline Shape dims_but_channels(const Tensor& x) {
  Shape dims{0};
  for (int64_t d = 2; d < x.dim(); ++d) dims.push_back(d);
  return dims;
}

/// relu(batch_norm(...)) and relu(group_norm(...)), as one node and in one pass each way: a third
/// of the memory traffic less. nn::Sequential calls them for neighbours.
Tensor batch_norm_relu(const Tensor& x, const Tensor& weight, const Tensor& bias,
                       const Tensor& running_mean, const Tensor& running_var, bool training,
                       double momentum, double eps);
Tensor group_norm_relu(const Tensor& x, int64_t num_groups, const Tensor& weight,
                       const Tensor& bias, double eps);

/// The gradient that reaches normalized * weight + bias through the ReLU behind it.
inline Tensor masked_by_relu(const Tensor& dy, const Tensor& normalized, const Tensor& weight,
                             const Tensor& bias) {
  const Shape along = channel_shape(dy);
  Tensor y = normalized.detach();
  if (weight.defined()) y = y * weight.detach().reshape(along);
  if (bias.defined()) y = y + bias.detach().reshape(along);
  return dy.masked_fill(y.le(0), 0);
}

}  // namespace reel
