#pragma once

#include <reel/core/kernels/elementwise.h>

namespace reel::kernels {

/// Elementwise functions of two operands a and b of type T with results of type Y, one for each
/// enumerator of Op. y may be the memory of a or of b, element for element.
template <class T, class Y, class Op>
struct BinaryTable {
  using Result = Y;
  /// y[i] = f(a[i * step_a], b[i * step_b]); steps are 0 or 1.
  using Flat = void (*)(int64_t n, T alpha, const T* a, int step_a, const T* b, int step_b, Y* y);
  /// The same over a nest of y, a and b.
  using Strided = void (*)(const LoopNest<3>& nest, T alpha, const T* a, const T* b, Y* y);

  Flat flat[static_cast<size_t>(Op::kCount)];
  Strided strided[static_cast<size_t>(Op::kCount)];
};

/// a + alpha b, a b, a / b, the larger, the smaller, a^b; alpha counts in kAdd only. A NaN is
/// larger and smaller than anything. kDiv and kPow are for floating-point types alone.
enum class BinaryOp : uint8_t { kAdd, kMul, kMaximum, kMinimum, kDiv, kPow, kCount };

template <class T>
struct Binary : BinaryTable<T, T, BinaryOp> {};

/// Comparisons, and logic on "is not zero"; alpha does not count.
enum class CompareOp : uint8_t { kEq, kNe, kLt, kLe, kGt, kGe, kAnd, kOr, kCount };

template <class T>
struct Compare : BinaryTable<T, bool, CompareOp> {};

}  // namespace reel::kernels
