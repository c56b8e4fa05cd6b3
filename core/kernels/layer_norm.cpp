#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/lanes.h>
#include <reel/core/parallel.h>

#include <cmath>

namespace reel::kernels::REEL_ISA {

namespace {

template <class T>
void forward(int64_t N, int64_t D, T eps, const T* x, const T* w, const T* b, T* y, T* mean,
             T* rstd) {
  parallel_for(N, 4 * N * D, [=](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; ++n) {
      const T* row = x + n * D;
      T* out = y + n * D;
      // Two passes: E[x^2] - E[x]^2 would cancel where the mean is large.
      const T m = sum_of<T>(D, [=](int64_t i) { return row[i]; }) / static_cast<T>(D);
      const T var =
          sum_of<T>(D, [=](int64_t i) { return (row[i] - m) * (row[i] - m); }) / static_cast<T>(D);
      const T r = T(1) / std::sqrt(var + eps);
      mean[n] = m;
      rstd[n] = r;
      if (w && b)
        for (int64_t i = 0; i < D; ++i) out[i] = (row[i] - m) * r * w[i] + b[i];
      else if (w)
        for (int64_t i = 0; i < D; ++i) out[i] = (row[i] - m) * r * w[i];
      else if (b)
        for (int64_t i = 0; i < D; ++i) out[i] = (row[i] - m) * r + b[i];
      else
        for (int64_t i = 0; i < D; ++i) out[i] = (row[i] - m) * r;
    }
  });
}

template <class T, bool kWeighted>
void input_rows(int64_t begin, int64_t end, int64_t D, const T* dy, const T* x, const T* w,
                const T* mean, const T* rstd, T* dx) {
  for (int64_t n = begin; n < end; ++n) {
    const T *g = dy + n * D, *row = x + n * D;
    const T m = mean[n], r = rstd[n];
    const auto weighted = [=](int64_t i) { return kWeighted ? g[i] * w[i] : g[i]; };
    T c1, c2;  // the sums of equation 6
    two_sums_of<T>(
        D,
        [=](int64_t i, T& a, T& b) {
          a += weighted(i);
          b += weighted(i) * (row[i] - m);
        },
        &c1, &c2);
    c1 /= static_cast<T>(D);
    c2 *= r * r / static_cast<T>(D);
    T* out = dx + n * D;
    for (int64_t i = 0; i < D; ++i) out[i] = r * (weighted(i) - c1 - (row[i] - m) * c2);
  }
}

template <class T>
void backward_input(int64_t N, int64_t D, const T* dy, const T* x, const T* w, const T* mean,
                    const T* rstd, T* dx) {
  parallel_for(N, 4 * N * D, [=](int64_t begin, int64_t end) {
    if (w)
      input_rows<T, true>(begin, end, D, dy, x, w, mean, rstd, dx);
    else
      input_rows<T, false>(begin, end, D, dy, x, w, mean, rstd, dx);
  });
}

template <class T>
void backward_affine(int64_t N, int64_t D, const T* dy, const T* x, const T* mean, const T* rstd,
                     T* partial, T* dw, T* db) {
  const int64_t chunks = layer_norm_chunks(N);
  parallel_for(chunks, 4 * N * D, [=](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; ++c) {
      T *pw = partial + 2 * c * D, *pb = pw + D;
      for (int64_t i = 0; i < 2 * D; ++i) pw[i] = 0;
      for (int64_t n = N * c / chunks; n < N * (c + 1) / chunks; ++n) {
        const T *g = dy + n * D, *row = x + n * D;
        const T m = mean[n], r = rstd[n];
        for (int64_t i = 0; i < D; ++i) {
          pw[i] += g[i] * ((row[i] - m) * r);
          pb[i] += g[i];
        }
      }
    }
  });
  for (int64_t i = 0; i < D; ++i) {
    T sum_w = 0, sum_b = 0;
    for (int64_t c = 0; c < chunks; ++c) {
      sum_w += partial[2 * c * D + i];
      sum_b += partial[(2 * c + 1) * D + i];
    }
    if (dw) dw[i] = sum_w;
    if (db) db[i] = sum_b;
  }
}

template <class T>
void install(Tables& tables) {
  tables.set(LayerNorm<T>{forward<T>, backward_input<T>, backward_affine<T>});
}

}  // namespace

void install_layer_norm(Tables& tables) {
  install<float>(tables);
  install<double>(tables);
}

}  // namespace reel::kernels::REEL_ISA
