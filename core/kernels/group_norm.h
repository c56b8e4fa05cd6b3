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

/// In how many parts the pixels of a sample are summed, whatever the number of threads: several,
/// of some 16384 elements, where samples are too few to share and large enough to cut.
inline int64_t group_norm_parts(const GroupNormGeometry& g) {
  constexpr int64_t kFewSamples = 8, kPart = 16384, kMost = 32;
  const int64_t parts = g.N < kFewSamples ? g.P * g.C / kPart : 1;
  return parts < 1 ? 1 : parts < kMost ? parts : kMost;
}

/// Scratch in units of double: of each sample two sums a channel and two means a group, and the
/// sums of one sample's parts.
inline int64_t group_norm_scratch(const GroupNormGeometry& g) {
  const int64_t parts = group_norm_parts(g);
  return g.N * 2 * (g.C + g.G) + (parts > 1 ? parts * 2 * g.C : 0);
}

/// Group normalization; the equation numbers are those of docs/ops/group_norm.md. mean and rstd (N,
/// G). Null w stands for ones, null b for zeros.
template <class T>
struct GroupNorm {
  /// Equations 1 to 3.
  void (*forward)(const GroupNormGeometry& g, T eps, const T* x, const T* w, const T* b,
                  double* scratch, T* y, T* mean, T* rstd);
  /// Equations 4 to 6; null dx, dw or db is not wanted. b is read for the sign alone.
  void (*backward)(const GroupNormGeometry& g, const T* dy, const T* x, const T* w, const T* b,
                   const T* mean, const T* rstd, double* scratch, T* dx, T* dw, T* db);
};

}  // namespace reel::kernels
