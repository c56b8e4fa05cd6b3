#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/kernels/reduce_nest.h>
#include <reel/core/parallel.h>

namespace reel::kernels::REEL_ISA {

namespace {

// Total is double for floats, so that what lies between does not overflow, and unsigned for
// integers, which wrap around.
constexpr int kChains = 8;  // products that do not wait for each other

// total times the elements of one run.
template <class Total, class T>
Total times_run(int64_t n, int64_t step, const T* x, Total total) {
  Total chain[kChains];
  for (Total& c : chain) c = 1;
  int64_t i = 0;
  for (; i + kChains <= n; i += kChains)
    for (int l = 0; l < kChains; ++l) chain[l] *= static_cast<Total>(x[(i + l) * step]);
  for (; i < n; ++i) total *= static_cast<Total>(x[i * step]);
  for (Total c : chain) total *= c;
  return total;
}

template <class T, class Total>
void product(const ReduceNest& g, const T* x, T* y) {
  parallel_for(g.kept, g.kept * g.reduced, [=, &g](int64_t begin, int64_t end) {
    for (int64_t k = begin; k < end; ++k) {
      const ReducePlace at = place_of(g, k);
      Total total = 1;
      for_each_stretch(g, 0, g.reduced, [&](int64_t offset, int64_t n) {
        total = times_run<Total>(n, g.reduced_stride[0], x + at.x + offset, total);
      });
      y[at.y] = static_cast<T>(total);
    }
  });
}

}  // namespace

// Rare: one level will do.
void install_product([[maybe_unused]] Tables& tables) {
  if constexpr (kOwnIntegers) {
    tables.set(Product<int64_t>{product<int64_t, uint64_t>});
    tables.set(Product<float>{product<float, double>});
    tables.set(Product<double>{product<double, double>});
  }
}

}  // namespace reel::kernels::REEL_ISA
