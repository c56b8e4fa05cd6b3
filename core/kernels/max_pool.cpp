#include <reel/core/kernels/kernels.h>
#include <reel/core/parallel.h>

namespace reel::kernels::REEL_ISA {

namespace {

// Pixel number i of a box as three coordinates.
inline void unravel(int64_t i, const int64_t (&box)[3], int64_t (&at)[3]) {
  at[2] = i % box[2];
  at[1] = i / box[2] % box[1];
  at[0] = i / (box[2] * box[1]);
}

// Calls f(tap number, input pixel) for the places of output `o`'s window that lie inside the input.
template <class F>
[[gnu::always_inline]] inline void for_each_tap(const PoolGeometry& g, const int64_t (&o)[3], F f) {
  int64_t tap = 0;
  for (int64_t a = 0; a < g.kernel[0]; ++a) {
    const int64_t z = o[0] * g.stride[0] - g.padding[0] + a * g.dilation[0];
    for (int64_t b = 0; b < g.kernel[1]; ++b) {
      const int64_t y = o[1] * g.stride[1] - g.padding[1] + b * g.dilation[1];
      for (int64_t c = 0; c < g.kernel[2]; ++c, ++tap) {
        const int64_t x = o[2] * g.stride[2] - g.padding[2] + c * g.dilation[2];
        if (z >= 0 && z < g.in[0] && y >= 0 && y < g.in[1] && x >= 0 && x < g.in[2])
          f(tap, (z * g.in[1] + y) * g.in[2] + x);
      }
    }
  }
}

// Where each place of a window lies, counted from its first pixel; only of windows of up to
// kMaxTaps.
constexpr int64_t kMaxTaps = 64;
struct TapOffsets {
  explicit TapOffsets(const PoolGeometry& g) {
    int64_t tap = 0;
    for (int64_t a = 0; a < g.kernel[0]; ++a)
      for (int64_t b = 0; b < g.kernel[1]; ++b)
        for (int64_t c = 0; c < g.kernel[2] && tap < kMaxTaps; ++c, ++tap)
          at[tap] =
              ((a * g.dilation[0] * g.in[1] + b * g.dilation[1]) * g.in[2] + c * g.dilation[2]) *
              g.C;
  }
  int64_t at[kMaxTaps];
};

// The first input pixel of output `o`'s window, which may lie outside.
inline int64_t first_pixel(const PoolGeometry& g, const int64_t (&o)[3]) {
  int64_t pixel = 0;
  for (int d = 0; d < 3; ++d) pixel = pixel * g.in[d] + o[d] * g.stride[d] - g.padding[d];
  return pixel;
}

inline bool lies_inside(const PoolGeometry& g, const int64_t (&o)[3]) {
  bool inside = true;
  for (int d = 0; d < 3; ++d) {
    const int64_t first = o[d] * g.stride[d] - g.padding[d];
    inside = inside && first >= 0 && first + (g.kernel[d] - 1) * g.dilation[d] < g.in[d];
  }
  return inside;
}

template <class T>
struct BitsOf;
template <>
struct BitsOf<float> {
  using Type = uint32_t;
};
template <>
struct BitsOf<double> {
  using Type = uint64_t;
};

// A window inside the input, channel by channel: for few channels, where a loop over them would not
// fill a vector. Winners are chosen by masks: which one wins is random, and a branch on it
// mispredicts.
template <class T, class Tap>
[[gnu::always_inline]] inline void pool_channels(int64_t C, int64_t taps, const int64_t* offset,
                                                 const T* in, T* y, Tap* tap) {
  using Bits = typename BitsOf<T>::Type;
  for (int64_t c = 0; c < C; ++c) {
    Bits best = __builtin_bit_cast(Bits, in[c]), won = 0;
    for (int64_t t = 1; t < taps; ++t) {
      const T v = in[offset[t] + c], b = __builtin_bit_cast(T, best);
      // scalar: if (v > b or v is NaN) best = v, won = t
      const Bits wins = Bits{0} - static_cast<Bits>(!(v <= b) & (b == b));
      best ^= (best ^ __builtin_bit_cast(Bits, v)) & wins;
      won ^= (won ^ static_cast<Bits>(t)) & wins;
    }
    y[c] = __builtin_bit_cast(T, best);
    tap[c] = static_cast<Tap>(won);
  }
}

template <class T, class Tap>
void pool_window(const PoolGeometry& g, const int64_t (&at)[3], const T* image, T* best, Tap* won) {
  const int64_t C = g.C;
  bool first = true;
  for_each_tap(g, at, [&](int64_t t, int64_t pixel) {
    const T* in = image + pixel * C;
    if (first) {
      for (int64_t c = 0; c < C; ++c) {
        best[c] = in[c];
        won[c] = static_cast<Tap>(t);
      }
    } else {
      for (int64_t c = 0; c < C; ++c) {
        // scalar: best = in > best or in is NaN ? in : best
        const bool wins = !(in[c] <= best[c]) && best[c] == best[c];
        best[c] = wins ? in[c] : best[c];
        won[c] = wins ? static_cast<Tap>(t) : won[c];
      }
    }
    first = false;
  });
  if (!first) return;
  for (int64_t c = 0; c < C; ++c) {  // a dilated window may step over the whole input
    best[c] = -static_cast<T>(__builtin_inf());
    won[c] = static_cast<Tap>(-1);
  }
}

template <class T, class Tap>
void forward(const PoolGeometry& g, const T* x, T* y, Tap* tap) {
  constexpr int64_t kFewChannels = 64 / static_cast<int64_t>(sizeof(T));
  const int64_t C = g.C, pixels = g.out_pixels(), taps = g.taps();
  const TapOffsets offset(g);
  const bool few = C < kFewChannels && taps <= kMaxTaps;
  parallel_for(g.N * pixels, g.N * pixels * C * taps / 2, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      int64_t at[3];
      unravel(i % pixels, g.out, at);
      const T* image = x + i / pixels * g.in_pixels() * C;
      if (!few || !lies_inside(g, at)) {
        pool_window(g, at, image, y + i * C, tap + i * C);
        continue;
      }
      const T* in = image + first_pixel(g, at) * C;
      if (taps == 4)  // 2 x 2, unrolled
        pool_channels(C, 4, offset.at, in, y + i * C, tap + i * C);
      else
        pool_channels(C, taps, offset.at, in, y + i * C, tap + i * C);
    }
  });
}

