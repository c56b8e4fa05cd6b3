#pragma once
// How parameters start. Each function fills a tensor in place, off the tape, from the thread's
// default generator, and returns it. fan_in and fan_out are the inputs that an output sees and the
// outputs that an input reaches: for a weight (out, in, kernel...), in and out times the kernel's
// size.

#include <reel/core/tensor.h>

#include <tuple>

namespace reel::nn::init {

enum class Nonlinearity : uint8_t { kLinear, kSigmoid, kTanh, kReLU, kLeakyReLU, kSELU };
enum class FanMode : uint8_t { kFanIn, kFanOut };
using NonlinearityType = Nonlinearity;
using FanModeType = FanMode;
inline constexpr Nonlinearity kLinear = Nonlinearity::kLinear;
inline constexpr Nonlinearity kSigmoid = Nonlinearity::kSigmoid;
inline constexpr Nonlinearity kTanh = Nonlinearity::kTanh;
inline constexpr Nonlinearity kReLU = Nonlinearity::kReLU;
inline constexpr Nonlinearity kLeakyReLU = Nonlinearity::kLeakyReLU;
inline constexpr Nonlinearity kSELU = Nonlinearity::kSELU;
inline constexpr FanMode kFanIn = FanMode::kFanIn;
inline constexpr FanMode kFanOut = FanMode::kFanOut;

/// What a weight's deviation is multiplied by so that signals keep their size through the
/// nonlinearity; `param` is the negative slope of a leaky ReLU.
double calculate_gain(Nonlinearity nonlinearity, double param = 0.01);

/// (fan_in, fan_out). Throws: ArgumentError below two dimensions.
std::tuple<int64_t, int64_t> calculate_fan_in_and_fan_out(const Tensor& tensor);
inline std::tuple<int64_t, int64_t> _calculate_fan_in_and_fan_out(const Tensor& tensor) {
  return calculate_fan_in_and_fan_out(tensor);
}

Tensor uniform_(const Tensor& tensor, double low = 0, double high = 1);
Tensor normal_(const Tensor& tensor, double mean = 0, double std = 1);
/// Normal, limited to [low, high]. Throws: ArgumentError unless low < high.
Tensor trunc_normal_(const Tensor& tensor, double mean = 0, double std = 1, double low = -2,
                     double high = 2);
Tensor constant_(const Tensor& tensor, Scalar value);
Tensor ones_(const Tensor& tensor);
Tensor zeros_(const Tensor& tensor);
/// The identity matrix. Throws: ArgumentError unless the tensor has two dimensions.
Tensor eye_(const Tensor& tensor);
/// A convolution that passes its channels on, as far as there are outputs, in each of `groups`.
/// Throws: ArgumentError unless the tensor has 3 to 5 dimensions and groups divide its outputs.
Tensor dirac_(const Tensor& tensor, int64_t groups = 1);

/// Uniform in +-gain sqrt(6 / (fan_in + fan_out)).
/// Source: Glorot, Bengio 2010, "Understanding the difficulty of training deep networks".
Tensor xavier_uniform_(const Tensor& tensor, double gain = 1);
/// Normal with deviation gain sqrt(2 / (fan_in + fan_out)).
Tensor xavier_normal_(const Tensor& tensor, double gain = 1);
/// Uniform in +-gain sqrt(3 / fan), with the gain of the nonlinearity that follows; `a` is the
/// negative slope of a leaky ReLU. Source: He et al. 2015, arXiv 1502.01852.
Tensor kaiming_uniform_(const Tensor& tensor, double a = 0, FanMode mode = kFanIn,
                        Nonlinearity nonlinearity = kLeakyReLU);
/// Normal with deviation gain / sqrt(fan).
Tensor kaiming_normal_(const Tensor& tensor, double a = 0, FanMode mode = kFanIn,
                       Nonlinearity nonlinearity = kLeakyReLU);
/// Normal, but for the share `sparsity` of each column, rounded up, which is zero. Throws:
/// ArgumentError unless the tensor has two dimensions and sparsity is from 0 to 1.
/// Source: Martens 2010, "Deep learning via Hessian-free optimization".
Tensor sparse_(const Tensor& tensor, double sparsity, double std = 0.01);
/// gain times a matrix (out, rest) whose rows, or columns if those are fewer, are orthonormal.
/// Source: Saxe et al. 2013, arXiv 1312.6120.
Tensor orthogonal_(const Tensor& tensor, double gain = 1);

}  // namespace reel::nn::init
