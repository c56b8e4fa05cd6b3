#pragma once
// Going through a data set of one's own, batch by batch.

#include <reel/core/options.h>
#include <reel/data/datasets.h>
#include <reel/data/example_transforms.h>
#include <reel/data/prefetch.h>
#include <reel/data/samplers.h>

#include <memory>
#include <optional>
#include <type_traits>

namespace reel::data {

/// How long to wait for a batch: milliseconds, or any duration of <chrono>, rounded up to them. 0
/// is for ever.
class Timeout {
 public:
  Timeout(int64_t milliseconds = 0) : milliseconds_(milliseconds) {}
  template <class Rep, class Period, template <class, class> class Duration>
  Timeout(const Duration<Rep, Period>& duration)
      : milliseconds_(
            rounded_up(static_cast<double>(duration.count()) * 1000 * Period::num / Period::den)) {}
  int64_t milliseconds() const { return milliseconds_; }

 private:
  static int64_t rounded_up(double milliseconds);
  int64_t milliseconds_;
};

/// How batches are loaded; a number alone is the batch size. Batches are the same for any number of
/// workers, in content and, unless enforce_ordering is off, in order.
struct DataLoaderOptions {
  DataLoaderOptions(size_t batch_size = 1) : batch_size_(batch_size) {}
  REEL_ARG(size_t, batch_size);
  /// Threads that make batches ahead of the loop, each with a copy of the data set. Without one
  /// they are made when the loop comes to them.
  REEL_ARG(size_t, workers) = 0;
  /// How many batches ahead for each worker; max_jobs is for all of them together.
  REEL_ARG(size_t, prefetch) = 2;
  REEL_ARG(std::optional<size_t>, max_jobs);
  /// Longest to wait for a batch of the workers.
  REEL_ARG(Timeout, timeout);
  /// Whether batches come in the sampler's order, or as they get ready.
  REEL_ARG(bool, enforce_ordering) = true;
  /// Whether to leave out a last batch that is smaller than the others.
  REEL_ARG(bool, drop_last) = false;
  /// Of the order and the augmentation of all epochs; drawn from the default generator by the first
  /// begin() if not given.
  REEL_ARG(std::optional<uint64_t>, seed);
};

/// Of `workers` threads, or one at most if the data set can not be used by more. Throws:
/// ArgumentError for an option out of its range.
PrefetchOptions check_loader(const DataLoaderOptions& options, bool shares_work);
[[noreturn]] void throw_unknown_size();
uint64_t draw_loader_seed();

/// A batch that a source makes of a request.
template <class Source>
class RequestedBatch final : public BatchOf<typename Source::Batch> {
 public:
  using Request = typename Source::Request;
  RequestedBatch(Source& source, Request request, uint64_t number, std::vector<size_t> samples)
      : BatchOf<typename Source::Batch>(source.seed, source.epoch, number, std::move(samples)),
        source_(source),
        request_(std::move(request)) {}

 private:
  void make(size_t worker) override { this->batch = source_.make(worker, std::move(request_)); }
  Source& source_;
  Request request_;
};

/// Asks a sampler which examples make up a batch, and the worker's copy of the data set for it.
template <class Dataset, class Sampler>
class SampledSource : public BatchSource {
 public:
  using Batch = typename Dataset::BatchType;
  using Request = std::remove_cvref_t<decltype(*std::declval<Sampler&>().next(size_t{1}))>;
  static constexpr bool kSharesWork = std::is_copy_constructible_v<Dataset>;

  SampledSource(Dataset dataset, Sampler sampler) : sampler_(std::move(sampler)) {
    datasets_.push_back(std::make_unique<Dataset>(std::move(dataset)));
  }
  void start(size_t workers, size_t first_batch) {
    if constexpr (kSharesWork)
      while (datasets_.size() < workers)
        datasets_.push_back(std::make_unique<Dataset>(*datasets_[0]));
    if constexpr (requires { sampler_.start_epoch(seed, epoch); })
      sampler_.start_epoch(seed, epoch);
    sampler_.reset(std::nullopt);
    for (number_ = 0; number_ < first_batch; ++number_) sampler_.next(options.batch_size());
  }
  std::shared_ptr<BatchJob> next() override {
    auto request = sampler_.next(options.batch_size());
    if (!request) return nullptr;
    std::vector<size_t> samples;
    size_t size = 0;
    if constexpr (std::is_convertible_v<Request, size_t>) {
      size = *request;
    } else {
      size = request->size();
      if constexpr (requires { samples.assign(request->begin(), request->end()); })
        samples.assign(request->begin(), request->end());
    }
    if (options.drop_last() && size < options.batch_size()) return nullptr;
    return std::make_shared<RequestedBatch<SampledSource>>(*this, std::move(*request), number_++,
                                                           std::move(samples));
  }
  std::optional<Batch> make(size_t worker, Request request) {
    return datasets_[worker]->get_batch(std::move(request));
  }

  DataLoaderOptions options;
  uint64_t seed = 0, epoch = 0;

 private:
  std::vector<std::unique_ptr<Dataset>> datasets_;  // a worker's own each
  Sampler sampler_;
  uint64_t number_ = 0;
};

/// Asks a StatefulDataset for batches until it gives none, one after the other.
template <class Dataset>
class StatefulSource : public BatchSource {
 public:
  using Batch = typename Dataset::BatchType::value_type;
  using Request = typename Dataset::BatchRequestType;
  static constexpr bool kSharesWork = false;

