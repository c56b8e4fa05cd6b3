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
/// x within [min, max]; the derivative at either is 0. Throws: ArgumentError when neither is given.
Tensor clamp(const Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max = {});
/// x where x > 0, else negative_slope x.
Tensor leaky_relu(const Tensor& x, Scalar negative_slope = 0.01);
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
inline Tensor log_sigmoid(const Tensor& x) { return logsigmoid(x); }
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

// The same, written over x.
const Tensor& leaky_relu_(const Tensor& x, Scalar negative_slope = 0.01);
const Tensor& elu_(const Tensor& x, Scalar alpha = 1);
const Tensor& selu_(const Tensor& x);
const Tensor& celu_(const Tensor& x, Scalar alpha = 1);
const Tensor& gelu_(const Tensor& x, const std::string& approximate = "none");
const Tensor& silu_(const Tensor& x);
const Tensor& mish_(const Tensor& x);
const Tensor& hardtanh_(const Tensor& x, Scalar min = -1, Scalar max = 1);
const Tensor& relu6_(const Tensor& x);
const Tensor& hardsigmoid_(const Tensor& x);
const Tensor& hardswish_(const Tensor& x);
const Tensor& threshold_(const Tensor& x, Scalar threshold, Scalar value);

// --- autograd/ops/prelu.cpp ---

/// x where x > 0, else weight x. Shapes: weight of one element, or (C) for x (N, C, ...).
/// Throws: ArgumentError when weight has another shape or dtype. Source: arXiv 1502.01852.
Tensor prelu(const Tensor& x, const Tensor& weight);
/// x where x > 0, else slope x; the slope is drawn for each element from [lower, upper) in training
/// and is their mean else. Throws: ArgumentError unless lower <= upper. Source: arXiv 1505.00853.
Tensor rrelu(const Tensor& x, Scalar lower = 1.0 / 8, Scalar upper = 1.0 / 3,
             bool training = false);
const Tensor& rrelu_(const Tensor& x, Scalar lower = 1.0 / 8, Scalar upper = 1.0 / 3,
                     bool training = false);

// --- autograd/ops/glu.cpp ---

/// a sigmoid(b), a and b being the halves of x along dim. Throws: ArgumentError when the size there
/// is odd. Source: arXiv 1612.08083.
Tensor glu(const Tensor& x, int64_t dim = -1);

// --- autograd/ops/softmax.cpp: methods of Tensor ---

inline Tensor softmax(const Tensor& x, int64_t dim) { return x.softmax(dim); }
inline Tensor log_softmax(const Tensor& x, int64_t dim) { return x.log_softmax(dim); }
/// The softmax of -x.
Tensor softmin(const Tensor& x, int64_t dim);

// --- autograd/ops/gumbel_softmax.cpp ---

/// softmax((x + g) / tau) with g from the Gumbel distribution: a sample of the categories with the
/// logits x, differentiable by x. With `hard` it is one-hot, the gradient staying that of the soft
/// sample. Throws: ArgumentError unless tau > 0. Source: arXiv 1611.01144.
Tensor gumbel_softmax(const Tensor& x, double tau = 1, bool hard = false, int64_t dim = -1);

// --- autograd/ops/dropout.cpp; docs/ops/dropout.md ---

/// y = x * m / (1 - p), m = 0 with probability p, else 1; x itself unless training. The draw comes
/// from the thread's default generator and does not depend on the number of threads or on the
/// memory's layout. Throws: ArgumentError unless p is from 0 to 1. Source: Srivastava et al. 2014.
Tensor dropout(const Tensor& x, double p = 0.5, bool training = true);
/// The same with one m for each channel of x (N, C, ...). Source: arXiv 1411.4280.
Tensor feature_dropout(const Tensor& x, double p = 0.5, bool training = true);
/// Puts the limit of selu for -inf in place of what is dropped, then restores mean 0 and variance
/// 1. Source: arXiv 1706.02515.
Tensor alpha_dropout(const Tensor& x, double p = 0.5, bool training = true);
/// The same with one draw for each channel of x (N, C, ...).
Tensor feature_alpha_dropout(const Tensor& x, double p = 0.5, bool training = true);

// The same, written over x.
const Tensor& dropout_(const Tensor& x, double p = 0.5, bool training = true);
const Tensor& feature_dropout_(const Tensor& x, double p = 0.5, bool training = true);
const Tensor& alpha_dropout_(const Tensor& x, double p = 0.5, bool training = true);
const Tensor& feature_alpha_dropout_(const Tensor& x, double p = 0.5, bool training = true);

}  // namespace reel
