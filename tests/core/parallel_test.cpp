#include <reel/core/parallel.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

using namespace reel;
using namespace reel::tests;

namespace {

constexpr int64_t kPlenty = int64_t{1} << 40;  // work that is always worth several threads

// Half the smallest normal number, unless denormals are flushed. Volatile, or the compiler, which
// does not flush, would compute it.
bool denormals_live() {
  volatile float least = std::numeric_limits<float>::min();
  volatile float half = least * 0.5f;
  return half != 0;
}

}  // namespace

TEST_CASE("parallel: ranges cover everything once", "[parallel]") {
  ExecutionScope scope;
  for (int threads : {1, 2, 3, 7})
    for (int64_t count : {0, 1, 2, 3, 5, 7, 64, 1001}) {
      set_num_threads(threads);
      std::vector<std::atomic<int>> visits(static_cast<size_t>(count));
      std::atomic<int> ranges{0};
      parallel_for(count, kPlenty, [&](int64_t begin, int64_t end) {
        ++ranges;
        for (int64_t i = begin; i < end; ++i) ++visits[static_cast<size_t>(i)];
      });
      INFO(threads << " threads, " << count);
      CHECK(ranges == std::min<int64_t>(threads, count));
      for (const auto& v : visits) REQUIRE(v == 1);
    }
}

TEST_CASE("parallel: little work stays on the calling thread", "[parallel]") {
  ExecutionScope scope;
  set_num_threads(3);
  int ranges = 0;
  parallel_for(1000, parallel_work() - 1, [&](int64_t begin, int64_t end) {
    ++ranges;
    CHECK(begin == 0);
    CHECK(end == 1000);
  });
  CHECK(ranges == 1);
}

TEST_CASE("parallel: exceptions cross threads", "[parallel]") {
  ExecutionScope scope;
  for (int threads : {1, 3}) {
    set_num_threads(threads);
    for (int64_t culprit : {0, 5, 9})
      CHECK(message_of<std::runtime_error>([&] {
              parallel_for(10, kPlenty, [&](int64_t begin, int64_t end) {
                if (begin <= culprit && culprit < end) throw std::runtime_error("from a thread");
              });
            }) == "from a thread");
    // All of them at once: one arrives.
    CHECK_THROWS_AS(parallel_for(10, kPlenty, [](int64_t, int64_t) { throw 1; }), int);
    // Nothing of it remains.
    std::atomic<int> ranges{0};
    parallel_for(10, kPlenty, [&](int64_t, int64_t) { ++ranges; });
    CHECK(ranges == threads);
  }
}

TEST_CASE("parallel: a region inside a region is serial", "[parallel]") {
  ExecutionScope scope;
  set_num_threads(2);
  std::atomic<int> inner{0};
  std::atomic<bool> moved{false};
  parallel_for(2, kPlenty, [&](int64_t, int64_t) {
    const auto self = std::this_thread::get_id();
    parallel_for(100, kPlenty, [&](int64_t begin, int64_t end) {
      ++inner;
      if (begin != 0 || end != 100 || std::this_thread::get_id() != self) moved = true;
    });
  });
  CHECK(inner == 2);
  CHECK_FALSE(moved);
}

TEST_CASE("parallel: several threads may start regions at once", "[parallel]") {
  ExecutionScope scope;
  set_num_threads(2);
  std::atomic<int64_t> sum{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i)
        parallel_for(100, kPlenty, [&](int64_t begin, int64_t end) { sum += end - begin; });
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(sum == 3 * 50 * 100);
}

TEST_CASE("parallel: a thread that comes late takes nothing twice", "[parallel]") {
  ExecutionScope scope;
  // Short regions of changing width in close succession: threads arrive in, between and after them.
  for (int i = 0; i < 20000; ++i) {
    const int64_t count = 2 + i % 5;
    set_num_threads(2 + i % 3);
    std::atomic<int64_t> visits{0};
    parallel_for(count, kPlenty, [&](int64_t begin, int64_t end) { visits += end - begin; });
    REQUIRE(visits == count);
  }
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("parallel: goes on with the threads that the system gives", "[parallel]") {
  constexpr int kThreads = 300;
  ExecutionScope scope;
  set_num_threads(2);
  parallel_for(2, kPlenty, [](int64_t, int64_t) {});  // what the pool itself needs is there
  const pid_t child = fork();
  if (child == 0) {
    const rlimit none{1, 1};  // no room for another thread's stack
    if (setrlimit(RLIMIT_AS, &none) != 0) _exit(2);
    set_num_threads(kThreads);
    bool right = true;
    for (int i = 0; i < 3; ++i) {
      std::atomic<int64_t> visits{0}, ranges{0};
      parallel_for(1000, kPlenty, [&](int64_t begin, int64_t end) {
        visits += end - begin;
        ++ranges;
      });
      right = right && visits == 1000 && ranges == kThreads;
    }
    _exit(right ? 0 : 1);
  }
  REQUIRE(child > 0);
  int status = 1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}
#endif

TEST_CASE("parallel: denormals are flushed inside, and live again outside", "[parallel]") {
  ExecutionScope scope;
  for (int threads : {1, 3}) {
    set_num_threads(threads);
    CHECK(denormals_live());
    std::atomic<int> alive{0};
    parallel_for(6, kPlenty, [&](int64_t, int64_t) { alive += denormals_live(); });
    CHECK(alive == 0);
    CHECK(denormals_live());
    CHECK_THROWS(parallel_for(6, kPlenty, [](int64_t, int64_t) { throw std::exception(); }));
    CHECK(denormals_live());
  }
  std::thread([] {
    std::atomic<int> alive{0};
    parallel_for(6, kPlenty, [&](int64_t, int64_t) { alive += denormals_live(); });
    CHECK(alive == 0);
    CHECK(denormals_live());
  }).join();
}

TEST_CASE("parallel: FlushDenormals restores the mode it found", "[parallel]") {
  {
    const FlushDenormals outer;
    CHECK_FALSE(denormals_live());
    { const FlushDenormals inner; }
    CHECK_FALSE(denormals_live());
    parallel_for(10, kPlenty, [](int64_t, int64_t) {});
    CHECK_FALSE(denormals_live());
  }
  CHECK(denormals_live());
}

TEST_CASE("parallel: the number of threads", "[parallel]") {
  ExecutionScope scope;
  CHECK(num_threads() >= 1);
  set_num_threads(5);
  CHECK(num_threads() == 5);
  CHECK(message_of<ArgumentError>([] { set_num_threads(0); }) ==
        "set_num_threads: 0 threads; it must be from 1 to 4096.");
  CHECK_THROWS_AS(set_num_threads(-1), ArgumentError);
  CHECK_THROWS_AS(set_num_threads(5000), ArgumentError);
  CHECK(num_threads() == 5);
}