  explicit StatefulSource(Dataset dataset) : dataset_(std::move(dataset)) {}
  void start(size_t, size_t first_batch) {
    dataset_.reset();
    at_end_ = false;
    for (number_ = 0; number_ < first_batch; ++number_) {
      const LoadingScope scope(mix_key(seed, number_), epoch, {});
      make(0, Request(options.batch_size()));
    }
  }
  std::shared_ptr<BatchJob> next() override {
    return std::make_shared<RequestedBatch<StatefulSource>>(*this, Request(options.batch_size()),
                                                            number_++, std::vector<size_t>());
  }
  std::optional<Batch> make(size_t, Request request) {
    std::optional<Batch> batch;
    if (!at_end_) batch = dataset_.get_batch(std::move(request));
    at_end_ = !batch;
    return batch;
  }

  DataLoaderOptions options;
  uint64_t seed = 0, epoch = 0;

 private:
  Dataset dataset_;
  bool at_end_ = false;
  uint64_t number_ = 0;
};

/// Each begin() starts an epoch, the next after the last, and ends one that is still going on:
/// `for (auto& batch : *loader)`. One thread at a time may use a loader and its iterators.
template <class Source>
class DataLoader {
 public:
  using Batch = typename Source::Batch;
  using Iterator = BatchIterator<Batch>;

  /// Throws: ArgumentError for an option out of its range.
  DataLoader(Source source, DataLoaderOptions options)
      : source_(std::make_shared<Source>(std::move(source))),
        prefetch_(check_loader(options, Source::kSharesWork)) {
    source_->options = options;
  }
  ~DataLoader() { join(); }
  DataLoader(const DataLoader&) = delete;
  DataLoader& operator=(const DataLoader&) = delete;

  Iterator begin() {
    join();
    std::optional<uint64_t>& seed = source_->options.seed();
    if (!seed) seed = draw_loader_seed();
    source_->seed = *seed;
    source_->epoch = next_epoch_++;
    source_->start(prefetch_.workers, std::exchange(first_batch_, 0));
    running_ = std::make_shared<Prefetch>(source_, prefetch_);
    return Iterator(running_);
  }
  Iterator end() { return {}; }

  /// The epoch that the next begin() starts, 0 at first.
  uint64_t epoch() const { return next_epoch_; }
  /// Makes the next begin() start with that epoch, and in it with that batch: the rest of an epoch
  /// comes as it would have, without making what was before. Needs the same seed, and a sampler
  /// that depends on nothing else.
  void set_epoch(uint64_t epoch, size_t first_batch = 0) {
    next_epoch_ = epoch;
    first_batch_ = first_batch;
  }
  /// With the seed that was drawn, after the first begin().
  const DataLoaderOptions& options() const { return source_->options; }
  /// Ends an epoch that is still going on, and its threads.
  void join() {
    if (running_) running_->stop();
  }

 private:
  std::shared_ptr<Source> source_;
  PrefetchOptions prefetch_;
  std::shared_ptr<Prefetch> running_;
  uint64_t next_epoch_ = 0;
  size_t first_batch_ = 0;
};

template <class Dataset, class Sampler>
using StatelessDataLoader = DataLoader<SampledSource<Dataset, Sampler>>;
template <class Dataset>
using StatefulDataLoader = DataLoader<StatefulSource<Dataset>>;

/// A loader with a sampler of the caller's.
template <class Dataset, class Sampler>
std::unique_ptr<StatelessDataLoader<Dataset, Sampler>> make_data_loader(Dataset dataset,
                                                                        DataLoaderOptions options,
                                                                        Sampler sampler) {
  return std::make_unique<StatelessDataLoader<Dataset, Sampler>>(
      SampledSource<Dataset, Sampler>(std::move(dataset), std::move(sampler)), options);
}

/// The same, in libtorch's order.
template <class Dataset, class Sampler>
requires requires { typename Sampler::BatchRequestType; }
std::unique_ptr<StatelessDataLoader<Dataset, Sampler>> make_data_loader(Dataset dataset,
                                                                        Sampler sampler,
                                                                        DataLoaderOptions options) {
  return make_data_loader(std::move(dataset), options, std::move(sampler));
}

/// A loader with a sampler of all examples: `make_data_loader<samplers::SequentialSampler>(
/// std::move(set), 64)`. Throws: ArgumentError when the data set does not know its size.
template <class Sampler = samplers::RandomSampler, class Dataset>
requires(!Dataset::is_stateful)
    std::unique_ptr<StatelessDataLoader<Dataset, Sampler>> make_data_loader(
        Dataset dataset, DataLoaderOptions options = {}) {
  const std::optional<size_t> size = dataset.size();
  if (!size) throw_unknown_size();
  return make_data_loader(std::move(dataset), options, Sampler(*size));
}

/// A loader of a StatefulDataset, which itself knows what comes next. One worker at most is of use
/// to it.
template <class Dataset>
requires(Dataset::is_stateful) std::unique_ptr<StatefulDataLoader<Dataset>> make_data_loader(
    Dataset dataset, DataLoaderOptions options = {}) {
  return std::make_unique<StatefulDataLoader<Dataset>>(StatefulSource<Dataset>(std::move(dataset)),
                                                       options);
}

}  // namespace reel::data
