#include <reel/data/prefetch.h>

#include <reel/autograd/grad_mode.h>
#include <reel/autograd/profile_range.h>
#include <reel/core/single_threaded.h>
#include <reel/data/sample_random.h>
#include <reel/nn/type_name.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <typeinfo>

#if defined(__linux__)
#include <pthread.h>
#endif

namespace reel::data {

namespace {

constexpr int64_t kMostWorkers = 1024, kMostAhead = 1 << 20;

/// Whether `error` is an E and nothing derived from it; then the same with `where` in its message.
template <class E>
bool add_place(const Error& error, const std::string& where, std::exception_ptr& result) {
  if (typeid(error) != typeid(E)) return false;
  result = std::make_exception_ptr(E(error.what() + where));
  return true;
}

template <class... Types>
std::exception_ptr with_place(const Error& error, const std::string& where) {
  std::exception_ptr result;
  (add_place<Types>(error, where, result) || ...);
  return result;
}

std::exception_ptr as_worker_exception(const std::string& what, const std::string& where) {
  return std::make_exception_ptr(WorkerException(
      std::current_exception(), as_text("data loader: a worker threw ", what, where)));
}

/// What the loop gets for the exception being handled.
std::exception_ptr for_the_loop(const std::string& where, bool on_worker) {
  try {
    throw;
  } catch (const Error& e) {
    if (auto same =
            with_place<Error, ArgumentError, GraphError, AnomalyError, IoError, InternalError>(
                e, where))
      return same;
    if (on_worker) return as_worker_exception(e.what(), where);
  } catch (const std::exception& e) {
    if (on_worker)
      return as_worker_exception(as_text(nn::type_name(typeid(e)), ": ", e.what()), where);
  } catch (...) {
    if (on_worker) return as_worker_exception("what is no std::exception", where);
  }
  return std::current_exception();
}

}  // namespace

BatchJob::BatchJob(uint64_t seed, uint64_t epoch, uint64_t number, std::vector<size_t> samples)
    : seed_(seed), epoch_(epoch), number_(number), samples_(std::move(samples)) {}

BatchJob::~BatchJob() = default;

void BatchJob::run(size_t worker, bool on_worker) {
  worker_ = worker;
  // What is no sample is told apart by the batch that it is in.
  const uint64_t seed = samples_.empty() ? mix_key(seed_, number_) : seed_;
  const LoadingScope scope(seed, epoch_, std::move(samples_));
  try {
    make(worker);
  } catch (...) {
    const std::optional<size_t> sample = scope.sample();
    const std::string in_sample = sample ? as_text("sample ", *sample, ", ") : std::string();
    error_ = for_the_loop(as_text(" (in ", in_sample, "batch ", number_, ")"), on_worker);
  }
}

PrefetchOptions prefetch_options(int64_t workers, int64_t prefetch) {
  REEL_CHECK(workers >= 0 && workers <= kMostWorkers, "data loader: ", workers,
             " workers; there may be 0 to ", kMostWorkers, ".");
  REEL_CHECK(prefetch >= 1 && prefetch <= kMostAhead, "data loader: prefetch is ", prefetch,
             "; it must be from 1 to ", kMostAhead, ".");
  PrefetchOptions options;
  options.workers = static_cast<size_t>(workers);
  options.ahead = static_cast<size_t>(std::max<int64_t>(1, workers * prefetch));
  return options;
}

void throw_loader_at_end() {
  throw_argument_error(
      "data loader: there is no batch at the end, nor after an error; compare with end() first.");
}

struct Prefetch::State {
  State(std::shared_ptr<BatchSource> batches, const PrefetchOptions& o)
      : source(std::move(batches)), options(o), spent(o.workers) {}

  void start() {
    const bool records = GradMode::is_enabled();
    try {
      for (size_t worker = 0; worker < options.workers; ++worker)
        threads.emplace_back([this, worker, records] { serve(worker, records); });
    } catch (const std::system_error& e) {
      stop();
      throw Error(as_text("data loader: the system starts no worker: ", e.what(), "."));
    }
  }

