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

// What one thread has counted. It alone writes, so it adds without a locked instruction (five of
// them took longer than the rest of an allocation); sums over all threads are right. A count may be
// negative: what one thread takes another may give back.
struct alignas(64) Counts {
  std::atomic<int64_t> live{0}, cached{0}, allocations{0}, heap_allocations{0};
  std::atomic<bool> taken{true};  // by a thread that lives
  Counts* next = nullptr;
};

std::atomic<Counts*> all_counts{nullptr};
std::atomic<int64_t> peak{0};
// Of threads that have ended but for the destructors of their last objects.
Counts late_counts;

// Counts of ended threads are taken up by new ones, sums and all, so there are as many as threads
// that ever lived at once.
Counts* take_counts() {
  for (Counts* c = all_counts.load(); c; c = c->next)
    if (!c->taken.load(std::memory_order_relaxed) && !c->taken.exchange(true)) return c;
  auto* c = new Counts;
  c->next = all_counts.load();
  while (!all_counts.compare_exchange_weak(c->next, c)) {
  }
  return c;
}

int64_t sum_of(std::atomic<int64_t> Counts::*which) {
  int64_t sum = (late_counts.*which).load(std::memory_order_relaxed);
  for (const Counts* c = all_counts.load(std::memory_order_acquire); c; c = c->next)
    sum += (c->*which).load(std::memory_order_relaxed);
  return sum;
}

size_t rounded(size_t bytes, size_t alignment) {
  return (bytes + alignment - 1) / alignment * alignment;
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
  /// Returns the bytes that were listed.
  int64_t drain() {
    int64_t bytes = 0;
    for (size_t i = 0; i < kClasses; ++i)
      while (void* p = pop(i)) {
        bytes += static_cast<int64_t>(bytes_of_class(i));
        std::free(p);
      }
    return bytes;
  }
};

// Small blocks: one set of lists a thread, no locks.
struct ThreadLists : Lists {
  size_t listed[kClasses] = {};
  Counts* counts = nullptr;
  ~ThreadLists();
};

thread_local ThreadLists thread_lists;
// Not a member: it is asked after the lists are gone, by tensors that outlive them.
thread_local bool thread_lists_alive = true;

template <std::atomic<int64_t> Counts::*kWhich>
[[gnu::always_inline]] inline void count(int64_t change) {
  if (!thread_lists_alive) [[unlikely]] {
    (late_counts.*kWhich).fetch_add(change, std::memory_order_relaxed);
    return;
  }
  if (!thread_lists.counts) [[unlikely]]
    thread_lists.counts = take_counts();
  std::atomic<int64_t>& c = thread_lists.counts->*kWhich;
  c.store(c.load(std::memory_order_relaxed) + change, std::memory_order_relaxed);
}

ThreadLists::~ThreadLists() {
  thread_lists_alive = false;
  count<&Counts::cached>(-drain());
  if (counts) counts->taken.store(false);
}

void* system_allocate(size_t bytes) {
  const size_t alignment = bytes >= kLarge ? kHugePage : kAlignment;
  const size_t size = rounded(bytes, alignment);
  void* p = std::aligned_alloc(alignment, size);
#if defined(__linux__)
  if (p && bytes >= kLarge) madvise(p, size, MADV_HUGEPAGE);
#endif
  if (p) count<&Counts::heap_allocations>(1);
  return p;
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
    count<&Counts::cached>(-size);
  } else {
    p = system_allocate(bytes);
    if (!p) {
      empty_cache();
      p = system_allocate(bytes);
    }
    if (!p)
      throw Error(concat("allocate: the system has no ", bytes, " bytes left; ",
                         sum_of(&Counts::live), " are held by tensors."));
  }
  count<&Counts::allocations>(1);
  count<&Counts::live>(size);
  const int64_t live = sum_of(&Counts::live);
  int64_t most = peak.load(std::memory_order_relaxed);
  while (live > most && !peak.compare_exchange_weak(most, live, std::memory_order_relaxed)) {
  }
  return p;
}

void deallocate_block(void* p, size_t requested) {
  const size_t index = class_of(requested), bytes = bytes_of_class(index);
  const auto size = static_cast<int64_t>(bytes);
  count<&Counts::live>(-size);
  // Counted before it is listed: another thread may take it out again at once.
  count<&Counts::cached>(size);
  if (push_cached(index, bytes, p)) return;
  count<&Counts::cached>(-size);
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
  return {sum_of(&Counts::live), sum_of(&Counts::cached), peak.load(), sum_of(&Counts::allocations),
          sum_of(&Counts::heap_allocations)};
}

void reset_peak_memory() { peak.store(sum_of(&Counts::live)); }

void empty_cache() {
  if (thread_lists_alive) {
    count<&Counts::cached>(-thread_lists.drain());
    for (size_t& n : thread_lists.listed) n = 0;
  }
  SharedLists& shared = shared_lists();
  std::lock_guard lock(shared.mutex);
  count<&Counts::cached>(-shared.drain());
}

}  // namespace reel
