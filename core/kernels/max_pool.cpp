#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/lane_numbers.h>
#include <reel/core/kernels/level.h>
#include <reel/core/kernels/vectors.h>
#include <reel/core/parallel.h>

namespace reel::kernels::REEL_ISA {

namespace {

// Pixel number i of a box as three coordinates.
inline void unravel(int64_t i, const int64_t (&box)[3], int64_t (&at)[3]) {
  at[2] = i % box[2];
  at[1] = i / box[2] % box[1];
  at[0] = i / (box[2] * box[1]);
}

// The outputs of all samples in order, without a division for each.
struct Cursor {
  Cursor(const PoolGeometry& g, int64_t i) : out(g.out), n(i / g.out_pixels()) {
    unravel(i % g.out_pixels(), g.out, at);
  }
  // By `count` outputs of the same row.
  void advance(int64_t count = 1) {
    if ((at[2] += count) < out[2]) return;
    at[2] = 0;
    for (int d = 1; d >= 0; --d) {
      if (++at[d] < out[d]) return;
      at[d] = 0;
    }
    ++n;
  }
  const int64_t (&out)[3];
  int64_t n, at[3];
};

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

// The windows of all outputs, worked out once instead of for each.
struct WindowPlaces {
  explicit WindowPlaces(const PoolGeometry& g) {
    int64_t element = g.C;
    for (int d = 2; d >= 0; --d) {
      const int64_t last = g.in[d] - 1 - (g.kernel[d] - 1) * g.dilation[d] + g.padding[d];
      begin[d] = (g.padding[d] + g.stride[d] - 1) / g.stride[d];
      end[d] = last < 0 ? 0 : last / g.stride[d] + 1;
      end[d] = end[d] < g.out[d] ? end[d] : g.out[d];
      step[d] = g.stride[d] * element;
      base -= g.padding[d] * element;
      element *= g.in[d];
    }
  }
  /// Whether the window of output o lies inside the input.
  bool inside(const int64_t (&o)[3]) const {
    return (o[0] >= begin[0]) & (o[0] < end[0]) & (o[1] >= begin[1]) & (o[1] < end[1]) &
           (o[2] >= begin[2]) & (o[2] < end[2]);
  }
  /// How many windows side by side from that of output o on lie inside.
  int64_t run(const int64_t (&o)[3]) const { return inside(o) ? end[2] - o[2] : 0; }
  /// The first element of its first pixel in a sample, which may lie outside.
  int64_t first(const int64_t (&o)[3]) const {
    return base + o[0] * step[0] + o[1] * step[1] + o[2] * step[2];
  }

