#include <reel/core/kernels/kernels.h>
#include <reel/core/parallel.h>

#include <cmath>

namespace reel::kernels::REEL_ISA {

namespace {

constexpr int64_t kBuffer = 512;  // words drawn at a time, so that what follows works on arrays

// Calls make(words, count, y) for runs of elements, kWords words of the stream each.
template <int64_t kWords, class Y, class Make>
void generate(int64_t n, RandomStream stream, Y* y, Make make) {
  constexpr int64_t kRun = kBuffer / kWords;
  const int64_t runs = (n + kRun - 1) / kRun;
  parallel_for(runs, 8 * n, [=](int64_t begin, int64_t end) {
    uint32_t words[kBuffer];
    for (int64_t run = begin; run < end; ++run) {
      const int64_t first = run * kRun, count = n - first < kRun ? n - first : kRun;
      const uint64_t offset = stream.offset + static_cast<uint64_t>(first * kWords / 4);
      for (int64_t b = 0; 4 * b < count * kWords; ++b) {
        const PhiloxBlock block = philox(stream.seed, offset + static_cast<uint64_t>(b));
        for (int64_t k = 0; k < 4; ++k) words[4 * b + k] = block.v[k];
      }
      make(words, count, y + first);
    }
  });
}

[[gnu::always_inline]] inline uint64_t word64(const uint32_t* words) {
  return (uint64_t{words[1]} << 32) | words[0];
}

// Multiples of 2^-24 and 2^-53 in [0, 1): as many bits as the type has.
[[gnu::always_inline]] inline float unit(const uint32_t* words, float) {
  return static_cast<float>(words[0] >> 8) * 0x1p-24f;
}
[[gnu::always_inline]] inline double unit(const uint32_t* words, double) {
  return static_cast<double>(word64(words) >> 11) * 0x1p-53;
}

template <class T>
void uniform(int64_t n, RandomStream stream, T from, T to, T* y) {
  constexpr int64_t kWords = kRandomWords<T>;
  generate<kWords>(n, stream, y, [=](const uint32_t* words, int64_t count, T* out) {
    for (int64_t i = 0; i < count; ++i) {
      const T v = from + (to - from) * unit(words + i * kWords, T());
      out[i] = v < to ? v : from;  // rounding may reach the end of the range, which is not in it
    }
  });
}

// -2 ln((word + 1/2) / 2^32) by ln m = 2 atanh(s), s = (m - 1) / (m + 1), m in [1/sqrt 2, sqrt 2).
[[gnu::always_inline]] inline float minus_two_log(uint32_t word) {
  const float u = (static_cast<float>(word) + 0.5f) * 0x1p-32f;
  const auto bits = __builtin_bit_cast(int32_t, u);
  const int32_t exponent = (bits - 0x3F3504F3) >> 23;
  const float m = __builtin_bit_cast(float, bits - exponent * (1 << 23));
  const float s = (m - 1) / (m + 1), ss = s * s;
  const float log_m =
      s * (2 + ss * (2.0f / 3 + ss * (2.0f / 5 + ss * (2.0f / 7 + ss * (2.0f / 9)))));
  return -2 * (static_cast<float>(exponent) * 0.693147181f + log_m);
}

// Cosine and sine of 2 pi word / 2^32: the nearest quarter turn, and the series for what is left.
[[gnu::always_inline]] inline void turn(uint32_t word, float* cosine, float* sine) {
  const uint32_t quarter = (word + (1u << 29)) >> 30;
  const float a =
      static_cast<float>(static_cast<int32_t>(word - (quarter << 30))) * (1.57079633f * 0x1p-30f);
  const float aa = a * a;
  const float c = 1 + aa * (-1.0f / 2 + aa * (1.0f / 24 + aa * (-1.0f / 720 + aa / 40320)));
  const float s = a + a * aa * (-1.0f / 6 + aa * (1.0f / 120 + aa * (-1.0f / 5040 + aa / 362880)));
  const bool odd = quarter & 1;
  const float x = odd ? s : c, y = odd ? c : s;
  *cosine = quarter == 1 || quarter == 2 ? -x : x;
  *sine = quarter >= 2 ? -y : y;
}

// Box-Muller: radius and angle of a point in the plane, elements 2 j and 2 j + 1.
[[gnu::always_inline]] inline void normal_pair(const uint32_t* words, float* first, float* second) {
  const float radius = std::sqrt(minus_two_log(words[0]));
  float c, s;
  turn(words[1], &c, &s);
  *first = radius * c;
  *second = radius * s;
}
[[gnu::always_inline]] inline void normal_pair(const uint32_t* words, double* first,
                                               double* second) {
  constexpr double kTwoPi = 6.283185307179586;
  const double u = (static_cast<double>(word64(words) >> 11) + 0.5) * 0x1p-53;
  const double radius = std::sqrt(-2 * std::log(u)), angle = kTwoPi * unit(words + 2, double());
  *first = radius * std::cos(angle);
  *second = radius * std::sin(angle);
}

template <class T>
void normal(int64_t n, RandomStream stream, T mean, T std, T* y) {
  constexpr int64_t kWords = kRandomWords<T>;
  generate<kWords>(n, stream, y, [=](const uint32_t* words, int64_t count, T* out) {
    const int64_t pairs = count / 2;
    for (int64_t j = 0; j < pairs; ++j) {
      T a, b;
      normal_pair(words + 2 * j * kWords, &a, &b);
      out[2 * j] = mean + std * a;
      out[2 * j + 1] = mean + std * b;
    }
    if (count % 2 != 0) {
      T a, b;
      normal_pair(words + 2 * pairs * kWords, &a, &b);
      out[2 * pairs] = mean + std * a;
    }
  });
}

// The high half of bits * range: every value has 2^64 / range of the bits, give or take one.
void integers(int64_t n, RandomStream stream, int64_t from, uint64_t range, int64_t* y) {
  __extension__ using Wide = unsigned __int128;
  generate<2>(n, stream, y, [=](const uint32_t* words, int64_t count, int64_t* out) {
    for (int64_t i = 0; i < count; ++i) {
      const auto v = static_cast<uint64_t>((Wide{word64(words + 2 * i)} * range) >> 64);
      out[i] = static_cast<int64_t>(static_cast<uint64_t>(from) + v);
    }
  });
}

void bernoulli(int64_t n, RandomStream stream, uint64_t threshold, uint8_t* y) {
  generate<1>(n, stream, y, [=](const uint32_t* words, int64_t count, uint8_t* out) {
    for (int64_t i = 0; i < count; ++i) out[i] = words[i] < threshold;
  });
}

}  // namespace

void install_random(Tables& tables) {
  tables.set(RandomReals<float>{uniform<float>, normal<float>});
  tables.set(RandomReals<double>{uniform<double>, normal<double>});
  tables.set(RandomIntegers{integers, bernoulli});
}

}  // namespace reel::kernels::REEL_ISA
