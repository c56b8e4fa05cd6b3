#include <reel/core/pool.h>

#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>

namespace reel {

namespace {

constexpr size_t kStep = 64;     // size classes are multiples of a cache line
constexpr size_t kClasses = 16;  // up to 1 KB
constexpr uint32_t kMaxListed = 1u << 16;

struct FreeBlock {
  FreeBlock* next;
};

// Not a member: it is asked after the lists are gone, when objects come from and go to the system.
thread_local bool lists_alive = true;

struct Lists {
  FreeBlock* head[kClasses] = {};
  uint32_t length[kClasses] = {};
  ~Lists() {
    lists_alive = false;
    for (FreeBlock* block : head)
      while (block) std::free(std::exchange(block, block->next));
  }
};

thread_local Lists lists;

constexpr bool kPooling =
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    false;  // let the sanitizers see every allocation
#else
    true;
#endif

}  // namespace

void* pool_allocate(size_t size) {
  const size_t index = (size - 1) / kStep;
  if (kPooling && index < kClasses && lists_alive) {
    if (FreeBlock* block = lists.head[index]) {
      lists.head[index] = block->next;
      --lists.length[index];
      return block;
    }
    size = (index + 1) * kStep;
  }
  void* p = std::malloc(size);
  if (!p) throw std::bad_alloc();
  return p;
}

void pool_free(void* p, size_t size) {
  const size_t index = (size - 1) / kStep;
  if (!kPooling || index >= kClasses || !lists_alive || lists.length[index] == kMaxListed) {
    std::free(p);
    return;
  }
  lists.head[index] = new (p) FreeBlock{lists.head[index]};
  ++lists.length[index];
}

}  // namespace reel
