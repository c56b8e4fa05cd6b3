#pragma once

#include <cstdint>

namespace reel::kernels {

/// y[b][c][r] = x[b][r][c] for B matrices of R x C elements; T is an unsigned integer of the
/// element's size.
template <class T>
struct Transpose {
  void (*batched)(int64_t B, int64_t R, int64_t C, const T* x, T* y);
};

}  // namespace reel::kernels
