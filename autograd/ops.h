#pragma once
// The table of contents: every operation as a free function, by family, in the order of
// autograd/ops/. Elementwise operations, comparisons, reductions and views are methods of Tensor
// first (core/tensor.h); the functions here are the same under the names that generic code prefers.

#include <reel/autograd/padding.h>
#include <reel/core/tensor.h>

#include <string>
#include <type_traits>

namespace reel {

/// How a loss combines its elements.
enum class Reduction : uint8_t { kNone, kMean, kSum };
inline constexpr Reduction kNone = Reduction::kNone;
inline constexpr Reduction kMean = Reduction::kMean;
inline constexpr Reduction kSum = Reduction::kSum;

// --- autograd/ops/avg_pool.cpp ---

/// y = the sum over a window divided by its size (count_include_pad: the padding counts;
/// divisor_override: by that). An empty stride means the kernel's size; ceil_mode keeps the last,
/// partial window. Shapes: x (N, C, spatial) or (C, spatial). Throws: ArgumentError on impossible
/// sizes. docs/ops/avg_pool.md.
Tensor avg_pool1d(const Tensor& x, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, bool ceil_mode = false, bool count_include_pad = true);
Tensor avg_pool2d(const Tensor& x, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, bool ceil_mode = false, bool count_include_pad = true,
                  std::optional<int64_t> divisor_override = {});
Tensor avg_pool3d(const Tensor& x, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, bool ceil_mode = false, bool count_include_pad = true,
                  std::optional<int64_t> divisor_override = {});

/// In an adaptive output size: as large as the input.
inline constexpr int64_t kKeepSize = -1;

/// y_o = the mean over inputs floor(o in / out) to ceil((o + 1) in / out): any input size to a
/// given one. Shapes: x (N, C, spatial) or (C, spatial) to output_size. Throws: ArgumentError on
/// impossible sizes.
Tensor adaptive_avg_pool1d(const Tensor& x, IntArrayRef output_size);
Tensor adaptive_avg_pool2d(const Tensor& x, IntArrayRef output_size);
Tensor adaptive_avg_pool3d(const Tensor& x, IntArrayRef output_size);

// --- autograd/ops/batch_norm.cpp ---

/// y = (x - mean) / sqrt(var + eps) * weight + bias a channel: in training by the batch's
/// statistics (biased variance), else by the running ones. Training also updates running = (1 -
/// momentum) * running + momentum * batch (unbiased variance), where given. Shapes: x (N, C) or (N,
/// C, spatial...), the others (C) or undefined. Throws: ArgumentError on mismatches and on one
/// value per channel in training. Source: Ioffe, Szegedy 2015, arXiv 1502.03167;
/// docs/ops/batch_norm.md.
Tensor batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias,
                  const Tensor& running_mean, const Tensor& running_var, bool training,
                  double momentum = 0.1, double eps = 1e-5);

// --- autograd/ops/cross_entropy.cpp ---

/// Minus the log of the softmax of x at the target class; rows with ignore_index count for nothing,
/// kMean divides by the weight of those that count (NaN when none does). Shapes: x (N, C, ...) or
/// (C), target (N, ...) or () of int64, or probabilities shaped like x; weight (C) or undefined.
/// Throws: ArgumentError on mismatches and on a target that is no class. docs/ops/cross_entropy.md.
Tensor cross_entropy(const Tensor& x, const Tensor& target, const Tensor& weight = {},
                     Reduction reduction = kMean, int64_t ignore_index = -100,
                     double label_smoothing = 0);

/// The same of log probabilities: -weight[t] * x[t] a row.
Tensor nll_loss(const Tensor& x, const Tensor& target, const Tensor& weight = {},
                Reduction reduction = kMean, int64_t ignore_index = -100);
// --- autograd/ops/conv.cpp ---

