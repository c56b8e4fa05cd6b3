#pragma once

#include <cstdint>

namespace reel::kernels {

/// What the statistics of a batch become: C values each, the running ones null where none are kept.
template <class T>
struct BatchMoments {
  double eps, momentum;
  T *mean, *rstd, *running_mean, *running_var;
};

/// What each channel of a batch normalization is scaled and shifted by. Null w stands for ones,
/// null b for zeros. With `relu`, negative results become 0 in the same pass, and backward, which
/// computes their sign again from x, stops their gradients.
template <class T>
struct ChannelAffine {
  const T *mean, *rstd, *w, *b;
  bool relu;
};

/// Batch normalization of M rows (samples and pixels) of C channels side by side; the equation
/// numbers are those of docs/ops/batch_norm.md.
template <class T>
struct BatchNorm {
  /// Equations 1 and 2, by sums of x - x_0.
  void (*statistics)(int64_t M, int64_t C, const T* x, const BatchMoments<T>& to);
  /// mean and rstd from the running statistics, which stay as they are.
  void (*running_moments)(int64_t C, const BatchMoments<T>& to);
  /// Equation 3.
  void (*forward)(int64_t M, int64_t C, const T* x, const ChannelAffine<T>& affine, T* y);
  /// The sums of equations 4 and 5: dw and db.
  void (*backward_affine)(int64_t M, int64_t C, const T* dy, const T* x,
                          const ChannelAffine<T>& affine, T* dw, T* db);
  /// Equation 6 from dw and db; with null dw, the statistics were constants (equation 7).
  void (*backward_input)(int64_t M, int64_t C, const T* dy, const T* x,
                         const ChannelAffine<T>& affine, const T* dw, const T* db, T* dx);
};

}  // namespace reel::kernels
