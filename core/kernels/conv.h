#pragma once

#include <cstdint>

namespace reel::kernels {

/// A convolution in three spatial dimensions; one in fewer has ones in front. `pad` lies before the
/// first pixel; behind the last there is as much as the outputs reach. Weights are (K, C/G,
/// kernel), x and y channels-last. docs/ops/conv.md has the equations.
struct ConvGeometry {
  int64_t N, C, K, G;  // samples, input channels, output channels, groups
  int64_t in[3], out[3], kernel[3], stride[3], dilation[3], pad[3];
};

/// y of x and w, and dx of dy and w: both are sums over taps, see core/kernels/conv_sweep.h.
template <class T>
struct Conv {
  /// Bytes of scratch on that many threads.
  int64_t (*forward_scratch)(const ConvGeometry& g, int64_t threads);
  int64_t (*input_grad_scratch)(const ConvGeometry& g, int64_t threads);
  /// y = w * x + b. Null b means zeros.
  void (*forward)(const ConvGeometry& g, int64_t threads, const T* x, const T* w, const T* b,
                  void* scratch, T* y);
  void (*input_grad)(const ConvGeometry& g, int64_t threads, const T* dy, const T* w, void* scratch,
                     T* dx);
};

/// dw of dy and x, and db of dy.
template <class T>
struct ConvWeight {
  /// Bytes of scratch.
  int64_t (*scratch)(const ConvGeometry& g);
  /// dw and db, either null; x is read for dw only.
  void (*backward)(const ConvGeometry& g, const T* dy, const T* x, void* scratch, T* dw, T* db);
};

}  // namespace reel::kernels
