#pragma once

#include <reel/core/kernels/elementwise.h>

namespace reel::kernels {

/// f(a, b): a + alpha b, a b, a / b.
enum class BinaryOp : uint8_t { kAdd, kMul, kDiv };
inline constexpr int kBinaryOps = 3;

/// Elementwise functions of two operands, for one element type; alpha counts in kAdd only. y may be
/// the memory of a or of b, element for element.
template <class T>
struct Binary {
  /// y[i] = f(a[i * step_a], b[i * step_b]); steps are 0 or 1.
  using Flat = void (*)(int64_t n, T alpha, const T* a, int step_a, const T* b, int step_b, T* y);
  /// The same over a nest of y, a and b.
  using Strided = void (*)(const LoopNest<3>& nest, T alpha, const T* a, const T* b, T* y);

  Flat flat[kBinaryOps];
  Strided strided[kBinaryOps];
};

}  // namespace reel::kernels
