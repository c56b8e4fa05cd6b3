#pragma once
// Counts the calls of malloc and its kin in this program: include in one source.

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace bench {

inline std::atomic<int64_t>& heap_counter() {
  static std::atomic<int64_t> count{0};
  return count;
}
inline int64_t heap_calls() { return heap_counter().load(std::memory_order_relaxed); }

}  // namespace bench

#if defined(__GLIBC__)
// The C library's own names for what it would have done.
extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

void* malloc(size_t size) {
  bench::heap_counter().fetch_add(1, std::memory_order_relaxed);
  return __libc_malloc(size);
}
void* calloc(size_t count, size_t size) {
  bench::heap_counter().fetch_add(1, std::memory_order_relaxed);
  return __libc_calloc(count, size);
}
void* aligned_alloc(size_t alignment, size_t size) {
  bench::heap_counter().fetch_add(1, std::memory_order_relaxed);
  return __libc_memalign(alignment, size);
}
}
#endif
