#include <reel/core/kernels/channel_sums.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/parallel.h>

#include <cmath>

namespace reel::kernels::REEL_ISA {

namespace {

// Sums over all rows: chunk by chunk, then the chunks in order. The totals end in scratch[0 .. 2C).
template <class T, class Make>
[[gnu::always_inline]] inline void sum_rows(int64_t M, int64_t C, double* scratch, Make make) {
  const int64_t chunks = batch_norm_chunks(M);
  parallel_for(chunks, 2 * M * C, [=](int64_t begin, int64_t end) {
    for (int64_t k = begin; k < end; ++k) {
      double* sums = scratch + k * 4 * C;
      for (int64_t c = 0; c < 2 * C; ++c) sums[c] = 0;
      add_channel_sums<T>(M * k / chunks, M * (k + 1) / chunks, C, make,
                          reinterpret_cast<T*>(sums + 2 * C), sums, sums + C);
    }
  });
  for (int64_t k = 1; k < chunks; ++k)
    for (int64_t c = 0; c < 2 * C; ++c) scratch[c] += scratch[k * 4 * C + c];
}

template <class T>
void statistics(int64_t M, int64_t C, const T* x, double* scratch, T* mean, T* var) {
  // Shifted by the first row, the squares do not cancel where the mean is large.
  sum_rows<T>(
      M, C, scratch, [=](auto zero, int64_t c) __attribute__((always_inline)) {
        using V = decltype(zero);
        const V pivot = lanes_at<V>(x + c);
        return [=](int64_t row, V & a, V & b) __attribute__((always_inline)) {
          const V d = lanes_at<V>(x + row * C + c) - pivot;
          a += d;
          b += d * d;
        };
      });
  for (int64_t c = 0; c < C; ++c) {
    const double shift = scratch[c] / static_cast<double>(M);
    const double v = scratch[C + c] / static_cast<double>(M) - shift * shift;
    mean[c] = static_cast<T>(static_cast<double>(x[c]) + shift);
    var[c] = static_cast<T>(v > 0 ? v : 0);
  }
}

// The factors of some channels, in registers.
template <class V>
struct Factors {
  V mean, rstd, scale, shift;

  template <class T>
  [[gnu::always_inline]] Factors(const ChannelAffine<T>& a, int64_t c)
      : mean(lanes_at<V>(a.mean + c)), rstd(lanes_at<V>(a.rstd + c)), scale(rstd), shift{} {
    if (a.w) scale *= lanes_at<V>(a.w + c);
    if (a.b) shift = lanes_at<V>(a.b + c);
  }
  // scalar: y = (x - mean) * (rstd * w) + b
  [[gnu::always_inline]] V normalized(const V& x) const { return (x - mean) * scale + shift; }
};

template <class T, bool kRelu>
void forward_rows(int64_t M, int64_t C, const T* x, const ChannelAffine<T>& affine, T* y) {
  parallel_for(M, 2 * M * C, [=, &affine](int64_t begin, int64_t end) {
    for_channel_rows<T>(
        begin, end, C, [=](auto zero, int64_t c) __attribute__((always_inline)) {
          using V = decltype(zero);
          const Factors<V> f(affine, c);
          return [=](int64_t row) __attribute__((always_inline)) {
            V v = f.normalized(lanes_at<V>(x + row * C + c));
            if constexpr (kRelu) v = v <= V{} ? V{} : v;
            put_lanes(y + row * C + c, v);
          };
        });
  });
}

template <class T>
void forward(int64_t M, int64_t C, const T* x, const ChannelAffine<T>& affine, T* y) {
  affine.relu ? forward_rows<T, true>(M, C, x, affine, y)
              : forward_rows<T, false>(M, C, x, affine, y);
}

// scalar: dy of the normalization, 0 where ReLU gave 0
template <bool kRelu, class V, class T>
[[gnu::always_inline]] inline V gradient_at(const Factors<V>& f, const T* dy, const V& x) {
  const V g = lanes_at<V>(dy);
  if constexpr (kRelu) return f.normalized(x) <= V{} ? V{} : g;
  return g;
}

template <class T, bool kRelu>
void sum_gradients(int64_t M, int64_t C, const T* dy, const T* x, const ChannelAffine<T>& affine,
                   double* scratch) {
  sum_rows<T>(
      M, C, scratch, [ =, &affine ](auto zero, int64_t c) __attribute__((always_inline)) {
        using V = decltype(zero);
        const Factors<V> f(affine, c);
        return [=](int64_t row, V & a, V & b) __attribute__((always_inline)) {
          const V in = lanes_at<V>(x + row * C + c);
          const V g = gradient_at<kRelu>(f, dy + row * C + c, in);
          a += g;
          b += g * (in - f.mean);
        };
      });
}

template <class T>
void backward_affine(int64_t M, int64_t C, const T* dy, const T* x, const ChannelAffine<T>& affine,
                     double* scratch, T* dw, T* db) {
  affine.relu ? sum_gradients<T, true>(M, C, dy, x, affine, scratch)
              : sum_gradients<T, false>(M, C, dy, x, affine, scratch);
  for (int64_t c = 0; c < C; ++c) {
    db[c] = static_cast<T>(scratch[c]);
    dw[c] = static_cast<T>(scratch[C + c] * static_cast<double>(affine.rstd[c]));
  }
}

template <class T, bool kConstant, bool kRelu>
void input_rows(int64_t M, int64_t C, const T* dy, const T* x, const ChannelAffine<T>& affine,
                const T* dw, const T* db, T* dx) {
  const T share = T(1) / static_cast<T>(M);
  parallel_for(M, 4 * M * C, [=, &affine](int64_t begin, int64_t end) {
    for_channel_rows<T>(
        begin, end, C, [=](auto zero, int64_t c) __attribute__((always_inline)) {
          using V = decltype(zero);
          const Factors<V> f(affine, c);
          V k1 = {}, k2 = {};
          if constexpr (!kConstant) {
            k1 = lanes_at<V>(db + c) * share;
            k2 = lanes_at<V>(dw + c) * f.rstd * share;
          }
          return [=](int64_t row) __attribute__((always_inline)) {
            V in = {};
            if constexpr (kRelu || !kConstant) in = lanes_at<V>(x + row * C + c);
            V g = gradient_at<kRelu>(f, dy + row * C + c, in);
            if constexpr (!kConstant) g -= k1 + (in - f.mean) * k2;
            put_lanes(dx + row * C + c, g * f.scale);
          };
        });
  });
}

template <class T>
void backward_input(int64_t M, int64_t C, const T* dy, const T* x, const ChannelAffine<T>& affine,
                    const T* dw, const T* db, T* dx) {
  const auto run = dw ? affine.relu ? input_rows<T, false, true> : input_rows<T, false, false>
                   : affine.relu ? input_rows<T, true, true>
                                 : input_rows<T, true, false>;
  run(M, C, dy, x, affine, dw, db, dx);
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
