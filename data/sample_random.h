#pragma once
// Random numbers for augmentation that belong to a sample: the same whatever else is in its batch,
// and whichever thread makes it.

#include <reel/core/array_ref.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace reel::data {

/// A key of its own for each pair: neighbouring seeds and epochs must not share a stream.
uint64_t mix_key(uint64_t key, uint64_t value);

/// The random numbers of one use of one sample in one epoch. Counter-based (Philox4x32-10, Salmon
/// et al. 2011), so that making one costs next to nothing.
class SampleRandom {
 public:
  SampleRandom(uint64_t seed, uint64_t epoch, uint64_t sample, uint64_t use = 0);
  /// 32 random bits.
  uint32_t next();
  /// Uniform in [0, 1), in steps of 2^-32; in [low, high).
  double uniform() { return next() * 0x1p-32; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Uniform among 0 ... n - 1, n below 2^31. The bias of n / 2^32 is accepted.
  int64_t below(int64_t n) { return static_cast<int64_t>(next() * static_cast<uint64_t>(n) >> 32); }
  /// True with probability p.
  bool chance(double p) { return uniform() < p; }
  /// Of mean 0 and deviation 1 (Box and Muller 1958).
  double normal();

 private:
  uint64_t key_, counter_ = 0;
  uint32_t block_[4];
  int used_ = 4;
};

/// While it lives, this thread makes a batch of these samples: loaders set it around get_batch. The
/// thread's default generator gives numbers that belong to the sample being made as well, and goes
/// on afterwards where it stood before: what a transform draws by randn() is not of a thread's.
class LoadingScope {
 public:
  LoadingScope(uint64_t seed, uint64_t epoch, std::vector<size_t> samples);
  ~LoadingScope();
  LoadingScope(const LoadingScope&) = delete;
  LoadingScope& operator=(const LoadingScope&) = delete;

  /// The sample being made; none when the batch is made as a whole.
  std::optional<size_t> sample() const;

 private:
  friend SampleRandom sample_random();
  friend std::vector<SampleRandom> batch_random(size_t n);
  friend void set_loading_place(size_t place);
  friend void clear_loading_place();
  SampleRandom at(size_t place);
  uint64_t sample_at(size_t place) const;
  void seed_default_generator(uint64_t visit);

  uint64_t seed_, epoch_;
  std::vector<size_t> samples_;
  // How often numbers have been asked for, or a place been set: a chain's steps differ.
  std::vector<uint64_t> uses_, visits_;
  size_t place_ = 0;
  bool one_by_one_ = false;
  uint64_t outer_seed_, outer_offset_;  // of the default generator
  LoadingScope* outer_;
};

/// Which sample of the batch is being made: set by whatever goes through a batch one by one, and
/// cleared when it is through.
void set_loading_place(size_t place);
void clear_loading_place();

/// The numbers of the sample being made, anew in each call; outside a LoadingScope, numbers drawn
/// from the thread's default generator.
SampleRandom sample_random();

/// The same for each of the n samples of the batch.
std::vector<SampleRandom> batch_random(size_t n);

}  // namespace reel::data
