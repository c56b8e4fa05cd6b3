#pragma once
// A number whose type is known at run time.

#include <reel/core/dtype.h>
#include <reel/core/error.h>

#include <type_traits>

namespace reel {

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
  template <class T>
  T to() const {
    return is_floating_point() ? static_cast<T>(floating_) : static_cast<T>(integer_);
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

inline void append_text(std::string& out, Scalar v) {
  if (v.is_floating_point())
    append_text(out, v.to<double>());
  else
    append_text(out, v.to<long long>());
}

}  // namespace reel
