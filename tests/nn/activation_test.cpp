#include "tests/catch.h"
#include "tests/harness.h"

#include <reel/nn/activation.h>
#include <reel/nn/functional/activation.h>

using namespace reel;
using namespace reel::tests;
namespace F = reel::nn::functional;

TEST_CASE("activations as modules and functions", "[nn]") {
  const Tensor x = uniform({3, 4}, 1, -2, 2);
  const auto same = [](const Tensor& a, const Tensor& b) { return a.to_vector() == b.to_vector(); };
  CHECK(same(nn::ReLU()(x), relu(x)));
  CHECK(same(F::relu(x), relu(x)));
  CHECK(same(nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(0.2))(x), leaky_relu(x, 0.2)));
  CHECK(same(F::leaky_relu(x), leaky_relu(x)));
  CHECK(same(nn::Sigmoid()(x), sigmoid(x)));
  CHECK(same(nn::Tanh()(x), tanh(x)));
  CHECK(same(nn::GELU()(x), gelu(x)));
  CHECK(same(nn::GELU(nn::GELUOptions().approximate("tanh"))(x), gelu(x, "tanh")));
  CHECK(same(F::gelu(x), gelu(x)));
  CHECK(same(nn::SiLU()(x), silu(x)));
  CHECK(same(F::silu(x), silu(x)));
  CHECK(same(nn::Softmax(1)(x), x.softmax(1)));
  CHECK(same(nn::LogSoftmax(0)(x), x.log_softmax(0)));
  CHECK(same(F::softmax(x, 0), x.softmax(0)));
  CHECK(same(F::log_softmax(x, F::LogSoftmaxFuncOptions(-1)), x.log_softmax(1)));
}

TEST_CASE("activations in place overwrite their input and keep the tape right", "[nn]") {
  const Tensor x = uniform({3, 4}, 1, -2, 2).requires_grad_(), weight = uniform({3, 4}, 2);
  for (bool leaky : {false, true}) {
    const auto activate = [&](const Tensor& v, bool inplace) {
      return leaky ? nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(0.3).inplace(inplace))(v)
                   : nn::ReLU(inplace)(v);
    };
    x.mutable_grad() = Tensor();
    activate(x * weight, false).backward(weight);
    const std::vector<double> wanted = x.grad().to_vector();
    x.mutable_grad() = Tensor();
    const Tensor hidden = x * weight;
    const Tensor y = activate(hidden, true);
    CHECK(y.data_ptr() == hidden.data_ptr());
    y.backward(weight);
    CHECK(x.grad().to_vector() == wanted);
  }
  const Tensor changed = weight.clone();
  CHECK(leaky_relu_(changed, 0.3).is_same(changed));
  CHECK(changed.to_vector() == leaky_relu(weight, 0.3).to_vector());
}

TEST_CASE("activations print themselves", "[nn]") {
  CHECK(to_string(*nn::ReLU()) == "ReLU()");
  CHECK(to_string(*nn::ReLU(true)) == "ReLU(inplace=True)");
  CHECK(to_string(*nn::LeakyReLU()) == "LeakyReLU(negative_slope=0.01)");
  CHECK(to_string(*nn::GELU()) == "GELU(approximate='none')");
  CHECK(to_string(*nn::Softmax(1)) == "Softmax(dim=1)");
  CHECK(to_string(*nn::LogSoftmax(-1)) == "LogSoftmax(dim=-1)");
  CHECK(to_string(*nn::Softmax(1)->clone()) == "Softmax(dim=1)");
}