/// y[n, k, o] = bias[k] + sum over c, t of weight[k, c, t] * x[n, c, o * stride + t * dilation -
/// padding], zeros beyond the border. Padding: numbers, kSame ("same") or kValid ("valid"). Shapes:
/// x (N, C, spatial) or (C, spatial), weight (K, C / groups, spatial), bias (K) or undefined.
/// Throws: ArgumentError on mismatches, and when the kernel does not fit. docs/ops/conv.md.
Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              ExpandingArray<1> stride = 1, ConvPadding<1> padding = 0,
              ExpandingArray<1> dilation = 1, int64_t groups = 1);
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              ExpandingArray<2> stride = 1, ConvPadding<2> padding = 0,
              ExpandingArray<2> dilation = 1, int64_t groups = 1);
Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              ExpandingArray<3> stride = 1, ConvPadding<3> padding = 0,
              ExpandingArray<3> dilation = 1, int64_t groups = 1);

/// Which algorithm computes each direction of such a convolution, and why the others decline, a
/// line each. core/winograd.h has a switch.
std::string explain_conv1d(const Tensor& x, const Tensor& weight, ExpandingArray<1> stride = 1,
                           ConvPadding<1> padding = 0, ExpandingArray<1> dilation = 1,
                           int64_t groups = 1);
std::string explain_conv2d(const Tensor& x, const Tensor& weight, ExpandingArray<2> stride = 1,
                           ConvPadding<2> padding = 0, ExpandingArray<2> dilation = 1,
                           int64_t groups = 1);
std::string explain_conv3d(const Tensor& x, const Tensor& weight, ExpandingArray<3> stride = 1,
                           ConvPadding<3> padding = 0, ExpandingArray<3> dilation = 1,
                           int64_t groups = 1);

// --- autograd/ops/dropout.cpp ---

/// y = x * m / (1 - p), m = 0 with probability p, else 1; x itself unless training. The draw comes
/// from the thread's default generator and does not depend on the number of threads or on the
/// memory's layout. Throws: ArgumentError unless p is from 0 to 1. Source: Srivastava et al. 2014;
/// docs/ops/dropout.md.
Tensor dropout(const Tensor& x, double p = 0.5, bool training = true);

// --- autograd/ops/elementwise_loss.cpp ---

/// (x - t)^2. Shapes: x and target alike; nothing broadcasts. Throws: ArgumentError on mismatches.
Tensor mse_loss(const Tensor& x, const Tensor& target, Reduction reduction = kMean);

/// |x - t|
Tensor l1_loss(const Tensor& x, const Tensor& target, Reduction reduction = kMean);

/// (x - t)^2 / (2 beta) where |x - t| < beta, else |x - t| - beta / 2.
Tensor smooth_l1_loss(const Tensor& x, const Tensor& target, Reduction reduction = kMean,
                      double beta = 1);

/// (x - t)^2 / 2 where |x - t| <= delta, else delta (|x - t| - delta / 2).
Tensor huber_loss(const Tensor& x, const Tensor& target, Reduction reduction = kMean,
                  double delta = 1);

/// -weight (pos_weight t log s + (1 - t) log(1 - s)) with s = sigmoid(x), for any x without
/// overflow. Shapes: x and target alike; weight and pos_weight broadcast to them, or undefined.
/// Throws: ArgumentError on mismatches. docs/ops/elementwise_loss.md.
Tensor binary_cross_entropy_with_logits(const Tensor& x, const Tensor& target,
                                        const Tensor& weight = {}, const Tensor& pos_weight = {},
                                        Reduction reduction = kMean);

// --- autograd/ops/group_norm.cpp ---

/// y = (x - E[x]) / sqrt(Var[x] + eps) * weight + bias, moments over a sample's group of C /
/// num_groups channels with all their pixels, biased variance. Shapes: x (N, C) or (N, C,
/// spatial...), weight and bias (C) or undefined. Throws: ArgumentError unless num_groups divides
/// C, and on mismatches. Source: Wu, He 2018, arXiv 1803.08494; docs/ops/group_norm.md.
Tensor group_norm(const Tensor& x, int64_t num_groups, const Tensor& weight = {},
                  const Tensor& bias = {}, double eps = 1e-5);

