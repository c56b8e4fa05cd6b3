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
REEL_INLINE double sin(double x) { return __builtin_sin(x); }
REEL_INLINE double cos(double x) { return __builtin_cos(x); }
REEL_INLINE double pow(double x, double p) { return __builtin_pow(x, p); }
REEL_INLINE double exp(double x) { return __builtin_exp(x); }
REEL_INLINE double expm1(double x) { return __builtin_expm1(x); }
REEL_INLINE double log(double x) { return __builtin_log(x); }
REEL_INLINE double log1p(double x) { return __builtin_log1p(x); }
REEL_INLINE double tanh(double x) { return __builtin_tanh(x); }
REEL_INLINE double erf(double x) { return __builtin_erf(x); }
REEL_INLINE double log2(double x) { return __builtin_log2(x); }
REEL_INLINE double log10(double x) { return __builtin_log10(x); }
REEL_INLINE double tan(double x) { return __builtin_tan(x); }
REEL_INLINE double asin(double x) { return __builtin_asin(x); }
REEL_INLINE double acos(double x) { return __builtin_acos(x); }
REEL_INLINE double atan(double x) { return __builtin_atan(x); }

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

/// x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)], and rest = log(1 + f) - f.
struct ReducedLog {
  float k, f, rest;
};
REEL_INLINE ReducedLog reduced_log(float x) {
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
  return {static_cast<float>(e), f, f * f * (f * p - 0.5f)};
}

/// y, or what a logarithm is outside its domain.
REEL_INLINE float with_limits_of_log(float x, float y) {
  const float special = where(x == 0, -kInfinity, where(x < 0, __builtin_nanf(""), x));
  return where((x > 0) & (x < kInfinity), y, special);
}

REEL_INLINE float log(float x) {
  const ReducedLog l = reduced_log(x);
  return with_limits_of_log(x, l.k * kLn2High + (l.f + (l.k * kLn2Low + l.rest)));
}

REEL_INLINE float log2(float x) {
  const ReducedLog l = reduced_log(x);
  return with_limits_of_log(x, l.k + (l.f + l.rest) * 1.44269504f);
}

REEL_INLINE float log10(float x) {
  constexpr float kHigh = 0x1.344p-2f, kLow = 0x1.3509f8p-18f;  // log10(2)
  const ReducedLog l = reduced_log(x);
  return with_limits_of_log(x, l.k * kHigh + (l.k * kLow + (l.f + l.rest) * 0.434294482f));
}

/// |x|^p = 2^t with t = p log2 |x|, for finite |x| > 0. In double: t is as large as 150, and the
/// power as wrong as t, not as its last place. log2 m = s q(s^2) with s = (m - 1) / (m + 1).
REEL_INLINE float power_of_size(float size, float p) {
  constexpr double kRound = 0x1.8p52;  // adding it leaves the nearest integer in the low bits
  const int32_t e = (bits_of(size) - 0x3f3504f3) >> 23;
  const double m = float_of(bits_of(size) - e * (1 << 23));
  const double s = (m - 1) / (m + 1), z = s * s;
  double q = 0.340730126942967;
  q = q * z + 0.411672717808902;
  q = q * z + 0.577083584987892;
  q = q * z + 0.961796673341649;
  q = q * z + 2.88539008179009;
  const double t = p * (e + s * q);
  const double bounded = where(abs(t) > 200, __builtin_copysign(200, t), t);
  const double shifted = bounded + kRound, r = bounded - (shifted - kRound);
  double y = 0.000153458117987884;
  y = y * r + 0.00133999312169692;
  y = y * r + 0.00961848895785376;
  y = y * r + 0.0555032877696975;
  y = y * r + 0.240226468906274;
  y = y * r + 0.693147205737264;
  y = y * r + 1;
  const auto k = static_cast<int32_t>(__builtin_bit_cast(int64_t, shifted));
  const float half = power_of_two(k >> 1);  // in two steps, since 2^128 and 2^-150 are no floats
  return static_cast<float>(y) * half * power_of_two(k - (k >> 1));
}

