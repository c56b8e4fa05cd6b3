// x = random numbers, in place. What x was before does not reach them, so its gradient is zero;
// docs/ops/random.md has the distributions.

#include <reel/autograd/ops.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/distributions.h>

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
  check_in_place("uniform_", *this);
  fill_uniform("uniform_", *this, default_generator(), from, to);
  record_in_place<RandomBackward>(*this);
  return *this;
}

const Tensor& Tensor::normal_(double mean, double std) const {
  check_in_place("normal_", *this);
  fill_normal("normal_", *this, default_generator(), mean, std);
  record_in_place<RandomBackward>(*this);
  return *this;
}

const Tensor& Tensor::bernoulli_(double p) const {
  check_in_place("bernoulli_", *this);
  fill_bernoulli("bernoulli_", *this, default_generator(), p);
  record_in_place<RandomBackward>(*this);
  return *this;
}

const Tensor& Tensor::random_(int64_t from, int64_t to) const {
  check_in_place("random_", *this);
  fill_integers("random_", *this, default_generator(), from, to);
  record_in_place<RandomBackward>(*this);
  return *this;
}

}  // namespace reel