 private:
  int64_t begin[3], end[3], step[3], base = 0;
};

template <class Tap, int kLanes>
struct TapsOf {
  typedef Tap type __attribute__((vector_size(kLanes * sizeof(Tap))));
};

// As many taps as V has lanes.
template <class V, class T, class Tap, class Numbers>
[[gnu::always_inline]] inline void put_taps(Tap* tap, const Numbers& won) {
  if constexpr (sizeof(V) == sizeof(T)) {
    *tap = static_cast<Tap>(won);
  } else {
    using Taps = typename TapsOf<Tap, sizeof(V) / sizeof(T)>::type;
    put_lanes(tap, __builtin_convertvector(won, Taps));
  }
}
template <class V, class T, class Numbers, class Tap>
[[gnu::always_inline]] inline Numbers taps_at(const Tap* tap) {
  if constexpr (sizeof(V) == sizeof(T)) {
    return static_cast<Numbers>(*tap);
  } else {
    using Taps = typename TapsOf<Tap, sizeof(V) / sizeof(T)>::type;
    return __builtin_convertvector(lanes_at<Taps>(tap), Numbers);
  }
}

// Some channels of a window inside the input. Winners are chosen by masks: which one wins is
// random, and a branch on it mispredicts.
template <class V, class T, class Tap>
[[gnu::always_inline]] inline void pool_lanes(int64_t taps, const int64_t* offset, const T* in,
                                              T* y, Tap* tap) {
  using Numbers = typename NumbersOf<V>::Type;
  V best = lanes_at<V>(in);
  Numbers bits = __builtin_bit_cast(Numbers, best), won = {};
  for (int64_t t = 1; t < taps; ++t) {
    const V v = lanes_at<V>(in + offset[t]);
    // scalar: if (v > best or v is NaN) best = v, won = t
    Numbers wins;
    if constexpr (sizeof(V) == sizeof(T))
      wins = -static_cast<Numbers>(!(v <= best) & (best == best));
    else
      wins = ~(v <= best) & (best == best);
    bits ^= (bits ^ __builtin_bit_cast(Numbers, v)) & wins;
    won ^= (won ^ static_cast<int>(t)) & wins;
    best = __builtin_bit_cast(V, bits);
  }
  put_lanes(y, best);
  put_taps<V, T>(tap, won);
}

template <class T, class Tap>
[[gnu::always_inline]] inline void pool_channels(int64_t C, int64_t taps, const int64_t* offset,
                                                 const T* in, T* y, Tap* tap) {
  for_lanes<T>(
      C, [=](auto zero, int64_t c) __attribute__((always_inline)) {
        pool_lanes<decltype(zero)>(taps, offset, in + c, y + c, tap + c);
      });
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

// Where channels are fewer than lanes, a whole vector goes to a pixel and spills into the next,
// which is written after it. How many of `count` pixels, `step` elements apart, have as much behind
// them: `left` elements lie from the first one's on.
template <class V, class T>
int64_t spilling(int64_t count, int64_t left, int64_t step) {
  constexpr int64_t kLanes = kLanesOf<V, T>;
  const int64_t most = left < kLanes ? 0 : (left - kLanes) / step + 1;
  return count < most ? count : most;
}

// f(V{}) for the vector that holds the channels of a pixel, with lanes to spare.
template <class T, class F>
[[gnu::always_inline]] inline void with_spilling_vector(int64_t C, F f) {
  if (C <= kLanesOf<Half<T>, T>)
    f(Half<T>{});
  else
    f(Vector<T>{});
}

// Windows side by side in a row, all inside the input. `in_left` and `out_left` are the elements
// from the last place of the first window, and from its output, to the end of what may be read, or
// written. Alone they are not inlined: the loop over rows costs registers.
template <class T, class Tap>
[[gnu::noinline]] void pool_run(const PoolGeometry& g, const TapOffsets& offset, int64_t count,
                                int64_t in_left, int64_t out_left, const T* in, T* y, Tap* tap) {
  const int64_t C = g.C, taps = g.taps(), step = g.stride[2] * C;
  int64_t i = 0;
  if (C < kWidth<T>)
    with_spilling_vector<T>(
        C, [&](auto zero) __attribute__((always_inline)) {
          using V = decltype(zero);
          const int64_t fit = spilling<V, T>(spilling<V, T>(count, in_left, step), out_left, C);
          if (taps == 4)  // 2 x 2, unrolled
            for (; i < fit; ++i) pool_lanes<V>(4, offset.at, in + i * step, y + i * C, tap + i * C);
          else
            for (; i < fit; ++i)
              pool_lanes<V>(taps, offset.at, in + i * step, y + i * C, tap + i * C);
        });
  if (taps == 4)
    for (; i < count; ++i) pool_channels(C, 4, offset.at, in + i * step, y + i * C, tap + i * C);
  else
    for (; i < count; ++i) pool_channels(C, taps, offset.at, in + i * step, y + i * C, tap + i * C);
}

template <class T, class Tap>
void forward(const PoolGeometry& g, const T* x, T* y, Tap* tap) {
  const int64_t C = g.C, pixels = g.out_pixels(), taps = g.taps(), image = g.in_pixels() * C;
  const TapOffsets offset(g);
  const WindowPlaces windows(g);
  const int64_t work = g.N * pixels * C * taps / 2;
  parallel_for(g.N * pixels, work, [=, &g, &offset, &windows](int64_t begin, int64_t end) {
    Cursor cursor(g, begin);
    for (int64_t i = begin; i < end;) {
      const T* sample = x + cursor.n * image;
      int64_t count = taps > kMaxTaps ? 0 : windows.run(cursor.at);
      if (count == 0) {
        pool_window(g, cursor.at, sample, y + i * C, tap + i * C);
        count = 1;
      } else {
        count = count < end - i ? count : end - i;
        const int64_t first = windows.first(cursor.at);
        const int64_t in_left = (g.N - cursor.n) * image - first - offset.at[taps - 1];
        pool_run(g, offset, count, in_left, (end - i) * C, sample + first, y + i * C, tap + i * C);
      }
      i += count;
      cursor.advance(count);
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

// Some channels of a window: its winner gets dy, the others 0.
template <class V, class T, class Tap>
[[gnu::always_inline]] inline void scatter_lanes(int64_t taps, const int64_t* offset, const T* dy,
                                                 const Tap* tap, T* dx) {
  using Numbers = typename NumbersOf<V>::Type;
  const V g = lanes_at<V>(dy);
  const auto won = taps_at<V, T, Numbers>(tap);
  for (int64_t t = 0; t < taps; ++t)
    put_lanes(dx + offset[t], won == static_cast<int>(t) ? g : V{});
}

// A row of dx of whole windows, whose pixels are kWindow, or `window`, to each of dy: pixel s of
// one is place first + s of its window. `left` elements of dx may be written from here on.
template <int kWindow, class T, class Tap>
[[gnu::noinline]] void scatter_row(int64_t C, int64_t outputs, int64_t window, int64_t first,
                                   int64_t left, int64_t dy_left, const T* dy, const Tap* tap,
                                   T* dx) {
  if constexpr (kWindow > 0) window = kWindow;
  int64_t i = 0;
  with_spilling_vector<T>(
      C, [&](auto zero) __attribute__((always_inline)) {
        using V = decltype(zero);
        using Numbers = typename NumbersOf<V>::Type;
        const int64_t step = window * C;
        const int64_t fit = spilling<V, T>(spilling<V, T>(outputs, dy_left, C), left - step, step);
        for (; i < fit; ++i) {
          const V g = lanes_at<V>(dy + i * C);
          const auto won = taps_at<V, T, Numbers>(tap + i * C);
          for (int64_t s = 0; s < window; ++s)
            put_lanes(dx + (i * window + s) * C, won == static_cast<int>(first + s) ? g : V{});
        }
      });
  for (; i < outputs; ++i)
    for (int64_t s = 0; s < window; ++s)
      for (int64_t c = 0; c < C; ++c)
        dx[(i * window + s) * C + c] =
            tap[i * C + c] == static_cast<Tap>(first + s) ? dy[i * C + c] : T(0);
}

// The same for channels that are fewer than lanes: rows of dx are written from first to last, so
// that what vectors spill is overwritten ((64, 6, 28, 28), 2x2, both ways: 0.60 to 0.22 ms).
template <class T, class Tap>
void scatter_rows(const PoolGeometry& g, const T* dy, const Tap* tap, T* dx) {
  const int64_t C = g.C, row = g.in[2] * C, rows = g.in[0] * g.in[1], image = g.in_pixels() * C;
  const int64_t all = g.N * g.out_pixels() * C;
  parallel_for(g.N, 2 * g.N * image, [=, &g](int64_t begin, int64_t end) {
    for (int64_t i = begin * rows; i < end * rows; ++i) {
      const int64_t n = i / rows, z = i % rows / g.in[1], y = i % g.in[1];
      const int64_t o = ((n * g.out[0] + z / g.kernel[0]) * g.out[1] + y / g.kernel[1]) * g.out[2];
      const int64_t first = (z % g.kernel[0] * g.kernel[1] + y % g.kernel[1]) * g.kernel[2];
      const auto scatter = g.kernel[2] == 2 ? scatter_row<2, T, Tap> : scatter_row<0, T, Tap>;
      scatter(C, g.out[2], g.kernel[2], first, (end * rows - i) * row, all - o * C, dy + o * C,
              tap + o * C, dx + i * row);
    }
  });
}

template <class T, class Tap>
void scatter(const PoolGeometry& g, const T* dy, const Tap* tap, T* dx) {
  const int64_t C = g.C, pixels = g.out_pixels(), image = g.in_pixels() * C, taps = g.taps();
  const TapOffsets offset(g);
  const WindowPlaces windows(g);
  bool covered = true;  // each input pixel lies in a window
  for (int d = 0; d < 3; ++d)
    covered = covered && g.padding[d] == 0 && g.dilation[d] == 1 && g.stride[d] == g.kernel[d] &&
              g.out[d] * g.stride[d] == g.in[d];
  if (covered && C < kWidth<T>) return scatter_rows(g, dy, tap, dx);
  parallel_for(g.N, 2 * g.N * image, [=, &g, &offset, &windows](int64_t begin, int64_t end) {
    if (!covered)
      for (int64_t i = begin * image; i < end * image; ++i) dx[i] = 0;
    Cursor cursor(g, begin * pixels);
    for (int64_t i = begin * pixels; i < end * pixels; ++i, cursor.advance()) {
      T* window = dx + cursor.n * image + windows.first(cursor.at);
      if (windows.inside(cursor.at)) {
        for_lanes<T>(
            C, [ =, &offset ](auto zero, int64_t c) __attribute__((always_inline)) {
              scatter_lanes<decltype(zero)>(taps, offset.at, dy + i * C + c, tap + i * C + c,
                                            window + c);
            });
        continue;
      }
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

// The pixel of place `tap` of output o's window.
inline int64_t pixel_of(const PoolGeometry& g, const int64_t (&o)[3], int64_t tap) {
  int64_t step[3], pixel = 0;
  unravel(tap, g.kernel, step);
  for (int d = 0; d < 3; ++d)
    pixel = pixel * g.in[d] + o[d] * g.stride[d] - g.padding[d] + step[d] * g.dilation[d];
  return pixel;
}

template <class Tap>
void locate(const PoolGeometry& g, const Tap* tap, int64_t* index) {
  const int64_t C = g.C, pixels = g.N * g.out_pixels();
  PoolGeometry one = g;  // of a single channel, where an element is a pixel
  one.C = 1;
  const TapOffsets offset(one);
  const WindowPlaces windows(one);
  const bool small = g.taps() <= kMaxTaps;
  parallel_for(pixels, 2 * pixels * C, [=, &g, &offset, &windows](int64_t begin, int64_t end) {
    Cursor cursor(g, begin);
    for (int64_t i = begin; i < end; ++i, cursor.advance()) {
      const int64_t first = windows.first(cursor.at);
      for (int64_t c = 0; c < C; ++c) {
        const Tap won = tap[i * C + c];
        if (won == static_cast<Tap>(-1))
          index[i * C + c] = -1;
        else if (small)
          index[i * C + c] = first + offset.at[won];
        else
          index[i * C + c] = pixel_of(g, cursor.at, static_cast<int64_t>(won));
      }
    }
  });
}

template <class T, class Tap>
void install(Tables& tables) {
  tables.set(MaxPool<T, Tap>{forward<T, Tap>, backward<T, Tap>, pick<T, Tap>, locate<Tap>});
}

}  // namespace

void install_max_pool(Tables& tables) {
  install<float, uint8_t>(tables);
  install<float, int32_t>(tables);
  if constexpr (kOwnFloat64) {
    install<double, uint8_t>(tables);
    install<double, int32_t>(tables);
  }
}

}  // namespace reel::kernels::REEL_ISA
