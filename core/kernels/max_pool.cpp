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

template <class T, class Tap>
void forward(const PoolGeometry& g, const T* x, T* y, Tap* tap) {
  const int64_t C = g.C, pixels = g.out_pixels();
  parallel_for(g.N * pixels, g.N * pixels * C * g.taps() / 2, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      int64_t at[3];
      unravel(i % pixels, g.out, at);
      const T* image = x + i / pixels * g.in_pixels() * C;
      T* best = y + i * C;
      Tap* won = tap + i * C;
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
      if (!first) continue;
      for (int64_t c = 0; c < C; ++c) {  // a dilated window may step over the whole input
        best[c] = -static_cast<T>(__builtin_inf());
        won[c] = static_cast<Tap>(-1);
      }
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

template <class T, class Tap>
void backward(const PoolGeometry& g, const T* dy, const Tap* tap, T* dx) {
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
