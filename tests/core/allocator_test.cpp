#include <reel/core/allocator.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <thread>
#include <vector>

#include <reel/core/creation.h>
#include <reel/core/scratch.h>

#include "tests/catch.h"
#include "tests/message_of.h"

using namespace reel;

namespace {

// With sanitizers nothing is cached: they shall see every allocation.
constexpr bool kCaching =
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    false;
#else
    true;
#endif

constexpr size_t kMegabyte = size_t{1} << 20;

}  // namespace

TEST_CASE("allocator: 64-byte alignment, a page for large blocks", "[allocator]") {
  for (size_t bytes : {size_t{0}, size_t{1}, size_t{63}, size_t{64}, size_t{65}, size_t{1000},
                       size_t{4097}, kMegabyte - 1, kMegabyte, 3 * kMegabyte + 1}) {
    void* p = allocate(bytes);
    REQUIRE(p);
    CHECK(reinterpret_cast<uintptr_t>(p) % 64 == 0);
    if (bytes >= kMegabyte && kCaching) CHECK(reinterpret_cast<uintptr_t>(p) % 4096 == 0);
    std::memset(p, 1, bytes);
    deallocate(p, bytes);
  }
  deallocate(nullptr, 5);
}

TEST_CASE("allocator: freed blocks are used again", "[allocator]") {
  if (!kCaching) return;
  for (size_t bytes : {size_t{100}, size_t{5000}, 5 * kMegabyte}) {
    void* p = allocate(bytes);
    deallocate(p, bytes);
    const int64_t heap = memory_stats().heap_allocations;
    void* q = allocate(bytes);
    CHECK(q == p);
    CHECK(memory_stats().heap_allocations == heap);
    deallocate(q, bytes);
    // Of the same class, if a little smaller.
    void* r = allocate(bytes - bytes / 100);
    CHECK(r == p);
    deallocate(r, bytes - bytes / 100);
  }
}

TEST_CASE("allocator: large blocks are cut from what is free, and joined again", "[allocator]") {
  if (!kCaching) return;
  empty_cache();
  const MemoryStats before = memory_stats();
  // Freed in every order, six blocks leave room for one that takes all of them.
  const size_t part = 5 * kMegabyte, whole = 6 * part;
  int order[] = {0, 1, 2, 3, 4, 5};
  void* first = allocate(whole);
  deallocate(first, whole);
  const int64_t heap = memory_stats().heap_allocations;
  do {
    void* blocks[6];
    for (size_t i = 0; i < 6; ++i) {
      blocks[i] = allocate(part);
      std::memset(blocks[i], static_cast<int>(i), 64);
      for (size_t j = 0; j < i; ++j)
        REQUIRE(std::abs(static_cast<char*>(blocks[i]) - static_cast<char*>(blocks[j])) >=
                static_cast<ptrdiff_t>(part));
    }
    for (int i : order) deallocate(blocks[i], part);
    void* again = allocate(whole);
    REQUIRE(again == first);
    deallocate(again, whole);
  } while (std::next_permutation(std::begin(order), std::end(order)));
  CHECK(memory_stats().heap_allocations == heap);
  CHECK(memory_stats().cached - before.cached == static_cast<int64_t>(whole));

  // What is free beside a live block goes back to the system as well.
  void* live = allocate(part);
  empty_cache();
  CHECK(memory_stats().cached == before.cached);
  void* beside = allocate(part);
  std::memset(beside, 1, part);
  CHECK(memory_stats().heap_allocations == heap);
  deallocate(beside, part);
  deallocate(live, part);
  empty_cache();
  CHECK(memory_stats().cached == before.cached);
  CHECK(memory_stats().live == before.live);
}

TEST_CASE("allocator: what is live, cached, and was live at most", "[allocator]") {
  empty_cache();
  const MemoryStats before = memory_stats();
  for (size_t bytes : {size_t{1}, size_t{64}, size_t{129}, size_t{100000}, 7 * kMegabyte}) {
    void* p = allocate(bytes);
    const int64_t grown = memory_stats().live - before.live;
    CHECK(grown >= static_cast<int64_t>(bytes));
    CHECK(grown <= static_cast<int64_t>(bytes + bytes / 4 + 64));
    deallocate(p, bytes);
    CHECK(memory_stats().live == before.live);
  }
  CHECK(memory_stats().allocations == before.allocations + 5);

  reset_peak_memory();
  CHECK(memory_stats().peak == before.live);
  void* a = allocate(kMegabyte);
  void* b = allocate(kMegabyte);
  const int64_t both = memory_stats().live;
  deallocate(a, kMegabyte);
  CHECK(memory_stats().peak == both);
  CHECK(memory_stats().live < both);
  deallocate(b, kMegabyte);
  CHECK((memory_stats().cached > 0) == kCaching);
  empty_cache();
  CHECK(memory_stats().cached == before.cached);
}

