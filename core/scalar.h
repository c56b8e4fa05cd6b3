#pragma once
// A number whose type is known at run time.

#include <reel/core/dtype.h>
#include <reel/core/error.h>

#include <limits>
#include <type_traits>

namespace reel {

/// `v` as another type, as tensors and numbers are converted. Floating-point numbers are cut
/// towards 0 to integers, int32 or int64 (those beyond go to the nearest end, NaN to 0); narrower
/// types keep the low bits of that int64, as they do of integers.
template <class To, class From>
constexpr To converted(From v) {
  if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To> &&
                !std::is_same_v<To, bool>) {
    using Wide = std::conditional_t<std::is_same_v<To, int32_t>, int32_t, int64_t>;
    constexpr From kEnd = -static_cast<From>(std::numeric_limits<Wide>::min());
    if (v >= -kEnd && v < kEnd) return static_cast<To>(static_cast<Wide>(v));
    if (v != v) return 0;
    return static_cast<To>(v > 0 ? std::numeric_limits<Wide>::max()
                                 : std::numeric_limits<Wide>::min());
  } else {
    return static_cast<To>(v);
  }
}

/// A bool, an integer or a floating-point number: what tensors combine with and what `item()`
/// returns.
class Scalar {
 public:
  Scalar() : Scalar(int64_t{0}) {}
  template <class T, class = std::enable_if_t<std::is_arithmetic_v<T>>>
  Scalar(T v) {
    if constexpr (std::is_same_v<T, bool>) {
      dtype_ = kBool;
      integer_ = v;
    } else if constexpr (std::is_integral_v<T>) {
      dtype_ = kInt64;
      integer_ = static_cast<int64_t>(v);
    } else {
      dtype_ = kFloat64;
      floating_ = static_cast<double>(v);
    }
  }

  Dtype dtype() const { return dtype_; }
  bool is_floating_point() const { return dtype_ == kFloat64; }
  /// By converted().
  template <class T>
  T to() const {
    return is_floating_point() ? converted<T>(floating_) : static_cast<T>(integer_);
  }
  double toDouble() const { return to<double>(); }
  float toFloat() const { return to<float>(); }
  int64_t toLong() const { return to<int64_t>(); }
  int toInt() const { return to<int>(); }
  bool toBool() const { return to<bool>(); }
  template <class T, class = std::enable_if_t<std::is_arithmetic_v<T>>>
  explicit operator T() const {
    return to<T>();
  }

 private:
  Dtype dtype_;
  union {
    int64_t integer_;
    double floating_;
  };
};

/// The number of an integer type that is nearest to `v`; v itself for bool and floating-point
/// types.
Scalar nearest(Scalar v, Dtype dtype);
/// Throws ArgumentError unless `v`, cut to an integer, is in [low, high].
void check_range(const char* op, Scalar v, int64_t low, uint64_t high);
/// The same for the range of an integer type; other types take any number.
void check_range(const char* op, Scalar v, Dtype dtype);

template <class T>
T checked_number(const char* op, Scalar v) {
  if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>)
    check_range(op, v, std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
  return v.to<T>();
}

inline void append_text(std::string& out, Scalar v) {
  if (v.is_floating_point())
    append_text(out, v.to<double>());
  else
    append_text(out, v.to<long long>());
}

}  // namespace reel
