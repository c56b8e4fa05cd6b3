#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/parallel.h>

namespace reel::kernels::REEL_ISA {

namespace {

template <class T>
[[gnu::always_inline]] inline void copy_row(int64_t I, const T* x, T* y) {
  if (I == 1) {
    y[0] = x[0];
    return;
  }
  for (int64_t i = 0; i < I; ++i) y[i] = x[i];
}

template <class T>
void select(int64_t O, int64_t N, int64_t K, int64_t I, const int64_t* index, const T* x, T* y) {
  parallel_for(O * K, O * K * (I + 4) / 2, [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t o = O == 1 ? 0 : row / K;
      copy_row(I, x + (o * N + index[row - o * K]) * I, y + row * I);
    }
  });
}

// f(row of y, row of x) for the positions in order. A thread has some of the rows of y and looks
// through all positions for them: who adds what in which order does not depend on the threads.
template <class F>
[[gnu::always_inline]] inline void for_targets(int64_t O, int64_t N, int64_t K, int64_t I,
                                               const int64_t* index, F f) {
  parallel_for(O * N, O * K * (I + 4), [=](int64_t begin, int64_t end) {
    for (int64_t o = begin / N; o * N < end; ++o) {
      const int64_t low = begin - o * N, high = end - o * N;
      for (int64_t k = 0; k < K; ++k)
        if (index[k] >= low && index[k] < high) f(o * N + index[k], o * K + k);
    }
  });
}

template <class T>
void put(int64_t O, int64_t N, int64_t K, int64_t I, const int64_t* index, const T* x, T* y) {
  for_targets(
      O, N, K, I, index, [=](int64_t to, int64_t from) __attribute__((always_inline)) {
        copy_row(I, x + from * I, y + to * I);
      });
}

template <class T>
void add(int64_t O, int64_t N, int64_t K, int64_t I, const int64_t* index, T alpha, const T* x,
         T* y) {
  for_targets(
      O, N, K, I, index, [=](int64_t to, int64_t from) __attribute__((always_inline)) {
        const T* from_row = x + from * I;
        T* to_row = y + to * I;
        for (int64_t i = 0; i < I; ++i) to_row[i] = static_cast<T>(to_row[i] + alpha * from_row[i]);
      });
}

}  // namespace

void install_index_select(Tables& tables) {
  if constexpr (kOwnIntegers) {
    tables.set(IndexSelect<uint8_t>{select<uint8_t>, put<uint8_t>});
    tables.set(IndexSelect<uint16_t>{select<uint16_t>, put<uint16_t>});
    tables.set(IndexAdd<uint8_t>{add<uint8_t>});
    tables.set(IndexAdd<int32_t>{add<int32_t>});
    tables.set(IndexAdd<int64_t>{add<int64_t>});
  }
  tables.set(IndexSelect<uint32_t>{select<uint32_t>, put<uint32_t>});
  tables.set(IndexAdd<float>{add<float>});
  if constexpr (kOwnFloat64) {
    tables.set(IndexSelect<uint64_t>{select<uint64_t>, put<uint64_t>});
    tables.set(IndexAdd<double>{add<double>});
  }
}

}  // namespace reel::kernels::REEL_ISA
