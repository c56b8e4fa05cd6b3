#pragma once

#include <cstdint>

namespace reel::kernels {

/// Sizes of a group normalization: N samples of P pixels, C channels side by side, in G groups.
/// With `relu`, negative results become 0 in the same pass, and backward, which computes their sign
/// again from x, stops their gradients.
struct GroupNormGeometry {
  int64_t N, P, C, G;
  bool relu = false;
};

/// Group normalization; the equation numbers are those of docs/ops/group_norm.md. mean and rstd (N,
/// G). Null w stands for ones, null b for zeros.
template <class T>
struct GroupNorm {
  /// Equations 1 to 3.
  void (*forward)(const GroupNormGeometry& g, T eps, const T* x, const T* w, const T* b, T* y,
                  T* mean, T* rstd);
  /// Equations 4 to 6; null dx, dw or db is not wanted. b is read for the sign alone.
  void (*backward)(const GroupNormGeometry& g, const T* dy, const T* x, const T* w, const T* b,
                   const T* mean, const T* rstd, T* dx, T* dw, T* db);
};

}  // namespace reel::kernels
