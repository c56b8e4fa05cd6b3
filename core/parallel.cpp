#include <reel/core/error.h>
#include <reel/core/parallel.h>
#include <reel/core/single_threaded.h>
#include <reel/core/thread_pool.h>

#include <sched.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <thread>
#include <utility>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace reel {

namespace {

// CPUs that the cgroup's quota pays for, rounded up; 0 when there is no quota.
int cgroup_cpus() {
  long quota = -1, period = 0;
  if (FILE* f = std::fopen("/sys/fs/cgroup/cpu.max", "r")) {
    if (std::fscanf(f, "%ld %ld", &quota, &period) != 2) quota = -1;
    std::fclose(f);
  } else if (FILE* q = std::fopen("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "r")) {
    if (std::fscanf(q, "%ld", &quota) != 1) quota = -1;
    std::fclose(q);
    if (FILE* p = std::fopen("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "r")) {
      if (std::fscanf(p, "%ld", &period) != 1) period = 0;
      std::fclose(p);
    }
  }
  return quota > 0 && period > 0 ? static_cast<int>((quota + period - 1) / period) : 0;
}

int allowed_cpus() {
  cpu_set_t set;
  int n = static_cast<int>(std::thread::hardware_concurrency());
  if (sched_getaffinity(0, sizeof set, &set) == 0) n = CPU_COUNT(&set);
  const int quota = cgroup_cpus();
  if (quota > 0 && quota < n) n = quota;
  return n > 0 ? n : 1;
}

int initial_threads() {
  const char* text = std::getenv("REEL_NUM_THREADS");
  if (!text || !*text) return allowed_cpus();
  char* end = nullptr;
  const long n = std::strtol(text, &end, 10);
  REEL_CHECK(*end == '\0' && n >= 1 && n <= 4096, "threads: REEL_NUM_THREADS=", text,
             "; it must be a whole number from 1 to 4096.");
  return static_cast<int>(n);
}

std::atomic<int>& thread_count() {
  static std::atomic<int> count{initial_threads()};
  return count;
}

std::atomic<int64_t> least_parallel_work{kParallelWork};

// In a part of an operation, or SingleThreaded: what is called from there runs on this thread
// alone.
thread_local bool inside_parallel = false;

// Many indices are single elements, and a vectorised loop may round its last few, done one at a
// time, unlike the others: every range but the last is then whole vectors, so that an element's
// rounding does not depend on the number of ranges. Few indices are rows or chunks, each a loop of
// its own.
constexpr int64_t kManyIndices = 4096, kWholeVectors = 64;

// Where part t of n of [0, count) begins; the parts are about equally long.
int64_t part_begin(int64_t count, int64_t t, int64_t n) {
  const int64_t begin = count / n * t + (t < count % n ? t : count % n);
  return count < kManyIndices || t == n ? begin : begin / kWholeVectors * kWholeVectors;
}

void run_part(int64_t t, int64_t n, int64_t count, RangeFunction function, void* context) {
  FlushDenormals flush;
  inside_parallel = true;
  function(context, part_begin(count, t, n), part_begin(count, t + 1, n));
  inside_parallel = false;
}

}  // namespace

int num_threads() { return thread_count().load(std::memory_order_relaxed); }

void set_num_threads(int n) {
  REEL_CHECK(n >= 1 && n <= 4096, "set_num_threads: ", n, " threads; it must be from 1 to 4096.");
  thread_count().store(n);
}

int64_t parallel_work() { return least_parallel_work.load(std::memory_order_relaxed); }
void set_parallel_work(int64_t work) { least_parallel_work.store(work); }

#if defined(__SSE2__)
namespace {
constexpr unsigned kFlushBits = 0x8040;  // flush-to-zero and denormals-are-zero
}
FlushDenormals::FlushDenormals() : saved_(_mm_getcsr()) {
  if ((saved_ & kFlushBits) != kFlushBits) _mm_setcsr(static_cast<unsigned>(saved_) | kFlushBits);
}
FlushDenormals::~FlushDenormals() {
  if ((saved_ & kFlushBits) != kFlushBits) _mm_setcsr(static_cast<unsigned>(saved_));
}
#elif defined(__aarch64__)
FlushDenormals::FlushDenormals() {
  asm volatile("mrs %0, fpcr" : "=r"(saved_));
  asm volatile("msr fpcr, %0" : : "r"(saved_ | (uint64_t{1} << 24)));
}
FlushDenormals::~FlushDenormals() { asm volatile("msr fpcr, %0" : : "r"(saved_)); }
#else
FlushDenormals::FlushDenormals() : saved_(0) {}
FlushDenormals::~FlushDenormals() = default;
#endif

SingleThreaded::SingleThreaded() : before_(std::exchange(inside_parallel, true)) {}
SingleThreaded::~SingleThreaded() { inside_parallel = before_; }

void parallel_ranges(int64_t count, int64_t work, RangeFunction function, void* context) {
  if (count <= 0) return;
  int64_t n = work < parallel_work() || inside_parallel ? 1 : num_threads();
  if (n > count) n = count;
  if (n <= 1) {
    FlushDenormals flush;
    function(context, 0, count);
    return;
  }
  struct Job {
    int64_t n, count;
    RangeFunction function;
    void* context;
    std::atomic<bool> failed{false};
    std::exception_ptr error{};
  } job{n, count, function, context};
  const auto part = [](void* shared, int64_t t) {
    auto& j = *static_cast<Job*>(shared);
    try {
      run_part(t, j.n, j.count, j.function, j.context);
    } catch (...) {
      inside_parallel = false;
      if (!j.failed.exchange(true)) j.error = std::current_exception();
    }
  };
  // Another thread of the program may be using the pool: then there is enough to do for all cores.
  if (!ThreadPool::run(n, part, &job)) {
    FlushDenormals flush;
    function(context, 0, count);
  }
  if (job.error) std::rethrow_exception(job.error);
}

}  // namespace reel
