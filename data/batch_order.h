#pragma once
// Which samples make up which batch.

#include <cstdint>
#include <vector>

namespace reel::data {

/// How a data set is cut into batches; a number alone is the batch size.
class BatchOptions {
 public:
  BatchOptions(int64_t batch_size) : batch_size_(batch_size) {}
  /// Whether each epoch has a random order of its own (the default) or all have that of the data
  /// set.
  BatchOptions& shuffle(bool value) {
    shuffle_ = value;
    return *this;
  }
  BatchOptions& seed(uint64_t value) {
    seed_ = value;
    return *this;
  }
  /// Whether to leave out a last batch that is smaller than the others.
  BatchOptions& drop_last(bool value) {
    drop_last_ = value;
    return *this;
  }

  /// Threads that make batches ahead of the loop, `prefetch` of them each. What a batch holds does
  /// not depend on it.
  BatchOptions& workers(int64_t value) {
    workers_ = value;
    return *this;
  }
  BatchOptions& prefetch(int64_t value) {
    prefetch_ = value;
    return *this;
  }

  int64_t batch_size() const { return batch_size_; }
  bool shuffle() const { return shuffle_; }
  uint64_t seed() const { return seed_; }
  bool drop_last() const { return drop_last_; }
  int64_t workers() const { return workers_; }
  int64_t prefetch() const { return prefetch_; }

 private:
  int64_t batch_size_;
  bool shuffle_ = true;
  uint64_t seed_ = 0;
  bool drop_last_ = false;
  int64_t workers_ = 0;
  int64_t prefetch_ = 2;
};

/// The batches of one epoch as indices. They depend on the number of samples, the options and the
/// epoch only.
class BatchOrder {
 public:
  /// Throws: ArgumentError unless num_samples >= 0 and the batch size is positive.
  BatchOrder(int64_t num_samples, const BatchOptions& options, uint64_t epoch);

  /// How many batches there are.
  int64_t size() const { return num_batches_; }
  /// The samples of a batch. Throws: ArgumentError unless 0 <= batch < size().
  std::vector<int64_t> indices(int64_t batch) const;

 private:
  int64_t batch_size_;
  int64_t num_batches_;
  std::vector<int64_t> samples_;
};

}  // namespace reel::data
