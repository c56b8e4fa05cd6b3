// x = random numbers, in place. What x was before does not reach them, so its gradient is zero;
// docs/ops/random.md has the distributions.

#include <reel/autograd/ops.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/distributions.h>
#include <reel/core/layout.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace reel {

namespace {

struct RandomBackward final : NodeOf<RandomBackward> {
  static constexpr const char* kName = "random";

  void backward(BackwardCall& call) override {
    call.set_grad_input(0, zeros_like(call.grad_output()));
  }
  void release_saved() override {}
};

}  // namespace

const Tensor& Tensor::uniform_(double from, double to) const {
  return uniform_(from, to, default_generator());
}
const Tensor& Tensor::uniform_(double from, double to, Generator& generator) const {
  const OperationScope scope("uniform_");
  check_in_place("uniform_", *this);
  fill_uniform("uniform_", *this, generator, from, to);
  record_in_place<RandomBackward>(*this);
  return *this;
}

const Tensor& Tensor::normal_(double mean, double std) const {
  return normal_(mean, std, default_generator());
}
const Tensor& Tensor::normal_(double mean, double std, Generator& generator) const {
  const OperationScope scope("normal_");
  check_in_place("normal_", *this);
  fill_normal("normal_", *this, generator, mean, std);
  record_in_place<RandomBackward>(*this);
  return *this;
}

Tensor normal(const Tensor& mean, double std) { return normal(mean, full({}, std, mean.dtype())); }
Tensor normal(double mean, const Tensor& std) { return normal(full({}, mean, std.dtype()), std); }
Tensor normal(const Tensor& mean, const Tensor& std) {
  return normal(mean, std, default_generator());
}
Tensor normal(const Tensor& mean, const Tensor& std, Generator& generator) {
  REEL_CHECK(mean.is_floating_point() && mean.dtype() == std.dtype(), "normal: the mean is ",
             mean.dtype(), ", the standard deviation ", std.dtype(),
             "; they must be of one dtype, float32 or float64.");
  const NoGradGuard no_grad;
  REEL_CHECK(std.ge(0).all().item<bool>(),
             "normal: a standard deviation is negative; none may be.");
  const Shape sizes = broadcast_shapes("normal", mean.sizes(), std.sizes());
  return mean + randn(sizes, generator, mean.dtype()) * std;
}

const Tensor& Tensor::bernoulli_(double p) const {
  const OperationScope scope("bernoulli_");
  check_in_place("bernoulli_", *this);
  fill_bernoulli("bernoulli_", *this, default_generator(), p);
  record_in_place<RandomBackward>(*this);
  return *this;
}

const Tensor& Tensor::exponential_(double lambda) const {
  const OperationScope scope("exponential_");
  check_in_place("exponential_", *this);
  REEL_CHECK(lambda > 0, "exponential_: lambda is ", lambda, "; it must be positive.");
  const Tensor u = empty_like(*this);
  fill_uniform("exponential_", u, default_generator(), 0, 1);
  copy_values((-u).log1p() * (-1 / lambda), *this);
  record_in_place<RandomBackward>(*this);
  return *this;
}

const Tensor& Tensor::log_normal_(double mean, double std) const {
  const OperationScope scope("log_normal_");
  check_in_place("log_normal_", *this);
  const Tensor normal = empty_like(*this);
  fill_normal("log_normal_", normal, default_generator(), mean, std);
  copy_values(normal.exp(), *this);
  record_in_place<RandomBackward>(*this);
  return *this;
}

const Tensor& Tensor::random_() const {
  switch (dtype()) {
    case Dtype::kBool:
      return random_(0, 2);
    case Dtype::kUInt8:
      return random_(0, int64_t{UINT8_MAX} + 1);
    case Dtype::kInt8:
      return random_(0, int64_t{INT8_MAX} + 1);
    case Dtype::kInt16:
      return random_(0, int64_t{INT16_MAX} + 1);
    case Dtype::kInt32:
      return random_(0, int64_t{INT32_MAX} + 1);
    case Dtype::kInt64:
      return random_(0, INT64_MAX);
    case Dtype::kFloat32:
      return random_(0, (int64_t{1} << 24) + 1);
    default:
      return random_(0, (int64_t{1} << 53) + 1);
  }
}