// --- autograd/ops/arithmetic.cpp ---

/// a + alpha b, a - alpha b, a b, a / b, as the operators; with broadcasting.
Tensor add(const Tensor& a, const Tensor& b, Scalar alpha = 1);
Tensor sub(const Tensor& a, const Tensor& b, Scalar alpha = 1);
Tensor mul(const Tensor& a, const Tensor& b);
Tensor div(const Tensor& a, const Tensor& b);

// --- autograd/ops/pointwise.cpp ---

Tensor neg(const Tensor& x);
Tensor exp(const Tensor& x);
Tensor log(const Tensor& x);
Tensor log1p(const Tensor& x);
Tensor expm1(const Tensor& x);
Tensor sqrt(const Tensor& x);
/// 1 / sqrt(x)
Tensor rsqrt(const Tensor& x);
Tensor square(const Tensor& x);
Tensor reciprocal(const Tensor& x);
Tensor abs(const Tensor& x);
/// -1, 0 or 1; 0 of NaN.
Tensor sign(const Tensor& x);
Tensor floor(const Tensor& x);
Tensor sin(const Tensor& x);
Tensor cos(const Tensor& x);
/// 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.
Tensor erf(const Tensor& x);
Tensor pow(const Tensor& x, Scalar exponent);

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

// --- autograd/ops/power.cpp, extremum.cpp ---

Tensor pow(const Tensor& x, const Tensor& exponent);
/// The larger of a and b, NaN if either is; of equals each takes half the gradient.
Tensor maximum(const Tensor& a, const Tensor& b);
/// The smaller, in the same way.
Tensor minimum(const Tensor& a, const Tensor& b);

// --- autograd/ops/where.cpp ---

/// a where the condition holds, else b; all three broadcast.
/// Throws: ArgumentError unless the condition is bool.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);
Tensor where(const Tensor& condition, const Tensor& a, Scalar b);
Tensor where(const Tensor& condition, Scalar a, const Tensor& b);
Tensor where(const Tensor& condition, Scalar a, Scalar b);

// --- autograd/ops/compare.cpp: bool, never on the tape ---

Tensor eq(const Tensor& a, const Tensor& b);
Tensor ne(const Tensor& a, const Tensor& b);
Tensor lt(const Tensor& a, const Tensor& b);
Tensor le(const Tensor& a, const Tensor& b);
Tensor gt(const Tensor& a, const Tensor& b);
Tensor ge(const Tensor& a, const Tensor& b);
Tensor isfinite(const Tensor& x);
Tensor isnan(const Tensor& x);
Tensor isinf(const Tensor& x);
/// Whether shapes and all values agree.
bool equal(const Tensor& a, const Tensor& b);
/// Whether |a - b| <= atol + rtol |b| everywhere.
bool allclose(const Tensor& a, const Tensor& b, double rtol = 1e-5, double atol = 1e-8,
              bool equal_nan = false);

// --- autograd/ops/sum_to_size.cpp ---

/// The adjoint of broadcasting: x summed over the dimensions that stretch `sizes` to the shape of
/// x. Throws: ArgumentError when `sizes` does not broadcast to it.
Tensor sum_to_size(const Tensor& x, IntArrayRef sizes);

// --- autograd/ops/cat.cpp ---

/// The tensors side by side along an existing dimension; the result has their common dtype. Shapes:
/// equal but for that dimension; those of shape [0] are left out. Throws: ArgumentError when they
/// are not, or there are none.
Tensor cat(const TensorList& tensors, int64_t dim = 0);
/// The tensors side by side along a new dimension. Shapes: equal.
Tensor stack(const TensorList& tensors, int64_t dim = 0);

// --- autograd/ops/layer_norm.cpp ---

