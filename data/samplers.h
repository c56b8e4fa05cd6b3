#pragma once
// In which order a loader asks for examples.

#include <reel/core/tensor.h>
#include <reel/data/archives.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace reel::data::samplers {

/// Where a sampler is: so many examples of this epoch have been given.
struct SamplerState {
  uint64_t seed = 0, epoch = 0;
  size_t index = 0;
};
/// The same as int64 numbers (3).
Tensor to_tensor(const SamplerState& state);
/// Throws: ArgumentError unless it is such a tensor.
SamplerState from_tensor(const Tensor& numbers);

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
  /// What a loader says before it calls reset: an order that is random should depend on these.
  virtual void start_epoch(uint64_t /*seed*/, uint64_t /*epoch*/) {}

  virtual SamplerState state() const { return {}; }
  /// Continues there.
  virtual void load_state(const SamplerState& /*state*/) {}
  /// The state to and from an archive (io/archive.h), under the name "sampler".
  virtual void save(serialize::OutputArchive& archive) const {
    serialize::write_tensor(archive, "sampler", to_tensor(state()));
  }
  virtual void load(serialize::InputArchive& archive) {
    load_state(from_tensor(serialize::read_tensor(archive, "sampler")));
  }
};

/// Fixes the order of an epoch when it begins; it depends on the data, the seed and the epoch only.
/// Without a seed of its own a sampler takes its loader's, or draws one from the default generator.
/// The epoch counts up with every reset. Derive and write order().
class OrderedSampler : public Sampler<> {
 public:
  /// Throws: ArgumentError for another size than that of what the sampler was made of.
  void reset(std::optional<size_t> new_size = {}) override;
  std::optional<std::vector<size_t>> next(size_t batch_size) override;
  void start_epoch(uint64_t seed, uint64_t epoch) override;
  /// The epoch that the next reset starts.
  void set_epoch(uint64_t epoch);
  uint64_t epoch() const { return epoch_; }
  /// How many examples of the epoch have been given.
  size_t index() const { return index_; }
  SamplerState state() const override;
  /// Throws: ArgumentError if the epoch has fewer examples.
  void load_state(const SamplerState& state) override;

 protected:
  enum class Size { kAny, kFixed };
  OrderedSampler(size_t size, std::optional<uint64_t> seed, Size may_change = Size::kAny)
      : size_(size), own_seed_(seed), may_change_(may_change) {}
  /// The examples of an epoch, out of `size`.
  virtual std::vector<size_t> order(size_t size, uint64_t seed, uint64_t epoch) const = 0;

 private:
  void make_order();

  size_t size_;
  std::optional<uint64_t> own_seed_, given_seed_;
  Size may_change_;
  uint64_t epoch_ = 0;
  bool knows_epoch_ = true;  // the one to come; else it is the next after epoch_
  bool has_order_ = false;
  std::vector<size_t> order_;
  size_t index_ = 0;
};

/// All examples in an order of its own for each epoch: that of data::permutation.
class RandomSampler : public OrderedSampler {
 public:
  explicit RandomSampler(size_t size, std::optional<uint64_t> seed = {})
      : OrderedSampler(size, seed) {}

 protected:
  std::vector<size_t> order(size_t size, uint64_t seed, uint64_t epoch) const override;
};

/// Only the examples of these indices, in an order of its own for each epoch, or as they are given.
class SubsetRandomSampler : public OrderedSampler {
 public:
  explicit SubsetRandomSampler(std::vector<size_t> indices, std::optional<uint64_t> seed = {})
      : OrderedSampler(indices.size(), seed, Size::kFixed), indices_(std::move(indices)) {}

 protected:
  std::vector<size_t> order(size_t size, uint64_t seed, uint64_t epoch) const override;

 private:
  std::vector<size_t> indices_;
};
class SubsetSampler : public OrderedSampler {
 public:
  explicit SubsetSampler(std::vector<size_t> indices)
      : OrderedSampler(indices.size(), 0, Size::kFixed), indices_(std::move(indices)) {}

 protected:
  std::vector<size_t> order(size_t, uint64_t, uint64_t) const override { return indices_; }

 private:
  std::vector<size_t> indices_;
};

