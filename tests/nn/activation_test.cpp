#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/autograd/engine.h>
#include <reel/autograd/ops/reductions.h>
#include <reel/core/creation.h>
#include <reel/core/random.h>
#include <reel/nn/activation.h>
#include <reel/nn/check_module.h>
#include <reel/nn/functional/activation.h>

using namespace reel;
using namespace reel::tests;
namespace F = reel::nn::functional;

namespace {

bool same(const Tensor& a, const Tensor& b) { return a.to_vector() == b.to_vector(); }

}  // namespace

TEST_CASE("activations without options as modules and functions", "[nn]") {
  const Tensor x = uniform({3, 4}, 1, -4, 4);
  CHECK(same(nn::Sigmoid()(x), sigmoid(x)));
  CHECK(same(nn::Tanh()(x), tanh(x)));
  CHECK(same(nn::SiLU()(x), F::silu(x)));
  CHECK(same(nn::Mish()(x), F::mish(x)));
  CHECK(same(nn::LogSigmoid()(x), F::logsigmoid(x)));
  CHECK(same(nn::Softsign()(x), F::softsign(x)));
  CHECK(same(nn::Tanhshrink()(x), F::tanhshrink(x)));
  CHECK(same(nn::Hardsigmoid()(x), F::hardsigmoid(x)));
  CHECK(same(nn::Hardswish()(x), F::hardswish(x)));
  const Tensor image = uniform({2, 3, 4, 5}, 2);
  CHECK(same(nn::Softmax2d()(image), image.softmax(1)));
  CHECK(same(nn::Softmax2d()(image[0]), image[0].softmax(0)));
}

TEST_CASE("activations with options as modules and functions", "[nn]") {
  const Tensor x = uniform({3, 4}, 1, -4, 4);
  CHECK(same(nn::ReLU()(x), relu(x)));
  CHECK(same(F::relu(x), relu(x)));
  CHECK(same(nn::ReLU6()(x * 3), relu6(x * 3)));
  CHECK(same(F::relu6(x * 3), relu6(x * 3)));
  CHECK(same(nn::SELU()(x), selu(x)));
  CHECK(same(F::selu(x), selu(x)));
  CHECK(same(nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(0.2))(x), leaky_relu(x, 0.2)));
  CHECK(same(F::leaky_relu(x), leaky_relu(x)));
  CHECK(same(nn::ELU(nn::ELUOptions().alpha(0.4))(x), elu(x, 0.4)));
  CHECK(same(F::elu(x), elu(x)));
  CHECK(same(nn::CELU(nn::CELUOptions().alpha(0.4))(x), celu(x, 0.4)));
  CHECK(same(F::celu(x), celu(x)));
  CHECK(same(nn::GELU()(x), gelu(x)));
  CHECK(same(nn::GELU(nn::GELUOptions().approximate("tanh"))(x), gelu(x, "tanh")));
  CHECK(same(F::gelu(x), gelu(x)));
  CHECK(same(nn::Softplus(nn::SoftplusOptions().beta(2).threshold(3))(x), softplus(x, 2, 3)));
  CHECK(same(F::softplus(x), softplus(x)));
  CHECK(same(nn::Hardshrink(0.7)(x), hardshrink(x, 0.7)));
  CHECK(same(F::hardshrink(x), hardshrink(x)));
  CHECK(same(nn::Softshrink(0.7)(x), softshrink(x, 0.7)));
  CHECK(same(F::softshrink(x, 0.7), softshrink(x, 0.7)));
  CHECK(
      same(nn::Hardtanh(nn::HardtanhOptions().min_val(-0.5).max_val(2))(x), hardtanh(x, -0.5, 2)));
  CHECK(same(F::hardtanh(x), hardtanh(x)));
  CHECK(same(nn::Threshold(0.1, 20)(x), threshold(x, 0.1, 20)));
  CHECK(same(F::threshold(x, F::ThresholdFuncOptions(0.1, 20)), threshold(x, 0.1, 20)));
  CHECK(same(nn::GLU()(x), glu(x)));
  CHECK(same(F::glu(x), glu(x)));
  CHECK(same(nn::GLU(1)(x), glu(x, 1)));
  CHECK(same(nn::Softmax(1)(x), x.softmax(1)));
  CHECK(same(nn::Softmin(1)(x), softmin(x, 1)));
  CHECK(same(nn::LogSoftmax(0)(x), x.log_softmax(0)));
  CHECK(same(F::softmax(x, 0), x.softmax(0)));
  CHECK(same(F::softmin(x, 0), softmin(x, 0)));
  CHECK(same(F::log_softmax(x, F::LogSoftmaxFuncOptions(-1)), x.log_softmax(1)));
  CHECK(same(F::rrelu(x), rrelu(x)));
  CHECK(same(F::normalize(x, F::NormalizeFuncOptions().p(1).dim(0)), normalize(x, 1, 0)));
  manual_seed(1);
  const Tensor sample = gumbel_softmax(x, 0.5, true, 0);
  manual_seed(1);
  CHECK(
      same(F::gumbel_softmax(x, F::GumbelSoftmaxFuncOptions().tau(0.5).hard(true).dim(0)), sample));
}

