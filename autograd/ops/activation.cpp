// y = f(x), dx = dy f'(x): rows of core/kernels/pointwise_table.h that networks apply between
// layers

#include <reel/autograd/ops/activations.h>
#include <reel/autograd/ops/pointwise.h>
#include <reel/core/binary.h>

#include <limits>

namespace reel {

namespace {

using kernels::PointwiseOp;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kSeluAlpha = 1.6732632423543772, kSeluScale = 1.0507009873554805;

struct Bounds {
  double low, high;
};

Bounds check_clamp(const char* op, const std::optional<Scalar>& min,
                   const std::optional<Scalar>& max) {
  REEL_CHECK(min || max, op, ": neither min nor max is given; at least one bound is needed.");
  return {min ? min->to<double>() : -kInfinity, max ? max->to<double>() : kInfinity};
}

double check_celu(const char* op, Scalar alpha) {
  REEL_CHECK(alpha.to<double>() != 0, op, ": alpha is ", alpha,
             "; it divides the input, so it must not be 0.");
  return alpha.to<double>();
}

PointwiseOp check_gelu(const char* op, const std::string& approximate) {
  REEL_CHECK(approximate == "none" || approximate == "tanh", op, ": approximate is '", approximate,
             "'; it must be 'none' or 'tanh'.");
  return approximate == "none" ? PointwiseOp::gelu : PointwiseOp::gelu_tanh;
}

Bounds check_hardtanh(const char* op, Scalar min, Scalar max) {
  REEL_CHECK(min.to<double>() <= max.to<double>(), op, ": min is ", min, ", max ", max,
             "; min must not be above max.");
  return {min.to<double>(), max.to<double>()};
}

double check_lambda(const char* op, Scalar lambda) {
  REEL_CHECK(lambda.to<double>() >= 0, op, ": lambda is ", lambda, "; it must not be negative.");
  return lambda.to<double>();
}

Tensor clamp_integers(const Tensor& x, const std::optional<Scalar>& min,
                      const std::optional<Scalar>& max) {
  // Bounds that the type does not hold bound nothing, or all.
  const auto bound = [&](Scalar v) { return nearest(v, x.dtype()); };
  Tensor y = min ? binary(kernels::BinaryOp::kMaximum, "clamp", x, bound(*min)) : x.clone();
  if (max) binary_into(kernels::BinaryOp::kMinimum, y, bound(*max));
  return y;
}

}  // namespace

Tensor Tensor::tanh() const { return apply_row(PointwiseOp::tanh, *this); }
Tensor Tensor::sigmoid() const { return apply_row(PointwiseOp::sigmoid, *this); }
Tensor Tensor::relu() const {
  return is_floating_point() ? apply_row(PointwiseOp::relu, *this) : clamp(0);
}
Tensor Tensor::clamp(std::optional<Scalar> min, std::optional<Scalar> max) const {
  const Bounds bounds = check_clamp("clamp", min, max);
  const Dtype both = promote(promote(dtype(), min.value_or(false)), max.value_or(false));
  if (reel::is_floating_point(both))
    return apply_row(PointwiseOp::clamp, to(both), bounds.low, bounds.high);
  return clamp_integers(to(both), min, max);
}

const Tensor& Tensor::tanh_() const {
  return apply_row_in_place("tanh_", PointwiseOp::tanh, *this);
}
const Tensor& Tensor::sigmoid_() const {
  return apply_row_in_place("sigmoid_", PointwiseOp::sigmoid, *this);
}
const Tensor& Tensor::relu_() const {
  return is_floating_point() ? apply_row_in_place("relu_", PointwiseOp::relu, *this) : clamp_(0);
}
const Tensor& Tensor::clamp_(std::optional<Scalar> min, std::optional<Scalar> max) const {
  const Bounds bounds = check_clamp("clamp_", min, max);
  if (!is_floating_point()) return copy_(clamp(min, max));
  return apply_row_in_place("clamp_", PointwiseOp::clamp, *this, bounds.low, bounds.high);
}

Tensor tanh(const Tensor& x) { return x.tanh(); }
Tensor sigmoid(const Tensor& x) { return x.sigmoid(); }
Tensor relu(const Tensor& x) { return x.relu(); }
const Tensor& tanh_(const Tensor& x) { return x.tanh_(); }
const Tensor& sigmoid_(const Tensor& x) { return x.sigmoid_(); }
const Tensor& relu_(const Tensor& x) { return x.relu_(); }
Tensor clamp(const Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max) {
  return x.clamp(min, max);
}

Tensor leaky_relu(const Tensor& x, Scalar negative_slope) {
  return apply_row(PointwiseOp::leaky_relu, x, negative_slope.to<double>());
}
Tensor elu(const Tensor& x, Scalar alpha) {
  return apply_row(PointwiseOp::elu, x, alpha.to<double>(), 1);
}
Tensor selu(const Tensor& x) { return apply_row(PointwiseOp::elu, x, kSeluAlpha, kSeluScale); }
Tensor celu(const Tensor& x, Scalar alpha) {
  return apply_row(PointwiseOp::celu, x, check_celu("celu", alpha));
}
Tensor gelu(const Tensor& x, const std::string& approximate) {
  return apply_row(check_gelu("gelu", approximate), x);
}
Tensor silu(const Tensor& x) { return apply_row(PointwiseOp::silu, x); }
Tensor mish(const Tensor& x) { return apply_row(PointwiseOp::mish, x); }
Tensor softplus(const Tensor& x, Scalar beta, Scalar threshold) {
  REEL_CHECK(beta.to<double>() > 0, "softplus: beta is ", beta, "; it must be positive.");
  return apply_row(PointwiseOp::softplus, x, beta.to<double>(), threshold.to<double>());
}
Tensor logsigmoid(const Tensor& x) { return apply_row(PointwiseOp::logsigmoid, x); }
Tensor softsign(const Tensor& x) { return apply_row(PointwiseOp::softsign, x); }
Tensor tanhshrink(const Tensor& x) { return apply_row(PointwiseOp::tanhshrink, x); }
Tensor hardtanh(const Tensor& x, Scalar min, Scalar max) {
  const Bounds bounds = check_hardtanh("hardtanh", min, max);
  return apply_row(PointwiseOp::clamp, x, bounds.low, bounds.high);
}
Tensor relu6(const Tensor& x) { return apply_row(PointwiseOp::clamp, x, 0, 6); }
Tensor hardsigmoid(const Tensor& x) { return apply_row(PointwiseOp::hardsigmoid, x); }
Tensor hardswish(const Tensor& x) { return apply_row(PointwiseOp::hardswish, x); }
Tensor hardshrink(const Tensor& x, Scalar lambda) {
  return apply_row(PointwiseOp::hardshrink, x, check_lambda("hardshrink", lambda));
}
Tensor softshrink(const Tensor& x, Scalar lambda) {
  return apply_row(PointwiseOp::softshrink, x, check_lambda("softshrink", lambda));
}
Tensor threshold(const Tensor& x, Scalar threshold, Scalar value) {
  return apply_row(PointwiseOp::threshold, x, threshold.to<double>(), value.to<double>());
}

const Tensor& leaky_relu_(const Tensor& x, Scalar negative_slope) {
  return apply_row_in_place("leaky_relu_", PointwiseOp::leaky_relu, x, negative_slope.to<double>());
}
const Tensor& elu_(const Tensor& x, Scalar alpha) {
  return apply_row_in_place("elu_", PointwiseOp::elu, x, alpha.to<double>(), 1);
}
const Tensor& selu_(const Tensor& x) {
  return apply_row_in_place("selu_", PointwiseOp::elu, x, kSeluAlpha, kSeluScale);
}
const Tensor& celu_(const Tensor& x, Scalar alpha) {
  return apply_row_in_place("celu_", PointwiseOp::celu, x, check_celu("celu_", alpha));
}
const Tensor& gelu_(const Tensor& x, const std::string& approximate) {
  return apply_row_in_place("gelu_", check_gelu("gelu_", approximate), x);
}
const Tensor& silu_(const Tensor& x) { return apply_row_in_place("silu_", PointwiseOp::silu, x); }
const Tensor& mish_(const Tensor& x) { return apply_row_in_place("mish_", PointwiseOp::mish, x); }
const Tensor& hardtanh_(const Tensor& x, Scalar min, Scalar max) {
  const Bounds bounds = check_hardtanh("hardtanh_", min, max);
  return apply_row_in_place("hardtanh_", PointwiseOp::clamp, x, bounds.low, bounds.high);
}
const Tensor& relu6_(const Tensor& x) {
  return apply_row_in_place("relu6_", PointwiseOp::clamp, x, 0, 6);
}
const Tensor& hardsigmoid_(const Tensor& x) {
  return apply_row_in_place("hardsigmoid_", PointwiseOp::hardsigmoid, x);
}
const Tensor& hardswish_(const Tensor& x) {
  return apply_row_in_place("hardswish_", PointwiseOp::hardswish, x);
}
const Tensor& threshold_(const Tensor& x, Scalar threshold, Scalar value) {
  return apply_row_in_place("threshold_", PointwiseOp::threshold, x, threshold.to<double>(),
                            value.to<double>());
}

}  // namespace reel
