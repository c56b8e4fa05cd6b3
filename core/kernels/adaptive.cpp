#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/kernels/segments.h>

#include <cmath>

namespace reel::kernels::REEL_ISA {

namespace {

/// d = g + decay x, with the sign that maximize asks for.
template <class T>
struct Decayed {
  T decay, sign;
  Decayed(double weight_decay, bool maximize)
      : decay(static_cast<T>(weight_decay)), sign(maximize ? T(-1) : T(1)) {}
  [[gnu::always_inline]] T operator()(T g, T x) const { return sign * g + decay * x; }
};

template <class T, bool kMomentum, bool kCentered>
struct Rmsprop {
  static constexpr unsigned kBuffers = 0b001 | (kMomentum ? 0b010 : 0) | (kCentered ? 0b100 : 0);
  Decayed<T> decayed;
  T lr, alpha, share, eps, momentum;
  explicit Rmsprop(const RmspropStep& s)
      : decayed(s.weight_decay, s.maximize),
        lr(static_cast<T>(s.lr)),
        alpha(static_cast<T>(s.alpha)),
        share(static_cast<T>(1 - s.alpha)),
        eps(static_cast<T>(s.eps)),
        momentum(static_cast<T>(s.momentum)) {}

  [[gnu::always_inline]] T operator()(T g, T x, T& square, T& velocity, T& mean) const {
    const T d = decayed(g, x);
    square = alpha * square + share * d * d;
    T second = square;
    if constexpr (kCentered) {
      mean += share * (d - mean);
      second = square - mean * mean;
      // Of a gradient that does not change, rounding may leave less than nothing.
      second = second < T(0) ? T(0) : second;
    }
    T change = d / (std::sqrt(second) + eps);
    if constexpr (kMomentum) change = velocity = momentum * velocity + change;
    return x - lr * change;
  }
};

template <class T>
struct Adagrad {
  static constexpr unsigned kBuffers = 0b1;
  Decayed<T> decayed;
  T lr, eps;
  explicit Adagrad(const AdagradStep& s)
      : decayed(s.weight_decay, s.maximize), lr(static_cast<T>(s.lr)), eps(static_cast<T>(s.eps)) {}

  [[gnu::always_inline]] T operator()(T g, T x, T& sum, T&, T&) const {
    const T d = decayed(g, x);
    sum += d * d;
    return x - lr * d / (std::sqrt(sum) + eps);
  }
};

template <class T>
struct Adadelta {
  static constexpr unsigned kBuffers = 0b11;
  Decayed<T> decayed;
  T lr, rho, share, eps;
  explicit Adadelta(const AdadeltaStep& s)
      : decayed(s.weight_decay, s.maximize),
        lr(static_cast<T>(s.lr)),
        rho(static_cast<T>(s.rho)),
        share(static_cast<T>(1 - s.rho)),
        eps(static_cast<T>(s.eps)) {}

  [[gnu::always_inline]] T operator()(T g, T x, T& square, T& changes, T&) const {
    const T d = decayed(g, x);
    square = rho * square + share * d * d;
    const T change = std::sqrt(changes + eps) / std::sqrt(square + eps) * d;
    changes = rho * changes + share * change * change;
    return x - lr * change;
  }
};

template <class T>
struct Adamax {
  static constexpr unsigned kBuffers = 0b11;
  Decayed<T> decayed;
  T lr, share1, beta2, eps;
  explicit Adamax(const AdamaxStep& s)
      : decayed(s.weight_decay, s.maximize),
        lr(static_cast<T>(s.lr)),
        share1(static_cast<T>(1 - s.beta1)),
        beta2(static_cast<T>(s.beta2)),
        eps(static_cast<T>(s.eps)) {}

  [[gnu::always_inline]] T operator()(T g, T x, T& m, T& largest, T&) const {
    const T d = decayed(g, x);
    m += share1 * (d - m);
    const T faded = beta2 * largest, now = std::abs(d) + eps;
    largest = faded < now ? now : faded;
    return x - lr * m / largest;
  }
};

template <class T, bool kDecoupled>
struct Nadam {
  static constexpr unsigned kBuffers = 0b11;
  Decayed<T> decayed;
  T keep, share1, beta2, share2, eps, root2, rate_gradient, rate_m;
  explicit Nadam(const NadamStep& s)
      : decayed(kDecoupled ? 0 : s.weight_decay, s.maximize),
        keep(static_cast<T>(1 - s.lr * s.weight_decay)),
        share1(static_cast<T>(1 - s.beta1)),
        beta2(static_cast<T>(s.beta2)),
        share2(static_cast<T>(1 - s.beta2)),
        eps(static_cast<T>(s.eps)),
        root2(static_cast<T>(1 / std::sqrt(s.correction2))),
        rate_gradient(static_cast<T>(s.rate_gradient)),
        rate_m(static_cast<T>(s.rate_m)) {}

