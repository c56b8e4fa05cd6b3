#include <reel/core/kernels/kernels.h>
#include <reel/core/parallel.h>

namespace reel::kernels::REEL_ISA {

namespace {

// Steps of 0 and 1 as constants, so that each pair is a vector loop of its own. The condition is
// compared as a byte and both values are read whatever it is: of a bool, gcc 12 makes a branch, 15
// times as slow where the mask is random.
template <class T>
[[gnu::always_inline]] inline T choose(uint8_t c, T a, T b) {
  return c != 0 ? a : b;
}

template <class T>
[[gnu::always_inline]] inline void dense_row(int64_t n, const uint8_t* c, const T* a,
                                             int64_t step_a, const T* b, int64_t step_b, T* y) {
  if (step_a != 0 && step_b != 0) {
#pragma omp simd
    for (int64_t i = 0; i < n; ++i) y[i] = choose<T>(c[i], a[i], b[i]);
  } else if (step_a != 0) {
    const T value = b[0];
#pragma omp simd
    for (int64_t i = 0; i < n; ++i) y[i] = choose<T>(c[i], a[i], value);
  } else if (step_b != 0) {
    const T value = a[0];
#pragma omp simd
    for (int64_t i = 0; i < n; ++i) y[i] = choose<T>(c[i], value, b[i]);
  } else {
    const T value_a = a[0], value_b = b[0];
#pragma omp simd
    for (int64_t i = 0; i < n; ++i) y[i] = choose<T>(c[i], value_a, value_b);
  }
}

template <class T>
void strided(const LoopNest<4>& nest, const bool* c, const T* a, const T* b, T* y) {
  const int64_t step_y = nest.stride[0][0], step_c = nest.stride[1][0], step_a = nest.stride[2][0],
                step_b = nest.stride[3][0];
  const bool dense =
      step_y == 1 && step_c == 1 && (step_a == 0 || step_a == 1) && (step_b == 0 || step_b == 1);
  for_each_row(nest, nest.numel, [=](int64_t n, const int64_t* at) {
    T* to = y + at[0];
    const auto* from_c = reinterpret_cast<const uint8_t*>(c) + at[1];
    const T *from_a = a + at[2], *from_b = b + at[3];
    if (dense)
      dense_row(n, from_c, from_a, step_a, from_b, step_b, to);
    else
      for (int64_t i = 0; i < n; ++i)
        to[i * step_y] = from_c[i * step_c] ? from_a[i * step_a] : from_b[i * step_b];
  });
}

}  // namespace

void install_where(Tables& tables) {
  tables.set(Where<uint8_t>{strided<uint8_t>});
  tables.set(Where<uint16_t>{strided<uint16_t>});
  tables.set(Where<uint32_t>{strided<uint32_t>});
  tables.set(Where<uint64_t>{strided<uint64_t>});
}

}  // namespace reel::kernels::REEL_ISA
