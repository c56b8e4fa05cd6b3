#include <reel/core/allocator.h>
#include <reel/core/error.h>
#include <reel/core/guarded_memory.h>
#include <reel/core/large_blocks.h>

#include <atomic>
#include <bit>
#include <cstdlib>
#include <utility>

namespace reel {

namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kLarge = size_t{128} << 10;        // from here on: LargeBlocks
constexpr size_t kMaxPerThread = size_t{64} << 20;  // bytes a thread keeps of a small class

constexpr bool kCaching =
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    false;  // let the sanitizers see every allocation
#else
    true;
#endif

// Size classes of small blocks: four steps per power of two from 64 bytes to kLarge, so at most a
// quarter is wasted.
constexpr size_t kClasses = 4 * 11 + 1;

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
  int64_t peak = 0;               // of its own live bytes; nobody else reads it
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

// Free lists of small blocks, by size class, of one thread: no locks. Blocks carry the link inside
// themselves.
struct ThreadLists {
  FreeBlock* head[kClasses] = {};
  size_t listed[kClasses] = {};
  Counts* counts = nullptr;

  void* pop(size_t index) {
    FreeBlock* block = head[index];
    if (!block) return nullptr;
    head[index] = block->next;
    --listed[index];
    return block;
  }
  void push(size_t index, void* p) {
    head[index] = new (p) FreeBlock{head[index]};
    ++listed[index];
  }
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
  ~ThreadLists();
};

thread_local ThreadLists thread_lists;
// Not a member: it is asked after the lists are gone, by tensors that outlive them.
thread_local bool thread_lists_alive = true;

template <std::atomic<int64_t> Counts::*kWhich, bool kHasPeak = false>
[[gnu::always_inline]] inline void count(int64_t change) {
  if (!thread_lists_alive) [[unlikely]] {
    (late_counts.*kWhich).fetch_add(change, std::memory_order_relaxed);
    return;
  }
  if (!thread_lists.counts) [[unlikely]]
    thread_lists.counts = take_counts();
  Counts& counts = *thread_lists.counts;
  const int64_t sum = (counts.*kWhich).load(std::memory_order_relaxed) + change;
  (counts.*kWhich).store(sum, std::memory_order_relaxed);
  if (kHasPeak && sum > counts.peak) counts.peak = sum;
}

ThreadLists::~ThreadLists() {
  thread_lists_alive = false;
  count<&Counts::cached>(-drain());
  if (counts) counts->taken.store(false);
}

LargeBlocks& large_blocks() {
  static LargeBlocks& blocks = *new LargeBlocks;  // outlives every static tensor
  return blocks;
}

// What a request takes: a block of a class, or of LargeBlocks.
struct Size {
  size_t bytes, index = 0;
  bool large;

  explicit Size(size_t requested) : large(requested >= kLarge) {
    if (large) [[unlikely]] {
      bytes = LargeBlocks::rounded(requested);
    } else {
      index = class_of(requested);
      bytes = bytes_of_class(index);
    }
  }
};

void* take_small(const Size& size) {
  if (kCaching && thread_lists_alive)
    if (void* p = thread_lists.pop(size.index)) {
      count<&Counts::cached>(-static_cast<int64_t>(size.bytes));
      return p;
    }
  // The standard asks for a multiple of the alignment, and the address sanitizer insists.
  void* p = std::aligned_alloc(kAlignment, (size.bytes + kAlignment - 1) & ~(kAlignment - 1));
  if (p) count<&Counts::heap_allocations>(1);
  return p;
}

void* take_large(const Size& size) {
  if (kCaching) {
    if (void* p = large_blocks().take(size.bytes)) return p;
    if (!large_blocks().grow(size.bytes)) return nullptr;
  }
  count<&Counts::heap_allocations>(1);
  // Of a new segment, another thread may have been faster.
  return kCaching ? large_blocks().take(size.bytes) : std::aligned_alloc(kAlignment, size.bytes);
}

void* take(const Size& size) { return size.large ? take_large(size) : take_small(size); }

void* allocate_block(size_t requested) {
  const Size size(requested);
  void* p = take(size);
  if (!p) [[unlikely]] {
    empty_cache();
    p = take(size);
    if (!p)
      throw Error(as_text("allocate: the system has no ", size.bytes, " bytes left; ",
                          sum_of(&Counts::live), " are held by tensors."));
  }
  count<&Counts::allocations>(1);
  count<&Counts::live, true>(static_cast<int64_t>(size.bytes));
  const int64_t live = sum_of(&Counts::live);
  int64_t most = peak.load(std::memory_order_relaxed);
  while (live > most && !peak.compare_exchange_weak(most, live, std::memory_order_relaxed)) {
  }
  return p;
}

void deallocate_block(void* p, size_t requested) {
  const Size size(requested);
  const auto bytes = static_cast<int64_t>(size.bytes);
  count<&Counts::live>(-bytes);
  if (!kCaching) return std::free(p);
  if (size.large) return large_blocks().give_back(p, size.bytes);
  if (!thread_lists_alive || (thread_lists.listed[size.index] + 1) * size.bytes > kMaxPerThread)
    return std::free(p);
  thread_lists.push(size.index, p);
  count<&Counts::cached>(bytes);
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
  return {sum_of(&Counts::live), sum_of(&Counts::cached) + large_blocks().cached(), peak.load(),
          sum_of(&Counts::allocations), sum_of(&Counts::heap_allocations)};
}

ThreadMemory memory_of_thread() {
  if (!thread_lists_alive || !thread_lists.counts) return {};
  return {thread_lists.counts->live.load(std::memory_order_relaxed), thread_lists.counts->peak};
}

void set_peak_of_thread(int64_t new_peak) {
  if (thread_lists_alive && thread_lists.counts) thread_lists.counts->peak = new_peak;
}

void reset_peak_memory() { peak.store(sum_of(&Counts::live)); }

void empty_cache() {
  if (thread_lists_alive) count<&Counts::cached>(-thread_lists.drain());
  large_blocks().release();
}

}  // namespace reel
