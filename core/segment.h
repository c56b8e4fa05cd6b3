#pragma once
// What optimizers see of a parameter. Kernels include this header, and so may users.

#include <cstdint>

namespace reel {

/// A parameter in memory: N elements x of one dtype, their gradient g, and what is remembered of
/// each, in the order of the optimizer's buffer names; null where that is not in use.
struct Segment {
  static constexpr int kMostBuffers = 3;
  int64_t N;
  const void* g;
  void* x;
  void* buffer[kMostBuffers];
};

}  // namespace reel
