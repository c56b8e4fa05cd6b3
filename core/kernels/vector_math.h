#pragma once
// Elementary functions of one element. The float versions have no branches or calls, so loops over
// them become vector code; errors in units of the last place are measured in tests/core.
// Polynomials are minimax fits (Remez) on the stated intervals. The double versions are libm's.
// Included inside kernels only: everything here belongs to the level that compiles it. Denormals
// are flushed to zero wherever kernels run, so none of this handles them.

#include <cstdint>

namespace reel::kernels::REEL_ISA {

#define REEL_INLINE [[gnu::always_inline]] inline

template <class T>
REEL_INLINE T where(bool condition, T a, T b) {
  return condition ? a : b;
}

REEL_INLINE int32_t bits_of(float x) { return __builtin_bit_cast(int32_t, x); }
REEL_INLINE float float_of(int32_t bits) { return __builtin_bit_cast(float, bits); }
REEL_INLINE float with_sign_of(float x, float sign) {
  return float_of((bits_of(x) & 0x7fffffff) | (bits_of(sign) & INT32_MIN));
}

REEL_INLINE float abs(float x) { return __builtin_fabsf(x); }
REEL_INLINE double abs(double x) { return __builtin_fabs(x); }
REEL_INLINE float sqrt(float x) { return __builtin_sqrtf(x); }
REEL_INLINE double sqrt(double x) { return __builtin_sqrt(x); }
REEL_INLINE float floor(float x) { return __builtin_floorf(x); }
REEL_INLINE double floor(double x) { return __builtin_floor(x); }
REEL_INLINE float sin(float x) { return __builtin_sinf(x); }
REEL_INLINE double sin(double x) { return __builtin_sin(x); }
REEL_INLINE float cos(float x) { return __builtin_cosf(x); }
REEL_INLINE double cos(double x) { return __builtin_cos(x); }
REEL_INLINE float pow(float x, float p) { return __builtin_powf(x, p); }
REEL_INLINE double pow(double x, double p) { return __builtin_pow(x, p); }
REEL_INLINE double exp(double x) { return __builtin_exp(x); }
REEL_INLINE double expm1(double x) { return __builtin_expm1(x); }
REEL_INLINE double log(double x) { return __builtin_log(x); }
REEL_INLINE double log1p(double x) { return __builtin_log1p(x); }
REEL_INLINE double tanh(double x) { return __builtin_tanh(x); }
REEL_INLINE double erf(double x) { return __builtin_erf(x); }

template <class T>
REEL_INLINE T square(T x) {
  return x * x;
}

/// -1, 0 or 1; 0 of NaN.
template <class T>
REEL_INLINE T sign(T x) {
  return where(x > 0, T(1), where(x < 0, T(-1), T(0)));
}

inline constexpr float kLn2High = 0x1.62e4p-1f, kLn2Low = 0x1.7f7d1cp-20f;
inline constexpr float kInfinity = __builtin_inff();

/// e^x = 2^k (1 + p), from x = k ln 2 + r with |r| <= ln(2) / 2 and p = e^r - 1.
struct ReducedExp {
  int32_t k;
  float p;
};
REEL_INLINE ReducedExp reduced_exp(float x) {
  constexpr float kRound = 0x1.8p23f;  // adding it leaves the nearest integer in the low bits
  const float shifted = x * 1.44269504f + kRound;
  const float n = shifted - kRound;
  const float r = x - n * kLn2High - n * kLn2Low;
  float q = 0.000199142771f;
  q = q * r + 0.00139411027f;
  q = q * r + 0.00833327323f;
  q = q * r + 0.041666355f;
  q = q * r + 0.166666672f;
  q = q * r + 0.5f;
  return {bits_of(shifted) - bits_of(kRound), r + r * r * q};
}

/// 2^k for -126 <= k <= 128, where 2^128 is infinite; anything for other k.
REEL_INLINE float power_of_two(int32_t k) {
  return float_of(static_cast<int32_t>((static_cast<uint32_t>(k) + 127u) << 23));
}

// Bounds are written as functions of x: had one path a constant, g++ would compute what follows
// from it on a path of its own, and the loop would not become vector code.
REEL_INLINE float exp(float x) {
  const float bounded = where(abs(x) > 104.0f, with_sign_of(104.0f, x), x);
  const ReducedExp e = reduced_exp(bounded);
  const float half = power_of_two(e.k >> 1);  // in two steps, since 2^128 and 2^-150 are no floats
  return (half + half * e.p) * power_of_two(e.k - (e.k >> 1));
}

/// The same bits for -80 <= x <= 80, where one step suffices.
REEL_INLINE float exp_within(float x) {
  const ReducedExp e = reduced_exp(x);
  const float scale = power_of_two(e.k);
  return scale + scale * e.p;
}

REEL_INLINE float expm1(float x) {
  const float low = where(x < -25.0f, with_sign_of(25.0f, x), x);
  const float bounded = where(x > 89.0f, with_sign_of(89.0f, x), low);
  const ReducedExp e = reduced_exp(bounded);
  const float half = power_of_two(e.k - 1);  // half the scale, since 2^128 is no float
  return 2 * (half * e.p + (half - 0.5f));
}

/// From x = 2^e (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)].
REEL_INLINE float log(float x) {
  const int32_t e = (bits_of(x) - 0x3f3504f3) >> 23;
  const float f = float_of(bits_of(x) - e * (1 << 23)) - 1;
  float p = -0.0785984248f;
  p = p * f + 0.12881726f;
  p = p * f - 0.131287098f;
  p = p * f + 0.141811803f;
  p = p * f - 0.16624558f;
  p = p * f + 0.200022861f;
  p = p * f - 0.250008106f;
  p = p * f + 0.333333164f;
  const float k = static_cast<float>(e);
  const float low = k * kLn2Low + f * f * (f * p - 0.5f);
  const float y = k * kLn2High + (f + low);
  const float special = where(x == 0, -kInfinity, where(x < 0, __builtin_nanf(""), x));
  return where((x > 0) & (x < kInfinity), y, special);
}

/// log of u = 1 + x, and what rounding u lost.
REEL_INLINE float log1p(float x) {
  const float u = 1 + x;
  const float lost = (x - (u - 1)) / u;
  return log(u) + where((u > 0) & (u < kInfinity), lost, 0.0f);
}

REEL_INLINE float tanh(float x) {
  const float t = expm1(-2 * abs(x));
  return with_sign_of(t / (2 + t), x);
}

template <class T>
REEL_INLINE T sigmoid(T x) {
  return 1 / (1 + exp(-x));
}

/// x + x S(x^2) below 0.92, 1 - exp(L(|x|)) with L near log(erfc) up to 4, where erf rounds to 1.
REEL_INLINE float erf(float x) {
  const float t = where(abs(x) > 4.0f, 4.0f, abs(x)), u = x * x;
  float s = 8.39779459e-05f;
  s = s * u - 0.000814980536f;
  s = s * u + 0.00520171598f;
  s = s * u - 0.0268597025f;
  s = s * u + 0.112837017f;
  s = s * u - 0.376126349f;
  s = s * u + 0.128379166f;
  float l = -2.11621573e-05f;
  l = l * t + 0.000435221795f;
  l = l * t - 0.00417465717f;
  l = l * t + 0.0251286626f;
  l = l * t - 0.108294003f;
  l = l * t - 0.633334577f;
  l = l * t - 1.12952089f;
  l = l * t + 0.000175879846f;
  return where(t < 0.92f, x + x * s, with_sign_of(1 - exp_within(l), x));
}

/// The cdf of the normal distribution: 1/2 + x P(v) within 5.5, where v = x^2 / (5.5^2 / 2) - 1
/// keeps the terms of P smaller than their sum. Of x >= 0 to 3 units in the last place, else to
/// 1e-7.
REEL_INLINE float normal_cdf(float x) {
  const float v = x * x * 0.0661156997f - 1;
  float p = -0.000241110218f;
  p = p * v + 0.000635680859f;
  p = p * v - 0.000514436688f;
  p = p * v + 0.000707525935f;
  p = p * v - 0.0024367217f;
  p = p * v + 0.00463671749f;
  p = p * v - 0.00680884905f;
  p = p * v + 0.0102191335f;
  p = p * v - 0.0150025981f;
  p = p * v + 0.0203671288f;
  p = p * v - 0.0260477066f;
  p = p * v + 0.0320699066f;
  p = p * v - 0.0387928225f;
  p = p * v + 0.0477376468f;
  p = p * v - 0.064172335f;
  p = p * v + 0.12855193f;
  return 0.5f + where(abs(x) > 5.5f, with_sign_of(0.5f, x), x * p);
}

/// The derivative of x normal_cdf(x) likewise, to 4 units and 2e-7.
REEL_INLINE float gelu_slope(float x) {
  const float v = x * x * 0.0661156997f - 1;
  float p = 0.00226958143f;
  p = p * v - 0.00582314003f;
  p = p * v + 0.00350819901f;
  p = p * v - 0.00323728216f;
  p = p * v + 0.0173414294f;
  p = p * v - 0.0322510973f;
  p = p * v + 0.0389973894f;
  p = p * v - 0.0499730743f;
  p = p * v + 0.0653147176f;
  p = p * v - 0.0740834847f;
  p = p * v + 0.0742243826f;
  p = p * v - 0.0686355978f;
  p = p * v + 0.0603167601f;
  p = p * v - 0.0537442304f;
  p = p * v + 0.0536651462f;
  p = p * v - 0.0657397062f;
  p = p * v + 0.128759205f;
  return 0.5f + where(abs(x) > 5.5f, with_sign_of(0.5f, x), x * p);
}

}  // namespace reel::kernels::REEL_ISA
