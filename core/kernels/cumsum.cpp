#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/parallel.h>

namespace reel::kernels::REEL_ISA {

namespace {

// A column is summed by one thread; some side by side are a vector.
constexpr int64_t kTile = 64;

template <class T>
void forward(int64_t O, int64_t N, int64_t I, bool reverse, const T* x, T* y) {
  const int64_t tiles = (I + kTile - 1) / kTile;
  const int64_t from = reverse ? N - 1 : 0, step = reverse ? -I : I;
  parallel_for(O * tiles, O * N * I, [=](int64_t begin, int64_t end) {
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t first = unit % tiles * kTile, width = I - first < kTile ? I - first : kTile;
      const int64_t start = (unit / tiles * N + from) * I + first;
      const T* a = x + start;
      T* b = y + start;
      if (width == 1) {
        T sum = 0;
        for (int64_t n = 0; n < N; ++n) b[n * step] = sum = static_cast<T>(sum + a[n * step]);
        continue;
      }
      T sum[kTile] = {};
      for (int64_t n = 0; n < N; ++n)
        for (int64_t i = 0; i < width; ++i)
          b[n * step + i] = sum[i] = static_cast<T>(sum[i] + a[n * step + i]);
    }
  });
}

}  // namespace

void install_cumsum(Tables& tables) {
  if constexpr (kOwnIntegers) tables.set(Cumsum<int64_t>{forward<int64_t>});
  tables.set(Cumsum<float>{forward<float>});
  if constexpr (kOwnFloat64) tables.set(Cumsum<double>{forward<double>});
}

}  // namespace reel::kernels::REEL_ISA
