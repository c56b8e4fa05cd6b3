#pragma once
// What this machine can do at most, measured: multiply-adds of registers, and bandwidth of memory.

#include <reel/core/creation.h>
#include <reel/core/isa.h>
#include <reel/core/parallel.h>
#include <reel/core/tensor.h>

#include <cstdint>
#include <string>

#include "bench/timing.h"

namespace bench {

template <int kBytes>
struct Floats {
  typedef float type __attribute__((vector_size(kBytes)));
};

// 12 independent chains hide the latency of a multiply-add on every x86-64 of the last ten years.
// Where they start is unknown to the compiler, which would leave out one that x and y do not change
// (2 * 0.5 + 1 = 2).
template <int kBytes>
[[gnu::always_inline]] inline float multiply_adds(int64_t n) {
  using Vector = typename Floats<kBytes>::type;
  constexpr int kChains = 12;
  Vector acc[kChains] = {}, x = {}, y = {};
  volatile float start = 0.5f;
  x += start;
  y += start;
  for (int c = 0; c < kChains; ++c) acc[c] += start;
  for (int64_t i = 0; i < n; ++i) {
#pragma GCC unroll 12
    for (int c = 0; c < kChains; ++c) acc[c] = acc[c] * x + y;
  }
  Vector sum = {};
  for (const Vector& a : acc) sum += a;
  return sum[0];
}

#if defined(__x86_64__)
[[gnu::target("avx512f,fma"), gnu::noinline]] inline float multiply_adds_512(int64_t n) {
  return multiply_adds<64>(n);
}
[[gnu::target("avx2,fma"), gnu::noinline]] inline float multiply_adds_256(int64_t n) {
  return multiply_adds<32>(n);
}
#endif
[[gnu::noinline]] inline float multiply_adds_128(int64_t n) { return multiply_adds<16>(n); }

/// GFLOP/s of float32 multiply-adds, all threads together, at the level in use.
inline double measure_peak() {
  float (*run)(int64_t) = multiply_adds_128;
  double lanes = 4;
#if defined(__x86_64__)
  if (std::string(reel::name_of(reel::active_isa())) == "avx512")
    run = multiply_adds_512, lanes = 16;
  if (std::string(reel::name_of(reel::active_isa())) == "avx2") run = multiply_adds_256, lanes = 8;
#endif
  constexpr int64_t kSteps = 200000;
  const int threads = reel::num_threads();
  volatile float sink = 0;
  const Timing t = measure(0.2, [&] {
    reel::parallel_for(threads, int64_t{1} << 40, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) sink = run(kSteps);
    });
  });
  return 2 * 12 * lanes * static_cast<double>(kSteps) * threads / t.min_ms * 1e-6;
}

/// GB/s of a = b + s * c on arrays far larger than the caches, counting 12 bytes an element.
inline double measure_triad() {
  constexpr int64_t n = int64_t{1} << 24;
  const reel::Tensor a = reel::zeros({n}), b = reel::ones({n}), c = reel::ones({n});
  float* pa = a.data_ptr<float>();
  const float *pb = b.data_ptr<float>(), *pc = c.data_ptr<float>();
  const Timing t = measure(0.3, [&] {
    reel::parallel_for(n, n, [=](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) pa[i] = pb[i] + 0.5f * pc[i];
    });
  });
  return 12.0 * n / t.min_ms * 1e-6;
}

}  // namespace bench
