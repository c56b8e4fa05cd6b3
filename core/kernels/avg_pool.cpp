#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/parallel.h>

namespace reel::kernels::REEL_ISA {

namespace {

int64_t pixels_in(const AveragePoolGeometry& g) { return g.dim[0].in * g.dim[1].in * g.dim[2].in; }
int64_t pixels_out(const AveragePoolGeometry& g) {
  return g.dim[0].out * g.dim[1].out * g.dim[2].out;
}

template <class T>
void forward(const AveragePoolGeometry& g, const T* x, T* y) {
  const int64_t C = g.C, in = pixels_in(g), out = pixels_out(g);
  const AverageWindows &D = g.dim[0], &H = g.dim[1], &W = g.dim[2];
  parallel_for(g.N * out, g.N * (in + out) * C, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t ow = i % W.out, oh = i / W.out % H.out, od = i / (W.out * H.out) % D.out;
      const T* image = x + i / out * in * C;
      T* sum = y + i * C;
      for (int64_t c = 0; c < C; ++c) sum[c] = 0;
      for (int64_t d = D.begin[od]; d < D.end[od]; ++d)
        for (int64_t h = H.begin[oh]; h < H.end[oh]; ++h)
          for (int64_t w = W.begin[ow]; w < W.end[ow]; ++w) {
            const T* pixel = image + ((d * H.in + h) * W.in + w) * C;
            for (int64_t c = 0; c < C; ++c) sum[c] += pixel[c];
          }
      const T scale = static_cast<T>(D.scale[od] * H.scale[oh] * W.scale[ow]);
      for (int64_t c = 0; c < C; ++c) sum[c] *= scale;
    }
  });
}

template <class T>
void backward(const AveragePoolGeometry& g, const T* dy, T* dx) {
  const int64_t C = g.C, in = pixels_in(g), out = pixels_out(g);
  const AverageWindows &D = g.dim[0], &H = g.dim[1], &W = g.dim[2];
  parallel_for(g.N * in, g.N * (in + out) * C, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t w = i % W.in, h = i / W.in % H.in, d = i / (W.in * H.in) % D.in;
      const T* image = dy + i / in * out * C;
      T* sum = dx + i * C;
      for (int64_t c = 0; c < C; ++c) sum[c] = 0;
      for (int64_t od = D.first[d]; od < D.last[d]; ++od)
        for (int64_t oh = H.first[h]; oh < H.last[h]; ++oh)
          for (int64_t ow = W.first[w]; ow < W.last[w]; ++ow) {
            const T scale = static_cast<T>(D.scale[od] * H.scale[oh] * W.scale[ow]);
            const T* pixel = image + ((od * H.out + oh) * W.out + ow) * C;
            for (int64_t c = 0; c < C; ++c) sum[c] += pixel[c] * scale;
          }
    }
  });
}

template <class T>
void install(Tables& tables) {
  tables.set(AveragePool<T>{forward<T>, backward<T>});
}

}  // namespace

void install_avg_pool(Tables& tables) {
  install<float>(tables);
  if constexpr (kOwnFloat64) install<double>(tables);
}

}  // namespace reel::kernels::REEL_ISA
