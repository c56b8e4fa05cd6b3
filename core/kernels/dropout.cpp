#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/philox.h>
#include <reel/core/parallel.h>

namespace reel::kernels::REEL_ISA {

namespace {

template <class T>
[[gnu::always_inline]] inline void drop(int64_t n, const uint32_t* word, uint32_t threshold,
                                        T scale, const T* x, T* y) {
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) y[i] = word[i] >= threshold ? x[i] * scale : T(0);
}

// Four pixels of one channel, a quad, share a block of random numbers. Neighbours in memory are the
// inner loop in both layouts: the channels of a quad, or the quads of a channel.
template <class T>
void apply(const DropoutGeometry& g, RandomStream stream, uint32_t threshold, T scale, const T* x,
           T* y) {
  const int64_t quads = (g.P + 3) / 4, sample = g.C * g.P;
  const int64_t outer = g.channels_last ? quads : g.C, inner = g.channels_last ? g.C : quads;
  const auto counters = static_cast<uint64_t>(g.channels_last ? 1 : g.C);
  constexpr int64_t kCost = 4;  // of a random number, in simple operations
  parallel_for(g.N * outer, kCost * g.N * sample, [=](int64_t begin, int64_t end) {
    uint32_t words[4][kPhiloxBatch], in_order[4 * kPhiloxBatch];
    for (int64_t i = begin; i < end; ++i)
      for (int64_t j = 0; j < inner; j += kPhiloxBatch) {
        const int64_t n = i / outer, q = g.channels_last ? i % outer : j,
                      c = g.channels_last ? j : i % outer;
        const auto block = static_cast<uint64_t>((n * quads + q) * g.C + c);
        philox_batch(stream.seed, stream.offset + block, counters, words);
        const int64_t count = inner - j < kPhiloxBatch ? inner - j : kPhiloxBatch;
        const int64_t pixels = g.P - q * 4;  // that are left
        if (g.channels_last) {
          const int64_t at = n * sample + q * 4 * g.C + c;
          for (int64_t l = 0; l < 4 && l < pixels; ++l)
            drop(count, words[l], threshold, scale, x + at + l * g.C, y + at + l * g.C);
        } else {
          for (int b = 0; b < kPhiloxBatch; ++b)
            for (int l = 0; l < 4; ++l) in_order[4 * b + l] = words[l][b];
          const int64_t at = n * sample + c * g.P + q * 4;
          drop(pixels < 4 * count ? pixels : 4 * count, in_order, threshold, scale, x + at, y + at);
        }
      }
  });
}

}  // namespace

void install_dropout(Tables& tables) {
  tables.set(Dropout<float>{apply<float>});
  tables.set(Dropout<double>{apply<double>});
}

}  // namespace reel::kernels::REEL_ISA
