#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/lanes.h>
#include <reel/core/parallel.h>

#include <cmath>

namespace reel::kernels::REEL_ISA {

namespace {

// Threads share whole blocks: the last elements of a range, which do not fill a vector, may round
// otherwise than the same elements inside one, and must be the same ones for any number of threads.
constexpr int64_t kBlock = 2048;

template <class F>
[[gnu::always_inline]] inline void for_blocks(int64_t N, int64_t cost, F f) {
  parallel_for((N + kBlock - 1) / kBlock, cost * N, [=](int64_t begin, int64_t end) {
    f(begin * kBlock, end * kBlock < N ? end * kBlock : N);
  });
}

// The options that change the shape of the loop are template parameters, so that each loop is a
// plain run of vector arithmetic.
template <class T, bool kMomentum, bool kNesterov>
void sgd_range(int64_t begin, int64_t end, SgdStep step, const T* __restrict g, T* __restrict x,
               T* __restrict v) {
  const T lr = static_cast<T>(step.lr), decay = static_cast<T>(step.weight_decay),
          sign = step.maximize ? T(-1) : T(1);
  const T momentum = static_cast<T>(step.first ? 0 : step.momentum),
          share = static_cast<T>(step.first ? 1 : 1 - step.dampening),
          ahead = static_cast<T>(step.momentum);
  for (int64_t i = begin; i < end; ++i) {
    T d = sign * g[i] + decay * x[i];
    if constexpr (kMomentum) {
      v[i] = momentum * v[i] + share * d;
      d = kNesterov ? d + ahead * v[i] : v[i];
    }
    x[i] -= lr * d;
  }
}

template <class T>
void sgd(int64_t N, SgdStep step, const T* g, T* x, T* v) {
  for_blocks(N, 2, [=](int64_t begin, int64_t end) {
    if (!v)
      sgd_range<T, false, false>(begin, end, step, g, x, v);
    else if (step.nesterov)
      sgd_range<T, true, true>(begin, end, step, g, x, v);
    else
      sgd_range<T, true, false>(begin, end, step, g, x, v);
  });
}

template <class T, bool kDecoupled, bool kAmsgrad>
void adam_range(int64_t begin, int64_t end, AdamStep step, const T* __restrict g, T* __restrict x,
                T* __restrict m, T* __restrict v, T* __restrict v_max) {
  const T share1 = static_cast<T>(1 - step.beta1), beta2 = static_cast<T>(step.beta2),
          share2 = static_cast<T>(1 - step.beta2), eps = static_cast<T>(step.eps),
          decay = static_cast<T>(step.weight_decay),
          keep = static_cast<T>(1 - step.lr * step.weight_decay),
          lr = static_cast<T>(step.lr / step.correction1),
          root2 = static_cast<T>(1 / std::sqrt(step.correction2)),
          sign = step.maximize ? T(-1) : T(1);
  for (int64_t i = begin; i < end; ++i) {
    const T d = kDecoupled ? sign * g[i] : sign * g[i] + decay * x[i];
    m[i] += share1 * (d - m[i]);
    v[i] = beta2 * v[i] + share2 * d * d;
    T second = v[i];
    if constexpr (kAmsgrad) second = v_max[i] = v_max[i] < second ? second : v_max[i];
    const T change = lr * m[i] / (std::sqrt(second) * root2 + eps);
    x[i] = kDecoupled ? keep * x[i] - change : x[i] - change;
  }
}

template <class T>
void adam(int64_t N, AdamStep step, const T* g, T* x, T* m, T* v, T* v_max) {
  for_blocks(N, 6, [=](int64_t begin, int64_t end) {
    if (step.decoupled && v_max)
      adam_range<T, true, true>(begin, end, step, g, x, m, v, v_max);
    else if (step.decoupled)
      adam_range<T, true, false>(begin, end, step, g, x, m, v, v_max);
    else if (v_max)
      adam_range<T, false, true>(begin, end, step, g, x, m, v, v_max);
    else
      adam_range<T, false, false>(begin, end, step, g, x, m, v, v_max);
  });
}

template <class T>
void sum_of_squares(int64_t N, const T* g, double* partial) {
  constexpr int64_t kRun = 1024;  // added in T before moving on to double, which keeps the digits
  const int64_t chunks = (N + kSquaresChunk - 1) / kSquaresChunk;
  parallel_for(chunks, N, [=](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; ++c) {
      const int64_t stop = (c + 1) * kSquaresChunk < N ? (c + 1) * kSquaresChunk : N;
      double sum = 0;
      for (int64_t i = c * kSquaresChunk; i < stop; i += kRun) {
        const T* run = g + i;
        const int64_t n = stop - i < kRun ? stop - i : kRun;
        sum += static_cast<double>(sum_of<T>(n, [=](int64_t k) { return run[k] * run[k]; }));
      }
      partial[c] = sum;
    }
  });
}

template <class T>
void install(Tables& tables) {
  tables.set(OptimizerStep<T>{sgd<T>, adam<T>, sum_of_squares<T>});
}

}  // namespace

void install_optimizer(Tables& tables) {
  install<float>(tables);
  install<double>(tables);
}

}  // namespace reel::kernels::REEL_ISA
