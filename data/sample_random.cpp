#include <reel/data/sample_random.h>

#include <reel/core/random.h>

#include <cmath>
#include <numbers>
#include <utility>

namespace reel::data {

namespace {

thread_local LoadingScope* current = nullptr;

// A place without a sample, as after mixing two into one, counts from here.
constexpr uint64_t kNoSample = uint64_t{1} << 63;
// Uses of a sample by the default generator count from here.
constexpr uint64_t kDefaultGenerator = uint64_t{1} << 63, kWholeBatch = kDefaultGenerator - 1;

}  // namespace

uint64_t mix_key(uint64_t key, uint64_t value) {
  const PhiloxBlock block = philox(key, value);
  return uint64_t{block.v[0]} << 32 | block.v[1];
}

SampleRandom::SampleRandom(uint64_t seed, uint64_t epoch, uint64_t sample, uint64_t use)
    : key_(mix_key(mix_key(mix_key(seed, epoch), sample), use)) {}

uint32_t SampleRandom::next() {
  if (used_ == 4) {
    const PhiloxBlock block = philox(key_, counter_++);
    for (int i = 0; i < 4; ++i) block_[i] = block.v[i];
    used_ = 0;
  }
  return block_[used_++];
}

double SampleRandom::normal() {
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

LoadingScope::LoadingScope(uint64_t seed, uint64_t epoch, std::vector<size_t> samples)
    : seed_(seed),
      epoch_(epoch),
      samples_(std::move(samples)),
      uses_(samples_.size()),
      visits_(samples_.size()),
      outer_seed_(default_generator().seed()),
      outer_offset_(default_generator().offset()),
      outer_(std::exchange(current, this)) {
  seed_default_generator(kWholeBatch);
}

LoadingScope::~LoadingScope() {
  current = outer_;
  default_generator().manual_seed(outer_seed_);
  default_generator().set_offset(outer_offset_);
}

std::optional<size_t> LoadingScope::sample() const {
  if (samples_.size() == 1) return samples_[0];
  if (!one_by_one_ || place_ >= samples_.size()) return std::nullopt;
  return samples_[place_];
}

uint64_t LoadingScope::sample_at(size_t place) const {
  return place < samples_.size() ? samples_[place] : kNoSample + place;
}

SampleRandom LoadingScope::at(size_t place) {
  if (place >= uses_.size()) uses_.resize(place + 1);
  return {seed_, epoch_, sample_at(place), uses_[place]++};
}

void LoadingScope::seed_default_generator(uint64_t visit) {
  const uint64_t key = mix_key(mix_key(seed_, epoch_), sample_at(place_));
  default_generator().manual_seed(mix_key(key, kDefaultGenerator + visit));
}

void set_loading_place(size_t place) {
  if (!current) return;
  current->place_ = place;
  current->one_by_one_ = true;
  if (place >= current->visits_.size()) current->visits_.resize(place + 1);
  current->seed_default_generator(current->visits_[place]++);
}

void clear_loading_place() {
  if (!current) return;
  current->place_ = 0;
  current->one_by_one_ = false;
}

SampleRandom sample_random() {
  if (current) return current->at(current->place_);
  return {default_generator().next64(), 0, 0};
}

std::vector<SampleRandom> batch_random(size_t n) {
  std::vector<SampleRandom> randoms;
  randoms.reserve(n);
  if (current) {
    for (size_t i = 0; i < n; ++i) randoms.push_back(current->at(i));
  } else {
    const uint64_t seed = default_generator().next64();
    for (size_t i = 0; i < n; ++i) randoms.emplace_back(seed, 0, i);
  }
  return randoms;
}

}  // namespace reel::data
