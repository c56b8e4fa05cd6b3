#pragma once
// Activations, softmax and dropout.

#include <reel/core/tensor.h>

#include <string>

namespace reel {

// --- autograd/ops/activation.cpp ---

Tensor tanh(const Tensor& x);
const Tensor& tanh_(const Tensor& x);
/// 1 / (1 + exp(-x))
Tensor sigmoid(const Tensor& x);
const Tensor& sigmoid_(const Tensor& x);
/// max(x, 0); the derivative at 0 is 0.
Tensor relu(const Tensor& x);
const Tensor& relu_(const Tensor& x);
/// x within [min, max]; the derivative at either is 1. Throws: ArgumentError when neither is given.
Tensor clamp(const Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max = {});
/// x where x > 0, else negative_slope x.
Tensor leaky_relu(const Tensor& x, Scalar negative_slope = 0.01);
const Tensor& leaky_relu_(const Tensor& x, Scalar negative_slope = 0.01);
/// x where x > 0, else alpha (exp(x) - 1).
Tensor elu(const Tensor& x, Scalar alpha = 1);
/// ELU scaled so that mean and variance keep to 0 and 1. Source: arXiv 1706.02515.
Tensor selu(const Tensor& x);
/// x where x > 0, else alpha (exp(x / alpha) - 1). Throws: ArgumentError when alpha is 0.
Tensor celu(const Tensor& x, Scalar alpha = 1);
/// x Phi(x) with Phi the normal distribution; "tanh" approximates it by
/// Phi(x) = (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2. Source: arXiv 1606.08415.
Tensor gelu(const Tensor& x, const std::string& approximate = "none");
/// x sigmoid(x)
Tensor silu(const Tensor& x);
/// x tanh(softplus(x))
Tensor mish(const Tensor& x);
/// log(1 + exp(beta x)) / beta, or x where beta x > threshold.
Tensor softplus(const Tensor& x, Scalar beta = 1, Scalar threshold = 20);
/// log(sigmoid(x))
Tensor logsigmoid(const Tensor& x);
/// x / (1 + |x|)
Tensor softsign(const Tensor& x);
/// x - tanh(x)
Tensor tanhshrink(const Tensor& x);
/// x within [min, max]; the derivative at either is 0.
Tensor hardtanh(const Tensor& x, Scalar min = -1, Scalar max = 1);
/// hardtanh(x, 0, 6)
Tensor relu6(const Tensor& x);
/// x / 6 + 1/2 within [0, 1]
Tensor hardsigmoid(const Tensor& x);
/// x hardsigmoid(x)
Tensor hardswish(const Tensor& x);
/// x where |x| > lambda, else 0.
Tensor hardshrink(const Tensor& x, Scalar lambda = 0.5);
/// x moved towards 0 by lambda, and no further than 0.
Tensor softshrink(const Tensor& x, Scalar lambda = 0.5);
/// x where x > threshold, else value.
Tensor threshold(const Tensor& x, Scalar threshold, Scalar value);

// --- autograd/ops/softmax.cpp: methods of Tensor ---

inline Tensor softmax(const Tensor& x, int64_t dim) { return x.softmax(dim); }
inline Tensor log_softmax(const Tensor& x, int64_t dim) { return x.log_softmax(dim); }

// --- autograd/ops/dropout.cpp ---

/// y = x * m / (1 - p), m = 0 with probability p, else 1; x itself unless training. The draw comes
/// from the thread's default generator and does not depend on the number of threads or on the
/// memory's layout. Throws: ArgumentError unless p is from 0 to 1. Source: Srivastava et al. 2014;
/// docs/ops/dropout.md.
Tensor dropout(const Tensor& x, double p = 0.5, bool training = true);

}  // namespace reel
