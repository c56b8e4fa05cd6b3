#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/lane_transpose.h>
#include <reel/core/kernels/vectors.h>
#include <reel/core/parallel.h>

namespace reel::kernels::REEL_ISA {

namespace {

constexpr int64_t kTile = 16;  // 16 x 16 floats: both sides of a tile stay in 16 cache lines

// Blocks of 4 x 4 in registers, what is left an element at a time.
template <class T>
void transpose_tile(int64_t rows, int64_t cols, int64_t R, int64_t C, const T* x, T* y) {
  using Four = typename FourOf<T>::type;
  const int64_t whole_rows = rows / 4 * 4, whole_cols = cols / 4 * 4;
  for (int64_t c = 0; c < whole_cols; c += 4)
    for (int64_t r = 0; r < whole_rows; r += 4) {
      Four a[4];
      unrolled<4>([&](auto i) __attribute__((always_inline)) {
        std::memcpy(&a[i.value], x + (r + i.value) * C + c, sizeof(Four));
      });
      transpose_lanes(a);
      unrolled<4>([&](auto i) __attribute__((always_inline)) {
        put_lanes(y + (c + i.value) * R + r, a[i.value]);
      });
    }
  for (int64_t c = 0; c < cols; ++c)
    for (int64_t r = c < whole_cols ? whole_rows : 0; r < rows; ++r) y[c * R + r] = x[r * C + c];
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
