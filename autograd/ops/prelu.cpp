// y = x where x > 0, else a x, the slope a being learned (prelu) or drawn (rrelu)
// dx = dy where x > 0, else a dy; da = x dy where x <= 0, summed to the shape of a

#include <reel/autograd/ops/activations.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/reductions.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>

namespace reel {

namespace {

// The weight as it broadcasts against x.
Tensor check_prelu(const Tensor& x, const Tensor& weight) {
  REEL_CHECK(x.is_floating_point(), "prelu: the input is ", x.dtype(),
             "; it must be float32 or float64.");
  REEL_CHECK(weight.dtype() == x.dtype(), "prelu: the weight is ", weight.dtype(), ", the input ",
             x.dtype(), "; the dtypes must be equal.");
  const int64_t C = x.dim() >= 2 ? x.size(1) : 1;
  REEL_CHECK(weight.dim() <= 1 && (weight.numel() == 1 || weight.numel() == C),
             "prelu: the weight ", weight, " and the input ", x,
             "; the weight must have 1 element or, of channels, ", C, ".");
  if (weight.numel() == 1) return weight.reshape(Shape());
  Shape along = Shape::filled(x.sizes().size(), 1);
  along[1] = C;
  return weight.reshape(along);
}

struct PreluBackward final : NodeOf<PreluBackward> {
  static constexpr const char* kName = "prelu";
  SavedTensor x, weight;

  void backward(BackwardCall& call) override {
    const Tensor& g = call.grad_output();
    const Tensor input = call.unpack(x, "input"), w = call.unpack(weight, "weight");
    const Tensor positive = input > 0;
    if (call.wanted(0)) call.set_grad_input(0, where(positive, g, g * w));
    if (call.wanted(1))
      call.set_grad_input(1, sum_to_size(where(positive, 0, g * input), w.sizes()));
  }
  void release_saved() override {
    x.reset();
    weight.reset();
  }
};

void check_rrelu(const char* op, const Tensor& x, double lower, double upper) {
  REEL_CHECK(lower <= upper, op, ": lower is ", lower, ", upper ", upper,
             "; lower must not be above upper.");
  REEL_CHECK(x.is_floating_point(), op, ": the input is ", x.dtype(),
             "; it must be float32 or float64.");
}

// The slope of each element in training: 1 where x > 0.
Tensor draw_slopes(const Tensor& x, double lower, double upper) {
  const NoGradGuard no_grad;
  return empty_like(x).uniform_(lower, upper).masked_fill(x > 0, 1);
}

}  // namespace

Tensor Tensor::prelu(const Tensor& weight) const { return reel::prelu(*this, weight); }

Tensor prelu(const Tensor& x, const Tensor& weight) {
  const OperationScope scope(PreluBackward::kName);
  const Tensor w = check_prelu(x, weight);
  const Tensor values = x.detach();
  Tensor y = where(values > 0, values, values * w.detach());
  if (auto* node = record<PreluBackward>(y, x, w)) {
    node->x.save(x);
    node->weight.save(w);
  }
  return y;
}

Tensor rrelu(const Tensor& x, Scalar lower, Scalar upper, bool training) {
  const double low = lower.to<double>(), high = upper.to<double>();
  check_rrelu("rrelu", x, low, high);
  return training ? x * draw_slopes(x, low, high) : leaky_relu(x, (low + high) / 2);
}
const Tensor& rrelu_(const Tensor& x, Scalar lower, Scalar upper, bool training) {
  const double low = lower.to<double>(), high = upper.to<double>();
  check_in_place("rrelu_", x);
  check_rrelu("rrelu_", x, low, high);
  return training ? x.mul_(draw_slopes(x, low, high)) : leaky_relu_(x, (low + high) / 2);
}

}  // namespace reel