/// num_samples examples an epoch, i with a probability in proportion to weights[i]: each drawn
/// from all, or without replacement from those not yet drawn (Efraimidis and Spirakis 2006).
class WeightedRandomSampler : public OrderedSampler {
 public:
  /// Throws: ArgumentError unless weights are finite, not negative and not all 0, and there are
  /// num_samples that are not 0 if nothing is replaced.
  WeightedRandomSampler(std::vector<double> weights, size_t num_samples, bool replacement = true,
                        std::optional<uint64_t> seed = {});

 protected:
  std::vector<size_t> order(size_t size, uint64_t seed, uint64_t epoch) const override;

 private:
  std::vector<double> weights_;
  size_t num_samples_;
  bool replacement_;
};
/// Weights for it under which each class comes up equally often: 1 / (examples of the class).
/// Shapes: labels (N) int64. Throws: ArgumentError for other labels.
std::vector<double> balanced_weights(const Tensor& labels);

/// All examples in an order of its own for each epoch, in which each class is spread evenly: any
/// stretch of it, so each batch, has the classes in the proportion of the whole.
class StratifiedSampler : public OrderedSampler {
 public:
  /// Shapes: labels (N) int64. Throws: ArgumentError for other labels.
  explicit StratifiedSampler(const Tensor& labels, std::optional<uint64_t> seed = {});

 protected:
  std::vector<size_t> order(size_t size, uint64_t seed, uint64_t epoch) const override;

 private:
  std::vector<std::vector<size_t>> classes_;
};

/// The part of one of several processes that share the examples, `rank` out of `num_replicas`. All
/// parts are equally long: the last takes some from the front again, or, without allow_duplicates,
/// a rest is left out. The seed is the sampler's and not the loader's: it must be the same
/// everywhere.
class DistributedSampler : public OrderedSampler {
 public:
  size_t num_replicas() const { return num_replicas_; }
  size_t rank() const { return rank_; }

 protected:
  /// Throws: ArgumentError unless rank < num_replicas.
  DistributedSampler(size_t size, size_t num_replicas, size_t rank, bool allow_duplicates,
                     uint64_t seed);
  /// This process's part of an order of all.
  std::vector<size_t> part_of(const std::vector<size_t>& all) const;

 private:
  size_t num_replicas_, rank_;
  bool allow_duplicates_;
};
class DistributedRandomSampler : public DistributedSampler {
 public:
  explicit DistributedRandomSampler(size_t size, size_t num_replicas = 1, size_t rank = 0,
                                    bool allow_duplicates = true, uint64_t seed = 0)
      : DistributedSampler(size, num_replicas, rank, allow_duplicates, seed) {}

 protected:
  std::vector<size_t> order(size_t size, uint64_t seed, uint64_t epoch) const override;
};
class DistributedSequentialSampler : public DistributedSampler {
 public:
  explicit DistributedSequentialSampler(size_t size, size_t num_replicas = 1, size_t rank = 0,
                                        bool allow_duplicates = true)
      : DistributedSampler(size, num_replicas, rank, allow_duplicates, 0) {}

 protected:
  std::vector<size_t> order(size_t size, uint64_t seed, uint64_t epoch) const override;
};

/// All examples as they stand in the data set.
class SequentialSampler : public Sampler<> {
 public:
  explicit SequentialSampler(size_t size) : size_(size) {}
  void reset(std::optional<size_t> new_size = {}) override;
  std::optional<std::vector<size_t>> next(size_t batch_size) override;
  size_t index() const { return index_; }
  SamplerState state() const override { return {0, 0, index_}; }
  void load_state(const SamplerState& state) override;

 private:
  size_t size_;
  size_t index_ = 0;
};

/// A request that says how large a batch should be, and nothing of which.
struct BatchSize {
  explicit BatchSize(size_t n) : value(n) {}
  size_t size() const { return value; }
  operator size_t() const { return value; }
  size_t value;
};

/// Asks for batches by their size only, for data that comes as it comes.
class StreamSampler : public Sampler<BatchSize> {
 public:
  explicit StreamSampler(size_t epoch_size) : epoch_size_(epoch_size) {}
  void reset(std::optional<size_t> new_size = {}) override;
  std::optional<BatchSize> next(size_t batch_size) override;
  SamplerState state() const override { return {0, 0, index_}; }
  void load_state(const SamplerState& state) override;

 private:
  size_t epoch_size_;
  size_t index_ = 0;
};

}  // namespace reel::data::samplers
