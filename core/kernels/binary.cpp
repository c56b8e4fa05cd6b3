#include <reel/core/kernels/elementwise.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/kernels/powers.h>
#include <reel/core/kernels/vector_math.h>
#include <reel/core/parallel.h>

#include <type_traits>

namespace reel::kernels::REEL_ISA {

namespace {

template <class T>
REEL_INLINE bool is_nan(T x) {
  if constexpr (T(0.5) == T(0))
    return false;
  else
    return x != x;
}

#define REEL_ROW(name, value)                                     \
  struct name {                                                   \
    template <class Y, class T>                                   \
    REEL_INLINE static Y of(T a, T b, [[maybe_unused]] T alpha) { \
      return static_cast<Y>(value);                               \
    }                                                             \
  };
REEL_ROW(Add, a + alpha * b)
REEL_ROW(Mul, a* b)
REEL_ROW(Maximum, where((a > b) | is_nan(a), a, b))
REEL_ROW(Minimum, where((a < b) | is_nan(a), a, b))
REEL_ROW(Div, a / b)
REEL_ROW(Pow, pow(a, b))
REEL_ROW(Eq, a == b)
REEL_ROW(Ne, a != b)
REEL_ROW(Lt, a < b)
REEL_ROW(Le, a <= b)
REEL_ROW(Gt, a > b)
REEL_ROW(Ge, a >= b)
REEL_ROW(And, (a != 0) & (b != 0))
REEL_ROW(Or, (a != 0) | (b != 0))
#undef REEL_ROW

// Steps of 0 and 1 as constants, so that each pair is a vector loop of its own. An operand may be y
// itself, which carries nothing from one element to the next: `omp simd` tells the compiler. Not
// inlined: both callers would carry the loops, 0.75 MB over all types and levels.
template <class F, class T, class Y>
[[gnu::noinline]] void dense_row(int64_t n, T alpha, const T* a, int64_t step_a, const T* b,
                                 int64_t step_b, Y* y) {
  if (step_a != 0 && step_b != 0) {
#pragma omp simd
    for (int64_t i = 0; i < n; ++i) y[i] = F::template of<Y>(a[i], b[i], alpha);
  } else if (step_a != 0) {
    const T value = b[0];
#pragma omp simd
    for (int64_t i = 0; i < n; ++i) y[i] = F::template of<Y>(a[i], value, alpha);
  } else if (step_b != 0) {
    const T value = a[0];
#pragma omp simd
    for (int64_t i = 0; i < n; ++i) y[i] = F::template of<Y>(value, b[i], alpha);
  } else {
    const Y value = F::template of<Y>(a[0], b[0], alpha);
    for (int64_t i = 0; i < n; ++i) y[i] = value;
  }
}

template <>
void dense_row<Pow>(int64_t n, float, const float* a, int64_t step_a, const float* b,
                    int64_t step_b, float* y) {
  for_blocks(
      0, n, [=](int64_t from, int64_t count) __attribute__((always_inline)) {
        float base[kBlock], power[kBlock], result[kBlock];
        load_block(count, step_a ? a + from : nullptr, a[0], base);
        load_block(count, step_b ? b + from : nullptr, b[0], power);
        power_block(base, power, result);
        store_block(count, result, y + from);
      });
}

// Elements apart from each other: one by one, but powers, which are brought together.
template <class F, class T, class Y>
[[gnu::always_inline]] inline void sparse_row(int64_t n, T alpha, const T* a, int64_t step_a,
                                              const T* b, int64_t step_b, Y* y, int64_t step_y) {
  if constexpr (std::is_same_v<F, Pow> && std::is_same_v<T, float>)
    for_blocks(
        0, n, [=](int64_t from, int64_t count) __attribute__((always_inline)) {
          float base[kBlock] = {}, power[kBlock] = {}, result[kBlock];
          for (int64_t i = 0; i < count; ++i) {
            base[i] = a[(from + i) * step_a];
            power[i] = b[(from + i) * step_b];
          }
          power_block(base, power, result);
          for (int64_t i = 0; i < count; ++i) y[(from + i) * step_y] = result[i];
        });
  else
    for (int64_t i = 0; i < n; ++i)
      y[i * step_y] = F::template of<Y>(a[i * step_a], b[i * step_b], alpha);
}

template <class F, class T, class Y>
void flat(int64_t n, T alpha, const T* a, int step_a, const T* b, int step_b, Y* y) {
  parallel_for(n, n, [=](int64_t begin, int64_t end) {
    in_pieces(begin, end, y, [=](int64_t from, int64_t to) {
      dense_row<F>(to - from, alpha, a + from * step_a, step_a, b + from * step_b, step_b,
                   y + from);
    });
  });
}

template <class F, class T, class Y>
void strided(const LoopNest<3>& nest, T alpha, const T* a, const T* b, Y* y) {
  const int64_t step_y = nest.stride[0][0], step_a = nest.stride[1][0], step_b = nest.stride[2][0];
  const bool dense = step_y == 1 && (step_a == 0 || step_a == 1) && (step_b == 0 || step_b == 1);
  for_each_row(nest, nest.numel, [=](int64_t n, const int64_t* at) {
    Y* to = y + at[0];
    const T *from_a = a + at[1], *from_b = b + at[2];
    if (dense)
      dense_row<F>(n, alpha, from_a, step_a, from_b, step_b, to);
    else
      sparse_row<F>(n, alpha, from_a, step_a, from_b, step_b, to, step_y);
  });
}

// Fs in the order of Op; an operation that T lacks stays null.
template <class Table, class T, class Y, class... Fs>
Table table_of() {
  return Table{{{flat<Fs, T, Y>...}, {strided<Fs, T, Y>...}}};
}

template <class T>
void install_comparisons(Tables& tables) {
  tables.set(table_of<Compare<T>, T, bool, Eq, Ne, Lt, Le, Gt, Ge, And, Or>());
}

template <class T>
void install_integer(Tables& tables) {
  tables.set(table_of<Binary<T>, T, T, Add, Mul, Maximum, Minimum>());
  install_comparisons<T>(tables);
}

template <class T>
void install_floating(Tables& tables) {
  tables.set(table_of<Binary<T>, T, T, Add, Mul, Maximum, Minimum, Div, Pow>());
  install_comparisons<T>(tables);
}

}  // namespace

void install_binary(Tables& tables) {
  if constexpr (kOwnIntegers) {
    install_integer<bool>(tables);
    install_integer<uint8_t>(tables);
    install_integer<int32_t>(tables);
    install_integer<int64_t>(tables);
  }
  install_floating<float>(tables);
  if constexpr (kOwnFloat64) install_floating<double>(tables);
}

}  // namespace reel::kernels::REEL_ISA
