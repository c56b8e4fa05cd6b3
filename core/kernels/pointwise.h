#pragma once

#include <reel/core/kernels/pointwise_table.h>

#include <cstdint>

namespace reel::kernels {

/// The operations of the table; enumerators are their names.
enum class PointwiseOp : uint8_t {
#define REEL_ROW(name, saved, y, dx) name,
  REEL_POINTWISE_TABLE(REEL_ROW)
#undef REEL_ROW
      kCount
};
inline constexpr int kPointwiseOps = static_cast<int>(PointwiseOp::kCount);

// Constants of the table.
inline constexpr double kTwoOverSqrtPi = 1.1283791670955126;
inline constexpr double kSqrtHalf = 0.70710678118654752;
inline constexpr double kOneOverSqrtTwoPi = 0.39894228040143268;
// 1/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) = sigmoid(kGelu1 x + kGelu3 x^3)
inline constexpr double kGelu1 = 1.5957691216057308;
inline constexpr double kGelu3 = kGelu1 * 0.044715;
inline constexpr double kSixth = 1.0f / 6;  // rounded to float for every type, as in PyTorch

/// Elementwise functions on dense memory, by PointwiseOp; a and b are their numbers. Outputs may be
/// the memory of an input.
template <class T>
struct Pointwise {
  using Forward = void (*)(int64_t n, T a, T b, const T* x, T* y);
  /// `saved` is x or y, and any memory where nothing is saved.
  using Backward = void (*)(int64_t n, T a, T b, const T* dy, const T* saved, T* dx);

  Forward forward[kPointwiseOps];
  Backward backward[kPointwiseOps];
};

}  // namespace reel::kernels
