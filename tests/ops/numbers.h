#pragma once

// Inputs for tests of elementwise operations, and what they hold.

#include <reel/core/creation.h>
#include <reel/core/layout.h>

#include <vector>

namespace reel::tests {

/// Evenly spread values in [low, high) in a fixed disorder, the same whatever the dtype.
inline Tensor numbers(IntArrayRef sizes, Dtype dtype = kFloat64, double low = -2, double high = 2) {
  std::vector<double> values(static_cast<size_t>(numel_of(sizes)));
  uint64_t state = 12345 + values.size();
  for (double& v : values) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    v = low + (high - low) * static_cast<double>(state >> 40) / static_cast<double>(1 << 24);
  }
  Tensor x = empty(sizes, kFloat64);
  for (size_t i = 0; i < values.size(); ++i) x.data_ptr<double>()[i] = values[i];
  return x.to(dtype);
}

inline Tensor tensor_of(const std::vector<double>& values, IntArrayRef sizes,
                        Dtype dtype = kFloat64) {
  Tensor x = empty(sizes, kFloat64);
  for (size_t i = 0; i < values.size(); ++i) x.data_ptr<double>()[i] = values[i];
  return x.to(dtype);
}

/// The same values, every dimension twice as long in memory as it shows.
inline Tensor strided_copy(const Tensor& x) {
  Shape sizes = x.sizes(), strides;
  for (size_t i = 0; i < sizes.size(); ++i) sizes[i] *= 2;
  const Tensor memory = zeros(sizes, x.dtype());
  strides = memory.strides();
  for (size_t i = 0; i < strides.size(); ++i) strides[i] *= 2;
  const Tensor y = alias(memory, x.sizes(), strides, 0);
  copy_values(x, y);
  return y;
}

/// The same values, held channels-last.
inline Tensor held_copy(const Tensor& x) {
  Tensor y = empty_channels_last(x.sizes(), x.dtype());
  copy_values(x, y);
  return y;
}

}  // namespace reel::tests
