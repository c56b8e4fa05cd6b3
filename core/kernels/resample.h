#pragma once

#include <cstdint>

namespace reel::kernels {

/// One dimension's weights, as the rows of a sparse matrix: output o is the sum over i from
/// first[o] to first[o + 1] of weight[i] times input index[i].
struct ResampleAxis {
  int64_t in, out;
  const int64_t *first, *index;
  const double* weight;
};

/// N samples of C channels side by side; fewer than three spatial dimensions have sizes of 1 in
/// front.
struct ResampleGeometry {
  int64_t N, C;
  ResampleAxis axis[3];
};

/// Interpolation as a linear map, separable over the dimensions; docs/ops/interpolate.md. With
/// transposed matrices it is the gradient. Scratch is a row of input pixels for each thread.
template <class T>
struct Resample {
  void (*apply)(const ResampleGeometry& g, int64_t threads, T* scratch, const T* x, T* y);
};

}  // namespace reel::kernels
