#include <reel/core/large_blocks.h>

#include <algorithm>
#include <cstdlib>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace reel {

void* LargeBlocks::take(size_t bytes) {
  bytes = rounded(bytes);
  std::lock_guard lock(mutex_);
  auto best = free_.end();
  for (auto f = free_.begin(); f != free_.end(); ++f)
    if (f->bytes >= bytes && (best == free_.end() || f->bytes < best->bytes)) best = f;
  if (best == free_.end()) return nullptr;
  char* block = best->begin;
  const size_t used = std::min(best->used, bytes);
  cached_ -= used;
  if (best->bytes == bytes)
    free_.erase(best);
  else
    *best = {block + bytes, best->bytes - bytes, best->used - used};
  return block;
}

bool LargeBlocks::grow(size_t bytes) {
  bytes = rounded(bytes);
  // A segment's pages cost nothing before they are touched; but a limit may count them.
  for (size_t wanted : {std::max(bytes, kSegment), bytes}) {
    const size_t size = (wanted + kHugePage - 1) / kHugePage * kHugePage;
    char* begin = static_cast<char*>(std::aligned_alloc(kHugePage, size));
    if (!begin) continue;
#if defined(__linux__)
    // All but the first: a small network touches a part of it (a step of LeNet-5 holds 1.4 MB in
    // place of 2.9, and takes as long).
    madvise(begin + kHugePage, size - kHugePage, MADV_HUGEPAGE);
#endif
    std::lock_guard lock(mutex_);
    segments_.push_back({begin, size});
    const auto at =
        std::find_if(free_.begin(), free_.end(), [&](const Free& f) { return f.begin > begin; });
    free_.insert(at, {begin, size, 0});
    return true;
  }
  return false;
}

void LargeBlocks::give_back(void* block, size_t bytes) {
  bytes = rounded(bytes);
  std::lock_guard lock(mutex_);
  cached_ += bytes;
  Free freed{static_cast<char*>(block), bytes, bytes};
  auto next = std::find_if(free_.begin(), free_.end(),
                           [&](const Free& f) { return f.begin > freed.begin; });
  const bool joins_next =
      next != free_.end() && freed.end() == next->begin && !starts_segment(next->begin);
  const bool joins_last =
      next != free_.begin() && (next - 1)->end() == freed.begin && !starts_segment(freed.begin);
  if (joins_next) {
    next->begin = freed.begin;
    next->bytes += bytes;
    next->used += bytes;
    freed = *next;
    if (joins_last) next = free_.erase(next);
  }
  if (joins_last) {
    (next - 1)->bytes += freed.bytes;
    (next - 1)->used += freed.used;
  } else if (!joins_next) {
    free_.insert(next, freed);
  }
}

bool LargeBlocks::starts_segment(const char* p) const {
  return std::any_of(segments_.begin(), segments_.end(),
                     [p](const Segment& s) { return s.begin == p; });
}

void LargeBlocks::release() {
  std::lock_guard lock(mutex_);
  for (Free& f : free_) {
    const auto whole = std::find_if(segments_.begin(), segments_.end(), [&](const Segment& s) {
      return s.begin == f.begin && s.bytes == f.bytes;
    });
    if (whole != segments_.end()) {
      std::free(f.begin);
      segments_.erase(whole);
      f.bytes = 0;
    } else {
#if defined(__linux__)
      if (f.used == 0 || madvise(f.begin, f.bytes, MADV_DONTNEED) != 0) continue;
#else
      continue;
#endif
    }
    cached_ -= f.used;
    f.used = 0;
  }
  std::erase_if(free_, [](const Free& f) { return f.bytes == 0; });
}

int64_t LargeBlocks::cached() {
  std::lock_guard lock(mutex_);
  return static_cast<int64_t>(cached_);
}

}  // namespace reel
