#include <reel/core/error.h>
#include <reel/core/parallel.h>
#include <reel/core/single_threaded.h>
#include <reel/core/thread_pool.h>

#include <sched.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <thread>
#include <utility>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace reel {

namespace {

int64_t whole_cpus(int64_t quota, int64_t period) {
  return quota > 0 && period > 0 ? (quota + period - 1) / period : 0;
}

// CPUs that the quota of a folder's cgroup pays for, rounded up; 0 when there is no quota.
int64_t cpus_of_folder(const std::string& folder) {
  long quota = 0, period = 0;
  if (FILE* f = std::fopen((folder + "/cpu.max").c_str(), "r")) {
    if (std::fscanf(f, "%ld %ld", &quota, &period) != 2) quota = 0;  // "max"
    std::fclose(f);
  }
  return whole_cpus(quota, period);
}

int64_t number_in(const char* path) {
  long number = 0;
  if (FILE* f = std::fopen(path, "r")) {
    if (std::fscanf(f, "%ld", &number) != 1) number = 0;
    std::fclose(f);
  }
  return number;
}

// The path of the process's cgroup, of version 2: the line "0::<path>".
std::string own_cgroup() {
  std::string path;
  if (FILE* f = std::fopen("/proc/self/cgroup", "r")) {
    char line[4096];
    while (std::fgets(line, sizeof line, f))
      if (std::strncmp(line, "0::/", 4) == 0) path.assign(line + 3, std::strcspn(line + 3, "\n"));
    std::fclose(f);
  }
  return path;
}

// The least of what the process's cgroup and those around it are paid for. In a container its own
// is mounted as the root, and the path may not be there.
int64_t cgroup_cpus() {
  const std::string root = "/sys/fs/cgroup";
  int64_t least = 0;
  for (std::string path = own_cgroup();; path.erase(path.rfind('/'))) {
    const int64_t cpus = cpus_of_folder(root + path);
    if (cpus > 0 && (least == 0 || cpus < least)) least = cpus;
    if (path.empty()) break;
  }
  if (least > 0) return least;
  return whole_cpus(number_in("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"),
                    number_in("/sys/fs/cgroup/cpu/cpu.cfs_period_us"));
}

int allowed_cpus() {
  cpu_set_t set;
  int n = static_cast<int>(std::thread::hardware_concurrency());
  if (sched_getaffinity(0, sizeof set, &set) == 0) n = CPU_COUNT(&set);
  const int64_t quota = cgroup_cpus();
  if (quota > 0 && quota < n) n = static_cast<int>(quota);
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
  const FlushDenormals flush;
  const SingleThreaded alone;
  function(context, part_begin(count, t, n), part_begin(count, t + 1, n));
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
