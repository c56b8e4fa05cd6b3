#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/parallel.h>

namespace reel::kernels::REEL_ISA {

namespace {

#define REEL_ROW(Name, function)                                    \
  struct Name {                                                     \
    static float of(float x) { return __builtin_##function##f(x); } \
    static double of(double x) { return __builtin_##function(x); }  \
  };
REEL_ROW(Ceil, ceil)
REEL_ROW(Round, nearbyint)
REEL_ROW(Trunc, trunc)
REEL_ROW(Tan, tan)
REEL_ROW(Asin, asin)
REEL_ROW(Acos, acos)
REEL_ROW(Atan, atan)
REEL_ROW(Sinh, sinh)
REEL_ROW(Cosh, cosh)
REEL_ROW(Asinh, asinh)
REEL_ROW(Acosh, acosh)
REEL_ROW(Atanh, atanh)
REEL_ROW(Exp2, exp2)
REEL_ROW(Log2, log2)
REEL_ROW(Log10, log10)
REEL_ROW(Erfc, erfc)
#undef REEL_ROW

template <class F, class T>
void forward(int64_t n, const T* x, T* y) {
  constexpr int64_t kWork = 8;  // of a call, in simple operations
  parallel_for(n, kWork * n, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) y[i] = F::of(x[i]);
  });
}

// Fs in the order of ElementaryOp.
template <class T, class... Fs>
Elementary<T> table_of() {
  return Elementary<T>{{forward<Fs, T>...}};
}

template <class T>
void install(Tables& tables) {
  tables.set(table_of<T, Ceil, Round, Trunc, Tan, Asin, Acos, Atan, Sinh, Cosh, Asinh, Acosh, Atanh,
                      Exp2, Log2, Log10, Erfc>());
}

}  // namespace

// Calls of the C library gain nothing from other levels.
void install_elementary([[maybe_unused]] Tables& tables) {
  if constexpr (kOwnIntegers) {
    install<float>(tables);
    install<double>(tables);
  }
}

}  // namespace reel::kernels::REEL_ISA
