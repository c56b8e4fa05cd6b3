#pragma once
// Random numbers from a counter-based generator: element i of a draw depends on the seed and on how
// many numbers were drawn before, never on the number of threads.

#include <cstdint>

namespace reel {

/// Where a draw starts: the Philox key and the first counter.
struct RandomStream {
  uint64_t seed;
  uint64_t offset;
};

/// A seed and a position. Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as
/// 1, 2, 3").
class Generator {
 public:
  explicit Generator(uint64_t seed = 0) : seed_(seed) {}
  void manual_seed(uint64_t seed) {
    seed_ = seed;
    offset_ = 0;
  }
  uint64_t seed() const { return seed_; }
  uint64_t offset() const { return offset_; }
  void set_offset(uint64_t offset) { offset_ = offset; }
  /// Reserves what drawing `numbers` random numbers uses up.
  RandomStream reserve(int64_t numbers) {
    const RandomStream stream{seed_, offset_};
    offset_ += (static_cast<uint64_t>(numbers) + 3) / 4;
    return stream;
  }
  /// 32 random bits; 64 bits.
  uint32_t next32();
  uint64_t next64();

 private:
  uint64_t seed_;
  uint64_t offset_ = 0;
};

/// The calling thread's generator: what rand, randn, dropout and initialization draw from.
Generator& default_generator();

/// Seeds the calling thread's default generator.
void manual_seed(uint64_t seed);

/// Four random numbers, which philox() makes at once.
struct PhiloxBlock {
  uint32_t v[4];
};

/// The four numbers of one counter under one key. Always inlined: kernels of every level use it.
[[gnu::always_inline]] inline PhiloxBlock philox(uint64_t seed, uint64_t counter) {
  uint32_t k0 = static_cast<uint32_t>(seed), k1 = static_cast<uint32_t>(seed >> 32);
  uint32_t c0 = static_cast<uint32_t>(counter), c1 = static_cast<uint32_t>(counter >> 32), c2 = 0,
           c3 = 0;
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = uint64_t{0xD2511F53} * c0, p1 = uint64_t{0xCD9E8D57} * c2;
    const uint32_t n0 = static_cast<uint32_t>(p1 >> 32) ^ c1 ^ k0,
                   n2 = static_cast<uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c1 = static_cast<uint32_t>(p1);
    c3 = static_cast<uint32_t>(p0);
    c0 = n0;
    c2 = n2;
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  return {{c0, c1, c2, c3}};
}

}  // namespace reel
