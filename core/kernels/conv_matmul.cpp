// Convolutions of one tap, 1x1 with stride 1, are products of matrices whose rows are pixels. With
// many channels that is what computes them: its blocks of operands stay in L2.

#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>

namespace reel::kernels::REEL_ISA {

namespace {

int64_t pixels_of(const ConvGeometry& g) { return g.N * g.out[0] * g.out[1] * g.out[2]; }

template <class T>
void forward(const ConvGeometry& g, int64_t threads, const T* x, const T* w, const T* b, T* y) {
  active<Gemm<T>>().run({false, true, pixels_of(g), g.K, g.C, g.C, g.C, g.K}, threads, T(1), x, w,
                        T(0), b, y);
}

template <class T>
void input_grad(const ConvGeometry& g, int64_t threads, const T* dy, const T* w, const T* b,
                T* dx) {
  active<Gemm<T>>().run({false, false, pixels_of(g), g.C, g.K, g.K, g.C, g.C}, threads, T(1), dy, w,
                        T(0), b, dx);
}

template <class T>
void weight_grad(const ConvGeometry& g, int64_t threads, const T* dy, const T* x, T* dw, T* db) {
  if (dw)
    active<Gemm<T>>().run({true, false, g.K, g.C, pixels_of(g), g.K, g.C, g.C}, threads, T(1), dy,
                          x, T(0), nullptr, dw);
  if (db) active<Conv<T>>().weight_grad[kConvDirect].run(g, threads, dy, nullptr, nullptr, db);
}

const char* not_one_tap(const ConvGeometry& g) {
  if (g.G > 1) return "there are groups";
  if (!g.is_pointwise()) return "outputs are not of one pixel each";
  return g.N == 0 ? "there is no sample" : nullptr;
}

// Sums over channels gain where weights are many: beside the direct sums, 128 channels to 128 are
// 0.7 to 1.0 times as fast, 256 to 256 1.0 to 1.1, 512 to 512 1.2 to 1.4.
const char* declines(const ConvGeometry& g) {
  if (const char* reason = not_one_tap(g)) return reason;
  const bool many = g.C >= 128 && g.K >= 128 && g.C * g.K >= 256 * 256;
  return many ? nullptr : "too few channels";
}

// Sums over pixels gain where few pixels meet many weights: of 32 samples, 8x8 with 128 to 256
// channels are 1.3 times as fast, 4x4 with 512 to 512 2.1; but 16x16 with 128 to 128 0.8 where no
// cache holds them, 56x56 with 256 to 64 0.65.
const char* declines_weight_grad(const ConvGeometry& g) {
  if (const char* reason = not_one_tap(g)) return reason;
  if (g.C < 64 || g.K < 64 || g.C * g.K < 96 * 96) return "too few channels";
  return pixels_of(g) >= 64 * (g.C > g.K ? g.C : g.K) ? "too many pixels" : nullptr;
}

template <class T>
void install(Tables& tables) {
  Conv<T>& conv = tables;
  conv.forward[kConvMatmul] = {forward<T>, declines};
  conv.input_grad[kConvMatmul] = {input_grad<T>, declines};
  conv.weight_grad[kConvMatmul] = {weight_grad<T>, declines_weight_grad};
}

}  // namespace

void install_conv_matmul(Tables& tables) {
  install<float>(tables);
  if constexpr (kOwnFloat64) install<double>(tables);
}

}  // namespace reel::kernels::REEL_ISA
