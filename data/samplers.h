#pragma once
// In which order a loader asks for examples.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace reel::data::samplers {

/// Says which examples make up the next batch: derive for an order of one's own.
template <class BatchRequest = std::vector<size_t>>
class Sampler {
 public:
  using BatchRequestType = BatchRequest;
  virtual ~Sampler() = default;
  /// Starts an epoch anew, of another size if one is given.
  virtual void reset(std::optional<size_t> new_size) = 0;
  /// The next at most batch_size examples, or none at the end of the epoch.
  virtual std::optional<BatchRequest> next(size_t batch_size) = 0;
};

/// All examples in a new random order in each epoch, drawn from the thread's default generator.
class RandomSampler : public Sampler<> {
 public:
  explicit RandomSampler(size_t size);
  void reset(std::optional<size_t> new_size = {}) override;
  std::optional<std::vector<size_t>> next(size_t batch_size) override;
  size_t index() const { return index_; }

 private:
  std::vector<size_t> order_;
  size_t index_ = 0;
};

/// All examples as they stand in the data set.
class SequentialSampler : public Sampler<> {
 public:
  explicit SequentialSampler(size_t size) : size_(size) {}
  void reset(std::optional<size_t> new_size = {}) override;
  std::optional<std::vector<size_t>> next(size_t batch_size) override;
  size_t index() const { return index_; }

 private:
  size_t size_;
  size_t index_ = 0;
};

/// Asks for batches by their size only, for data that comes as it comes.
class StreamSampler : public Sampler<size_t> {
 public:
  explicit StreamSampler(size_t epoch_size) : epoch_size_(epoch_size) {}
  void reset(std::optional<size_t> new_size = {}) override;
  std::optional<size_t> next(size_t batch_size) override;

 private:
  size_t epoch_size_;
  size_t index_ = 0;
};

}  // namespace reel::data::samplers
