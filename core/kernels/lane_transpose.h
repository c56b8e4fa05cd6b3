#pragma once
// Transposing within registers. Included inside kernels only: everything here belongs to the level
// that compiles it.

#include <reel/core/kernels/vectors.h>

namespace reel::kernels::REEL_ISA {

/// The numbers 0 .. n as a type: a shuffle's lanes are constants.
template <int... kLane>
struct Lanes {};
template <int n, int... kLane>
struct LanesOf {
  using type = typename LanesOf<n - 1, n - 1, kLane...>::type;
};
template <int... kLane>
struct LanesOf<0, kLane...> {
  using type = Lanes<kLane...>;
};
template <int n>
using LanesTo = typename LanesOf<n>::type;

/// Lane i of `to` becomes lane Pick::of(i, count) of a, or of b where that is beyond those of a.
template <class Pick, class V, int... kLane>
[[gnu::always_inline]] inline void pick_lanes(const V& a, const V& b, V& to, Lanes<kLane...>) {
  constexpr int kCount = sizeof...(kLane);
  to = __builtin_shufflevector(a, b, Pick::of(kLane, kCount)...);
}

/// In each kPiece lanes, alternately one of a and of b: of the lower or upper half of them each.
template <int kPiece, bool kUpper>
struct Interleaved {
  static constexpr int of(int i, int n) {
    return i / kPiece * kPiece + (kUpper ? kPiece / 2 : 0) + i % kPiece / 2 + i % 2 * n;
  }
};
/// In each 2 * kBlock lanes, kBlock lanes of a, then as many of b: the lower or upper ones each.
template <int kBlock, bool kUpper>
struct Joined {
  static constexpr int of(int i, int n) {
    return i / (2 * kBlock) * 2 * kBlock + (kUpper ? kBlock : 0) + i % kBlock + i / kBlock % 2 * n;
  }
};

template <int kBlock, class V, class All>
[[gnu::always_inline]] inline void exchange_blocks(V& a, V& b, All all) {
  V first, second;
  pick_lanes<Joined<kBlock, false>>(a, b, first, all);
  pick_lanes<Joined<kBlock, true>>(a, b, second, all);
  a = first;
  b = second;
}

/// The transpose of as many vectors as they have lanes, 4 to 16: lane j of a[i] becomes lane i of
/// a[j].
template <class V, int kCount>
[[gnu::always_inline]] inline void transpose_lanes(V (&a)[kCount]) {
  constexpr LanesTo<kCount> all;
#pragma GCC unroll 4
  for (int i = 0; i < kCount; i += 4) {
    V lo0, lo1, hi0, hi1;
    pick_lanes<Interleaved<4, false>>(a[i], a[i + 1], lo0, all);
    pick_lanes<Interleaved<4, false>>(a[i + 2], a[i + 3], lo1, all);
    pick_lanes<Interleaved<4, true>>(a[i], a[i + 1], hi0, all);
    pick_lanes<Interleaved<4, true>>(a[i + 2], a[i + 3], hi1, all);
    pick_lanes<Joined<2, false>>(lo0, lo1, a[i], all);
    pick_lanes<Joined<2, true>>(lo0, lo1, a[i + 1], all);
    pick_lanes<Joined<2, false>>(hi0, hi1, a[i + 2], all);
    pick_lanes<Joined<2, true>>(hi0, hi1, a[i + 3], all);
  }
  if constexpr (kCount >= 8)
#pragma GCC unroll 16
    for (int i = 0; i < kCount; ++i)
      if (i / 4 % 2 == 0) exchange_blocks<4>(a[i], a[i + 4], all);
  if constexpr (kCount >= 16)
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) exchange_blocks<8>(a[i], a[i + 8], all);
}

// --- elements of kStep rows in turn: element i * kStep + r of them side by side is lane i of row
// r. Where any two vectors can be mixed in one instruction, as at AVX-512. ---

/// In lanes of row kRow that come from vector kFrom of the sequence: those, else what a holds.
template <int kStep, int kRow, int kFrom>
struct FromSequence {
  static constexpr int of(int i, int n) {
    const int at = i * kStep + kRow;
    return at / n == kFrom ? n + at % n : kFrom == 1 && at < n ? at : i;
  }
};
/// In lanes of vector kAt of the sequence that come from row kRow: those, else what a holds.
template <int kStep, int kAt, int kRow>
struct FromRow {
  static constexpr int of(int i, int n) {
    const int at = kAt * n + i;
    return at % kStep == kRow ? n + at / kStep : kRow == 1 && at % kStep == 0 ? at / kStep : i;
  }
};

/// kStep vectors of the sequence from the rows.
template <class V, class T, int kStep>
[[gnu::always_inline]] inline void interleave_rows(const T* const (&row)[kStep], int64_t at,
                                                   T* to) {
  constexpr int kCount = kLanesOf<V, T>;
  constexpr LanesTo<kCount> all;
  V in[kStep];
  unrolled<kStep>([&](auto r) __attribute__((always_inline)) {
    in[r.value] = lanes_at<V>(row[r.value] + at);
  });
  unrolled<kStep>([&](auto j) __attribute__((always_inline)) {
    V out = in[0];
    unrolled<kStep, 1>([&](auto r) __attribute__((always_inline)) {
      pick_lanes<FromRow<kStep, j.value, r.value>>(out, in[r.value], out, all);
    });
    put_lanes(to + j.value * kCount, out);
  });
}
/// The rows from kStep vectors of the sequence.
template <class V, class T, int kStep>
[[gnu::always_inline]] inline void deinterleave_rows(const T* from, int64_t at,
                                                     T* const (&row)[kStep]) {
  constexpr int kCount = kLanesOf<V, T>;
  constexpr LanesTo<kCount> all;
  V in[kStep];
  unrolled<kStep>([&](auto j) __attribute__((always_inline)) {
    in[j.value] = lanes_at<V>(from + j.value * kCount);
  });
  unrolled<kStep>([&](auto r) __attribute__((always_inline)) {
    V out = in[0];
    unrolled<kStep, 1>([&](auto j) __attribute__((always_inline)) {
      pick_lanes<FromSequence<kStep, r.value, j.value>>(out, in[j.value], out, all);
    });
    put_lanes(row[r.value] + at, out);
  });
}

}  // namespace reel::kernels::REEL_ISA
