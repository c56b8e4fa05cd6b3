#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/philox.h>
#include <reel/core/parallel.h>

namespace reel::kernels::REEL_ISA {

namespace {

// Up to a batch of quads: four pixels of one channel share a block of random numbers. `step` leads
// from a quad to the next, `pixel` from a pixel to the next.
template <class T>
void drop_quads(int64_t quads, int64_t step, int64_t pixel, int64_t pixels,
                const uint32_t (&words)[4][kPhiloxBatch], uint32_t threshold, T scale, const T* x,
                T* y) {
  for (int64_t l = 0; l < pixels; ++l)
    for (int64_t b = 0; b < quads; ++b) {
      const int64_t at = b * step + l * pixel;
      y[at] = words[l][b] >= threshold ? x[at] * scale : T(0);
    }
}

template <class T>
void apply(const DropoutGeometry& g, RandomStream stream, uint32_t threshold, T scale, const T* x,
           T* y) {
  const int64_t quads = (g.P + 3) / 4;
  const int64_t step_p = g.channels_last ? g.C : 1, step_c = g.channels_last ? 1 : g.P;
  // Neighbours in memory are the inner loop in both layouts.
  const int64_t outer = g.channels_last ? quads : g.C, inner = g.channels_last ? g.C : quads;
  const int64_t step = g.channels_last ? 1 : 4;  // from an inner quad to the next
  const auto counters = static_cast<uint64_t>(g.channels_last ? 1 : g.C);
  constexpr int64_t kCost = 4;  // of a random number, in simple operations
  parallel_for(g.N * outer, kCost * g.N * g.C * g.P, [=](int64_t begin, int64_t end) {
    uint32_t words[4][kPhiloxBatch];
    for (int64_t i = begin; i < end; ++i)
      for (int64_t j = 0; j < inner; j += kPhiloxBatch) {
        const int64_t n = i / outer, q = g.channels_last ? i % outer : j,
                      c = g.channels_last ? j : i % outer;
        const auto block = static_cast<uint64_t>((n * quads + q) * g.C + c);
        philox_batch(stream.seed, stream.offset + block, counters, words);
        const int64_t at = n * g.C * g.P + c * step_c + q * 4 * step_p;
        const int64_t count = inner - j < kPhiloxBatch ? inner - j : kPhiloxBatch;
        // The last quad of a channel may have fewer pixels.
        const int64_t last = g.P - (quads - 1) * 4;
        if (g.channels_last) {
          drop_quads(count, step, step_p, q == quads - 1 ? last : 4, words, threshold, scale,
                     x + at, y + at);
          continue;
        }
        const int64_t full = j + count == quads ? count - 1 : count;
        drop_quads(full, step, step_p, 4, words, threshold, scale, x + at, y + at);
        if (full == count) continue;
        for (int64_t l = 0; l < last; ++l) {
          const int64_t k = at + full * 4 + l;
          y[k] = words[l][full] >= threshold ? x[k] * scale : T(0);
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
