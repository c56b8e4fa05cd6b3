#pragma once
// The exponential in a form that loops over arrays vectorise. Included inside kernels only:
// everything here belongs to the level that compiles it.

#include <cmath>
#include <cstdint>

namespace reel::kernels::REEL_ISA {

/// e^x, to 1.5 units in the last place; 0, infinity and NaN where they belong.
[[gnu::always_inline]] inline float exponential(float x) {
  // Beyond these the result is 0 or infinity; a NaN fails both comparisons and stays.
  x = x < -104.0f ? -104.0f : x;
  x = x > 89.0f ? 89.0f : x;
  // x = n ln 2 + r: adding 1.5 * 2^23 rounds to the integer n, and leaves it in the low bits.
  constexpr float kRound = 12582912.0f;
  const float shifted = x * 1.44269504f + kRound;
  const float n = shifted - kRound;
  const float r = (x - n * 0.693145752f) - n * 1.42860677e-6f;  // ln 2 in two parts
  float p = 1.9875691500e-4f;  // (e^r - 1 - r) / r^2 on |r| <= ln 2 / 2, by minimax
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  // Times 2^n in two steps: n reaches from -150 to 128, an exponent only from -126 to 127.
  const int32_t bits = __builtin_bit_cast(int32_t, shifted) - __builtin_bit_cast(int32_t, kRound);
  const int32_t half = bits >> 1;
  const float first = __builtin_bit_cast(float, static_cast<uint32_t>(half + 127) << 23);
  const float second = __builtin_bit_cast(float, static_cast<uint32_t>(bits - half + 127) << 23);
  return p * first * second;
}

[[gnu::always_inline]] inline double exponential(double x) { return std::exp(x); }

}  // namespace reel::kernels::REEL_ISA
