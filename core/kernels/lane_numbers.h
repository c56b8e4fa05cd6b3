#pragma once
// Whole numbers beside the lanes of a vector: which element each lane holds. Included inside
// kernels only: everything here belongs to the level that compiles it.

#include <cstdint>

namespace reel::kernels::REEL_ISA {

/// Whole numbers as wide as the lanes of V: what comparing two V yields.
template <class V>
struct NumbersOf {
  using Type = decltype(V{} < V{});
};
template <>
struct NumbersOf<float> {
  using Type = int32_t;
};
template <>
struct NumbersOf<double> {
  using Type = int64_t;
};

}  // namespace reel::kernels::REEL_ISA