Tensor bernoulli(const Tensor& x, Generator& generator) {
  REEL_CHECK(x.is_floating_point(), "bernoulli: the probabilities are ", x.dtype(),
             "; they must be float32 or float64.");
  const NoGradGuard no_grad;
  REEL_CHECK(x.ge(0).logical_and(x.le(1)).all().item<bool>(),
             "bernoulli: a probability is outside [0, 1]; none may be.");
  return rand_like(x.detach(), generator).lt(x).to(x.dtype());
}
Tensor bernoulli(const Tensor& x, double p, Generator& generator) {
  const Tensor y = empty_like(x);
  fill_bernoulli("bernoulli", y, generator, p);
  return y;
}
Tensor Tensor::bernoulli() const { return reel::bernoulli(*this, default_generator()); }
Tensor Tensor::bernoulli(double p) const { return reel::bernoulli(*this, p, default_generator()); }
Tensor bernoulli(const Tensor& x) { return x.bernoulli(); }
Tensor bernoulli(const Tensor& x, double p) { return x.bernoulli(p); }

namespace {

void check_weights(const std::vector<double>& weights, int64_t num_samples, bool replacement) {
  double sum = 0;
  int64_t possible = 0;
  for (double w : weights) {
    REEL_CHECK(w >= 0 && std::isfinite(w), "multinomial: a weight is ", w,
               "; all must be finite and not negative.");
    sum += w;
    possible += w > 0;
  }
  REEL_CHECK(sum > 0, "multinomial: all weights of a row are 0; one must be positive.");
  REEL_CHECK(replacement || num_samples <= possible, "multinomial: ", num_samples,
             " samples without replacement of ", possible,
             " positive weights; there can not be more.");
}

// Without replacement: the first to arrive when each waits for an exponential time of its rate.
void draw(const std::vector<double>& weights, bool replacement, int64_t count, Generator& generator,
          int64_t* out) {
  const auto uniform = [&] {
    return (static_cast<double>(generator.next64() >> 11) + 0.5) * 0x1p-53;
  };
  std::vector<double> key(weights.size());
  if (replacement) {
    std::partial_sum(weights.begin(), weights.end(), key.begin());
    for (int64_t i = 0; i < count; ++i)
      out[i] = std::upper_bound(key.begin(), key.end(), uniform() * key.back()) - key.begin();
    return;
  }
  for (size_t i = 0; i < key.size(); ++i)
    key[i] = weights[i] > 0 ? -std::log(uniform()) / weights[i] : HUGE_VAL;
  std::vector<int64_t> order(key.size());
  std::iota(order.begin(), order.end(), 0);
  std::partial_sort(order.begin(), order.begin() + count, order.end(), [&](int64_t i, int64_t j) {
    return key[static_cast<size_t>(i)] < key[static_cast<size_t>(j)];
  });
  std::copy_n(order.begin(), count, out);
}

}  // namespace

Tensor multinomial(const Tensor& x, int64_t num_samples, bool replacement, Generator& generator) {
  REEL_CHECK(x.dim() == 1 || x.dim() == 2, "multinomial: the weights ", x, " have ", x.dim(),
             " dimensions; they must have 1 or 2.");
  REEL_CHECK(num_samples > 0, "multinomial: ", num_samples, " samples; there must be 1 or more.");
  const std::vector<double> all = x.to_vector();
  const int64_t rows = x.dim() == 2 ? x.size(0) : 1, n = x.size(-1);
  Shape shape = x.sizes();
  shape[shape.size() - 1] = num_samples;
  Tensor y = empty(shape, kInt64);
  auto* out = y.data_ptr<int64_t>();
  for (int64_t r = 0; r < rows; ++r) {
    const std::vector<double> weights(all.begin() + r * n, all.begin() + (r + 1) * n);
    check_weights(weights, num_samples, replacement);
    draw(weights, replacement, num_samples, generator, out + r * num_samples);
  }
  return y;
}
Tensor Tensor::multinomial(int64_t num_samples, bool replacement) const {
  return reel::multinomial(*this, num_samples, replacement, default_generator());
}
Tensor multinomial(const Tensor& x, int64_t num_samples, bool replacement) {
  return x.multinomial(num_samples, replacement);
}

const Tensor& Tensor::random_(int64_t from, int64_t to) const {
  const OperationScope scope("random_");
  check_in_place("random_", *this);
  fill_integers("random_", *this, default_generator(), from, to);
  record_in_place<RandomBackward>(*this);
  return *this;
}

}  // namespace reel