// The outputs whose windows can reach input coordinate i: from `lo` to `hi`, exclusive.
inline void reaching(const PoolGeometry& g, int d, int64_t i, int64_t* lo, int64_t* hi) {
  const int64_t reach = i + g.padding[d] - (g.kernel[d] - 1) * g.dilation[d];
  *lo = reach > 0 ? (reach + g.stride[d] - 1) / g.stride[d] : 0;
  const int64_t last = (i + g.padding[d]) / g.stride[d] + 1;
  *hi = last < g.out[d] ? last : g.out[d];
}

// The place of input coordinate i in the window of output o, or -1 between its steps.
inline int64_t step_of(const PoolGeometry& g, int d, int64_t i, int64_t o) {
  const int64_t distance = i + g.padding[d] - o * g.stride[d];
  return distance % g.dilation[d] == 0 ? distance / g.dilation[d] : -1;
}

template <class T, class Tap>
void backward_pixel(const PoolGeometry& g, const int64_t (&at)[3], const T* dy, const Tap* tap,
                    T* dx) {
  const int64_t C = g.C;
  for (int64_t c = 0; c < C; ++c) dx[c] = 0;
  int64_t lo[3], hi[3];
  for (int d = 0; d < 3; ++d) reaching(g, d, at[d], &lo[d], &hi[d]);
  for (int64_t z = lo[0]; z < hi[0]; ++z)
    for (int64_t y = lo[1]; y < hi[1]; ++y)
      for (int64_t x = lo[2]; x < hi[2]; ++x) {
        const int64_t a = step_of(g, 0, at[0], z), b = step_of(g, 1, at[1], y),
                      s = step_of(g, 2, at[2], x);
        if (a < 0 || b < 0 || s < 0) continue;
        const Tap mine = static_cast<Tap>((a * g.kernel[1] + b) * g.kernel[2] + s);
        const int64_t o = ((z * g.out[1] + y) * g.out[2] + x) * C;
        for (int64_t c = 0; c < C; ++c) dx[c] += tap[o + c] == mine ? dy[o + c] : T(0);
      }
}

// Windows that share no pixel can be scattered to at once: every place is written by one of them.
inline bool are_disjoint(const PoolGeometry& g) {
  bool disjoint = true;
  for (int d = 0; d < 3; ++d)
    disjoint = disjoint && g.stride[d] > (g.kernel[d] - 1) * g.dilation[d];
  return disjoint;
}

template <class T, class Tap>
void scatter(const PoolGeometry& g, const T* dy, const Tap* tap, T* dx) {
  const int64_t C = g.C, pixels = g.out_pixels(), image = g.in_pixels() * C;
  const TapOffsets offset(g);
  parallel_for(g.N, 2 * g.N * image, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin * image; i < end * image; ++i) dx[i] = 0;
    for (int64_t i = begin * pixels; i < end * pixels; ++i) {
      int64_t at[3];
      unravel(i % pixels, g.out, at);
      T* window = dx + i / pixels * image + first_pixel(g, at) * C;
      for (int64_t c = 0; c < C; ++c) {
        const Tap won = tap[i * C + c];
        if (won != static_cast<Tap>(-1)) window[offset.at[won] + c] = dy[i * C + c];
      }
    }
  });
}

template <class T, class Tap>
void backward(const PoolGeometry& g, const T* dy, const Tap* tap, T* dx) {
  if (are_disjoint(g) && g.taps() <= kMaxTaps) return scatter(g, dy, tap, dx);
  const int64_t pixels = g.in_pixels(), image = g.out_pixels() * g.C;
  parallel_for(g.N * pixels, g.N * pixels * g.C * 2, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      int64_t at[3];
      unravel(i % pixels, g.in, at);
      const int64_t n = i / pixels;
      backward_pixel(g, at, dy + n * image, tap + n * image, dx + i * g.C);
    }
  });
}

template <class T, class Tap>
void pick(const PoolGeometry& g, const T* x, const Tap* tap, T* y) {
  const int64_t C = g.C, pixels = g.out_pixels();
  parallel_for(g.N * pixels, g.N * pixels * C * g.taps() / 2, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      int64_t at[3];
      unravel(i % pixels, g.out, at);
      const T* image = x + i / pixels * g.in_pixels() * C;
      const Tap* won = tap + i * C;
      T* out = y + i * C;
      for (int64_t c = 0; c < C; ++c) out[c] = 0;
      for_each_tap(g, at, [&](int64_t t, int64_t pixel) {
        const T* in = image + pixel * C;
        for (int64_t c = 0; c < C; ++c) out[c] = won[c] == static_cast<Tap>(t) ? in[c] : out[c];
      });
    }
  });
}

template <class T, class Tap>
void install(Tables& tables) {
  tables.set(MaxPool<T, Tap>{forward<T, Tap>, backward<T, Tap>, pick<T, Tap>});
}

}  // namespace

void install_max_pool(Tables& tables) {
  install<float, uint8_t>(tables);
  install<float, int32_t>(tables);
  install<double, uint8_t>(tables);
  install<double, int32_t>(tables);
}

}  // namespace reel::kernels::REEL_ISA
