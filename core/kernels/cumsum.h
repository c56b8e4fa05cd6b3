#pragma once

#include <cstdint>

namespace reel::kernels {

/// Running sums over N entries of I elements in each of O groups, in the order of n:
/// y[o][n] = x[o][0] + ... + x[o][n]; `reverse` sums from the last entry on instead.
template <class T>
struct Cumsum {
  void (*forward)(int64_t O, int64_t N, int64_t I, bool reverse, const T* x, T* y);
};

}  // namespace reel::kernels
