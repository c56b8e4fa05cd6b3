#include <reel/core/kernels/channel_sums.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/parallel.h>

#include <cmath>

namespace reel::kernels::REEL_ISA {

namespace {

// Sums f over all rows: chunk by chunk, then the chunks in order. The totals end in scratch[0 ..
// 2C).
template <class T, class F>
[[gnu::always_inline]] inline void sum_rows(int64_t M, int64_t C, double* scratch, F f) {
  const int64_t chunks = batch_norm_chunks(M);
  parallel_for(chunks, 2 * M * C, [=](int64_t begin, int64_t end) {
    for (int64_t k = begin; k < end; ++k) {
      double* sums = scratch + k * 4 * C;
      for (int64_t c = 0; c < 2 * C; ++c) sums[c] = 0;
      add_channel_sums<T>(M * k / chunks, M * (k + 1) / chunks, C, f,
                          reinterpret_cast<T*>(sums + 2 * C), sums, sums + C);
    }
  });
  for (int64_t k = 1; k < chunks; ++k)
    for (int64_t c = 0; c < 2 * C; ++c) scratch[c] += scratch[k * 4 * C + c];
}

template <class T>
void statistics(int64_t M, int64_t C, const T* x, double* scratch, T* mean, T* var) {
  // Shifted by the first row, the squares do not cancel where the mean is large.
  sum_rows<T>(M, C, scratch, [=](int64_t row, int64_t c, T& a, T& b) {
    const T d = x[row * C + c] - x[c];
    a += d;
    b += d * d;
  });
  for (int64_t c = 0; c < C; ++c) {
    const double shift = scratch[c] / static_cast<double>(M);
    const double v = scratch[C + c] / static_cast<double>(M) - shift * shift;
    mean[c] = static_cast<T>(static_cast<double>(x[c]) + shift);
    var[c] = static_cast<T>(v > 0 ? v : 0);
  }
}

template <class T>
void forward(int64_t M, int64_t C, const T* x, const T* mean, const T* rstd, const T* w, const T* b,
             T* y) {
  parallel_for(M, 2 * M * C, [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const T* in = x + row * C;
      T* out = y + row * C;
      if (w && b)
        for (int64_t c = 0; c < C; ++c) out[c] = (in[c] - mean[c]) * (rstd[c] * w[c]) + b[c];
      else if (w)
        for (int64_t c = 0; c < C; ++c) out[c] = (in[c] - mean[c]) * (rstd[c] * w[c]);
      else if (b)
        for (int64_t c = 0; c < C; ++c) out[c] = (in[c] - mean[c]) * rstd[c] + b[c];
      else
        for (int64_t c = 0; c < C; ++c) out[c] = (in[c] - mean[c]) * rstd[c];
    }
  });
}

template <class T>
void backward_affine(int64_t M, int64_t C, const T* dy, const T* x, const T* mean, const T* rstd,
                     double* scratch, T* dw, T* db) {
  sum_rows<T>(M, C, scratch, [=](int64_t row, int64_t c, T& a, T& b) {
    const T g = dy[row * C + c];
    a += g;
    b += g * (x[row * C + c] - mean[c]);
  });
  for (int64_t c = 0; c < C; ++c) {
    db[c] = static_cast<T>(scratch[c]);
    dw[c] = static_cast<T>(scratch[C + c] * static_cast<double>(rstd[c]));
  }
}

template <class T, bool kConstant>
void input_rows(int64_t begin, int64_t end, int64_t M, int64_t C, const T* dy, const T* x,
                const T* mean, const T* rstd, const T* w, const T* dw, const T* db, T* dx) {
  const T share = T(1) / static_cast<T>(M);
  for (int64_t row = begin; row < end; ++row) {
    const T *g = dy + row * C, *in = x + row * C;
    T* out = dx + row * C;
    for (int64_t c = 0; c < C; ++c) {
      const T scale = w ? rstd[c] * w[c] : rstd[c];
      out[c] = kConstant ? g[c] * scale
                         : (g[c] - share * (db[c] + (in[c] - mean[c]) * rstd[c] * dw[c])) * scale;
    }
  }
}

template <class T>
void backward_input(int64_t M, int64_t C, const T* dy, const T* x, const T* mean, const T* rstd,
                    const T* w, const T* dw, const T* db, T* dx) {
  parallel_for(M, 4 * M * C, [=](int64_t begin, int64_t end) {
    if (dw)
      input_rows<T, false>(begin, end, M, C, dy, x, mean, rstd, w, dw, db, dx);
    else
      input_rows<T, true>(begin, end, M, C, dy, x, mean, rstd, w, dw, db, dx);
  });
}

template <class T>
void install(Tables& tables) {
  tables.set(BatchNorm<T>{statistics<T>, forward<T>, backward_affine<T>, backward_input<T>});
}

}  // namespace

void install_batch_norm(Tables& tables) {
  install<float>(tables);
  install<double>(tables);
}

}  // namespace reel::kernels::REEL_ISA
