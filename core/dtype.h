#pragma once
// Element types.

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>

namespace reel {

/// int8 and int16 came later and have no kernels: they are stored, converted and moved as they are
/// and computed with in int32.
enum class Dtype : uint8_t { kBool, kUInt8, kInt32, kInt64, kFloat32, kFloat64, kInt8, kInt16 };

inline constexpr Dtype kBool = Dtype::kBool;
inline constexpr Dtype kUInt8 = Dtype::kUInt8;
inline constexpr Dtype kInt8 = Dtype::kInt8;
inline constexpr Dtype kInt16 = Dtype::kInt16;
inline constexpr Dtype kInt32 = Dtype::kInt32;
inline constexpr Dtype kInt64 = Dtype::kInt64;
inline constexpr Dtype kFloat32 = Dtype::kFloat32;
inline constexpr Dtype kFloat64 = Dtype::kFloat64;
// The C names of the same types.
inline constexpr Dtype kByte = kUInt8;
inline constexpr Dtype kChar = kInt8;
inline constexpr Dtype kShort = kInt16;
inline constexpr Dtype kInt = kInt32;
inline constexpr Dtype kLong = kInt64;
inline constexpr Dtype kFloat = kFloat32;
inline constexpr Dtype kDouble = kFloat64;

constexpr size_t size_of(Dtype dtype) {
  switch (dtype) {
    case Dtype::kBool:
    case Dtype::kUInt8:
    case Dtype::kInt8:
      return 1;
    case Dtype::kInt16:
      return 2;
    case Dtype::kInt32:
    case Dtype::kFloat32:
      return 4;
    default:
      return 8;
  }
}

constexpr bool is_floating_point(Dtype dtype) {
  return dtype == Dtype::kFloat32 || dtype == Dtype::kFloat64;
}

/// "float32", "int64", ...
const char* name_of(Dtype dtype);
void append_text(std::string& out, Dtype dtype);
std::ostream& operator<<(std::ostream& out, Dtype dtype);

/// The type that an operation on both gives: the later one in the order
/// bool, uint8, int8, int16, int32, int64, float32, float64; but of uint8 and int8 int16.
constexpr Dtype promote(Dtype a, Dtype b) {
  constexpr int kRank[] = {0, 1, 4, 5, 6, 7, 2, 3};
  const int rank_a = kRank[static_cast<int>(a)], rank_b = kRank[static_cast<int>(b)];
  if (rank_a + rank_b == 3 && rank_a > 0 && rank_b > 0) return kInt16;
  return rank_a < rank_b ? b : a;
}

/// The type that kernels compute in for values of type d.
constexpr Dtype computed_in(Dtype d) { return d == kInt8 || d == kInt16 ? kInt32 : d; }

/// Whether the result of an operation in place may be converted so: to a type of its kind (bool,
/// integer, floating-point) or a higher one.
constexpr bool can_cast(Dtype from, Dtype to) {
  return (is_floating_point(to) || !is_floating_point(from)) && (to != kBool || from == kBool);
}

/// The Dtype of a C++ type.
template <class T>
struct DtypeOf;
template <>
struct DtypeOf<bool> {
  static constexpr Dtype value = kBool;
};
template <>
struct DtypeOf<uint8_t> {
  static constexpr Dtype value = kUInt8;
};
template <>
struct DtypeOf<int8_t> {
  static constexpr Dtype value = kInt8;
};
template <>
struct DtypeOf<int16_t> {
  static constexpr Dtype value = kInt16;
};
template <>
struct DtypeOf<int32_t> {
  static constexpr Dtype value = kInt32;
};
template <>
struct DtypeOf<int64_t> {
  static constexpr Dtype value = kInt64;
};
template <>
struct DtypeOf<float> {
  static constexpr Dtype value = kFloat32;
};
template <>
struct DtypeOf<double> {
  static constexpr Dtype value = kFloat64;
};
template <class T>
inline constexpr Dtype dtype_of = DtypeOf<T>::value;

[[noreturn]] void throw_not_computed_in(Dtype dtype);

/// Calls `f` with a value of the C++ type of `dtype`, one that kernels compute in: `visit(d,
/// [&](auto zero) { using T = decltype(zero); ... })`. Throws: ArgumentError for int8 and int16.
template <class F>
decltype(auto) visit(Dtype dtype, F&& f) {
  switch (dtype) {
    case Dtype::kBool:
      return f(bool{});
    case Dtype::kUInt8:
      return f(uint8_t{});
    case Dtype::kInt32:
      return f(int32_t{});
    case Dtype::kInt64:
      return f(int64_t{});
    case Dtype::kFloat32:
      return f(float{});
    case Dtype::kInt8:
    case Dtype::kInt16:
      throw_not_computed_in(dtype);
    default:
      return f(double{});
  }
}

/// The same for every type: for what stores, shows and converts.
template <class F>
decltype(auto) visit_stored(Dtype dtype, F&& f) {
  if (dtype == Dtype::kInt8) return f(int8_t{});
  if (dtype == Dtype::kInt16) return f(int16_t{});
  return visit(dtype, static_cast<F&&>(f));
}

/// The same for floating-point types only; the caller has checked the dtype.
template <class F>
decltype(auto) visit_floating(Dtype dtype, F&& f) {
  if (dtype == Dtype::kFloat32) return f(float{});
  return f(double{});
}

/// Calls `f` with an unsigned integer of the element's size, for code that only moves values.
template <class F>
decltype(auto) visit_bits(Dtype dtype, F&& f) {
  switch (size_of(dtype)) {
    case 1:
      return f(uint8_t{});
    case 2:
      return f(uint16_t{});
    case 4:
      return f(uint32_t{});
    default:
      return f(uint64_t{});
  }
}

}  // namespace reel
