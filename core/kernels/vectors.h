#pragma once
// Vector registers of the level that compiles this, as the compiler's own vector types.
// Included inside kernels only.

#include <cstdint>
#include <cstring>

namespace reel::kernels::REEL_ISA {

#if defined(__AVX512F__)
inline constexpr int kVectorBytes = 64;
#elif defined(__AVX__)
inline constexpr int kVectorBytes = 32;
#else
inline constexpr int kVectorBytes = 16;
#endif
template <class T>
inline constexpr int kWidth = kVectorBytes / static_cast<int>(sizeof(T));

template <class T>
struct VectorOf {
  typedef T type __attribute__((vector_size(kVectorBytes)));
};
template <class T>
using Vector = typename VectorOf<T>::type;

/// Half a register where whole ones are 64 bytes: some processors execute those in two steps. The
/// same as Vector elsewhere.
inline constexpr int kHalfBytes = kVectorBytes == 64 ? 32 : kVectorBytes;
template <class T>
struct HalfOf {
  typedef T type __attribute__((vector_size(kHalfBytes)));
};
template <class T>
using Half = typename HalfOf<T>::type;

/// Lanes of a vector of T.
template <class V, class T>
inline constexpr int kLanesOf = static_cast<int>(sizeof(V) / sizeof(T));

template <class T>
[[gnu::always_inline]] inline void load(Vector<T>& v, const T* p) {
  std::memcpy(&v, p, kVectorBytes);
}
template <class T>
[[gnu::always_inline]] inline void store(T* p, const Vector<T>& v) {
  std::memcpy(p, &v, kVectorBytes);
}

/// A number as a type.
template <int kValue>
struct Constant {
  static constexpr int value = kValue;
};

/// f(Constant<0>), f(Constant<1>) ... of the first kEnd numbers. Unlike a loop that is unrolled
/// late, it lets arrays of vectors that f indexes stay in registers from the start.
template <int kEnd, int kBegin = 0, class F>
[[gnu::always_inline]] inline void unrolled(const F& f) {
  if constexpr (kBegin < kEnd) {
    f(Constant<kBegin>{});
    unrolled<kEnd, kBegin + 1>(f);
  }
}

// --- generic over the number of lanes: a vector, or a single T ---

template <class T>
struct FourOf {
  typedef T type __attribute__((vector_size(4 * sizeof(T))));
};

/// The lanes at p; V is a vector of T, or T.
template <class V, class T>
[[gnu::always_inline]] inline V lanes_at(const T* p) {
  V v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
/// x in all lanes. (0 + x would be an addition, since 0 + -0 is not -0.)
template <class V, class T>
[[gnu::always_inline]] inline V broadcast(T x) {
  return x - V{};
}
template <class T, class V>
[[gnu::always_inline]] inline void put_lanes(T* p, const V& v) {
  std::memcpy(p, &v, sizeof v);
}

/// Keeps a loaded vector in a register: GCC would load it again for each of its uses (depthwise
/// convolution of 16 channels of 56x56: 0.0115 to 0.0094 ms).
template <class V>
[[gnu::always_inline]] inline void hold(V& v) {
#if defined(__x86_64__)
  asm("" : "+v"(v));
#elif defined(__aarch64__)
  asm("" : "+w"(v));
#endif
}

/// Keeps a pointer that a loop moves: GCC would compute the place of each element beyond it ahead
/// of the loop, and run out of registers.
template <class T>
[[gnu::always_inline]] inline void hold(T*& p) {
  asm("" : "+r"(p));
}
/// The same for a number that such places are computed from.
[[gnu::always_inline]] inline void hold(int64_t& n) { asm("" : "+r"(n)); }

/// f(V{}, c) for the channels 0 .. C, as many at a time as V has lanes: whole vectors, then fours,
/// then single ones.
template <class T, class F>
[[gnu::always_inline]] inline void for_lanes(int64_t C, F f) {
  int64_t c = 0;
  for (; c + kWidth<T> <= C; c += kWidth<T>) f(Vector<T>{}, c);
  if constexpr (sizeof(T) == 4 && kWidth < T >> 4)
    for (; c + 4 <= C; c += 4) f(typename FourOf<T>::type{}, c);
  for (; c < C; ++c) f(T{}, c);
}

/// The same where a channel may be visited twice: the last lanes overlap those before, rather than
/// being visited one by one.
template <class T, class F>
[[gnu::always_inline]] inline void for_overlapping_lanes(int64_t C, F f) {
  using Four = typename FourOf<T>::type;
  int64_t c = 0;
  if (C >= kWidth<T>) {
    for (; c + kWidth<T> <= C; c += kWidth<T>) f(Vector<T>{}, c);
    if (c < C) f(Vector<T>{}, C - kWidth<T>);
    return;
  }
  if constexpr (sizeof(T) == 4 && kWidth < T >> 4)
    if (C >= 4) {
      for (; c + 4 <= C; c += 4) f(Four{}, c);
      if (c < C) f(Four{}, C - 4);
      return;
    }
  for (; c < C; ++c) f(T{}, c);
}

}  // namespace reel::kernels::REEL_ISA
