#pragma once

#include <cstddef>
#include <cstdint>

namespace reel::kernels {

/// Functions of one number that are rarer than those of pointwise_table.h; kRound rounds halves to
/// even.
enum class ElementaryOp : uint8_t {
  kCeil,
  kRound,
  kTrunc,
  kTan,
  kAsin,
  kAcos,
  kAtan,
  kSinh,
  kCosh,
  kAsinh,
  kAcosh,
  kAtanh,
  kExp2,
  kLog2,
  kLog10,
  kErfc,
  kCount
};

template <class T>
struct Elementary {
  /// y = f(x) on dense memory; y may be x.
  void (*forward[static_cast<size_t>(ElementaryOp::kCount)])(int64_t n, const T* x, T* y);
};

}  // namespace reel::kernels
