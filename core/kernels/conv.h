#pragma once

#include <cstdint>

namespace reel::kernels {

/// A convolution in three spatial dimensions; one in fewer has ones in front. `pad` lies before the
/// first pixel; behind the last there is as much as the outputs reach. Weights are (K, C/G,
/// kernel), x and y channels-last. docs/ops/conv.md has the equations.
struct ConvGeometry {
  int64_t N, C, K, G;  // samples, input channels, output channels, groups
  // Of fewer dimensions the last ones are used.
  int64_t in[3] = {1, 1, 1}, out[3] = {1, 1, 1}, kernel[3] = {1, 1, 1}, stride[3] = {1, 1, 1},
          dilation[3] = {1, 1, 1}, pad[3] = {};

  /// Each output pixel is made of one input pixel, the same one, and none is left over: 1x1 with
  /// stride 1. (The input of a transposed one's gradient has output_padding that nothing is made
  /// of.)
  bool is_pointwise() const {
    for (int d = 0; d < 3; ++d)
      if (kernel[d] != 1 || stride[d] != 1 || pad[d] != 0 || in[d] != out[d]) return false;
    return true;
  }
};

/// Ways to compute a direction of a convolution, in the order in which they are asked: the first
/// that does not decline computes. A source fills the slots it has an algorithm for.
enum ConvKind : int {
  kConvDepthwise,
  kConvWinograd6,
  kConvWinograd4,
  kConvWinograd3,
  kConvMatmul,
  kConvCol2im,
  kConvSwapped,
  kConvPlanes,
  kConvDirect,
  kConvKinds
};
constexpr const char* const kConvNames[kConvKinds] = {"depthwise",  "winograd_6", "winograd_4",
                                                      "winograd_3", "matmul",     "col2im",
                                                      "swapped",    "planes",     "direct"};

/// Whether set_winograd governs it.
constexpr bool is_winograd(int kind) { return kind >= kConvWinograd6 && kind <= kConvWinograd3; }

template <class Run>
struct ConvAlgorithm {
  Run* run;  // null: there is none for this direction and dtype
  /// Null if it takes the job, else why not; null itself takes every job. It sees the geometry
  /// alone: another number of threads must not choose another algorithm.
  const char* (*declines)(const ConvGeometry& g);
};

template <class T>
struct Conv {
  /// y = w * x + b (equation 1). Null b means zeros.
  using Forward = void(const ConvGeometry& g, int64_t threads, const T* x, const T* w, const T* b,
                       T* y);
  /// dx of dy and w (equation 2), plus b, which a transposed convolution has: a value for each of
  /// the C channels, or null.
  using InputGrad = void(const ConvGeometry& g, int64_t threads, const T* dy, const T* w,
                         const T* b, T* dx);
  /// dw of dy and x, and db of dy (equations 3 and 4), either null; x is read for dw only. The bits
  /// of one do not depend on whether the other is wanted.
  using WeightGrad = void(const ConvGeometry& g, int64_t threads, const T* dy, const T* x, T* dw,
                          T* db);

  ConvAlgorithm<Forward> forward[kConvKinds];
  ConvAlgorithm<InputGrad> input_grad[kConvKinds];
  ConvAlgorithm<WeightGrad> weight_grad[kConvKinds];
};

}  // namespace reel::kernels
