#include <reel/core/kernels/element_blocks.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/parallel.h>

namespace reel::kernels::REEL_ISA {

namespace {

// max(log, -100): an impossible outcome costs a hundred, not everything.
template <class T>
REEL_INLINE T bounded(T logarithm) {
  return where(logarithm < T(-100), T(-100), logarithm);
}

// y = f(x, t) for the elements of a range.
template <class T, class F>
REEL_INLINE void map_pairs(int64_t begin, int64_t end, const T* x, const T* t, T* y, F f) {
  for_blocks(
      begin, end, [=](int64_t from, int64_t n) __attribute__((always_inline)) {
        T xs[kBlock], ts[kBlock];
        load_block(n, x + from, T(0.5), xs);
        load_block(n, t + from, T(0.5), ts);
        for (int64_t i = 0; i < kBlock; ++i) xs[i] = f(xs[i], ts[i]);
        store_block(n, xs, y + from);
      });
}

template <class T>
void cross_entropy(int64_t n, const T* x, const T* t, const T* w, T* y) {
  parallel_for(n, 16 * n, [=](int64_t begin, int64_t end) {
    map_pairs(
        begin, end, x, t, y, [](T a, T b) __attribute__((always_inline)) {
          return (b - 1) * bounded(log1p(-a)) - b * bounded(log(a));
        });
    if (w)
      for (int64_t i = begin; i < end; ++i) y[i] *= w[i];
  });
}

template <class T>
void cross_entropy_backward(int64_t n, const T* x, const T* t, const T* w, const T* dy,
                            int64_t step_dy, T scale, T* dx, T* dt) {
  parallel_for(n, 8 * n, [=](int64_t begin, int64_t end) {
    for_blocks(begin, end, [=](int64_t from, int64_t count) {
      T xs[kBlock], ts[kBlock], gs[kBlock], out[kBlock];
      load_block(count, x + from, T(0.5), xs);
      load_block(count, t + from, T(0.5), ts);
      load_gradients(from, count, dy, step_dy, scale, w, gs);
      if (dx) {
        for (int64_t i = 0; i < kBlock; ++i) {
          const T variance = xs[i] * (1 - xs[i]);
          out[i] = gs[i] * (xs[i] - ts[i]) / where(variance < T(1e-12), T(1e-12), variance);
        }
        store_block(count, out, dx + from);
      }
      if (dt) {
        for (int64_t i = 0; i < kBlock; ++i) out[i] = gs[i] * (log1p(-xs[i]) - log(xs[i]));
        store_block(count, out, dt + from);
      }
    });
  });
}

template <class T>
void divergence(bool log_target, int64_t n, const T* x, const T* t, T* y) {
  parallel_for(n, 8 * n, [=](int64_t begin, int64_t end) {
    if (log_target)
      map_pairs(
          begin, end, x, t, y,
          [](T a, T b) __attribute__((always_inline)) { return exp(b) * (b - a); });
    else
      map_pairs(
          begin, end, x, t, y, [](T a, T b) __attribute__((always_inline)) {
            return where(b == 0, T(0), b * log(b)) - b * a;
          });
  });
}

template <class T>
void divergence_backward(bool log_target, int64_t n, const T* x, const T* t, const T* dy,
                         int64_t step_dy, T scale, T* dx, T* dt) {
  parallel_for(n, 8 * n, [=](int64_t begin, int64_t end) {
    if (dx) {
      if (log_target)
        map_pairs(
            begin, end, t, t, dx, [](T b, T) __attribute__((always_inline)) { return -exp(b); });
      else
        for (int64_t i = begin; i < end; ++i) dx[i] = -t[i];
      for (int64_t i = begin; i < end; ++i) dx[i] *= dy[i * step_dy] * scale;
    }
    if (!dt) return;
    if (log_target)
      map_pairs(
          begin, end, x, t, dt,
          [](T a, T b) __attribute__((always_inline)) { return exp(b) * (b - a + 1); });
    else
      map_pairs(
          begin, end, x, t, dt,
          [](T a, T b) __attribute__((always_inline)) { return log(b) + 1 - a; });
    for (int64_t i = begin; i < end; ++i) dt[i] *= dy[i * step_dy] * scale;
  });
}

template <class T>
void install(Tables& tables) {
  tables.set(ProbabilityLoss<T>{cross_entropy<T>, cross_entropy_backward<T>, divergence<T>,
                                divergence_backward<T>});
}

}  // namespace

void install_probability_loss(Tables& tables) {
  install<float>(tables);
  if constexpr (kOwnFloat64) install<double>(tables);
}

}  // namespace reel::kernels::REEL_ISA
