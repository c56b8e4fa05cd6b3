#include <reel/data/samplers.h>

#include <reel/core/creation.h>
#include <reel/core/random.h>
#include <reel/data/permutation.h>
#include <reel/data/sample_random.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

namespace reel::data::samplers {

namespace {

std::vector<size_t> permuted(size_t size, uint64_t seed, uint64_t epoch) {
  const std::vector<int64_t> order = permutation(static_cast<int64_t>(size), seed, epoch);
  return {order.begin(), order.end()};
}

void check_place(const char* op, size_t index, size_t size) {
  REEL_CHECK(index <= size, op, ": a state after ", index, " examples; the epoch has ", size, ".");
}

const int64_t* check_labels(const char* op, const Tensor& labels) {
  REEL_CHECK(labels.defined() && labels.dim() == 1 && labels.dtype() == kInt64, op, ": labels ",
             labels, "; they must be int64 of 1 dimension.");
  return labels.data_ptr<int64_t>();
}

/// Uniform in [0, 1), in steps of 2^-53.
double uniform53(SampleRandom& random) {
  const uint64_t high = random.next() >> 5, low = random.next() >> 6;
  return static_cast<double>(high << 26 | low) * 0x1p-53;
}

}  // namespace

Tensor to_tensor(const SamplerState& state) {
  return tensor({static_cast<int64_t>(state.seed), static_cast<int64_t>(state.epoch),
                 static_cast<int64_t>(state.index)});
}

SamplerState from_tensor(const Tensor& numbers) {
  REEL_CHECK(numbers.defined() && numbers.dtype() == kInt64 && numbers.sizes() == Shape{3},
             "sampler: a state of ", numbers, "; it must be 3 numbers of int64.");
  const Tensor plain = numbers.contiguous();
  const auto* data = plain.data_ptr<int64_t>();
  return {static_cast<uint64_t>(data[0]), static_cast<uint64_t>(data[1]),
          static_cast<size_t>(data[2])};
}

void OrderedSampler::start_epoch(uint64_t seed, uint64_t epoch) {
  given_seed_ = seed;
  set_epoch(epoch);
}

void OrderedSampler::set_epoch(uint64_t epoch) {
  epoch_ = epoch;
  knows_epoch_ = true;
}

void OrderedSampler::reset(std::optional<size_t> new_size) {
  REEL_CHECK(!new_size || *new_size == size_ || may_change_ == Size::kAny,
             "sampler: a new size of ", *new_size, "; this one is made for ", size_, " examples.");
  size_ = new_size.value_or(size_);
  if (!knows_epoch_) ++epoch_;
  knows_epoch_ = true;
  make_order();
}

void OrderedSampler::make_order() {
  if (!own_seed_ && !given_seed_) given_seed_ = default_generator().next64();
  order_ = order(size_, own_seed_ ? *own_seed_ : *given_seed_, epoch_);
  index_ = 0;
  has_order_ = true;
  knows_epoch_ = false;
}

std::optional<std::vector<size_t>> OrderedSampler::next(size_t batch_size) {
  if (!has_order_) make_order();
  if (index_ == order_.size()) return std::nullopt;
  const auto begin = order_.begin() + static_cast<std::ptrdiff_t>(index_);
  const size_t count = std::min(batch_size, order_.size() - index_);
  index_ += count;
  return std::vector<size_t>(begin, begin + static_cast<std::ptrdiff_t>(count));
}

SamplerState OrderedSampler::state() const {
  return {own_seed_ ? *own_seed_ : given_seed_.value_or(0), epoch_, index_};
}

void OrderedSampler::load_state(const SamplerState& state) {
  (own_seed_ ? own_seed_ : given_seed_) = state.seed;
  epoch_ = state.epoch;
  make_order();
  check_place("sampler", state.index, order_.size());
  index_ = state.index;
}

std::vector<size_t> RandomSampler::order(size_t size, uint64_t seed, uint64_t epoch) const {
  return permuted(size, seed, epoch);
}

std::vector<size_t> SubsetRandomSampler::order(size_t size, uint64_t seed, uint64_t epoch) const {
  std::vector<size_t> result = permuted(size, seed, epoch);
  for (size_t& place : result) place = indices_[place];
  return result;
}

WeightedRandomSampler::WeightedRandomSampler(std::vector<double> weights, size_t num_samples,
                                             bool replacement, std::optional<uint64_t> seed)
    : OrderedSampler(weights.size(), seed, Size::kFixed),
      weights_(std::move(weights)),
      num_samples_(num_samples),
      replacement_(replacement) {
  size_t positive = 0;
  double sum = 0;
  for (size_t i = 0; i < weights_.size(); ++i) {
    REEL_CHECK(std::isfinite(weights_[i]) && weights_[i] >= 0, "WeightedRandomSampler: weight ", i,
               " is ", weights_[i], "; weights must be finite and not negative.");
    positive += weights_[i] > 0;
    sum += weights_[i];
  }
  const size_t needed = replacement_ ? std::min<size_t>(num_samples_, 1) : num_samples_;
  REEL_CHECK(positive >= needed && std::isfinite(sum), "WeightedRandomSampler: ", positive, " of ",
             weights_.size(), " weights are above 0, their sum is ", sum, "; ", num_samples_,
             " samples need ", needed, " and a finite sum.");
}

std::vector<size_t> WeightedRandomSampler::order(size_t size, uint64_t seed, uint64_t epoch) const {
  std::vector<size_t> result(num_samples_);
  if (replacement_) {
    std::vector<double> sums(size);
    std::partial_sum(weights_.begin(), weights_.end(), sums.begin());
    for (size_t i = 0; i < num_samples_; ++i) {
      SampleRandom random(seed, epoch, i);
      const double at = uniform53(random) * sums.back();
      // Rounding may reach the sum, which belongs to the last weight above 0.
      auto found = std::upper_bound(sums.begin(), sums.end(), at);
      if (found == sums.end()) found = std::lower_bound(sums.begin(), sums.end(), sums.back());
      result[i] = static_cast<size_t>(found - sums.begin());
    }
    return result;
  }
  // Exponential waiting times of these rates: who comes first.
  std::vector<std::pair<double, size_t>> times;
  for (size_t i = 0; i < size; ++i) {
    SampleRandom random(seed, epoch, i);
    if (weights_[i] > 0) times.emplace_back(-std::log(1 - uniform53(random)) / weights_[i], i);
  }
  const auto last = times.begin() + static_cast<std::ptrdiff_t>(num_samples_);
  std::partial_sort(times.begin(), last, times.end());
  for (size_t i = 0; i < num_samples_; ++i) result[i] = times[i].second;
  return result;
}

std::vector<double> balanced_weights(const Tensor& labels) {
  const Tensor plain = labels.defined() ? labels.contiguous() : labels;
  const int64_t* label = check_labels("balanced_weights", plain);
  std::map<int64_t, double> counts;
  for (int64_t i = 0; i < plain.numel(); ++i) ++counts[label[i]];
  std::vector<double> weights;
  for (int64_t i = 0; i < plain.numel(); ++i) weights.push_back(1 / counts[label[i]]);
  return weights;
}

StratifiedSampler::StratifiedSampler(const Tensor& labels, std::optional<uint64_t> seed)
    : OrderedSampler(labels.defined() ? static_cast<size_t>(labels.numel()) : 0, seed,
                     Size::kFixed) {
  const Tensor plain = labels.defined() ? labels.contiguous() : labels;
  const int64_t* label = check_labels("StratifiedSampler", plain);
  std::map<int64_t, std::vector<size_t>> classes;
  for (int64_t i = 0; i < plain.numel(); ++i) classes[label[i]].push_back(static_cast<size_t>(i));
  for (auto& [name, members] : classes) classes_.push_back(std::move(members));
}

// The k-th of a class's n members, in random order, stands at (k + u) / n of the epoch, where u is
// random but the same for the class: in a stretch of the epoch a class has its share to within one.
std::vector<size_t> StratifiedSampler::order(size_t size, uint64_t seed, uint64_t epoch) const {
  std::vector<std::pair<double, size_t>> places;
  places.reserve(size);
  for (size_t c = 0; c < classes_.size(); ++c) {
    const std::vector<size_t>& members = classes_[c];
    const std::vector<size_t> shuffled = permuted(members.size(), mix_key(seed, c), epoch);
    SampleRandom random(seed, epoch, c);
    const double shift = random.uniform();
    for (size_t k = 0; k < members.size(); ++k)
      places.emplace_back((static_cast<double>(k) + shift) / static_cast<double>(members.size()),
                          members[shuffled[k]]);
  }
  std::sort(places.begin(), places.end());
  std::vector<size_t> result;
  for (const auto& place : places) result.push_back(place.second);
  return result;
}

DistributedSampler::DistributedSampler(size_t size, size_t num_replicas, size_t rank,
                                       bool allow_duplicates, uint64_t seed)
    : OrderedSampler(size, seed),
      num_replicas_(num_replicas),
      rank_(rank),
      allow_duplicates_(allow_duplicates) {
  REEL_CHECK(rank < num_replicas, "DistributedSampler: rank ", rank, " of ", num_replicas,
             "; it must be below their number.");
}

std::vector<size_t> DistributedSampler::part_of(const std::vector<size_t>& all) const {
  const size_t rounded_up = all.size() / num_replicas_ + (all.size() % num_replicas_ != 0);
  const size_t count = allow_duplicates_ ? rounded_up : all.size() / num_replicas_;
  std::vector<size_t> part(count);
  for (size_t i = 0; i < count; ++i) part[i] = all[(rank_ * count + i) % all.size()];
  return part;
}

std::vector<size_t> DistributedRandomSampler::order(size_t size, uint64_t seed,
                                                    uint64_t epoch) const {
  return part_of(permuted(size, seed, epoch));
}

std::vector<size_t> DistributedSequentialSampler::order(size_t size, uint64_t, uint64_t) const {
  std::vector<size_t> all(size);
  std::iota(all.begin(), all.end(), size_t{0});
  return part_of(all);
}

void SequentialSampler::reset(std::optional<size_t> new_size) {
  size_ = new_size.value_or(size_);
  index_ = 0;
}

std::optional<std::vector<size_t>> SequentialSampler::next(size_t batch_size) {
  if (index_ == size_) return std::nullopt;
  std::vector<size_t> batch(std::min(batch_size, size_ - index_));
  for (size_t& i : batch) i = index_++;
  return batch;
}

void SequentialSampler::load_state(const SamplerState& state) {
  check_place("SequentialSampler", state.index, size_);
  index_ = state.index;
}

void StreamSampler::reset(std::optional<size_t> new_size) {
  epoch_size_ = new_size.value_or(epoch_size_);
  index_ = 0;
}

std::optional<BatchSize> StreamSampler::next(size_t batch_size) {
  if (index_ == epoch_size_) return std::nullopt;
  const size_t size = std::min(batch_size, epoch_size_ - index_);
  index_ += size;
  return BatchSize(size);
}

void StreamSampler::load_state(const SamplerState& state) {
  check_place("StreamSampler", state.index, epoch_size_);
  index_ = state.index;
}

}  // namespace reel::data::samplers