/// y = (x - E[x]) / sqrt(Var[x] + eps) * weight + bias, moments over the last dimensions, biased
/// variance. Shapes: x (..., normalized_shape), weight and bias (normalized_shape) or undefined, y
/// as x. Throws: ArgumentError when x does not end in normalized_shape, or shapes or dtypes
/// disagree. Source: Ba, Kiros, Hinton 2016, arXiv 1607.06450; docs/ops/layer_norm.md.
Tensor layer_norm(const Tensor& x, IntArrayRef normalized_shape, const Tensor& weight = {},
                  const Tensor& bias = {}, double eps = 1e-5);

// --- autograd/ops/linear.cpp ---

/// y = x weight^T + bias over the last dimension. Shapes: x (..., in), weight (out, in), bias (out)
/// or undefined, y (..., out). Throws: ArgumentError on mismatches. docs/ops/linear.md.
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {});

// --- autograd/ops/logsumexp.cpp ---

/// log(sum(exp(x))) over `dims` (none: all), without overflow.
Tensor logsumexp(const Tensor& x, IntArrayRef dims, bool keepdim = false);

// --- autograd/ops/matmul.cpp ---

/// The matrix product over the last two dimensions; those before broadcast. A vector on the left is
/// a row, on the right a column, and its dimension goes from the result. docs/ops/matmul.md.
/// Shapes: a (..., M, K), b (..., K, N), result (..., M, N). Throws: ArgumentError on mismatches.
Tensor matmul(const Tensor& a, const Tensor& b);
/// Of two matrices only.
Tensor mm(const Tensor& a, const Tensor& b);
/// Of two equally long stacks of matrices.
Tensor bmm(const Tensor& a, const Tensor& b);
/// Of two vectors.
Tensor dot(const Tensor& a, const Tensor& b);
/// beta * c + alpha * (a b), c broadcasting; with beta = 0 c is not read.
Tensor addmm(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta = 1, Scalar alpha = 1);

// --- autograd/ops/max.cpp: more methods of Tensor ---

/// The largest and the smallest element over `dims` (none: all); equals share the gradient. NaN
/// wins. Throws: ArgumentError when there is no element to choose from. docs/ops/max.md.
Tensor amax(const Tensor& x, IntArrayRef dims = {}, bool keepdim = false);
Tensor amin(const Tensor& x, IntArrayRef dims = {}, bool keepdim = false);
inline Tensor max(const Tensor& x) { return x.max(); }
inline Tensor min(const Tensor& x) { return x.min(); }
inline std::tuple<Tensor, Tensor> max(const Tensor& x, int64_t dim, bool keepdim = false) {
  return x.max(dim, keepdim);
}
inline std::tuple<Tensor, Tensor> min(const Tensor& x, int64_t dim, bool keepdim = false) {
  return x.min(dim, keepdim);
}
inline Tensor argmax(const Tensor& x, std::optional<int64_t> dim = {}, bool keepdim = false) {
  return x.argmax(dim, keepdim);
}
inline Tensor argmin(const Tensor& x, std::optional<int64_t> dim = {}, bool keepdim = false) {
  return x.argmin(dim, keepdim);
}
inline Tensor all(const Tensor& x) { return x.all(); }
inline Tensor any(const Tensor& x) { return x.any(); }

// --- autograd/ops/max_pool.cpp ---

/// y = the maximum over a window; padding never wins, of equal values the first does, NaN wins over
/// all. An empty stride means the kernel's size; ceil_mode keeps the last, partial window. Shapes:
/// x (N, C, spatial) or (C, spatial). Throws: ArgumentError on impossible sizes.
/// docs/ops/max_pool.md.
Tensor max_pool1d(const Tensor& x, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, IntArrayRef dilation = 1, bool ceil_mode = false);
Tensor max_pool2d(const Tensor& x, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, IntArrayRef dilation = 1, bool ceil_mode = false);
Tensor max_pool3d(const Tensor& x, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, IntArrayRef dilation = 1, bool ceil_mode = false);

// --- autograd/ops/softmax.cpp: methods of Tensor ---

