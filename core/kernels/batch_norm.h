#pragma once

#include <cstdint>

namespace reel::kernels {

/// Rows are summed in this many chunks, whatever the number of threads.
inline int64_t batch_norm_chunks(int64_t M) {
  return M <= 64 ? 1 : M < 32 * 64 ? (M + 63) / 64 : 32;
}

/// Scratch of one chunk: two sums in double and two chains in T a channel, in units of double.
inline int64_t batch_norm_scratch(int64_t M, int64_t C) { return batch_norm_chunks(M) * 4 * C; }

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
  /// Equation 1: mean and biased variance a channel.
  void (*statistics)(int64_t M, int64_t C, const T* x, double* scratch, T* mean, T* var);
  /// Equation 3.
  void (*forward)(int64_t M, int64_t C, const T* x, const ChannelAffine<T>& affine, T* y);
  /// The sums of equations 4 and 5: dw and db.
  void (*backward_affine)(int64_t M, int64_t C, const T* dy, const T* x,
                          const ChannelAffine<T>& affine, double* scratch, T* dw, T* db);
  /// Equation 6 from dw and db; with null dw, the statistics were constants (equation 7).
  void (*backward_input)(int64_t M, int64_t C, const T* dy, const T* x,
                         const ChannelAffine<T>& affine, const T* dw, const T* db, T* dx);
};

}  // namespace reel::kernels
