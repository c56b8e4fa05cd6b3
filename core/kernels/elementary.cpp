#include <reel/core/kernels/angles.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/kernels/vector_math.h>
#include <reel/core/parallel.h>

namespace reel::kernels::REEL_ISA {

namespace {

// Of vector_math.h, or instructions: loops over them become vector code.
#define REEL_ROW(Name, float_function, double_function)                   \
  struct Name {                                                           \
    REEL_INLINE static float of(float x) { return float_function(x); }    \
    REEL_INLINE static double of(double x) { return double_function(x); } \
  };
REEL_ROW(Ceil, __builtin_ceilf, __builtin_ceil)
REEL_ROW(Round, __builtin_nearbyintf, __builtin_nearbyint)
REEL_ROW(Trunc, __builtin_truncf, __builtin_trunc)
REEL_ROW(Tan, tan, tan)
REEL_ROW(Asin, asin, asin)
REEL_ROW(Acos, acos, acos)
REEL_ROW(Atan, atan, atan)
REEL_ROW(Log2, log2, log2)
REEL_ROW(Log10, log10, log10)
// Rare enough to be the C library's, one element at a time.
REEL_ROW(Sinh, __builtin_sinhf, __builtin_sinh)
REEL_ROW(Cosh, __builtin_coshf, __builtin_cosh)
REEL_ROW(Asinh, __builtin_asinhf, __builtin_asinh)
REEL_ROW(Acosh, __builtin_acoshf, __builtin_acosh)
REEL_ROW(Atanh, __builtin_atanhf, __builtin_atanh)
REEL_ROW(Exp2, __builtin_exp2f, __builtin_exp2)
REEL_ROW(Erfc, __builtin_erfcf, __builtin_erfc)
#undef REEL_ROW

constexpr int64_t kWork = 8;  // of an element, in simple operations

template <class F, class T>
void forward(int64_t n, const T* x, T* y) {
  parallel_for(n, kWork * n, [=](int64_t begin, int64_t end) {
#pragma omp simd
    for (int64_t i = begin; i < end; ++i) y[i] = F::of(x[i]);
  });
}

template <>
void forward<Tan>(int64_t n, const float* x, float* y) {
  parallel_for(n, kWork * n, [=](int64_t begin, int64_t end) {
    map_angles(
        begin, end, x, [](float v) __attribute__((always_inline)) { return tan(v); },
        [](float v) { return __builtin_tanf(v); },
        [=](int64_t i, float v) __attribute__((always_inline)) { y[i] = v; });
  });
}

template <class F, class T>
void set(Tables& tables, ElementaryOp op) {
  static_cast<Elementary<T>&>(tables).forward[static_cast<size_t>(op)] = forward<F, T>;
}

template <class T>
void install_vector_code(Tables& tables) {
  set<Ceil, T>(tables, ElementaryOp::kCeil);
  set<Round, T>(tables, ElementaryOp::kRound);
  set<Trunc, T>(tables, ElementaryOp::kTrunc);
  set<Tan, T>(tables, ElementaryOp::kTan);
  set<Asin, T>(tables, ElementaryOp::kAsin);
  set<Acos, T>(tables, ElementaryOp::kAcos);
  set<Atan, T>(tables, ElementaryOp::kAtan);
  set<Log2, T>(tables, ElementaryOp::kLog2);
  set<Log10, T>(tables, ElementaryOp::kLog10);
}

template <class T>
void install_calls(Tables& tables) {
  set<Sinh, T>(tables, ElementaryOp::kSinh);
  set<Cosh, T>(tables, ElementaryOp::kCosh);
  set<Asinh, T>(tables, ElementaryOp::kAsinh);
  set<Acosh, T>(tables, ElementaryOp::kAcosh);
  set<Atanh, T>(tables, ElementaryOp::kAtanh);
  set<Exp2, T>(tables, ElementaryOp::kExp2);
  set<Erfc, T>(tables, ElementaryOp::kErfc);
}

}  // namespace

// Calls of the C library gain nothing from other levels, which keep those of the baseline.
void install_elementary(Tables& tables) {
  install_vector_code<float>(tables);
  if constexpr (kOwnIntegers) {
    install_vector_code<double>(tables);
    install_calls<float>(tables);
    install_calls<double>(tables);
  }
}

}  // namespace reel::kernels::REEL_ISA
