#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/lanes.h>
#include <reel/core/kernels/level.h>
#include <reel/core/kernels/segments.h>

#include <cmath>

namespace reel::kernels::REEL_ISA {

namespace {

template <class T, bool kMomentum, bool kNesterov>
struct Sgd {
  static constexpr unsigned kBuffers = kMomentum ? 0b1 : 0;
  T lr, decay, sign, momentum, share, ahead;
  explicit Sgd(const SgdStep& s)
      : lr(static_cast<T>(s.lr)),
        decay(static_cast<T>(s.weight_decay)),
        sign(s.maximize ? T(-1) : T(1)),
        momentum(static_cast<T>(s.first ? 0 : s.momentum)),
        share(static_cast<T>(s.first ? 1 : 1 - s.dampening)),
        ahead(static_cast<T>(s.momentum)) {}

  [[gnu::always_inline]] T operator()(T g, T x, T& v, T&, T&) const {
    T d = sign * g + decay * x;
    if constexpr (kMomentum) {
      v = momentum * v + share * d;
      d = kNesterov ? d + ahead * v : v;
    }
    return x - lr * d;
  }
};

template <class T, bool kDecoupled, bool kAmsgrad>
struct Adam {
  static constexpr unsigned kBuffers = kAmsgrad ? 0b111 : 0b11;
  T share1, beta2, share2, eps, decay, keep, lr, root2, sign;
  explicit Adam(const AdamStep& s)
      : share1(static_cast<T>(1 - s.beta1)),
        beta2(static_cast<T>(s.beta2)),
        share2(static_cast<T>(1 - s.beta2)),
        eps(static_cast<T>(s.eps)),
        decay(static_cast<T>(s.weight_decay)),
        keep(static_cast<T>(1 - s.lr * s.weight_decay)),
        lr(static_cast<T>(s.lr / s.correction1)),
        root2(static_cast<T>(1 / std::sqrt(s.correction2))),
        sign(s.maximize ? T(-1) : T(1)) {}

  [[gnu::always_inline]] T operator()(T g, T x, T& m, T& v, T& v_max) const {
    const T d = kDecoupled ? sign * g : sign * g + decay * x;
    m += share1 * (d - m);
    v = beta2 * v + share2 * d * d;
    T second = v;
    if constexpr (kAmsgrad) second = v_max = v_max < second ? second : v_max;
    const T change = lr * m / (std::sqrt(second) * root2 + eps);
    return kDecoupled ? keep * x - change : x - change;
  }
};

template <class T>
void sgd(int64_t count, const Segment* segments, SgdStep step) {
  if (step.momentum == 0)
    update<T>(count, segments, Sgd<T, false, false>(step));
  else if (step.nesterov)
    update<T>(count, segments, Sgd<T, true, true>(step));
  else
    update<T>(count, segments, Sgd<T, true, false>(step));
}

template <class T>
void adam(int64_t count, const Segment* segments, AdamStep step) {
  if (step.decoupled && step.amsgrad)
    update<T>(count, segments, Adam<T, true, true>(step));
  else if (step.decoupled)
    update<T>(count, segments, Adam<T, true, false>(step));
  else if (step.amsgrad)
    update<T>(count, segments, Adam<T, false, true>(step));
  else
    update<T>(count, segments, Adam<T, false, false>(step));
}

// --- averaging ---

template <class T>
struct Lerp {
  static constexpr unsigned kBuffers = 0;
  T share;
  [[gnu::always_inline]] T operator()(T g, T x, T&, T&, T&) const { return x + share * (g - x); }
};

template <class T>
void lerp(int64_t count, const Segment* segments, double share) {
  update<T>(count, segments, Lerp<T>{static_cast<T>(share)});
}

// --- clipping ---

template <class T>
void scale(int64_t count, const Segment* segments, double factor) {
  const T by = static_cast<T>(factor);
  for_ranges(count, segments, [=](int64_t begin, int64_t end, const Segment& s) {
    T* x = static_cast<T*>(s.x);
    for (int64_t i = begin; i < end; ++i) x[i] *= by;
  });
}

int64_t chunks_of(const Segment& s) { return (s.N + kSquaresChunk - 1) / kSquaresChunk; }

template <class T>
double sum_of_chunk(const Segment& s, int64_t c) {
  constexpr int64_t kRun = 1024;  // added in T before moving on to double, which keeps the digits
  const int64_t stop = (c + 1) * kSquaresChunk < s.N ? (c + 1) * kSquaresChunk : s.N;
  double sum = 0;
  for (int64_t i = c * kSquaresChunk; i < stop; i += kRun) {
    const T* run = static_cast<const T*>(s.g) + i;
    const int64_t n = stop - i < kRun ? stop - i : kRun;
    sum += static_cast<double>(sum_of<T>(n, [=](int64_t k) { return run[k] * run[k]; }));
  }
  return sum;
}

template <class T>
void sum_of_squares(int64_t count, const Segment* segments, double* partial) {
  int64_t chunks = 0, elements = 0;
  for (int64_t i = 0; i < count; ++i) {
    chunks += chunks_of(segments[i]);
    elements += segments[i].N;
  }
  parallel_for(chunks, elements, [=](int64_t begin, int64_t end) {
    int64_t before = 0;  // chunks of the segments before s
    for (const Segment* s = segments; before < end; before += chunks_of(*s++))
      for (int64_t c = 0; c < chunks_of(*s); ++c)
        if (before + c >= begin && before + c < end) partial[before + c] = sum_of_chunk<T>(*s, c);
  });
}

template <class T>
void install(Tables& tables) {
  tables.set(OptimizerStep<T>{sgd<T>, adam<T>, lerp<T>, scale<T>, sum_of_squares<T>});
}

}  // namespace

void install_optimizer(Tables& tables) {
  install<float>(tables);
  if constexpr (kOwnFloat64) install<double>(tables);
}

}  // namespace reel::kernels::REEL_ISA
