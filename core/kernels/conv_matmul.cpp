// Convolutions of one tap, 1x1 with stride 1, are products of matrices whose rows are pixels. With
// many channels that is what computes them: its blocks of operands stay in L2. A kernel as large as
// the image makes products of matrices whose rows are samples.

#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/scratch.h>

#include <type_traits>

namespace reel::kernels::REEL_ISA {

namespace {

int64_t pixels_of(const ConvGeometry& g) { return g.N * g.out[0] * g.out[1] * g.out[2]; }
int64_t taps_of(const ConvGeometry& g) { return g.kernel[0] * g.kernel[1] * g.kernel[2]; }

// Whether the one window of a sample is the image.
bool covers_image(const ConvGeometry& g) {
  for (int d = 0; d < 3; ++d)
    if (g.kernel[d] != g.in[d] || g.pad[d] != 0 || g.out[d] != 1 ||
        (g.kernel[d] > 1 && g.dilation[d] != 1))
      return false;
  return true;
}

// Weights whose rows are as images lie in memory, (K, tap, C): those of one tap are.
template <class T>
class ImageWeights {
 public:
  explicit ImageWeights(const ConvGeometry& g) : g_(g), turned_(taps_of(g) > 1 ? bytes() : 0) {}

  const T* read(const T* w) {
    if (taps_of(g_) == 1) return w;
    transpose(g_.C, taps_of(g_), w, turned_.template data<T>());
    return turned_.template data<T>();
  }
  // Where dw is made, and the end of it.
  T* place(T* dw) { return taps_of(g_) == 1 ? dw : turned_.template data<T>(); }
  void write(T* dw) {
    if (taps_of(g_) > 1) transpose(taps_of(g_), g_.C, turned_.template data<T>(), dw);
  }

 private:
  using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
  int64_t bytes() const { return g_.K * g_.C * taps_of(g_) * static_cast<int64_t>(sizeof(T)); }
  void transpose(int64_t rows, int64_t columns, const T* from, T* to) const {
    active<Transpose<Bits>>().batched(g_.K, rows, columns, reinterpret_cast<const Bits*>(from),
                                      reinterpret_cast<Bits*>(to));
  }

  const ConvGeometry& g_;
  Scratch turned_;
};

template <class T>
void forward(const ConvGeometry& g, int64_t threads, const T* x, const T* w, const T* b, T* y) {
  ImageWeights<T> weights(g);
  const int64_t depth = taps_of(g) * g.C;
  active<Gemm<T>>().run({false, true, pixels_of(g), g.K, depth, depth, depth, g.K}, threads, T(1),
                        x, weights.read(w), T(0), b, y);
}

template <class T>
void input_grad(const ConvGeometry& g, int64_t threads, const T* dy, const T* w, const T* b,
                T* dx) {
  ImageWeights<T> weights(g);
  const int64_t columns = taps_of(g) * g.C;
  const bool repeated = b && columns > g.C;  // for each tap
  Scratch bias(repeated ? columns * static_cast<int64_t>(sizeof(T)) : 0);
  for (int64_t i = 0; repeated && i < columns; ++i) bias.template data<T>()[i] = b[i % g.C];
  active<Gemm<T>>().run({false, false, pixels_of(g), columns, g.K, g.K, columns, columns}, threads,
                        T(1), dy, weights.read(w), T(0), repeated ? bias.template data<T>() : b,
                        dx);
}

template <class T>
void weight_grad(const ConvGeometry& g, int64_t threads, const T* dy, const T* x, T* dw, T* db) {
  if (dw) {
    ImageWeights<T> weights(g);
    const int64_t columns = taps_of(g) * g.C;
    active<Gemm<T>>().run({true, false, g.K, columns, pixels_of(g), g.K, columns, columns}, threads,
                          T(1), dy, x, T(0), nullptr, weights.place(dw));
    weights.write(dw);
  }
  if (db) active<Conv<T>>().weight_grad[kConvDirect].run(g, threads, dy, nullptr, nullptr, db);
}

const char* not_a_product(const ConvGeometry& g) {
  if (g.G > 1) return "there are groups";
  if (!g.is_pointwise() && !covers_image(g)) return "outputs are not of one pixel or image each";
  return g.N == 0 ? "there is no sample" : nullptr;
}

// Sums over channels gain where weights are many: beside the direct sums, 128 channels to 128 are
// 0.7 to 1.0 times as fast, 256 to 256 1.0 to 1.1, 512 to 512 1.2 to 1.4.
const char* declines(const ConvGeometry& g) {
  if (const char* reason = not_a_product(g)) return reason;
  if (taps_of(g) > 1) return nullptr;
  const bool many = g.C >= 128 && g.K >= 128 && g.C * g.K >= 256 * 256;
  return many ? nullptr : "too few channels";
}

// Sums over pixels gain where few pixels meet many weights: of 32 samples, 8x8 with 128 to 256
// channels are 1.3 times as fast, 4x4 with 512 to 512 2.1; but 16x16 with 128 to 128 0.8 where no
// cache holds them, 56x56 with 256 to 64 0.65.
const char* declines_weight_grad(const ConvGeometry& g) {
  if (const char* reason = not_a_product(g)) return reason;
  if (taps_of(g) > 1) return nullptr;
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