  void serve(size_t worker, bool records) {
#if defined(__linux__)
    pthread_setname_np(pthread_self(), "reel loader");
#endif
    const SingleThreaded alone;
    const AutoGradMode mode(records);
    std::unique_lock lock(mutex);
    for (;;) {
      work.wait(lock, [&] { return stopping || !queue.empty(); });
      if (stopping) return;
      BatchJob& job = *queue.front();
      queue.pop_front();
      auto returned = std::move(spent[worker]);
      spent[worker].clear();
      lock.unlock();
      returned.clear();  // so that the next batch takes its memory
      job.run(worker, true);
      lock.lock();
      job.is_made_ = true;
      made.notify_one();
    }
  }

  /// Asks the source until there are enough batches on their way.
  void request() {
    while (!at_end && on_their_way.size() < options.ahead) {
      std::shared_ptr<BatchJob> job;
      try {
        job = source->next();
      } catch (...) {
        source_error = std::current_exception();
      }
      if (!job) {
        at_end = true;
        return;
      }
      on_their_way.push_back(job);
      if (options.workers == 0) return;
      const std::lock_guard lock(mutex);
      queue.push_back(job.get());
      work.notify_one();
    }
  }

  std::shared_ptr<BatchJob> take(std::deque<std::shared_ptr<BatchJob>>::iterator at) {
    std::shared_ptr<BatchJob> job = std::move(*at);
    on_their_way.erase(at);
    return job;
  }

  std::shared_ptr<BatchJob> wait_for_batch() {
    std::unique_lock lock(mutex);
    auto found = on_their_way.end();
    const auto there_is_one = [&] {
      const auto last = options.ordered ? on_their_way.begin() + 1 : on_their_way.end();
      found = std::find_if(on_their_way.begin(), last, [](auto& job) { return job->is_made_; });
      return found != last;
    };
    if (options.timeout_ms == 0) {
      made.wait(lock, there_is_one);
    } else if (!made.wait_for(lock, std::chrono::milliseconds(options.timeout_ms), there_is_one)) {
      throw Error(as_text("data loader: no batch came within ", options.timeout_ms,
                          " ms, the time given. [more workers, or a longer timeout]"));
    }
    return take(found);
  }

  void give_back(std::shared_ptr<BatchJob> job) {
    if (!job || job.use_count() != 1 || options.workers == 0) return;
    const std::lock_guard lock(mutex);
    spent[job->worker_].push_back(std::move(job));
  }

  void stop() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
      queue.clear();
      work.notify_all();
    }
    for (std::thread& thread : threads) thread.join();
    threads.clear();
    on_their_way.clear();
    spent.assign(options.workers, {});
  }

  std::shared_ptr<BatchSource> source;
  PrefetchOptions options;

  // Of the thread that runs the loop.
  std::deque<std::shared_ptr<BatchJob>> on_their_way;
  std::exception_ptr source_error;
  bool at_end = false;
  std::vector<std::thread> threads;

  std::mutex mutex;  // of what follows, and of the jobs' is_made_
  std::condition_variable work, made;
  std::deque<BatchJob*> queue;
  std::vector<std::vector<std::shared_ptr<BatchJob>>> spent;
  bool stopping = false;
};

Prefetch::Prefetch(std::shared_ptr<BatchSource> source, const PrefetchOptions& options)
    : state_(std::make_unique<State>(std::move(source), options)) {
  state_->start();
}

Prefetch::~Prefetch() { stop(); }

void Prefetch::stop() { state_->stop(); }

std::shared_ptr<BatchJob> Prefetch::next(std::shared_ptr<BatchJob> spent) {
  const autograd::ProfileRange range("data loader", autograd::ProfileCategory::kLoader);
  State& s = *state_;
  REEL_CHECK(!s.stopping,
             "data loader: this epoch is over, as its loader began another or is gone; iterators "
             "belong to the last begin().");
  s.give_back(std::move(spent));
  s.request();
  if (s.on_their_way.empty()) {
    if (s.source_error) std::rethrow_exception(std::exchange(s.source_error, nullptr));
    stop();
    return nullptr;
  }
  std::shared_ptr<BatchJob> job;
  if (s.options.workers == 0) {
    job = s.take(s.on_their_way.begin());
    job->run(0, false);
  } else {
    job = s.wait_for_batch();
    s.request();  // before the loop goes on: workers must not wait for it
  }
  if (job->error_) std::rethrow_exception(std::exchange(job->error_, nullptr));
  if (!job->is_empty()) return job;
  stop();
  return nullptr;
}

}  // namespace reel::data
