#include <reel/core/kernels/element_blocks.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/parallel.h>

namespace reel::kernels::REEL_ISA {

namespace {

template <class T>
T magnitude(T v) {
  return v < T(0) ? -v : v;
}

// --- f(d) and f'(d) ---

template <class T>
struct Mse {
  static T value(T d, T) { return d * d; }
  static T slope(T d, T) { return T(2) * d; }
};

template <class T>
struct L1 {
  static T value(T d, T) { return magnitude(d); }
  static T slope(T d, T) { return d > T(0) ? T(1) : d < T(0) ? T(-1) : d; }
};

template <class T>
struct SmoothL1 {
  static T value(T d, T beta) {
    const T a = magnitude(d);
    return a < beta ? T(0.5) * d * d / beta : a - T(0.5) * beta;
  }
  static T slope(T d, T beta) { return d <= -beta ? T(-1) : d >= beta ? T(1) : d / beta; }
};

template <class T>
struct Huber {
  static T value(T d, T delta) {
    const T a = magnitude(d);
    return a <= delta ? T(0.5) * d * d : delta * (a - T(0.5) * delta);
  }
  static T slope(T d, T delta) { return d < -delta ? -delta : d > delta ? delta : d; }
};

template <class F, class T>
void each(int64_t n, T param, const T* x, const T* t, T* y) {
  parallel_for(n, 2 * n, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) y[i] = F::value(x[i] - t[i], param);
  });
}

template <class F, class T>
void each_backward(int64_t n, T param, const T* x, const T* t, const T* dy, int64_t step_dy,
                   T scale, T* dx) {
  parallel_for(n, 2 * n, [=](int64_t begin, int64_t end) {
    if (step_dy == 0) {
      const T g = dy[0] * scale;
      for (int64_t i = begin; i < end; ++i) dx[i] = g * F::slope(x[i] - t[i], param);
    } else {
      for (int64_t i = begin; i < end; ++i) dx[i] = dy[i] * scale * F::slope(x[i] - t[i], param);
    }
  });
}

template <class T>
void difference(DifferenceLoss f, int64_t n, T param, const T* x, const T* t, T* y) {
  switch (f) {
    case DifferenceLoss::kMse:
      return each<Mse<T>>(n, param, x, t, y);
    case DifferenceLoss::kL1:
      return each<L1<T>>(n, param, x, t, y);
    case DifferenceLoss::kSmoothL1:
      return each<SmoothL1<T>>(n, param, x, t, y);
    case DifferenceLoss::kHuber:
      return each<Huber<T>>(n, param, x, t, y);
  }
}

template <class T>
void difference_backward(DifferenceLoss f, int64_t n, T param, const T* x, const T* t, const T* dy,
                         int64_t step_dy, T scale, T* dx) {
  switch (f) {
    case DifferenceLoss::kMse:
      return each_backward<Mse<T>>(n, param, x, t, dy, step_dy, scale, dx);
    case DifferenceLoss::kL1:
      return each_backward<L1<T>>(n, param, x, t, dy, step_dy, scale, dx);
    case DifferenceLoss::kSmoothL1:
      return each_backward<SmoothL1<T>>(n, param, x, t, dy, step_dy, scale, dx);
    case DifferenceLoss::kHuber:
      return each_backward<Huber<T>>(n, param, x, t, dy, step_dy, scale, dx);
  }
}

// --- logits ---

// log(1 + e^-x), whose argument of exp is never positive.
template <class T>
REEL_INLINE T softplus_of_negative(T x) {
  return log1p(exp(-abs(x))) + where(x < T(0), -x, T(0));
}

// 1 / (1 + e^x)
template <class T>
REEL_INLINE T sigmoid_of_negative(T x) {
  const T e = exp(-abs(x));
  return where(x < T(0), T(1), e) / (T(1) + e);
}

template <class T>
void logits(int64_t n, const T* x, const T* t, const T* w, const T* pos_w, T* y) {
  parallel_for(n, 16 * n, [=](int64_t begin, int64_t end) {
    for_blocks(begin, end, [=](int64_t from, int64_t count) {
      T xs[kBlock], ts[kBlock], ws[kBlock], ps[kBlock];
      load_block(count, x + from, T(0), xs);
      load_block(count, t + from, T(0), ts);
      load_block(count, at(w, from), T(1), ws);
      load_block(count, at(pos_w, from), T(1), ps);
      for (int64_t i = 0; i < kBlock; ++i)
        xs[i] = ws[i] * ((T(1) - ts[i]) * xs[i] +
                         (T(1) + (ps[i] - T(1)) * ts[i]) * softplus_of_negative(xs[i]));
      store_block(count, xs, y + from);
    });
  });
}

template <class T>
void logits_backward(int64_t n, const T* x, const T* t, const T* w, const T* pos_w, const T* dy,
                     int64_t step_dy, T scale, T* dx, T* dt) {
  parallel_for(n, 16 * n, [=](int64_t begin, int64_t end) {
    for_blocks(begin, end, [=](int64_t from, int64_t count) {
      T xs[kBlock], ts[kBlock], ps[kBlock], gs[kBlock], out[kBlock];
      load_block(count, x + from, T(0), xs);
      load_block(count, t + from, T(0), ts);
      load_block(count, at(pos_w, from), T(1), ps);
      load_gradients(from, count, dy, step_dy, scale, w, gs);
      if (dx) {
        for (int64_t i = 0; i < kBlock; ++i)
          out[i] = gs[i] *
                   ((T(1) - ts[i]) - (T(1) + (ps[i] - T(1)) * ts[i]) * sigmoid_of_negative(xs[i]));
        store_block(count, out, dx + from);
      }
      if (dt) {
        for (int64_t i = 0; i < kBlock; ++i)
          out[i] = gs[i] * ((ps[i] - T(1)) * softplus_of_negative(xs[i]) - xs[i]);
        store_block(count, out, dt + from);
      }
    });
  });
}

template <class T>
void install(Tables& tables) {
  tables.set(
      ElementwiseLoss<T>{difference<T>, difference_backward<T>, logits<T>, logits_backward<T>});
}

}  // namespace

void install_elementwise_loss(Tables& tables) {
  install<float>(tables);
  if constexpr (kOwnFloat64) install<double>(tables);
}

}  // namespace reel::kernels::REEL_ISA
