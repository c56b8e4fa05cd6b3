#include <reel/core/creation.h>
#include <reel/io/stored_type.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>

namespace reel::io {

namespace {

struct Half {
  uint16_t bits;
};
struct BHalf {
  uint16_t bits;
};
struct Byte {  // a bool of a file, which need not be 0 or 1
  uint8_t bits;
};

float value_of(BHalf h) { return std::bit_cast<float>(static_cast<uint32_t>(h.bits) << 16); }

float value_of(Half h) {
  const uint32_t sign = static_cast<uint32_t>(h.bits & 0x8000) << 16;
  const uint32_t exponent = h.bits >> 10 & 31, fraction = h.bits & 1023;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000 | fraction << 13);
  if (exponent > 0) return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
  const float small = static_cast<float>(fraction) * 0x1p-24f;  // subnormal, or zero
  return sign ? -small : small;
}

bool value_of(Byte b) { return b.bits != 0; }
template <class T>
T value_of(T x) {
  return x;
}

// The C++ type of the dtype that `widened` names.
template <class T>
using Widened =
    std::conditional_t<!std::is_same_v<T, uint16_t> && !std::is_same_v<T, uint32_t>, T,
                       std::conditional_t<std::is_same_v<T, uint16_t>, int32_t, int64_t>>;

// Calls f with a value of the type in the file.
template <class F>
void visit_stored(StoredType type, F&& f) {
  switch (type) {
    case StoredType::kBool:
      return f(Byte{});
    case StoredType::kUInt8:
      return f(uint8_t{});
    case StoredType::kInt8:
      return f(int8_t{});
    case StoredType::kInt16:
      return f(int16_t{});
    case StoredType::kUInt16:
      return f(uint16_t{});
    case StoredType::kInt32:
      return f(int32_t{});
    case StoredType::kUInt32:
      return f(uint32_t{});
    case StoredType::kInt64:
      return f(int64_t{});
    case StoredType::kFloat16:
      return f(Half{});
    case StoredType::kBFloat16:
      return f(BHalf{});
    case StoredType::kFloat32:
      return f(float{});
    case StoredType::kFloat64:
      return f(double{});
  }
}

}  // namespace

size_t size_of(StoredType type) {
  size_t size = 0;
  visit_stored(type, [&](auto zero) { size = sizeof zero; });
  return size;
}

Dtype widened(StoredType type) {
  Dtype dtype = kFloat32;
  visit_stored(type, [&](auto zero) { dtype = dtype_of<Widened<decltype(value_of(zero))>>; });
  return dtype;
}

StoredType stored(Dtype dtype) {
  switch (dtype) {
    case Dtype::kBool:
      return StoredType::kBool;
    case Dtype::kUInt8:
      return StoredType::kUInt8;
    case Dtype::kInt8:
      return StoredType::kInt8;
    case Dtype::kInt16:
      return StoredType::kInt16;
    case Dtype::kInt32:
      return StoredType::kInt32;
    case Dtype::kInt64:
      return StoredType::kInt64;
    case Dtype::kFloat32:
      return StoredType::kFloat32;
    default:
      return StoredType::kFloat64;
  }
}

Tensor tensor_of_bytes(std::shared_ptr<void> owner, const char* bytes, StoredType type,
                       IntArrayRef sizes, bool swapped) {
  const size_t step = size_of(type);
  const Dtype dtype = widened(type);
  const bool aligned = reinterpret_cast<uintptr_t>(bytes) % step == 0;
  if (aligned && !swapped && type == stored(dtype) && dtype != kBool && numel_of(sizes) > 0)
    return from_owner(std::move(owner), const_cast<char*>(bytes), sizes, dtype);
  Tensor x = empty(sizes, dtype);
  visit_stored(type, [&](auto zero) {
    using From = decltype(zero);
    using Element = Widened<decltype(value_of(zero))>;
    auto* out = x.data_ptr<Element>();
    for (int64_t i = 0; i < x.numel(); ++i) {
      char raw[sizeof(From)];
      std::memcpy(raw, bytes + static_cast<size_t>(i) * sizeof(From), sizeof(From));
      if (swapped) std::reverse(raw, raw + sizeof(From));
      From value;
      std::memcpy(&value, raw, sizeof(From));
      out[i] = static_cast<Element>(value_of(value));
    }
  });
  return x;
}

}  // namespace reel::io
