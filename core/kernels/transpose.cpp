#include <reel/core/kernels/kernels.h>
#include <reel/core/parallel.h>

namespace reel::kernels::REEL_ISA {

namespace {

constexpr int64_t kTile = 16;  // 16 x 16 floats: both sides of a tile stay in 16 cache lines

template <class T>
void transpose_tile(int64_t rows, int64_t cols, int64_t R, int64_t C, const T* x, T* y) {
  for (int64_t c = 0; c < cols; ++c)
    for (int64_t r = 0; r < rows; ++r) y[c * R + r] = x[r * C + c];
}

template <class T>
void batched(int64_t B, int64_t R, int64_t C, const T* x, T* y) {
  const int64_t bands = (R + kTile - 1) / kTile;
  parallel_for(B * bands, B * R * C, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t b = i / bands, r = i % bands * kTile;
      const int64_t rows = R - r < kTile ? R - r : kTile;
      for (int64_t c = 0; c < C; c += kTile) {
        const int64_t cols = C - c < kTile ? C - c : kTile;
        const T* from = x + (b * R + r) * C + c;
        T* to = y + (b * C + c) * R + r;
        // A full tile has constant trip counts, which the compiler turns into vector shuffles.
        if (rows == kTile && cols == kTile)
          transpose_tile(kTile, kTile, R, C, from, to);
        else
          transpose_tile(rows, cols, R, C, from, to);
      }
    }
  });
}

}  // namespace

void install_transpose(Tables& tables) {
  tables.set(Transpose<uint32_t>{batched<uint32_t>});
  tables.set(Transpose<uint64_t>{batched<uint64_t>});
}

}  // namespace reel::kernels::REEL_ISA
