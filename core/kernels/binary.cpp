#include <reel/core/kernels/kernels.h>
#include <reel/core/parallel.h>

namespace reel::kernels::REEL_ISA {

namespace {

struct Add {
  template <class T>
  static T of(T a, T b, T alpha) {
    return static_cast<T>(a + alpha * b);
  }
};
struct Mul {
  template <class T>
  static T of(T a, T b, T) {
    return static_cast<T>(a * b);
  }
};
struct Div {
  template <class T>
  static T of(T a, T b, T) {
    return static_cast<T>(a / b);
  }
};

// Steps of 0 and 1 as constants, so that each pair is a vector loop of its own. An operand may be y
// itself, which carries nothing from one element to the next: `omp simd` tells the compiler.
template <class F, class T>
[[gnu::always_inline]] inline void dense_row(int64_t n, T alpha, const T* a, int64_t step_a,
                                             const T* b, int64_t step_b, T* y) {
  if (step_a != 0 && step_b != 0) {
#pragma omp simd
    for (int64_t i = 0; i < n; ++i) y[i] = F::of(a[i], b[i], alpha);
  } else if (step_a != 0) {
    const T value = b[0];
#pragma omp simd
    for (int64_t i = 0; i < n; ++i) y[i] = F::of(a[i], value, alpha);
  } else if (step_b != 0) {
    const T value = a[0];
#pragma omp simd
    for (int64_t i = 0; i < n; ++i) y[i] = F::of(value, b[i], alpha);
  } else {
    const T value = F::of(a[0], b[0], alpha);
    for (int64_t i = 0; i < n; ++i) y[i] = value;
  }
}

template <class F, class T>
void flat(int64_t n, T alpha, const T* a, int step_a, const T* b, int step_b, T* y) {
  parallel_for(n, n, [=](int64_t begin, int64_t end) {
    dense_row<F>(end - begin, alpha, a + begin * step_a, step_a, b + begin * step_b, step_b,
                 y + begin);
  });
}

template <class F, class T>
void strided(const LoopNest<3>& nest, T alpha, const T* a, const T* b, T* y) {
  const int64_t n = nest.size[0];
  const int64_t step_y = nest.stride[0][0], step_a = nest.stride[1][0], step_b = nest.stride[2][0];
  const bool dense = step_y == 1 && (step_a == 0 || step_a == 1) && (step_b == 0 || step_b == 1);
  for_each_row(nest, nest.numel, [=](const int64_t* at) {
    T* to = y + at[0];
    const T *from_a = a + at[1], *from_b = b + at[2];
    if (dense)
      dense_row<F>(n, alpha, from_a, step_a, from_b, step_b, to);
    else
      for (int64_t i = 0; i < n; ++i)
        to[i * step_y] = F::of(from_a[i * step_a], from_b[i * step_b], alpha);
  });
}

// In the order of BinaryOp.
template <class T>
constexpr Binary<T> kBinary{{flat<Add, T>, flat<Mul, T>, flat<Div, T>},
                            {strided<Add, T>, strided<Mul, T>, strided<Div, T>}};
// Integers divide as floating-point numbers: callers convert first.
template <class T>
constexpr Binary<T> kIntegerBinary{{flat<Add, T>, flat<Mul, T>, nullptr},
                                   {strided<Add, T>, strided<Mul, T>, nullptr}};

}  // namespace

void install_binary(Tables& tables) {
  tables.set(kBinary<float>);
  tables.set(kBinary<double>);
  tables.set(kIntegerBinary<bool>);
  tables.set(kIntegerBinary<uint8_t>);
  tables.set(kIntegerBinary<int32_t>);
  tables.set(kIntegerBinary<int64_t>);
}

}  // namespace reel::kernels::REEL_ISA