inline Tensor softmax(const Tensor& x, int64_t dim) { return x.softmax(dim); }
inline Tensor log_softmax(const Tensor& x, int64_t dim) { return x.log_softmax(dim); }

// --- autograd/ops/sum.cpp: methods of Tensor ---

inline Tensor sum(const Tensor& x) { return x.sum(); }
inline Tensor sum(const Tensor& x, IntArrayRef dims, bool keepdim = false) {
  return x.sum(dims, keepdim);
}
inline Tensor mean(const Tensor& x) { return x.mean(); }
inline Tensor mean(const Tensor& x, IntArrayRef dims, bool keepdim = false) {
  return x.mean(dims, keepdim);
}

// --- autograd/ops/var.cpp: methods of Tensor ---

inline Tensor var(const Tensor& x) { return x.var(); }
template <class B, class = std::enable_if_t<std::is_same_v<B, bool>>>
Tensor var(const Tensor& x, B unbiased) {
  return x.var(unbiased);
}
inline Tensor var(const Tensor& x, IntArrayRef dims, bool unbiased = true, bool keepdim = false) {
  return x.var(dims, unbiased, keepdim);
}
inline Tensor std(const Tensor& x) { return x.std(); }
template <class B, class = std::enable_if_t<std::is_same_v<B, bool>>>
Tensor std(const Tensor& x, B unbiased) {
  return x.std(unbiased);
}
inline Tensor std(const Tensor& x, IntArrayRef dims, bool unbiased = true, bool keepdim = false) {
  return x.std(dims, unbiased, keepdim);
}

// --- autograd/ops/vector_norm.cpp ---

/// sqrt(sum(x^2)) over `dims` (none: all); the gradient where it is 0 is 0.
Tensor vector_norm(const Tensor& x, IntArrayRef dims = {}, bool keepdim = false);
inline Tensor norm(const Tensor& x) { return x.norm(); }
// --- autograd/ops/pad.cpp ---

/// x with pads[0] elements before and pads[1] after its last dimension, pads[2] and pads[3] around
/// the one before it, and so on; negative ones crop. `value` is what kConstant fills in. Shapes: x
/// of any dimensions for kConstant, (N, C, spatial) or (C, spatial) with all spatial ones padded
/// for the others. Throws: ArgumentError unless kReflect pads by less than a size, kCircular by no
/// more.
Tensor pad(const Tensor& x, IntArrayRef pads, PaddingMode mode = kConstant, Scalar value = 0);

// --- autograd/ops/view.cpp: methods of Tensor ---

inline Tensor reshape(const Tensor& x, IntArrayRef sizes) { return x.reshape(sizes); }
inline Tensor flatten(const Tensor& x, int64_t start_dim = 0, int64_t end_dim = -1) {
  return x.flatten(start_dim, end_dim);
}
inline Tensor transpose(const Tensor& x, int64_t dim0, int64_t dim1) {
  return x.transpose(dim0, dim1);
}
inline Tensor permute(const Tensor& x, IntArrayRef dims) { return x.permute(dims); }
inline Tensor squeeze(const Tensor& x) { return x.squeeze(); }
inline Tensor squeeze(const Tensor& x, int64_t dim) { return x.squeeze(dim); }
inline Tensor unsqueeze(const Tensor& x, int64_t dim) { return x.unsqueeze(dim); }

// --- autograd/ops/slice.cpp: methods of Tensor ---

inline Tensor select(const Tensor& x, int64_t dim, int64_t index) { return x.select(dim, index); }
inline Tensor narrow(const Tensor& x, int64_t dim, int64_t start, int64_t length) {
  return x.narrow(dim, start, length);
}

// --- autograd/ops/as_strided.cpp: a method of Tensor ---

inline Tensor as_strided(const Tensor& x, IntArrayRef sizes, IntArrayRef strides,
                         std::optional<int64_t> offset = {}) {
  return x.as_strided(sizes, strides, offset);
}

}  // namespace reel
