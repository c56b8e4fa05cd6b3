#pragma once
// Batches made ahead of the loop that uses them, on threads of their own.

#include <reel/core/error.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace reel::data {

/// What a loop gets when a worker meets an exception that is none of reel's own types; those arrive
/// as they are, with the sample in their message.
struct WorkerException : Error {
  WorkerException(std::exception_ptr original, const std::string& message)
      : Error(message), original_exception(std::move(original)) {}
  std::exception_ptr original_exception;
};

/// One batch: first what it needs to be made, then what came of it.
class BatchJob {
 public:
  /// Batch `number` of an epoch, of these samples; none if it is not made of samples.
  BatchJob(uint64_t seed, uint64_t epoch, uint64_t number, std::vector<size_t> samples);
  virtual ~BatchJob();
  BatchJob(const BatchJob&) = delete;
  BatchJob& operator=(const BatchJob&) = delete;

 protected:
  /// Runs within a LoadingScope, one call at a time for each worker.
  virtual void make(size_t worker) = 0;
  /// Whether there turned out to be no batch: the epoch ends here.
  virtual bool is_empty() const = 0;

 private:
  friend class Prefetch;
  void run(size_t worker, bool on_worker);

  uint64_t seed_, epoch_, number_;
  std::vector<size_t> samples_;
  size_t worker_ = 0;
  bool is_made_ = false;
  std::exception_ptr error_;
};

template <class Batch>
struct BatchOf : BatchJob {
  using BatchJob::BatchJob;
  bool is_empty() const override { return !batch.has_value(); }
  std::optional<Batch> batch;
};

/// Says what batches there are. Asked by the thread that runs the loop alone.
class BatchSource {
 public:
  virtual ~BatchSource() = default;
  /// The next batch to be made; none at the end of the epoch.
  virtual std::shared_ptr<BatchJob> next() = 0;
};

struct PrefetchOptions {
  size_t workers = 0;  ///< without one, batches are made when they are asked for
  size_t ahead = 1;    ///< most batches that are made or waited for at a time
  bool ordered = true;
  int64_t timeout_ms = 0;  ///< longest to wait for a batch; 0 for ever
};

/// workers and ahead from what users give. Throws: ArgumentError out of their range.
PrefetchOptions prefetch_options(int64_t workers, int64_t prefetch);

/// One epoch: its source, and the threads that make its batches. Of them, operations use no other
/// thread.
class Prefetch {
 public:
  /// Throws: Error when the system starts no thread.
  Prefetch(std::shared_ptr<BatchSource> source, const PrefetchOptions& options);
  ~Prefetch();

  /// The next batch, or none. `spent` is one that nobody needs any more: its memory goes back to
  /// the worker that it came from. Throws: whatever making it threw, and the next call goes on
  /// after it; ArgumentError once stopped; Error when the time is out.
  std::shared_ptr<BatchJob> next(std::shared_ptr<BatchJob> spent);
  /// Drops what is not begun, waits for the rest and joins the threads.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

[[noreturn]] void throw_loader_at_end();

/// Walks through an epoch. Iterators are equal at the end. After an exception, ++ goes on with the
/// batch after the one that failed; what making the first batch threw comes at the first use of the
/// iterator, so that there is one to go on with.
template <class Batch>
class BatchIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = Batch;
  using difference_type = std::ptrdiff_t;
  using pointer = Batch*;
  using reference = Batch&;

  BatchIterator() = default;
  explicit BatchIterator(std::shared_ptr<Prefetch> epoch) : epoch_(std::move(epoch)) {
    try {
      advance();
    } catch (...) {
      first_error_ = std::current_exception();
    }
  }
  reference operator*() const {
    throw_first_error();
    if (!job_) throw_loader_at_end();
    return *job_->batch;
  }
  pointer operator->() const { return &**this; }
  BatchIterator& operator++() {
    throw_first_error();
    if (!epoch_) throw_loader_at_end();
    advance();
    return *this;
  }
  void operator++(int) { ++*this; }
  bool operator==(const BatchIterator& other) const {
    throw_first_error();
    other.throw_first_error();
    return !epoch_ && !other.epoch_;
  }

 private:
  void advance() {
    job_ = std::static_pointer_cast<BatchOf<Batch>>(epoch_->next(std::move(job_)));
    if (!job_) epoch_.reset();
  }
  void throw_first_error() const {
    if (first_error_) std::rethrow_exception(std::exchange(first_error_, nullptr));
  }

  std::shared_ptr<Prefetch> epoch_;  // none at the end
  std::shared_ptr<BatchOf<Batch>> job_;
  mutable std::exception_ptr first_error_;  // until it is thrown
};

}  // namespace reel::data