TEST_CASE("allocator: a tensor's memory returns when the last handle goes", "[allocator]") {
  const int64_t before = memory_stats().live;
  {
    const Tensor x = zeros({100, 100});
    const Tensor view = x.select(0, 3);
    CHECK(memory_stats().live >= before + 40000);
  }
  CHECK(memory_stats().live == before);
}

TEST_CASE("allocator: a thread's blocks do not outlive it", "[allocator]") {
  const MemoryStats before = memory_stats();
  void* passed_on = nullptr;
  std::thread([&] {
    // Made before the thread's free lists, this goes after them.
    thread_local Tensor last;
    last = zeros(1000);
    for (int i = 0; i < 10; ++i) zeros({i + 1, 100});
    passed_on = allocate(777);
  }).join();
  CHECK(memory_stats().cached == before.cached);
  deallocate(passed_on, 777);
  CHECK(memory_stats().live == before.live);
}

TEST_CASE("allocator: counts are those of all threads, also of ended ones") {
  const MemoryStats before = memory_stats();
  const size_t bytes = 3 * kMegabyte;
  reset_peak_memory();
  void* own = allocate(bytes);
  for (int round = 0; round < 3; ++round) {
    void* passed_on[4] = {};
    std::vector<std::thread> threads;
    for (void*& p : passed_on) threads.emplace_back([&] { p = allocate(bytes); });
    for (std::thread& thread : threads) thread.join();
    CHECK(memory_stats().live >= before.live + static_cast<int64_t>(5 * bytes));
    CHECK(memory_stats().peak >= before.live + static_cast<int64_t>(5 * bytes));
    CHECK(memory_stats().allocations == before.allocations + 1 + 4 * (round + 1));
    for (void* p : passed_on) deallocate(p, bytes);
  }
  deallocate(own, bytes);
  CHECK(memory_stats().live == before.live);
  CHECK(memory_stats().peak <= before.live + static_cast<int64_t>(6 * bytes + bytes / 2));
}

TEST_CASE("allocator: scratch goes back", "[allocator]") {
  const int64_t before = memory_stats().live;
  {
    Scratch some(100'000), little(1000), none(0);
    std::memset(some.data<char>(), 1, 100'000);
    std::memset(little.data<char>(), 1, 1000);
    CHECK(memory_stats().live >= before + 100'000);
    CHECK(reinterpret_cast<uintptr_t>(little.data<float>(128)) % 64 == 0);
  }
  CHECK(memory_stats().live == before);
}

TEST_CASE("allocator: many threads hand blocks to each other", "[allocator]") {
  const int64_t before = memory_stats().live;
  std::vector<Tensor> made(64);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (size_t i = t; i < made.size(); i += 4)
        made[i] = full({static_cast<int64_t>(i) * 1000 + 1, 10}, static_cast<double>(i));
    });
  for (std::thread& thread : threads) thread.join();
  threads.clear();
  for (size_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (size_t i = t * 16; i < t * 16 + 16; ++i) made[i] = made[i].clone();
    });
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < made.size(); ++i) CHECK(made[i][0][9].item<double>() == double(i));
  made.clear();
  CHECK(memory_stats().live == before);
}

TEST_CASE("allocator: impossible sizes", "[allocator]") {
  CHECK(message_of<ArgumentError>([] { allocate((size_t{1} << 47) + 1); }) ==
        "allocate: 140737488355329 bytes; no machine has so many.");
  if (!kCaching) return;  // sanitizers stop the program instead
  const MemoryStats before = memory_stats();
  CHECK_THROWS_AS(allocate(size_t{1} << 46), Error);
  CHECK(memory_stats().live == before.live);
  CHECK_THROWS_AS(empty({int64_t{1} << 44}), Error);
}
