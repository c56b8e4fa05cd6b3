// dw of few output channels: they are the lanes of the direct sums, most of which idle. With x and
// dy exchanged, dw is the weight gradient of a convolution of dy, whose lanes are the input
// channels, its taps in falling order.

#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/kernels/vectors.h>
#include <reel/core/scratch.h>

namespace reel::kernels::REEL_ISA {

namespace {

// Pixels that a kernel covers before its last tap.
int64_t reach(const ConvGeometry& g, int d) { return (g.kernel[d] - 1) * g.dilation[d]; }

ConvGeometry swapped(const ConvGeometry& g) {
  ConvGeometry s = g;
  s.C = g.K;
  s.K = g.C;
  for (int d = 0; d < 3; ++d) {
    s.in[d] = g.out[d];
    s.out[d] = g.in[d];
    s.pad[d] = reach(g, d) - g.pad[d];
  }
  return s;
}

template <class T>
void weight_grad(const ConvGeometry& g, int64_t threads, const T* dy, const T* x, T* dw, T* db) {
  const auto& direct = active<Conv<T>>().weight_grad[kConvDirect];
  if (dw) {
    const int64_t taps = g.kernel[0] * g.kernel[1] * g.kernel[2];
    Scratch scratch(g.K * g.C * taps * static_cast<int64_t>(sizeof(T)));
    T* found = scratch.data<T>();  // (C, K, taps)
    direct.run(swapped(g), threads, x, dy, found, nullptr);
    for (int64_t k = 0; k < g.K; ++k)
      for (int64_t c = 0; c < g.C; ++c) {
        const T* from = found + (c * g.K + k) * taps;
        for (int64_t t = taps; t > 0; ++dw) *dw = from[--t];
      }
  }
  if (db) direct.run(g, threads, dy, nullptr, nullptr, db);
}

template <class T>
const char* declines(const ConvGeometry& g) {
  if (g.G > 1) return "there are groups";
  if (g.N == 0) return "there is no sample";
  for (int d = 0; d < 3; ++d) {
    if (g.stride[d] != 1) return "the stride is not 1";
    if (g.pad[d] > reach(g, d)) return "there is more padding than the kernel covers";
  }
  if (g.C < kWidth<T>) return "fewer input channels than lanes";
  // Multiply-adds of vectors, of one tap and pixel.
  const auto vectors = [](int64_t n) { return (n + kWidth<T> - 1) / kWidth<T>; };
  return g.K * vectors(g.C) * 3 / 2 > g.C * vectors(g.K) ? "no fewer lanes would idle" : nullptr;
}

template <class T>
void install(Tables& tables) {
  Conv<T>& conv = tables;
  conv.weight_grad[kConvSwapped] = {weight_grad<T>, declines<T>};
}

}  // namespace

void install_conv_swapped_weight(Tables& tables) {
  install<float>(tables);
  if constexpr (kOwnFloat64) install<double>(tables);
}

}  // namespace reel::kernels::REEL_ISA
