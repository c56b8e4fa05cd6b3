#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/parallel.h>

namespace reel::kernels::REEL_ISA {

namespace {

// What a tap of all windows shows along dimension d: window o shows pixel o * stride + start, for
// the windows begin .. end; the others show padding.
struct Shown {
  int64_t start, begin, end;
  Shown(const UnfoldGeometry& g, int d, int64_t tap)
      : start(tap * g.dilation[d] - g.padding[d]), begin(0), end(0) {
    const int64_t stride = g.stride[d], last = g.in[d] - 1 - start;
    if (start < 0) begin = (-start + stride - 1) / stride;
    if (last >= 0) end = last / stride + 1;
    if (end > g.out[d]) end = g.out[d];
    if (end < begin) begin = end = 0;
  }
};

template <class T>
void unfold(const UnfoldGeometry& g, const T* x, T* y) {
  const int64_t taps = g.kernel[0] * g.kernel[1], windows = g.out[0] * g.out[1];
  parallel_for(g.planes * taps, g.planes * taps * windows, [=, &g](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const Shown rows(g, 0, i % taps / g.kernel[1]), columns(g, 1, i % g.kernel[1]);
      const T* plane = x + i / taps * g.in[0] * g.in[1];
      T* to = y + i * windows;
      for (int64_t r = 0; r < g.out[0]; ++r, to += g.out[1]) {
        const bool inside = r >= rows.begin && r < rows.end;
        const int64_t first = inside ? columns.begin : 0, last = inside ? columns.end : 0;
        for (int64_t c = 0; c < first; ++c) to[c] = 0;
        if (inside) {
          const T* from = plane + (r * g.stride[0] + rows.start) * g.in[1] + columns.start;
          if (g.stride[1] == 1)
            for (int64_t c = first; c < last; ++c) to[c] = from[c];
          else
            for (int64_t c = first; c < last; ++c) to[c] = from[c * g.stride[1]];
        }
        for (int64_t c = last; c < g.out[1]; ++c) to[c] = 0;
      }
    }
  });
}

// A plane in one task: windows that overlap add to the same pixels, in the order of the taps.
template <class T>
void fold(const UnfoldGeometry& g, const T* y, T* x) {
  const int64_t taps = g.kernel[0] * g.kernel[1], windows = g.out[0] * g.out[1];
  const int64_t pixels = g.in[0] * g.in[1];
  parallel_for(g.planes, g.planes * (taps * windows + pixels), [=, &g](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      T* plane = x + i * pixels;
      for (int64_t p = 0; p < pixels; ++p) plane[p] = 0;
      for (int64_t tap = 0; tap < taps; ++tap) {
        const Shown rows(g, 0, tap / g.kernel[1]), columns(g, 1, tap % g.kernel[1]);
        for (int64_t r = rows.begin; r < rows.end; ++r) {
          const T* from = y + (i * taps + tap) * windows + r * g.out[1];
          T* to = plane + (r * g.stride[0] + rows.start) * g.in[1] + columns.start;
          if (g.stride[1] == 1)
            for (int64_t c = columns.begin; c < columns.end; ++c) to[c] += from[c];
          else
            for (int64_t c = columns.begin; c < columns.end; ++c) to[c * g.stride[1]] += from[c];
        }
      }
    }
  });
}

template <class T>
void install(Tables& tables) {
  tables.set(Unfold<T>{unfold<T>, fold<T>});
}

}  // namespace

void install_unfold(Tables& tables) {
  install<float>(tables);
  if constexpr (kOwnFloat64) install<double>(tables);
}

}  // namespace reel::kernels::REEL_ISA
