#include <reel/core/thread_pool.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <thread>

#include <pthread.h>

#if defined(__linux__)
#include <sched.h>
#endif
#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace reel {

namespace {

// How long a thread spins for its next part: longer than the serial stretches of a training step
// (a thread that sleeps takes 10 to 40 us to wake, one that spins 0.3), shorter than what somebody
// else on the machine would notice.
constexpr std::chrono::milliseconds kSpinTime{2};
constexpr int kSpinsPerLook = 64;  // at the clock
constexpr int64_t kPatience = 1000;

inline void pause() {
#if defined(__SSE2__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// One operation at a time: its number and how many parts it has in one word, so that a thread that
// comes late can not mix two operations up.
constexpr int kPartBits = 13;
constexpr uint64_t job_of(uint64_t state) { return state >> kPartBits; }
constexpr int64_t parts_of(uint64_t state) {
  return static_cast<int64_t>(state & ((uint64_t{1} << kPartBits) - 1));
}

class Pool {
 public:
  Pool() {
    find_cores();
    static Pool* only;
    only = this;
    pthread_atfork(nullptr, nullptr, [] { only->begin_anew(); });
  }

  bool run(int64_t n, ThreadPool::Part part, void* context) {
    if (busy_.exchange(true, std::memory_order_acquire)) return false;
    start_threads(n - 1);
    part_ = part;
    context_ = context;
    unfinished_.store(n, std::memory_order_relaxed);
    const uint64_t state = (job_of(state_.load(std::memory_order_relaxed)) + 1) << kPartBits |
                           static_cast<uint64_t>(n);
    publish(state);
    work(state, 0);
    wait_until_finished();
    busy_.store(false, std::memory_order_release);
    return true;
  }

 private:
  // The last job in which somebody took this part, alone in its cache line.
  struct alignas(64) Claim {
    std::atomic<uint64_t> job{0};
  };

  void find_cores() {
#if defined(__linux__)
    if (sched_getaffinity(0, sizeof cores_, &cores_) != 0) CPU_ZERO(&cores_);
#endif
  }

  // In a child process, which has the forking thread alone. What others were at is not its job.
  void begin_anew() {
    threads_ = patience_ = 0;
    asleep_.store(0);
    unfinished_.store(0);
    busy_.store(false);
    find_cores();
  }

  void publish(uint64_t state) {
    state_.store(state);
    if (asleep_.load() == 0) return;
    keep_off_this_core();
    state_.notify_all();
  }

  // Where the system refuses a thread, the others do its parts. Asking takes as long as a short
  // operation, so it is asked again only after many.
  void start_threads(int64_t wanted) {
    if (threads_ >= wanted || --patience_ > 0) return;
    patience_ = 0;
    while (threads_ < wanted && start(threads_ + 1)) ++threads_;
    if (threads_ < wanted) patience_ = kPatience;
  }

  bool start(int64_t index) try {
    std::thread thread([this, index] { serve(index); });
#if defined(__linux__)
    handles_[index] = thread.native_handle();
#endif
    thread.detach();
    return true;
  } catch (const std::exception&) {
    return false;
  }

  // A thread's life: its own part of each operation first, then what nobody else has taken.
  void serve(int64_t index) {
    uint64_t seen = 0;
    for (;;) {
      seen = next_state(seen);
      if (index < parts_of(seen)) work(seen, index);
    }
  }

  uint64_t next_state(uint64_t seen) {
    const auto end = std::chrono::steady_clock::now() + kSpinTime;
    do {
      for (int i = 0; i < kSpinsPerLook; ++i) {
        const uint64_t state = state_.load(std::memory_order_acquire);
        if (state != seen) return state;
        pause();
      }
    } while (std::chrono::steady_clock::now() < end);
    asleep_.fetch_add(1);
    state_.wait(seen);
    asleep_.fetch_sub(1);
    use_all_cores();
    return state_.load(std::memory_order_acquire);
  }

  void work(uint64_t state, int64_t index) {
    const int64_t n = parts_of(state);
    for (int64_t i = 0; i < n; ++i) {
      const int64_t part = index + i < n ? index + i : index + i - n;
      if (!claim(part, job_of(state))) continue;
      part_(context_, part);
      unfinished_.fetch_sub(1, std::memory_order_release);
    }
  }

  // Whoever claims a part knows that the job is still going on: it ends with its last part.
  bool claim(int64_t part, uint64_t job) {
    std::atomic<uint64_t>& last = claims_[part].job;
    uint64_t before = last.load(std::memory_order_relaxed);
    return before < job && last.compare_exchange_strong(before, job, std::memory_order_acquire,
                                                        std::memory_order_relaxed);
  }

  void wait_until_finished() {
    constexpr int kPauses = 20000;  // then the thread that has the last part may be off its core
    for (int i = 0; unfinished_.load(std::memory_order_acquire) != 0; ++i)
      if (i < kPauses)
        pause();
      else
        std::this_thread::yield();
  }

  // Sleepers wake away from the caller's core, where they would not run until it is done.
  void keep_off_this_core() {
#if defined(__linux__)
    const int own = sched_getcpu();
    cpu_set_t cores = cores_;
    if (own < 0 || CPU_COUNT(&cores) < 2) return;
    CPU_CLR(static_cast<size_t>(own), &cores);
    if (CPU_COUNT(&cores) == 0) return;
    for (int64_t i = 1; i <= threads_; ++i)
      pthread_setaffinity_np(handles_[i], sizeof cores, &cores);
#endif
  }

  // Once awake they go where the system wants them: the caller may move to their core.
  void use_all_cores() {
#if defined(__linux__)
    pthread_setaffinity_np(pthread_self(), sizeof cores_, &cores_);
#endif
  }

  std::atomic<bool> busy_{false};
  alignas(64) std::atomic<uint64_t> state_{0};
  std::atomic<int> asleep_{0};
  alignas(64) std::atomic<int64_t> unfinished_{0};
  ThreadPool::Part part_ = nullptr;
  void* context_ = nullptr;
  int64_t threads_ = 0, patience_ = 0;
  std::unique_ptr<Claim[]> claims_{new Claim[ThreadPool::kMaxParts]};
#if defined(__linux__)
  cpu_set_t cores_;  // that the process may use
  std::unique_ptr<pthread_t[]> handles_{new pthread_t[ThreadPool::kMaxParts]};
#endif
};

}  // namespace

bool ThreadPool::run(int64_t n, Part part, void* context) {
  static Pool& pool = *new Pool;  // its threads may outlive static objects
  return pool.run(n, part, context);
}

}  // namespace reel
