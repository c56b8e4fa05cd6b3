#pragma once
// Many counters of the generator at once. Included inside kernels only: everything here belongs to
// the level that compiles it.

#include <reel/core/kernels/vectors.h>
#include <reel/core/random.h>

#include <cstdint>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace reel::kernels::REEL_ISA {

inline constexpr int kPhiloxBatch = 16;

/// The low halves of the lanes times b: one instruction, where `*` takes three.
[[gnu::always_inline]] inline Vector<uint64_t> multiply_low_halves(const Vector<uint64_t>& a,
                                                                   uint32_t b) {
  const Vector<uint64_t> factor = Vector<uint64_t>{} + b;
#if defined(__AVX512F__)
  // The form with a mask: gcc 12 warns of the other, of a register that nothing reads.
  return reinterpret_cast<Vector<uint64_t>>(_mm512_maskz_mul_epu32(
      0xFF, reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(factor)));
#elif defined(__AVX2__)
  return reinterpret_cast<Vector<uint64_t>>(
      _mm256_mul_epu32(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(factor)));
#elif defined(__SSE2__)
  return reinterpret_cast<Vector<uint64_t>>(
      _mm_mul_epu32(reinterpret_cast<__m128i>(a), reinterpret_cast<__m128i>(factor)));
#else
  return (a & 0xFFFFFFFF) * factor;
#endif
}

/// words[k][b]: word k of the block with counter first + b * step. The same numbers as philox(),
/// whose ten rounds the compiler does not turn into vectors by itself.
[[gnu::always_inline]] inline void philox_batch(uint64_t seed, uint64_t first, uint64_t step,
                                                uint32_t (&words)[4][kPhiloxBatch]) {
  using Wide = Vector<uint64_t>;
  constexpr int kLanes = kWidth<uint64_t>;
  typedef uint32_t Narrow __attribute__((vector_size(4 * kLanes)));
  for (int part = 0; part < kPhiloxBatch; part += kLanes) {
    Wide counter;
    for (int b = 0; b < kLanes; ++b) counter[b] = first + static_cast<uint64_t>(part + b) * step;
    // 32-bit words in the low halves of 64-bit lanes, so that a product fits; what is above is
    // never read.
    Wide c0 = counter, c1 = counter >> 32, c2 = {}, c3 = {};
    auto k0 = static_cast<uint32_t>(seed), k1 = static_cast<uint32_t>(seed >> 32);
    for (int round = 0; round < 10; ++round) {
      const Wide p0 = multiply_low_halves(c0, 0xD2511F53), p1 = multiply_low_halves(c2, 0xCD9E8D57);
      c0 = (p1 >> 32) ^ c1 ^ uint64_t { k0 };
      c2 = (p0 >> 32) ^ c3 ^ uint64_t { k1 };
      c1 = p1;
      c3 = p0;
      k0 += 0x9E3779B9;
      k1 += 0xBB67AE85;
    }
    put_lanes(words[0] + part, __builtin_convertvector(c0, Narrow));
    put_lanes(words[1] + part, __builtin_convertvector(c1, Narrow));
    put_lanes(words[2] + part, __builtin_convertvector(c2, Narrow));
    put_lanes(words[3] + part, __builtin_convertvector(c3, Narrow));
  }
}

}  // namespace reel::kernels::REEL_ISA
