#include <reel/core/kernels/channel_norm.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/parallel.h>
#include <reel/core/scratch.h>

#include <cmath>

namespace reel::kernels::REEL_ISA {

namespace {

// Rows are summed in this many chunks, of 64 rows and 8192 elements or more, whatever the number of
// threads. One thread adds them up: 32 took 1.02 to 1.1 times as long on two (32, 256, 8, 8).
int64_t chunks_of(int64_t M, int64_t C) {
  const int64_t by_work = M * C / 8192, chunks = by_work < M / 64 ? by_work : M / 64;
  return chunks < 1 ? 1 : chunks < 16 ? chunks : 16;
}

// Two sums a channel of each chunk.
int64_t bytes_of_sums(int64_t M, int64_t C) {
  return chunks_of(M, C) * 2 * C * static_cast<int64_t>(sizeof(double));
}

// Two sums a channel over all rows; the totals end in all[0 .. 2C).
template <class T, class Op>
[[gnu::always_inline]] inline void sum_chunks(int64_t M, int64_t C, double* all, const Op& op) {
  const int64_t chunks = chunks_of(M, C), rows = rows_together<T>(C), parts = M / rows;
  parallel_for(chunks, 2 * M * C, [&op, M, C, all, chunks, rows, parts](int64_t b, int64_t e) {
    for (int64_t k = b; k < e; ++k) {
      const int64_t end = k + 1 < chunks ? parts * (k + 1) / chunks * rows : M;
      double* sums = all + k * 2 * C;
      sum_rows<T>(parts * k / chunks * rows, end, C, op, sums, sums + C);
    }
  });
  for (int64_t k = 1; k < chunks; ++k)
    for (int64_t c = 0; c < 2 * C; ++c) all[c] += all[k * 2 * C + c];
}

template <class T>
T rstd_of(double var, double eps) {
  return static_cast<T>(1 / std::sqrt(var + eps));
}

// From C sums of x - pivot, then C of its squares, which it overwrites.
template <class T>
void moments(int64_t M, int64_t C, const T* pivot, double* sums, const BatchMoments<T>& to) {
  const auto count = static_cast<double>(M);
  for (int64_t c = 0; c < C; ++c) {
    const double shift = sums[c] / count, v = sums[C + c] / count - shift * shift;
    sums[c] = static_cast<double>(pivot[c]) + shift;
    sums[C + c] = v < 0 ? 0 : v;
    to.mean[c] = static_cast<T>(sums[c]);
    to.rstd[c] = rstd_of<T>(sums[C + c], to.eps);
  }
  if (!to.running_mean) return;
  const double keep = 1 - to.momentum, take = to.momentum, take_var = take * count / (count - 1);
  for (int64_t c = 0; c < C; ++c) {
    const auto mean = static_cast<double>(to.running_mean[c]),
               var = static_cast<double>(to.running_var[c]);
    to.running_mean[c] = static_cast<T>(keep * mean + take * sums[c]);
    to.running_var[c] = static_cast<T>(keep * var + take_var * sums[C + c]);
  }
}

template <class T>
void running_moments(int64_t C, const BatchMoments<T>& to) {
  for (int64_t c = 0; c < C; ++c) {
    to.mean[c] = to.running_mean[c];
    to.rstd[c] = rstd_of<T>(static_cast<double>(to.running_var[c]), to.eps);
  }
}

template <class T>
void statistics(int64_t M, int64_t C, const T* x, const BatchMoments<T>& to) {
  const auto first_row = [x](int64_t c, int64_t n, auto& k) {
    for (int64_t i = 0; i < n; ++i) k[kCentre][i] = x[c + i];
  };
  Scratch scratch(bytes_of_sums(M, C));
  double* sums = scratch.data<double>();
  sum_chunks<T>(M, C, sums, AboutCentre<T, decltype(first_row)>{first_row, x});
  moments(M, C, x, sums, to);
}

// The factors of equation 3.
template <class T>
struct AffineFactors {
  ChannelAffine<T> a;
  template <int kCount, int64_t kChannels>
  void operator()(int64_t c, int64_t n, T (&k)[kCount][kChannels]) const {
    for (int64_t i = 0; i < n; ++i) {
      k[kCentre][i] = a.mean[c + i];
      if constexpr (kCount > kShift) {
        k[kScale][i] = a.w ? a.rstd[c + i] * a.w[c + i] : a.rstd[c + i];
        k[kShift][i] = a.b ? a.b[c + i] : T(0);
      }
    }
  }
};

// And those of equation 6.
template <class T>
struct GradientFactors {
  ChannelAffine<T> a;
  const T *dw, *db;
  T share;  // 1 / M
  template <int kCount, int64_t kChannels>
  void operator()(int64_t c, int64_t n, T (&k)[kCount][kChannels]) const {
    AffineFactors<T>{a}(c, n, k);
    for (int64_t i = 0; i < n; ++i) {
      k[kMeanGradient][i] = db[c + i] * share * k[kScale][i];
      k[kMeanProduct][i] = dw[c + i] * a.rstd[c + i] * share * k[kScale][i];
    }
  }
};

template <class T, bool kRelu>
void forward_rows(int64_t M, int64_t C, const T* x, const ChannelAffine<T>& affine, T* y) {
  const Normalize<T, kRelu, AffineFactors<T>> op{{affine}, x};
  map_all_rows(M, C, 2 * M * C, op, y);
}

template <class T>
void forward(int64_t M, int64_t C, const T* x, const ChannelAffine<T>& affine, T* y) {
  affine.relu ? forward_rows<T, true>(M, C, x, affine, y)
              : forward_rows<T, false>(M, C, x, affine, y);
}

template <class T, bool kRelu>
void sum_gradients(int64_t M, int64_t C, const T* dy, const T* x, const ChannelAffine<T>& affine,
                   double* sums) {
  sum_chunks<T>(M, C, sums, GradientSums<T, kRelu, AffineFactors<T>>{{affine}, dy, x});
}

template <class T>
void backward_affine(int64_t M, int64_t C, const T* dy, const T* x, const ChannelAffine<T>& affine,
                     T* dw, T* db) {
  Scratch scratch(bytes_of_sums(M, C));
  double* sums = scratch.data<double>();
  affine.relu ? sum_gradients<T, true>(M, C, dy, x, affine, sums)
              : sum_gradients<T, false>(M, C, dy, x, affine, sums);
  for (int64_t c = 0; c < C; ++c) {
    db[c] = static_cast<T>(sums[c]);
    dw[c] = static_cast<T>(sums[C + c] * static_cast<double>(affine.rstd[c]));
  }
}

template <class T, bool kRelu>
void input_rows(int64_t M, int64_t C, const T* dy, const T* x, const ChannelAffine<T>& affine,
                const T* dw, const T* db, T* dx) {
  if (dw) {
    const GradientFactors<T> factors{affine, dw, db, T(1) / static_cast<T>(M)};
    const InputGradient<T, kRelu, GradientFactors<T>> op{factors, dy, x};
    map_all_rows(M, C, 4 * M * C, op, dx);
  } else {
    const ScaledGradient<T, kRelu, AffineFactors<T>> op{{affine}, dy, x};
    map_all_rows(M, C, 4 * M * C, op, dx);
  }
}

template <class T>
void backward_input(int64_t M, int64_t C, const T* dy, const T* x, const ChannelAffine<T>& affine,
                    const T* dw, const T* db, T* dx) {
  affine.relu ? input_rows<T, true>(M, C, dy, x, affine, dw, db, dx)
              : input_rows<T, false>(M, C, dy, x, affine, dw, db, dx);
}

template <class T>
void install(Tables& tables) {
  tables.set(BatchNorm<T>{statistics<T>, running_moments<T>, forward<T>, backward_affine<T>,
                          backward_input<T>});
}

}  // namespace

void install_batch_norm(Tables& tables) {
  install<float>(tables);
  if constexpr (kOwnFloat64) install<double>(tables);
}

}  // namespace reel::kernels::REEL_ISA
