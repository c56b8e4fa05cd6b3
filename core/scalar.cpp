#include <reel/core/scalar.h>

#include <cmath>
#include <limits>

namespace reel {

namespace {

struct IntegerRange {
  int64_t low, high;
};

bool has_range(Dtype dtype) { return dtype != kBool && !is_floating_point(dtype); }

// Of a type that has one.
IntegerRange range_of(Dtype dtype) {
  return visit_stored(dtype, [](auto zero) -> IntegerRange {
    using T = decltype(zero);
    if constexpr (std::is_integral_v<T>)
      return {std::numeric_limits<T>::min(), std::numeric_limits<T>::max()};
    return {};
  });
}

}  // namespace

Scalar nearest(Scalar v, Dtype dtype) {
  if (!has_range(dtype) || v.is_floating_point()) return v;
  const IntegerRange range = range_of(dtype);
  const auto i = v.to<int64_t>();
  return i < range.low ? range.low : i > range.high ? range.high : i;
}

void check_range(const char* op, Scalar v, int64_t low, uint64_t high) {
  bool fits;
  if (v.is_floating_point()) {
    const double cut = std::trunc(v.to<double>());  // the next above either end is a double
    fits = cut >= static_cast<double>(low) && cut < static_cast<double>(high) + 1;
  } else {
    const auto i = v.to<int64_t>();
    fits = i >= low && (i < 0 || static_cast<uint64_t>(i) <= high);
  }
  REEL_CHECK(fits, op, ": the number is ", v, "; an integer of this type is from ", low, " to ",
             high, ".");
}

void check_range(const char* op, Scalar v, Dtype dtype) {
  if (!has_range(dtype)) return;
  const IntegerRange range = range_of(dtype);
  check_range(op, v, range.low, static_cast<uint64_t>(range.high));
}

}  // namespace reel