  [[gnu::always_inline]] T operator()(T g, T x, T& m, T& v, T&) const {
    const T d = decayed(g, x);
    m += share1 * (d - m);
    v = beta2 * v + share2 * d * d;
    const T change = (rate_gradient * d + rate_m * m) / (std::sqrt(v) * root2 + eps);
    return kDecoupled ? keep * x - change : x - change;
  }
};

template <class T, bool kDecoupled, bool kRectified>
struct Radam {
  static constexpr unsigned kBuffers = 0b11;
  Decayed<T> decayed;
  T keep, share1, beta2, share2, eps, rate;
  explicit Radam(const RadamStep& s)
      : decayed(kDecoupled ? 0 : s.weight_decay, s.maximize),
        keep(static_cast<T>(1 - s.lr * s.weight_decay)),
        share1(static_cast<T>(1 - s.beta1)),
        beta2(static_cast<T>(s.beta2)),
        share2(static_cast<T>(1 - s.beta2)),
        eps(static_cast<T>(s.eps)),
        rate(static_cast<T>(s.rate)) {}

  [[gnu::always_inline]] T operator()(T g, T x, T& m, T& v, T&) const {
    const T d = decayed(g, x);
    m += share1 * (d - m);
    v = beta2 * v + share2 * d * d;
    T change = rate * m;
    if constexpr (kRectified) change /= std::sqrt(v) + eps;
    return kDecoupled ? keep * x - change : x - change;
  }
};

template <class T>
struct Lion {
  static constexpr unsigned kBuffers = 0b1;
  T keep, lr, beta1, share1, beta2, share2, sign;
  explicit Lion(const LionStep& s)
      : keep(static_cast<T>(1 - s.lr * s.weight_decay)),
        lr(static_cast<T>(s.lr)),
        beta1(static_cast<T>(s.beta1)),
        share1(static_cast<T>(1 - s.beta1)),
        beta2(static_cast<T>(s.beta2)),
        share2(static_cast<T>(1 - s.beta2)),
        sign(s.maximize ? T(-1) : T(1)) {}

  [[gnu::always_inline]] T operator()(T g, T x, T& m, T&, T&) const {
    const T d = sign * g, c = beta1 * m + share1 * d;
    m = beta2 * m + share2 * d;
    return keep * x - lr * (c > T(0) ? T(1) : c < T(0) ? T(-1) : c);  // 0 and NaN as they are
  }
};

template <class T>
void rmsprop(int64_t count, const Segment* segments, RmspropStep step) {
  if (step.momentum > 0 && step.centered)
    update<T>(count, segments, Rmsprop<T, true, true>(step));
  else if (step.momentum > 0)
    update<T>(count, segments, Rmsprop<T, true, false>(step));
  else if (step.centered)
    update<T>(count, segments, Rmsprop<T, false, true>(step));
  else
    update<T>(count, segments, Rmsprop<T, false, false>(step));
}

// Of a rule without variants.
template <class T, class Rule, class Step>
void run(int64_t count, const Segment* segments, Step step) {
  update<T>(count, segments, Rule(step));
}

template <class T>
void nadam(int64_t count, const Segment* segments, NadamStep step) {
  if (step.decoupled)
    update<T>(count, segments, Nadam<T, true>(step));
  else
    update<T>(count, segments, Nadam<T, false>(step));
}

template <class T>
void radam(int64_t count, const Segment* segments, RadamStep step) {
  if (step.decoupled && step.rectified)
    update<T>(count, segments, Radam<T, true, true>(step));
  else if (step.decoupled)
    update<T>(count, segments, Radam<T, true, false>(step));
  else if (step.rectified)
    update<T>(count, segments, Radam<T, false, true>(step));
  else
    update<T>(count, segments, Radam<T, false, false>(step));
}

template <class T>
void install(Tables& tables) {
  tables.set(AdaptiveStep<T>{rmsprop<T>, run<T, Adagrad<T>>, run<T, Adadelta<T>>, run<T, Adamax<T>>,
                             nadam<T>, radam<T>, run<T, Lion<T>>});
}

}  // namespace

void install_adaptive(Tables& tables) {
  install<float>(tables);
  if constexpr (kOwnFloat64) install<double>(tables);
}

}  // namespace reel::kernels::REEL_ISA
