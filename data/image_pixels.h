#pragma once
// What transforms that compute with pixels have in common: the types they compute for.

#include <reel/core/error.h>
#include <reel/core/tensor.h>

#include <cmath>
#include <cstdint>
#include <type_traits>

namespace reel::data {

/// The value of full brightness: 255, or 1 of floats.
template <class T>
inline constexpr float kBright = std::is_same_v<T, uint8_t> ? 255.0F : 1.0F;

/// A computed value as a pixel: of bytes the nearest within bounds.
template <class T>
T to_pixel(float v) {
  if constexpr (std::is_same_v<T, uint8_t>)
    return static_cast<uint8_t>(v <= 0 ? 0 : v >= 254.5F ? 255 : static_cast<int>(v + 0.5F));
  else
    return v;
}

/// Calls f with a value of the type of the images. Throws: ArgumentError unless it is uint8 or
/// float32.
template <class F>
void visit_pixels(const char* op, const Tensor& x, F f) {
  REEL_CHECK(x.dtype() == kUInt8 || x.dtype() == kFloat32, op, ": images of ", x.dtype(),
             "; they must be uint8 or float32.");
  if (x.dtype() == kUInt8)
    f(uint8_t{});
  else
    f(float{});
}

/// Throws: ArgumentError unless pixels of type T can have the value.
template <class T>
void check_fill(const char* op, double value) {
  if constexpr (std::is_same_v<T, uint8_t>)
    REEL_CHECK(value >= 0 && value <= 255, op, ": fill is ", value,
               " for images of uint8; it must be from 0 to 255.");
}

}  // namespace reel::data
