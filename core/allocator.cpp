#include <reel/core/allocator.h>
#include <reel/core/error.h>
#include <reel/core/guarded_memory.h>

#include <atomic>
#include <bit>
#include <cstdlib>
#include <mutex>
#include <utility>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace reel {

namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kLarge = size_t{1} << 20;          // from here on: huge pages, shared free lists
constexpr size_t kMaxPerThread = size_t{64} << 20;  // bytes a thread keeps of a small class

constexpr bool kCaching =
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    false;  // let the sanitizers see every allocation
#else
    true;
#endif

// Size classes: four steps per power of two from 64 bytes on, so at most a quarter is wasted.
constexpr size_t kClasses = 4 * 58;

size_t class_of(size_t bytes) {
  if (bytes <= kAlignment) return 0;
  const size_t high =
      static_cast<size_t>(std::bit_width(bytes - 1)) - 1;  // 2^high < bytes <= 2^(high+1)
  const size_t quarter = (bytes - 1 - (size_t{1} << high)) >> (high - 2);
  return (high - 6) * 4 + quarter + 1;
}

size_t bytes_of_class(size_t index) {
  if (index == 0) return kAlignment;
  const size_t high = (index - 1) / 4 + 6, quarter = (index - 1) % 4 + 1;
  return (size_t{1} << high) + (quarter << (high - 2));
}

struct FreeBlock {
  FreeBlock* next;
};

struct Counters {
  std::atomic<int64_t> live{0}, cached{0}, peak{0}, allocations{0}, heap_allocations{0};
};

Counters counters;

size_t rounded(size_t bytes, size_t alignment) {
  return (bytes + alignment - 1) / alignment * alignment;
}

void* system_allocate(size_t bytes) {
  const size_t alignment = bytes >= kLarge ? kHugePage : kAlignment;
  const size_t size = rounded(bytes, alignment);
  void* p = std::aligned_alloc(alignment, size);
#if defined(__linux__)
  if (p && bytes >= kLarge) madvise(p, size, MADV_HUGEPAGE);
#endif
  if (p) counters.heap_allocations.fetch_add(1, std::memory_order_relaxed);
  return p;
}

// Free lists by size class; blocks carry the link inside themselves.
struct Lists {
  FreeBlock* head[kClasses] = {};

  void* pop(size_t index) {
    FreeBlock* block = head[index];
    if (block) head[index] = block->next;
    return block;
  }
  void push(size_t index, void* p) { head[index] = new (p) FreeBlock{head[index]}; }
  void drain() {
    for (size_t i = 0; i < kClasses; ++i)
      while (void* p = pop(i)) {
        counters.cached.fetch_sub(static_cast<int64_t>(bytes_of_class(i)),
                                  std::memory_order_relaxed);
        std::free(p);
      }
  }
};

// Small blocks: one set of lists a thread, no locks.
struct ThreadLists : Lists {
  size_t listed[kClasses] = {};
  ~ThreadLists();
};

thread_local ThreadLists thread_lists;
// Not a member: it is asked after the lists are gone, by tensors that outlive them.
thread_local bool thread_lists_alive = true;

ThreadLists::~ThreadLists() {
  thread_lists_alive = false;
  drain();
}

// Large blocks: one set for all threads.
struct SharedLists : Lists {
  std::mutex mutex;
};

SharedLists& shared_lists() {
  static SharedLists& lists = *new SharedLists;  // outlives every static tensor
  return lists;
}

void* pop_cached(size_t index, size_t bytes) {
  if (!kCaching) return nullptr;
  if (bytes >= kLarge) {
    SharedLists& shared = shared_lists();
    std::lock_guard lock(shared.mutex);
    return shared.pop(index);
  }
  if (!thread_lists_alive) return nullptr;
  void* p = thread_lists.pop(index);
  if (p) --thread_lists.listed[index];
  return p;
}

bool push_cached(size_t index, size_t bytes, void* p) {
  if (!kCaching) return false;
  if (bytes >= kLarge) {
    SharedLists& shared = shared_lists();
    std::lock_guard lock(shared.mutex);
    shared.push(index, p);
    return true;
  }
  if (!thread_lists_alive || (thread_lists.listed[index] + 1) * bytes > kMaxPerThread) return false;
  thread_lists.push(index, p);
  ++thread_lists.listed[index];
  return true;
}

void* allocate_block(size_t requested) {
  const size_t index = class_of(requested), bytes = bytes_of_class(index);
  void* p = pop_cached(index, bytes);
  const auto size = static_cast<int64_t>(bytes);
  if (p) {
    counters.cached.fetch_sub(size, std::memory_order_relaxed);
  } else {
    p = system_allocate(bytes);
    if (!p) {
      empty_cache();
      p = system_allocate(bytes);
    }
    if (!p)
      throw Error(concat("allocate: the system has no ", bytes, " bytes left; ",
                         counters.live.load(), " are held by tensors."));
  }
  counters.allocations.fetch_add(1, std::memory_order_relaxed);
  const int64_t live = counters.live.fetch_add(size, std::memory_order_relaxed) + size;
  int64_t peak = counters.peak.load(std::memory_order_relaxed);
  while (live > peak &&
         !counters.peak.compare_exchange_weak(peak, live, std::memory_order_relaxed)) {
  }
  return p;
}

void deallocate_block(void* p, size_t requested) {
  const size_t index = class_of(requested), bytes = bytes_of_class(index);
  const auto size = static_cast<int64_t>(bytes);
  counters.live.fetch_sub(size, std::memory_order_relaxed);
  // Counted before it is listed: another thread may take it out again at once.
  counters.cached.fetch_add(size, std::memory_order_relaxed);
  if (push_cached(index, bytes, p)) return;
  counters.cached.fetch_sub(size, std::memory_order_relaxed);
  std::free(p);
}

}  // namespace

void* allocate(size_t bytes) {
  REEL_CHECK(bytes <= (size_t{1} << 47), "allocate: ", bytes, " bytes; no machine has so many.");
  if (GuardedMemory::wanted()) [[unlikely]]
    return GuardedMemory::enter(allocate_block(bytes + 2 * GuardedMemory::kGuardBytes), bytes);
  return allocate_block(bytes);
}

void deallocate(void* p, size_t bytes) {
  if (!p) return;
  if (GuardedMemory::any()) [[unlikely]]
    if (void* block = GuardedMemory::leave(p))
      return deallocate_block(block, bytes + 2 * GuardedMemory::kGuardBytes);
  deallocate_block(p, bytes);
}

MemoryStats memory_stats() {
  return {counters.live.load(), counters.cached.load(), counters.peak.load(),
          counters.allocations.load(), counters.heap_allocations.load()};
}

void reset_peak_memory() { counters.peak.store(counters.live.load()); }

void empty_cache() {
  if (thread_lists_alive) {
    thread_lists.drain();
    for (size_t& n : thread_lists.listed) n = 0;
  }
  SharedLists& shared = shared_lists();
  std::lock_guard lock(shared.mutex);
  shared.drain();
}

}  // namespace reel
