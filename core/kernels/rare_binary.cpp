#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/parallel.h>

namespace reel::kernels::REEL_ISA {

namespace {

template <class T>
T floor_of(T x) {
  return static_cast<T>(__builtin_floor(static_cast<double>(x)));
}

struct Fmod {
  static float of(float a, float b) { return __builtin_fmodf(a, b); }
  static double of(double a, double b) { return __builtin_fmod(a, b); }
  // a % -1 would overflow for the lowest a.
  static int64_t of(int64_t a, int64_t b) { return b == -1 ? 0 : a % b; }
};

struct Remainder {
  template <class T>
  static T of(T a, T b) {
    const T r = Fmod::of(a, b);
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
  }
};

// Floating: from the exact remainder, since a / b may round up to the next integer.
struct FloorDivide {
  template <class T>
  static T of(T a, T b) {
    if (b == 0) return a / b;
    const T r = Fmod::of(a, b);
    T q = (a - r) / b;
    if (r != 0 && (r < 0) != (b < 0)) q -= 1;
    if (q == 0) return static_cast<T>(__builtin_copysign(0.0, a / b));
    const T down = floor_of(q);
    return q - down > T(0.5) ? down + 1 : down;  // q is an integer but for rounding
  }
  static int64_t of(int64_t a, int64_t b) {
    if (b == -1) return static_cast<int64_t>(0 - static_cast<uint64_t>(a));
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
  }
};

struct Power {
  static int64_t of(int64_t a, int64_t b) {
    uint64_t base = static_cast<uint64_t>(a), power = 1;
    for (; b > 0; b >>= 1, base *= base)
      if (b & 1) power *= base;
    return static_cast<int64_t>(power);
  }
};

#define REEL_ROW(Name, value) \
  struct Name {               \
    template <class T>        \
    static T of(T a, T b) {   \
      return value;           \
    }                         \
  };
REEL_ROW(And, a& b)
REEL_ROW(Or, a | b)
REEL_ROW(Xor, a ^ b)
#undef REEL_ROW

struct Atan2 {
  static float of(float a, float b) { return __builtin_atan2f(a, b); }
  static double of(double a, double b) { return __builtin_atan2(a, b); }
};

struct Hypot {
  static float of(float a, float b) { return __builtin_hypotf(a, b); }
  static double of(double a, double b) { return __builtin_hypot(a, b); }
};

template <class F, class T>
void strided(const LoopNest<3>& nest, const T* a, const T* b, T* y) {
  const int64_t step_y = nest.stride[0][0], step_a = nest.stride[1][0], step_b = nest.stride[2][0];
  constexpr int64_t kWork = 8;  // of a function, in simple operations
  for_each_row(nest, kWork * nest.numel, [=](int64_t n, const int64_t* at) {
    for (int64_t i = 0; i < n; ++i)
      y[at[0] + i * step_y] = F::of(a[at[1] + i * step_a], b[at[2] + i * step_b]);
  });
}

template <class F, class T>
void put(RareBinary<T>& table, RareOp op) {
  table.strided[static_cast<size_t>(op)] = strided<F, T>;
}

template <class T>
RareBinary<T> divisions() {
  RareBinary<T> table{};
  put<FloorDivide>(table, RareOp::kFloorDivide);
  put<Remainder>(table, RareOp::kRemainder);
  put<Fmod>(table, RareOp::kFmod);
  return table;
}

template <class T>
void install_floating(Tables& tables) {
  RareBinary<T> table = divisions<T>();
  put<Atan2>(table, RareOp::kAtan2);
  put<Hypot>(table, RareOp::kHypot);
  tables.set(table);
}

template <class T>
void install_integer(Tables& tables) {
  RareBinary<T> table = divisions<T>();
  put<Power>(table, RareOp::kPower);
  put<And>(table, RareOp::kAnd);
  put<Or>(table, RareOp::kOr);
  put<Xor>(table, RareOp::kXor);
  tables.set(table);
}

}  // namespace

// Rare, and mostly calls of the C library: one level will do.
void install_rare_binary([[maybe_unused]] Tables& tables) {
  if constexpr (kOwnIntegers) {
    install_floating<float>(tables);
    install_floating<double>(tables);
    install_integer<int64_t>(tables);
  }
}

}  // namespace reel::kernels::REEL_ISA
