#pragma once

#include <cstdint>

namespace reel::kernels {

/// Rows are summed in this many chunks, of 64 rows and 8192 elements or more, whatever the number
/// of threads.
inline int64_t batch_norm_chunks(int64_t M, int64_t C) {
  const int64_t by_work = M * C / 8192, chunks = by_work < M / 64 ? by_work : M / 64;
  return chunks < 1 ? 1 : chunks < 32 ? chunks : 32;
}

/// Scratch of all chunks, in units of double: two sums a channel.
inline int64_t batch_norm_scratch(int64_t M, int64_t C) { return batch_norm_chunks(M, C) * 2 * C; }

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
  /// Equations 1 and 2: sums of x - x_0 in batch_norm_chunks(M, C) chunks, and `moments` of them.
  void (*statistics)(int64_t M, int64_t C, const T* x, double* scratch, const BatchMoments<T>& to);
  /// The last step of it, for whoever has the sums: of each chunk C sums of x - pivot, then C of
  /// its squares, which it overwrites.
  void (*moments)(int64_t M, int64_t C, int64_t chunks, const T* pivot, double* sums,
                  const BatchMoments<T>& to);
  /// mean and rstd from the running statistics, which stay as they are.
  void (*running_moments)(int64_t C, const BatchMoments<T>& to);
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
