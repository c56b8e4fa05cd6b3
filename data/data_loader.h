#pragma once
// Going through a data set of one's own, batch by batch.

#include <reel/core/options.h>
#include <reel/data/datasets.h>
#include <reel/data/example_transforms.h>
#include <reel/data/samplers.h>

#include <iterator>
#include <memory>
#include <optional>

namespace reel::data {

/// How batches are loaded; a number alone is the batch size. Batches are the same for any number of
/// workers: today they are made on the calling thread.
struct DataLoaderOptions {
  DataLoaderOptions(size_t batch_size = 1) : batch_size_(batch_size) {}
  REEL_ARG(size_t, batch_size);
  REEL_ARG(size_t, workers) = 0;
  REEL_ARG(bool, enforce_ordering) = true;
  /// Whether to leave out a last batch that is smaller than the others.
  REEL_ARG(bool, drop_last) = false;
};

/// Throws: ArgumentError unless the batch size is positive.
void check_loader(const DataLoaderOptions& options);
[[noreturn]] void throw_unknown_size();
[[noreturn]] void throw_loader_at_end();

/// Asks the sampler what comes next and the data set for it. Each begin() starts an epoch:
/// `for (auto& batch : *loader)`.
template <class Dataset, class Sampler>
class StatelessDataLoader {
 public:
  using Batch = typename Dataset::BatchType;

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Batch;
    using difference_type = std::ptrdiff_t;
    using pointer = Batch*;
    using reference = Batch&;

    explicit Iterator(StatelessDataLoader* loader = nullptr) : loader_(loader) {
      if (loader_) batch_ = loader_->next();
    }
    Batch& operator*() { return checked(); }
    Batch* operator->() { return &checked(); }
    Iterator& operator++() {
      checked();
      batch_ = loader_->next();
      return *this;
    }
    /// Iterators are equal at the end.
    bool operator==(const Iterator& other) const {
      return !batch_.has_value() && !other.batch_.has_value();
    }
    bool operator!=(const Iterator& other) const { return !(*this == other); }

   private:
    Batch& checked() {
      if (!batch_) throw_loader_at_end();
      return *batch_;
    }
    StatelessDataLoader* loader_;
    std::optional<Batch> batch_;
  };

  StatelessDataLoader(Dataset dataset, Sampler sampler, DataLoaderOptions options)
      : dataset_(std::move(dataset)), sampler_(std::move(sampler)), options_(options) {
    check_loader(options_);
  }

  Iterator begin() {
    sampler_.reset(std::nullopt);
    return Iterator(this);
  }
  Iterator end() { return Iterator(); }
  const DataLoaderOptions& options() const { return options_; }
  /// Waits for workers, of which there are none.
  void join() {}

 private:
  std::optional<Batch> next() {
    auto request = sampler_.next(options_.batch_size());
    if (!request || (options_.drop_last() && size_of(*request) < options_.batch_size()))
      return std::nullopt;
    return dataset_.get_batch(std::move(*request));
  }
  template <class Request>
  static size_t size_of(const Request& request) {
    if constexpr (std::is_convertible_v<Request, size_t>)
      return request;
    else
      return request.size();
  }

  Dataset dataset_;
  Sampler sampler_;
  DataLoaderOptions options_;
};

/// A loader with a sampler of the caller's.
template <class Dataset, class Sampler>
std::unique_ptr<StatelessDataLoader<Dataset, Sampler>> make_data_loader(Dataset dataset,
                                                                        DataLoaderOptions options,
                                                                        Sampler sampler) {
  return std::make_unique<StatelessDataLoader<Dataset, Sampler>>(std::move(dataset),
                                                                 std::move(sampler), options);
}

/// A loader with a sampler of all examples: `make_data_loader<samplers::SequentialSampler>(
/// std::move(set), 64)`. Throws: ArgumentError when the data set does not know its size.
template <class Sampler = samplers::RandomSampler, class Dataset>
std::unique_ptr<StatelessDataLoader<Dataset, Sampler>> make_data_loader(
    Dataset dataset, DataLoaderOptions options = {}) {
  const std::optional<size_t> size = dataset.size();
  if (!size) throw_unknown_size();
  return make_data_loader(std::move(dataset), options, Sampler(*size));
}

}  // namespace reel::data
