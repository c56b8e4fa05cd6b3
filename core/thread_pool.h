#pragma once
// The threads that help an operation; core/parallel.cpp is the only one to call them.

#include <cstdint>

namespace reel {

/// Threads that wait for parts of an operation, spinning for a while and then asleep.
///
/// Each part is taken by whoever comes first, so the caller never waits for a thread that has not
/// woken up: it does that thread's part itself. With OpenMP, whose regions end only when every
/// thread has arrived, a region after a pause of 50 ms took 5.8 ms (median, 2 cores), since the
/// kernel puts the woken thread on the core on which the caller spins.
class ThreadPool {
 public:
  using Part = void (*)(void* context, int64_t part);
  static constexpr int64_t kMaxParts = 4096;

  /// Runs part(context, 0 .. n-1), part 0 on the calling thread, and returns when all have run. No
  /// part may throw. Returns false, with nothing run, while another thread uses the pool.
  static bool run(int64_t n, Part part, void* context);
};

}  // namespace reel
