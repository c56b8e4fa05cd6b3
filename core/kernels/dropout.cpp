#include <reel/core/kernels/kernels.h>
#include <reel/core/parallel.h>

namespace reel::kernels::REEL_ISA {

namespace {

template <class T>
void apply(const DropoutGeometry& g, RandomStream stream, uint32_t threshold, T scale, const T* x,
           T* y) {
  const int64_t quads = (g.P + 3) / 4;
  const int64_t step_p = g.channels_last ? g.C : 1, step_c = g.channels_last ? 1 : g.P;
  // Four pixels of one channel share a block; neighbours in memory are the inner loop in both
  // layouts.
  const int64_t outer = g.channels_last ? quads : g.C, inner = g.channels_last ? g.C : quads;
  constexpr int64_t kCost = 8;  // of a random number, in simple operations
  parallel_for(g.N * outer, kCost * g.N * g.C * g.P, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      for (int64_t j = 0; j < inner; ++j) {
        const int64_t n = i / outer, q = g.channels_last ? i % outer : j,
                      c = g.channels_last ? j : i % outer;
        const auto block = static_cast<uint64_t>((n * quads + q) * g.C + c);
        const PhiloxBlock random = philox(stream.seed, stream.offset + block);
        const int64_t at = n * g.C * g.P + c * step_c + q * 4 * step_p;
        const int64_t left = g.P - q * 4 < 4 ? g.P - q * 4 : 4;
        for (int64_t l = 0; l < left; ++l)
          y[at + l * step_p] = random.v[l] >= threshold ? x[at + l * step_p] * scale : T(0);
      }
  });
}

}  // namespace

void install_dropout(Tables& tables) {
  tables.set(Dropout<float>{apply<float>});
  tables.set(Dropout<double>{apply<double>});
}

}  // namespace reel::kernels::REEL_ISA
