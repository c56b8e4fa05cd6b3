#pragma once

#include <reel/core/kernels/elementwise.h>

namespace reel::kernels {

/// Functions of two numbers, for integers as int64. kFloorDivide rounds down, kRemainder has the
/// sign of the divisor, kFmod that of the dividend; an integer divisor must not be 0. kAtan2 and
/// kHypot are for floating-point types alone; kPower, of exponents from 0, and those on bits for
/// integers.
enum class RareOp : uint8_t {
  kFloorDivide,
  kRemainder,
  kFmod,
  kAtan2,
  kHypot,
  kPower,
  kAnd,
  kOr,
  kXor,
  kCount
};

template <class T>
struct RareBinary {
  /// Over a nest of y, a and b; null where T lacks the function. y may be the memory of a or b.
  using Strided = void (*)(const LoopNest<3>& nest, const T* a, const T* b, T* y);
  Strided strided[static_cast<size_t>(RareOp::kCount)];
};

}  // namespace reel::kernels
