// A child process computes as its parent does, whatever the parent's threads were at.

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>
#include <reel/core/parallel.h>
#include <reel/core/random.h>
#include <reel/core/single_threaded.h>

#include "tests/catch.h"
#include "tests/harness.h"

// The thread sanitizer lets no child process start threads.
#if !defined(__SANITIZE_THREAD__)

using namespace reel;
using namespace reel::tests;

namespace {

constexpr int64_t kPlenty = int64_t{1} << 40;  // work that is always worth several threads

// Whether `function` returns true in a child process, within 20 seconds.
template <class F>
bool in_child(F function) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    bool right = false;
    try {
      right = function();
    } catch (...) {
    }
    _exit(right ? 0 : 1);
  }
  int status = 1;
  return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

// Runs as many parts, each of which waits for all others: each has a thread.
void meet(int threads) {
  std::atomic<int> arrived{0};
  parallel_for(threads, kPlenty, [&](int64_t, int64_t) {
    ++arrived;
    while (arrived < threads) std::this_thread::yield();
  });
}

int allowed_cores() {
  cpu_set_t cores;
  return sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : 0;
}

}  // namespace

TEST_CASE("fork: the child has threads of its own", "[fork]") {
  ExecutionScope scope;
  for (int threads : {2, 16}) {
    set_num_threads(threads);
    meet(threads);
    for (const int milliseconds : {0, 20}) {  // they spin, or are asleep
      INFO(threads << " threads, after " << milliseconds << " ms");
      const std::chrono::milliseconds rest(milliseconds);
      std::this_thread::sleep_for(rest);
      CHECK(in_child([&] {
        const int cores = allowed_cores();
        meet(threads);
        std::this_thread::sleep_for(rest);
        meet(threads);
        return allowed_cores() == cores && in_child([&] {
                 meet(threads);
                 return true;
               });
      }));
    }
    meet(threads);
  }
}

TEST_CASE("fork: the child gets the same bits", "[fork]") {
  ExecutionScope scope;
  set_num_threads(3);
  set_parallel_work(1);
  const Tensor a = randn({100, 70}), b = randn({70, 90}).requires_grad_();
  const auto gradient = [&] {
    matmul(a, b).square().sum().backward();
    return std::exchange(b.mutable_grad(), Tensor());
  };
  const Tensor expected = gradient();
  CHECK(in_child([&] { return gradient().equal(expected); }));
  CHECK(gradient().equal(expected));
}

TEST_CASE("fork: while other threads take memory", "[fork]") {
  std::atomic<bool> stop{false};
  std::vector<std::thread> others;
  for (int i = 0; i < 2; ++i)
    others.emplace_back([&] {
      const SingleThreaded alone;
      while (!stop) {
        const Tensor x = empty_channels_last({1, 50, 30, 30}, kFloat32);
        x.data_ptr();
      }
    });
  int failed = 0;
  for (int i = 0; failed == 0 && i < 300; ++i)
    failed += !in_child([] {
      const SingleThreaded alone;
      const Tensor x = empty_channels_last({1, 50, 30, 30}, kFloat32).fill_(1);
      x.data_ptr();
      return x.sum().item<double>() == 50 * 30 * 30;
    });
  stop = true;
  for (std::thread& t : others) t.join();
  CHECK(failed == 0);
}

#endif
