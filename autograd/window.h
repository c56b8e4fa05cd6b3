#pragma once
// Windows onto memory: values of one tensor read or written through another's sizes and strides,
// as linear maps that can be recorded. Equations: docs/ops/as_strided.md.

#include <reel/autograd/node.h>

namespace reel {

/// What of a memory a tensor shows: its sizes, strides and offset.
struct Window {
  Shape sizes, strides;
  int64_t offset;
};

/// Two windows onto one memory: that of the input and that of the output.
struct Windows {
  Window x, y;
};

Window window_of(const Tensor& x);
/// One past the last element that the window shows; none when that is beyond any memory.
std::optional<int64_t> end_of(const Window& w);
/// Whether each dimension steps over all that the finer ones cover, so that no two elements share a
/// place.
bool is_one_to_one(const Window& w);

/// What the window y shows when x is written into zeros through the window x; recorded. Throws:
/// nothing.
Tensor read_through(const Tensor& x, const Windows& windows);
/// Its adjoint: g is added into zeros through the window y, and read through the window x.
Tensor write_through(const Tensor& g, const Windows& windows);

/// Makes `y`, which shares memory with `x`, a recorded view of it.
void record_window(const Tensor& y, const Tensor& x);

}  // namespace reel
