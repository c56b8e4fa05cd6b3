#include <reel/core/kernels/exp.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/parallel.h>

#include <cmath>

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
T softplus_of_negative(T x) {
  return std::log1p(exponential(-magnitude(x))) + (x < T(0) ? -x : T(0));
}

// 1 / (1 + e^x)
template <class T>
T sigmoid_of_negative(T x) {
  const T e = exponential(-magnitude(x));
  return (x < T(0) ? T(1) : e) / (T(1) + e);
}

template <class T>
void logits(int64_t n, const T* x, const T* t, const T* w, const T* pos_w, T* y) {
  parallel_for(n, 16 * n, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const T scaled = pos_w ? T(1) + (pos_w[i] - T(1)) * t[i] : T(1);
      const T loss = (T(1) - t[i]) * x[i] + scaled * softplus_of_negative(x[i]);
      y[i] = w ? w[i] * loss : loss;
    }
  });
}

template <class T>
void logits_backward(int64_t n, const T* x, const T* t, const T* w, const T* pos_w, const T* dy,
                     int64_t step_dy, T scale, T* dx, T* dt) {
  parallel_for(n, 16 * n, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const T g = dy[i * step_dy] * scale * (w ? w[i] : T(1));
      const T excess = pos_w ? pos_w[i] - T(1) : T(0);
      if (dx) dx[i] = g * ((T(1) - t[i]) - (T(1) + excess * t[i]) * sigmoid_of_negative(x[i]));
      if (dt) dt[i] = g * (excess * softplus_of_negative(x[i]) - x[i]);
    }
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
