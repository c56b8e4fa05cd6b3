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

/// Walks through an epoch of a loader. Iterators are equal at the end.
template <class Loader>
class LoaderIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = typename Loader::Batch;
  using difference_type = std::ptrdiff_t;
  using pointer = value_type*;
  using reference = value_type&;

  explicit LoaderIterator(Loader* loader = nullptr) : loader_(loader) {
    if (loader_) batch_ = loader_->next();
  }
  reference operator*() { return checked(); }
  pointer operator->() { return &checked(); }
  LoaderIterator& operator++() {
    checked();
    batch_ = loader_->next();
    return *this;
  }
  bool operator==(const LoaderIterator& other) const {
    return !batch_.has_value() && !other.batch_.has_value();
  }
  bool operator!=(const LoaderIterator& other) const { return !(*this == other); }

 private:
  reference checked() {
    if (!batch_) throw_loader_at_end();
    return *batch_;
  }
  Loader* loader_;
  std::optional<value_type> batch_;
};

/// Asks the sampler what comes next and the data set for it. Each begin() starts an epoch:
/// `for (auto& batch : *loader)`.
template <class Dataset, class Sampler>
class StatelessDataLoader {
 public:
  using Batch = typename Dataset::BatchType;
  using Iterator = LoaderIterator<StatelessDataLoader>;

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
  friend Iterator;
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

/// Asks a StatefulDataset for batches until it gives none. Each begin() starts an epoch.
template <class Dataset>
class StatefulDataLoader {
 public:
  using Batch = typename Dataset::BatchType::value_type;
  using Iterator = LoaderIterator<StatefulDataLoader>;

  StatefulDataLoader(Dataset dataset, DataLoaderOptions options)
      : dataset_(std::move(dataset)), options_(options) {
    check_loader(options_);
  }

  Iterator begin() {
    dataset_.reset();
    return Iterator(this);
  }
  Iterator end() { return Iterator(); }
  const DataLoaderOptions& options() const { return options_; }
  void join() {}

 private:
  friend Iterator;
  std::optional<Batch> next() { return dataset_.get_batch(options_.batch_size()); }

  Dataset dataset_;
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
requires(!Dataset::is_stateful)
    std::unique_ptr<StatelessDataLoader<Dataset, Sampler>> make_data_loader(
        Dataset dataset, DataLoaderOptions options = {}) {
  const std::optional<size_t> size = dataset.size();
  if (!size) throw_unknown_size();
  return make_data_loader(std::move(dataset), options, Sampler(*size));
}

/// A loader of a StatefulDataset, which itself knows what comes next.
template <class Dataset>
requires(Dataset::is_stateful) std::unique_ptr<StatefulDataLoader<Dataset>> make_data_loader(
    Dataset dataset, DataLoaderOptions options = {}) {
  return std::make_unique<StatefulDataLoader<Dataset>>(std::move(dataset), options);
}

}  // namespace reel::data
