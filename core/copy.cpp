// Moving values between layouts and dtypes.

#include <reel/core/elementwise.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/layout.h>
#include <reel/core/parallel.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>

namespace reel {

namespace {

// converted() of floating-point numbers to integers side by side. Blocks without NaN or a number
// out of reach, which their bits tell, are cut by loops that become vectors: 3 to 5 times as fast.
template <class To, class From>
void cut_row(int64_t n, const From* x, To* y) {
  using Wide = std::conditional_t<std::is_same_v<To, int64_t>, int64_t, int32_t>;
  using Bits = std::conditional_t<sizeof(From) == 8, int64_t, int32_t>;
  constexpr Bits kMagnitude = std::numeric_limits<Bits>::max();
  constexpr auto kEnd = std::bit_cast<Bits>(-static_cast<From>(std::numeric_limits<Wide>::min()));
  constexpr int64_t kBlock = 256;
  for (int64_t begin = 0; begin < n; begin += kBlock) {
    const int64_t end = std::min(begin + kBlock, n);
    Bits sign = 0;  // negative after a magnitude that is not below the end
    for (int64_t i = begin; i < end; ++i)
      sign |= kEnd - 1 - (std::bit_cast<Bits>(x[i]) & kMagnitude);
    if (sign < 0)
      for (int64_t i = begin; i < end; ++i) y[i] = converted<To>(x[i]);
    else
      for (int64_t i = begin; i < end; ++i) y[i] = static_cast<To>(static_cast<Wide>(x[i]));
  }
}

// A row of elements as they are kept in memory.
template <class To, class From>
void copy_row(int64_t n, const void* from, int64_t step_x, void* to, int64_t step_y) {
  const From* x = static_cast<const From*>(from);
  To* y = static_cast<To*>(to);
  if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To> &&
                !std::is_same_v<To, bool>)
    if (step_x == 1 && step_y == 1) return cut_row(n, x, y);
  if (step_x == 1 && step_y == 1)
    for (int64_t i = 0; i < n; ++i) y[i] = converted<To>(x[i]);
  else if (step_x == 0 && step_y == 1)  // the gradient of a sum
    std::fill_n(y, n, converted<To>(*x));
  else if (std::is_same_v<To, From> && step_x == -1 && step_y == 1)  // a flip
    for (int64_t i = 0; i < n; ++i) y[i] = converted<To>(x[-i]);
  else
    for (int64_t i = 0; i < n; ++i) y[i * step_y] = converted<To>(x[i * step_x]);
}
using CopyRow = void (*)(int64_t n, const void* x, int64_t step_x, void* y, int64_t step_y);

// One walk for all pairs of dtypes.
void copy_nest(const kernels::LoopNest<2>& nest, CopyRow row, const Tensor& source,
               const Tensor& target) {
  const char* x = static_cast<const char*>(source.impl()->storage->data());
  char* y = static_cast<char*>(target.impl()->storage->data());
  x += source.impl()->offset * source.itemsize();
  y += target.impl()->offset * target.itemsize();
  kernels::for_each_row(nest, nest.numel, [&](int64_t n, const int64_t* at) {
    row(n, x + at[1] * source.itemsize(), nest.stride[1][0], y + at[0] * target.itemsize(),
        nest.stride[0][0]);
  });
}

// Between the plain and the channels-last layout of whole tensors of 4 or 8 byte elements.
template <class Bits>
void transpose_pixels(const Tensor& source, const Tensor& target) {
  const int64_t N = source.size(0), C = source.size(1), P = source.numel() / (N * C);
  const bool to_channels_last = is_channels_last(target);
  kernels::active<kernels::Transpose<Bits>>().batched(
      N, to_channels_last ? C : P, to_channels_last ? P : C, physical_data<Bits>(source),
      physical_data<Bits>(target));
}

// Whether the nest is a batch of transposes: what lies side by side in one operand is the next
// dimension of the other.
bool is_transpose(const kernels::LoopNest<2>& nest) {
  if (nest.ndim != 2 && nest.ndim != 3) return false;
  const int64_t rows = nest.size[0], cols = nest.size[1];
  const auto &y = nest.stride[0], &x = nest.stride[1];
  return y[0] == 1 && y[1] == rows && x[0] == cols && x[1] == 1 &&
         (nest.ndim == 2 || (y[2] == rows * cols && x[2] == rows * cols));
}

template <class Bits>
void transpose(const kernels::LoopNest<2>& nest, const Tensor& source, const Tensor& target) {
  kernels::active<kernels::Transpose<Bits>>().batched(
      nest.ndim == 3 ? nest.size[2] : 1, nest.size[0], nest.size[1], physical_data<Bits>(source),
      physical_data<Bits>(target));
}

// Whether values go by int64: of two types that are seldom met, one of them int8 or int16.
constexpr bool needs_step(Dtype from, Dtype to) {
  return from != to && from != kInt64 && to != kInt64 &&
         (computed_in(from) != from || computed_in(to) != to);
}

void copy_dense(const Tensor& source, const Tensor& target) {
  visit_stored(target.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* x = physical_data<T>(source);
    T* y = physical_data<T>(target);
    parallel_for(target.numel(), target.numel() / 4, [=](int64_t begin, int64_t end) {
      std::memmove(y + begin, x + begin, static_cast<size_t>(end - begin) * sizeof(T));
    });
  });
}

}  // namespace

void copy_values(const Tensor& source, const Tensor& target) {
  if (target.numel() == 0) return;
  if (source.dtype() == target.dtype() && source.sizes() == target.sizes()) {
    const bool from_plain = is_plain(source), to_plain = is_plain(target);
    const bool from_last = is_channels_last(source), to_last = is_channels_last(target);
    if ((from_plain && to_plain) || (from_last && to_last)) return copy_dense(source, target);
    if ((from_plain && to_last) || (from_last && to_plain)) {
      if (target.itemsize() == 4) return transpose_pixels<uint32_t>(source, target);
      if (target.itemsize() == 8) return transpose_pixels<uint64_t>(source, target);
    }
  }
  if (needs_step(source.dtype(), target.dtype())) {
    const Tensor between = empty_like_layout(source, kInt64);
    copy_values(source, between);
    return copy_values(between, target);
  }
  const kernels::LoopNest<2> nest = loop_nest<2>({target, source});
  if (source.dtype() == target.dtype() && is_transpose(nest)) {
    if (target.itemsize() == 4) return transpose<uint32_t>(nest, source, target);
    if (target.itemsize() == 8) return transpose<uint64_t>(nest, source, target);
  }
  visit_stored(target.dtype(), [&](auto to) {
    visit_stored(source.dtype(), [&](auto from) {
      using To = decltype(to);
      using From = decltype(from);
      if constexpr (!needs_step(dtype_of<From>, dtype_of<To>))
        copy_nest(nest, copy_row<To, From>, source, target);
    });
  });
}

}  // namespace reel
