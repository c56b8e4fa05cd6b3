#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/lane_numbers.h>
#include <reel/core/kernels/level.h>
#include <reel/core/kernels/vectors.h>
#include <reel/core/parallel.h>

namespace reel::kernels::REEL_ISA {

namespace {

struct Window {
  Window(const AdaptiveGeometry& g, int64_t o) {
    const int64_t at[3] = {o / (g.out[1] * g.out[2]), o / g.out[2] % g.out[1], o % g.out[2]};
    for (int d = 0; d < 3; ++d) {
      begin[d] = at[d] * g.in[d] / g.out[d];
      end[d] = ((at[d] + 1) * g.in[d] + g.out[d] - 1) / g.out[d];
    }
  }
  int64_t begin[3], end[3];
};

// Some channels of a window; as in max_pool.cpp winners are chosen by masks.
template <class V, class T>
[[gnu::always_inline]] inline void pool_lanes(const AdaptiveGeometry& g, const Window& window,
                                              const T* image, T* y, int64_t* index) {
  using Numbers = typename NumbersOf<V>::Type;
  V best = {};
  Numbers bits = {}, won = {};
  bool first = true;
  for (int64_t d = window.begin[0]; d < window.end[0]; ++d)
    for (int64_t h = window.begin[1]; h < window.end[1]; ++h)
      for (int64_t w = window.begin[2]; w < window.end[2]; ++w) {
        const auto pixel = static_cast<int>((d * g.in[1] + h) * g.in[2] + w);
        const V v = lanes_at<V>(image + pixel * g.C);
        // scalar: if (first or v > best or v is NaN) best = v, won = pixel
        Numbers wins;
        if constexpr (sizeof(V) == sizeof(T))
          wins = -static_cast<Numbers>(first | (!(v <= best) & (best == best)));
        else
          wins = (~(v <= best) & (best == best)) | -static_cast<int>(first);
        bits ^= (bits ^ __builtin_bit_cast(Numbers, v)) & wins;
        won ^= (won ^ pixel) & wins;
        best = __builtin_bit_cast(V, bits);
        first = false;
      }
  put_lanes(y, best);
  if constexpr (sizeof(V) == sizeof(T)) {
    *index = won;
  } else {
    for (int l = 0; l < kLanesOf<V, T>; ++l) index[l] = won[l];
  }
}

template <class T>
void forward(const AdaptiveGeometry& g, const T* x, T* y, int64_t* index) {
  const int64_t C = g.C, in = g.in[0] * g.in[1] * g.in[2], out = g.out[0] * g.out[1] * g.out[2];
  parallel_for(g.N * out, g.N * (in + out) * C, [=, &g](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const Window window(g, i % out);
      const T* image = x + i / out * in * C;
      for_lanes<T>(
          C, [ =, &g, &window ](auto zero, int64_t c) __attribute__((always_inline)) {
            pool_lanes<decltype(zero)>(g, window, image + c, y + i * C + c, index + i * C + c);
          });
    }
  });
}

// Channels that are written together; several pixels may name the same one, so a channel's pixels
// stay on one thread.
constexpr int64_t kBlock = 64;

// `large` is cleared, then takes the elements of `small` at their indices.
template <bool kAdd, class T>
void spread(const IndexGeometry& g, const T* small, const int64_t* index, T* large) {
  const int64_t C = g.C, blocks = (C + kBlock - 1) / kBlock;
  parallel_for(g.N * blocks, g.N * (g.large + 2 * g.small) * C, [=](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) {
      const int64_t c0 = b % blocks * kBlock, width = C - c0 < kBlock ? C - c0 : kBlock;
      T* image = large + b / blocks * g.large * C + c0;
      const int64_t at = b / blocks * g.small * C + c0;
      for (int64_t i = 0; i < g.large; ++i)
        for (int64_t c = 0; c < width; ++c) image[i * C + c] = 0;
      for (int64_t i = 0; i < g.small; ++i)
        for (int64_t c = 0; c < width; ++c) {
          T& to = image[index[at + i * C + c] * C + c];
          to = kAdd ? to + small[at + i * C + c] : small[at + i * C + c];
        }
    }
  });
}

template <class T>
void pick(const IndexGeometry& g, const T* large, const int64_t* index, T* small) {
  const int64_t C = g.C;
  parallel_for(g.N * g.small, 2 * g.N * g.small * C, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const T* image = large + i / g.small * g.large * C;
      for (int64_t c = 0; c < C; ++c) small[i * C + c] = image[index[i * C + c] * C + c];
    }
  });
}

template <class T>
void install(Tables& tables) {
  tables.set(AdaptiveMaxPool<T>{forward<T>, spread<true, T>, pick<T>, spread<false, T>});
}

}  // namespace

void install_adaptive_max_pool(Tables& tables) {
  install<float>(tables);
  if constexpr (kOwnFloat64) install<double>(tables);
}

}  // namespace reel::kernels::REEL_ISA
