#pragma once
// Memory of large tensors: cut to size from segments of the system's, and joined when it is free.

#include <reel/core/fork.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace reel {

/// Blocks of whole pages, for all threads. A free stretch serves any request that it is long enough
/// for, so that memory for a step is little more than what lives at its peak; lists by size kept up
/// to as much again in sizes that nobody asked for. The shortest stretch that suffices is cut, the
/// first of several, so pages that were never touched are touched last.
class LargeBlocks {
 public:
  /// What a request takes.
  static size_t rounded(size_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

  /// A block of rounded(bytes) that begins at a page; null when no free stretch is long enough.
  void* take(size_t bytes);
  /// Asks the system for a segment that has room for `bytes`; false when it has none.
  bool grow(size_t bytes);
  void give_back(void* block, size_t bytes);
  /// Returns what is free to the system.
  void release();
  /// Bytes that were given back and are kept.
  int64_t cached();

 private:
  static constexpr size_t kPage = 4096, kHugePage = size_t{2} << 20, kSegment = size_t{256} << 20;

  // A stretch inside one segment. `used` bytes of it have been handed out before.
  struct Free {
    char* begin;
    size_t bytes, used;
    char* end() const { return begin + bytes; }
  };
  struct Segment {
    char* begin;
    size_t bytes;
  };
  bool starts_segment(const char* p) const;

  ForkMutex mutex_;
  std::vector<Free> free_;  // by address; neighbours of one segment are joined
  std::vector<Segment> segments_;
  size_t cached_ = 0;
};

}  // namespace reel
