#pragma once
// The one place that governs threads.

#include <cstdint>
#include <type_traits>

namespace reel {

/// Threads that operations use, but for those within SingleThreaded or a part of another. Default:
/// the cores that affinity and cgroup quota allow, or REEL_NUM_THREADS.
int num_threads();

/// Governs every later operation in the process. Throws: ArgumentError below 1.
void set_num_threads(int n);

/// Flushes denormals to zero while it lives, on this thread; restores the mode on the way out.
/// Denormals make arithmetic up to 20 times slower, and training meets them as it converges.
class FlushDenormals {
 public:
  FlushDenormals();
  ~FlushDenormals();
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  uint64_t saved_;
};

/// Work below this many simple element operations runs on one thread: a second one takes about 10
/// us to pay.
inline constexpr int64_t kParallelWork = 65536;

/// The threshold in use; a test sets it to 0, and small cases run on several threads.
int64_t parallel_work();
void set_parallel_work(int64_t work);

using RangeFunction = void (*)(void* context, int64_t begin, int64_t end);

/// Runs function(context, begin, end) over a partition of [0, count), denormals flushed. `work` is
/// the cost of the whole in simple element operations. The split depends on the number of threads,
/// so what is computed for one index must not depend on its range: a reduction takes a fixed number
/// of chunks, from the problem's size alone, as its indices.
void parallel_ranges(int64_t count, int64_t work, RangeFunction function, void* context);

/// The same for a callable f(begin, end). Always inlined: kernels are compiled for several
/// instruction sets, and a shared copy of a template must not carry one of them into the rest.
template <class F>
[[gnu::always_inline]] inline void parallel_for(int64_t count, int64_t work, F&& f) {
  parallel_ranges(
      count, work,
      [](void* context, int64_t begin, int64_t end) {
        (*static_cast<std::remove_reference_t<F>*>(context))(begin, end);
      },
      &f);
}

}  // namespace reel