TEST_CASE("PReLU has a weight, RReLU draws in training only", "[nn]") {
  const Tensor x = uniform({2, 3, 4}, 1);
  CHECK(nn::PReLU()->weight.allclose(full({1}, 0.25)));
  const nn::PReLU prelu(nn::PReLUOptions(3).init(0.5));
  CHECK(prelu->named_parameters().size() == 1);
  const Tensor weight = tensor({0.1, 0.2, 0.3});
  prelu->weight.data().copy_(weight);
  const Tensor z = x.to(kFloat32);
  CHECK(prelu(z).equal(F::prelu(z, weight)));
  CHECK(prelu->clone()->weight.equal(weight));
  prelu->reset_parameters();
  CHECK(prelu->weight.equal(full({3}, 0.5)));
  INFO(nn::check_module(prelu, z));
  CHECK(nn::check_module(prelu, z));

  const nn::RReLU rrelu(nn::RReLUOptions().lower(0.1).upper(0.3));
  manual_seed(2);
  const Tensor drawn = rrelu(x);
  manual_seed(2);
  CHECK(same(drawn, reel::rrelu(x, 0.1, 0.3, true)));
  rrelu->eval();
  CHECK(same(rrelu(x), reel::rrelu(x, 0.1, 0.3)));
}

TEST_CASE("activations in place overwrite their input and keep the tape right", "[nn]") {
  const Tensor x = uniform({3, 4}, 1, -2, 2).requires_grad_(), weight = uniform({3, 4}, 2);
  using Activate = Tensor (*)(const Tensor&, bool);
  const Activate all[] = {
      [](const Tensor& v, bool i) { return nn::ReLU(i)(v); },
      [](const Tensor& v, bool i) { return nn::ReLU6(i)(v); },
      [](const Tensor& v, bool i) { return nn::SELU(i)(v); },
      [](const Tensor& v, bool i) {
        return nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(0.3).inplace(i))(v);
      },
      [](const Tensor& v, bool i) { return nn::ELU(nn::ELUOptions().inplace(i))(v); },
      [](const Tensor& v, bool i) { return nn::CELU(nn::CELUOptions().inplace(i))(v); },
      [](const Tensor& v, bool i) { return nn::Hardtanh(nn::HardtanhOptions().inplace(i))(v); },
      [](const Tensor& v, bool i) {
        return nn::Threshold(nn::ThresholdOptions(0.5, 2).inplace(i))(v);
      },
      [](const Tensor& v, bool i) {
        manual_seed(3);
        return nn::RReLU(nn::RReLUOptions().inplace(i))(v);
      },
      [](const Tensor& v, bool i) { return F::rrelu(v, F::RReLUFuncOptions().inplace(i)); },
  };
  for (const Activate activate : all) {
    const Tensor y = activate(x * weight, false);
    const Tensor wanted = autograd::grad({y}, {x}, {weight})[0];
    const Tensor hidden = x * weight;
    const Tensor written = activate(hidden, true);
    CHECK(written.data_ptr() == hidden.data_ptr());
    CHECK(written.equal(y));
    CHECK(autograd::grad({written}, {x}, {weight})[0].equal(wanted));
  }
  const Tensor changed = weight.clone();
  CHECK(leaky_relu_(changed, 0.3).is_same(changed));
  CHECK(changed.to_vector() == leaky_relu(weight, 0.3).to_vector());
}

TEST_CASE("activations print themselves", "[nn]") {
  CHECK(to_string(*nn::ReLU()) == "ReLU()");
  CHECK(to_string(*nn::ReLU(true)) == "ReLU(inplace=True)");
  CHECK(to_string(*nn::ReLU6()) == "ReLU6()");
  CHECK(to_string(*nn::SELU(true)) == "SELU(inplace=True)");
  CHECK(to_string(*nn::Sigmoid()) == "Sigmoid()");
  CHECK(to_string(*nn::Softmax2d()) == "Softmax2d()");
  CHECK(to_string(*nn::LeakyReLU()) == "LeakyReLU(negative_slope=0.01)");
  CHECK(to_string(*nn::ELU(nn::ELUOptions().inplace(true))) == "ELU(alpha=1, inplace=True)");
  CHECK(to_string(*nn::CELU()) == "CELU(alpha=1)");
  CHECK(to_string(*nn::GELU()) == "GELU(approximate='none')");
  CHECK(to_string(*nn::Softplus()) == "Softplus(beta=1, threshold=20)");
  CHECK(to_string(*nn::Hardshrink()) == "Hardshrink(0.5)");
  CHECK(to_string(*nn::Softshrink(0.1)) == "Softshrink(0.1)");
  CHECK(to_string(*nn::Hardtanh()) == "Hardtanh(min_val=-1, max_val=1)");
  CHECK(to_string(*nn::Threshold(0.1, 2)) == "Threshold(threshold=0.1, value=2)");
  CHECK(to_string(*nn::RReLU()) == "RReLU(lower=0.125, upper=0.333333)");
  CHECK(to_string(*nn::PReLU(3)) == "PReLU(num_parameters=3)  # 3 parameters");
  CHECK(to_string(*nn::GLU()) == "GLU(dim=-1)");
  CHECK(to_string(*nn::Softmax(1)) == "Softmax(dim=1)");
  CHECK(to_string(*nn::Softmin(1)) == "Softmin(dim=1)");
  CHECK(to_string(*nn::LogSoftmax(-1)) == "LogSoftmax(dim=-1)");
  CHECK(to_string(*nn::Softmax(1)->clone()) == "Softmax(dim=1)");
  CHECK(to_string(*nn::Threshold(0.1, 2)->clone()) == "Threshold(threshold=0.1, value=2)");
}
