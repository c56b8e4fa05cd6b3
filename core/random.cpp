#include <reel/core/random.h>

namespace reel {

uint32_t Generator::next32() {
  const RandomStream s = reserve(1);
  return philox(s.seed, s.offset).v[0];
}

uint64_t Generator::next64() {
  const RandomStream s = reserve(2);
  const PhiloxBlock block = philox(s.seed, s.offset);
  return (uint64_t{block.v[1]} << 32) | block.v[0];
}

Generator& default_generator() {
  thread_local Generator generator;
  return generator;
}

void manual_seed(uint64_t seed) { default_generator().manual_seed(seed); }

}  // namespace reel