/// x^p, where 0, infinite and negative numbers and NaN give what C's pow gives.
REEL_INLINE float pow(float x, float p) {
  const float size = abs(x), half = 0.5f * p;
  const bool integer = floor(p) == p, odd = integer & (floor(half) != half);
  const float extreme = where((size == 0) == (p > 0), 0.0f, kInfinity);
  float y = power_of_size(size, p);
  y = where((size == 0) | (size == kInfinity), extreme, y);
  y = where(size == 1, 1.0f, y);
  y = where((bits_of(x) < 0) & odd, -y, y);
  y = where((x < 0) & (x > -kInfinity) & !integer, __builtin_nanf(""), y);
  y = where((x == x) & (p == p), y, x + p);
  return where((p == 0) | (x == 1), 1.0f, y);
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

/// Angles up to which sine, cosine and tangent of float are right. Beyond, the C library is asked.
inline constexpr float kLargestAngle = 0x1p22f;

/// x = n pi / 2 + r with |r| <= pi / 4. In double, since n pi / 2 cancels most digits of x.
struct ReducedAngle {
  uint32_t n;
  float r;
};
REEL_INLINE ReducedAngle reduced_angle(float x) {
  constexpr double kRound = 0x1.8p52, kHigh = 0x1.921fb54p0, kLow = 0x1.10b4611a62633p-30;
  const auto exact = static_cast<double>(x);
  // Adding kRound leaves n in the low bits, which are defined for any x, too.
  const double shifted = exact * 0.63661977236758134 + kRound, n = shifted - kRound;
  return {static_cast<uint32_t>(__builtin_bit_cast(uint64_t, shifted)),
          static_cast<float>((exact - n * kHigh) - n * kLow)};
}
/// sin(r + n pi / 2) for |r| <= pi / 4.
REEL_INLINE float sin_of(const ReducedAngle& a) {
  const float u = a.r * a.r;
  float s = -0.000195149558f;
  s = s * u + 0.00833215839f;
  s = s * u - 0.166666546f;
  float c = 2.44327827e-05f;
  c = c * u - 0.0013887313f;
  c = c * u + 0.0416666456f;
  const float y = where((a.n & 1) != 0, 1 - (0.5f * u - u * u * c), a.r + a.r * u * s);
  return float_of(bits_of(y) ^ static_cast<int32_t>((a.n & 2) << 30));
}

REEL_INLINE float sin(float x) { return where(x == 0, x, sin_of(reduced_angle(x))); }
REEL_INLINE float cos(float x) {
  const ReducedAngle a = reduced_angle(x);
  return sin_of({a.n + 1, a.r});
}
REEL_INLINE float tan(float x) {
  const ReducedAngle a = reduced_angle(x);
  const float u = a.r * a.r;
  float p = 0.00939572745f;
  p = p * u + 0.00310276678f;
  p = p * u + 0.0244406415f;
  p = p * u + 0.0534083927f;
  p = p * u + 0.133388336f;
  p = p * u + 0.333331556f;
  const float t = a.r + a.r * u * p;
  return where(x == 0, x, where((a.n & 1) != 0, -1 / t, t));
}

inline constexpr float kHalfPi = 0x1.921fb6p0f, kHalfPiLow = -0x1.777a5cp-25f;

/// Within 1 a polynomial, else pi / 2 less that of 1 / |x|.
REEL_INLINE float atan(float x) {
  const float a = abs(x), z = where(a > 1, 1 / a, a), u = z * z;
  float p = -0.00179358912f;
  p = p * u + 0.0109144609f;
  p = p * u - 0.031177578f;
  p = p * u + 0.0579573269f;
  p = p * u - 0.0840343489f;
  p = p * u + 0.109521806f;
  p = p * u - 0.142642407f;
  p = p * u + 0.199985482f;
  p = p * u - 0.333332991f;
  const float y = z + z * u * p;
  return with_sign_of(where(a > 1, kHalfPi - (y - kHalfPiLow), y), x);
}

/// asin(|x|) up to 1/2, else asin(sqrt((1 - |x|) / 2)), half of what pi / 2 exceeds it by.
REEL_INLINE float half_asin(float a) {
  const float u = where(a > 0.5f, (1 - a) * 0.5f, a * a), s = where(a > 0.5f, sqrt(u), a);
  float p = 0.0421663478f;
  p = p * u + 0.0241794925f;
  p = p * u + 0.0454703804f;
  p = p * u + 0.0749529761f;
  p = p * u + 0.166667525f;
  return s + s * u * p;
}
REEL_INLINE float asin(float x) {
  const float a = abs(x), y = half_asin(a);
  return with_sign_of(where(a > 0.5f, kHalfPi - (2 * y - kHalfPiLow), y), x);
}
REEL_INLINE float acos(float x) {
  const float a = abs(x), y = half_asin(a);
  const float outer = where(x < 0, 2 * kHalfPi - (2 * y - 2 * kHalfPiLow), 2 * y);
  return where(a > 0.5f, outer, kHalfPi - (with_sign_of(y, x) - kHalfPiLow));
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
