#include "tests/catch.h"

#include <reel/core/allocator.h>
#include <reel/core/guarded_memory.h>

#include <cmath>
#include <cstring>

using namespace reel;

TEST_CASE("guarded memory starts as NaN", "[allocator]") {
  GuardedMemory guarded;
  auto* x = static_cast<float*>(allocate(3 * sizeof(float)));
  CHECK(reinterpret_cast<uintptr_t>(x) % 64 == 0);
  for (int i = 0; i < 3; ++i) CHECK(std::isnan(x[i]));
  deallocate(x, 3 * sizeof(float));
}

TEST_CASE("a write past either end of guarded memory is found", "[allocator]") {
  GuardedMemory guarded;
  const int64_t before = GuardedMemory::damaged();
  auto* p = static_cast<char*>(allocate(100));
  std::memset(p, 0, 100);
  CHECK(GuardedMemory::damaged() == before);
  p[100] = 0;
  CHECK(GuardedMemory::damaged() == before + 1);
  deallocate(p, 100);
  CHECK(GuardedMemory::damaged() == before + 1);
  p = static_cast<char*>(allocate(0));
  p[-1] = 0;
  deallocate(p, 0);
  CHECK(GuardedMemory::damaged() == before + 2);
}

TEST_CASE("blocks with and without guards mix", "[allocator]") {
  const int64_t live = memory_stats().live;
  void* plain = allocate(1000);
  void* late = nullptr;
  {
    GuardedMemory guarded;
    late = allocate(1000);
    deallocate(plain, 1000);
  }
  plain = allocate(1000);
  deallocate(late, 1000);
  deallocate(plain, 1000);
  CHECK(memory_stats().live == live);
}
