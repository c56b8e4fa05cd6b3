#pragma once
// Sums of a row in independent lanes: the compiler may not reorder one float sum into vectors, but
// many sums side by side it can. The order is fixed, so results do not depend on where a row lies
// or who adds it. Included inside kernels only: everything here belongs to the level that compiles
// it.

#include <cstdint>

namespace reel::kernels::REEL_ISA {

/// Lanes of one sum: 128 bytes, two registers of the widest level.
template <class T>
inline constexpr int64_t kLanes = 128 / static_cast<int64_t>(sizeof(T));

/// Adds the lanes up, in halves.
template <class T>
[[gnu::always_inline]] inline T add_lanes(T (&lane)[kLanes<T>]) {
  for (int64_t half = kLanes<T> / 2; half > 0; half /= 2)
    for (int64_t l = 0; l < half; ++l) lane[l] += lane[l + half];
  return lane[0];
}

/// f(0) + ... + f(n-1).
template <class T, class F>
[[gnu::always_inline]] inline T sum_of(int64_t n, F f) {
  T lane[kLanes<T>] = {};
  int64_t i = 0;
  for (; i + kLanes<T> <= n; i += kLanes<T>)
    for (int64_t l = 0; l < kLanes<T>; ++l) lane[l] += f(i + l);
  for (int64_t l = 0; i + l < n; ++l) lane[l] += f(i + l);
  return add_lanes<T>(lane);
}

/// The same for two sums of one pass: f(i, a, b) adds its i-th terms to a and b.
template <class T, class F>
[[gnu::always_inline]] inline void two_sums_of(int64_t n, F f, T* first, T* second) {
  T lane_a[kLanes<T>] = {}, lane_b[kLanes<T>] = {};
  int64_t i = 0;
  for (; i + kLanes<T> <= n; i += kLanes<T>)
    for (int64_t l = 0; l < kLanes<T>; ++l) f(i + l, lane_a[l], lane_b[l]);
  for (int64_t l = 0; i + l < n; ++l) f(i + l, lane_a[l], lane_b[l]);
  *first = add_lanes<T>(lane_a);
  *second = add_lanes<T>(lane_b);
}

}  // namespace reel::kernels::REEL_ISA
