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
    : seed_(seed), epoch_(epoch), samples_(std::move(samples)), uses_(samples_.size()) {
  outer_ = std::exchange(current, this);
}

LoadingScope::~LoadingScope() { current = outer_; }

SampleRandom LoadingScope::at(size_t place) {
  if (place >= uses_.size()) uses_.resize(place + 1);
  const uint64_t sample = place < samples_.size() ? samples_[place] : kNoSample + place;
  return {seed_, epoch_, sample, uses_[place]++};
}

void set_loading_place(size_t place) {
  if (current) current->place_ = place;
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
