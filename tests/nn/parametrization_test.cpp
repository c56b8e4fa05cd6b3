#include <reel/autograd/grad_mode.h>
#include <reel/autograd/gradcheck.h>
#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/nn/activation.h>
#include <reel/nn/conv.h>
#include <reel/nn/linear.h>
#include <reel/nn/sequential.h>
#include <reel/nn/utils/spectral_norm.h>
#include <reel/nn/utils/weight_norm.h>
#include <reel/optim/sgd.h>

#include <cmath>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

using namespace reel;
using namespace reel::tests;
using nn::utils::remove_spectral_norm;
using nn::utils::remove_weight_norm;
using nn::utils::spectral_norm;
using nn::utils::weight_norm;

namespace {

using Values = std::vector<double>;

// sin(factor i + first), in a shape.
Tensor waves(IntArrayRef sizes, double factor = 0.7, double first = 1) {
  Values values(static_cast<size_t>(numel_of(sizes)));
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = std::sin(factor * static_cast<double>(i) + first);
  return from_vector(std::move(values), sizes);
}

bool close(const Tensor& x, const Values& expected, double tolerance = 1e-12) {
  const Values actual = x.detach().to_vector();
  if (actual.size() != expected.size()) return false;
  for (size_t i = 0; i < actual.size(); ++i)
    if (!(std::abs(actual[i] - expected[i]) <= tolerance)) return false;
  return true;
}

Tensor parameter(const nn::Module& module, const std::string& name) {
  return module.named_parameters(false)[name];
}

// A layer with these weights, in float64.
nn::Linear linear_layer() {
  nn::Linear layer(nn::LinearOptions(4, 3).bias(false));
  layer->to(kFloat64);
  layer->weight.set_data(waves({3, 4}));
  return layer;
}

nn::Conv2d conv_layer() {
  nn::Conv2d layer(nn::Conv2dOptions(2, 2, {2, 1}).bias(false));
  layer->to(kFloat64);
  layer->weight.set_data(waves({2, 2, 2, 1}));
  return layer;
}

// What a layer computes, as a function of its input and its parameters.
template <class Layer>
GradcheckReport check(const Layer& layer, const Tensor& x, bool twice = false) {
  TensorList inputs{x.detach().clone().requires_grad_()};
  for (const Tensor& p : layer->parameters()) inputs.push_back(p);
  const TensorFunction f = [&](const TensorList& in) { return layer(in[0]); };
  return twice ? gradgradcheck(f, inputs) : gradcheck(f, inputs);
}

}  // namespace

TEST_CASE("weight norm changes no value, and splits the gradient", "[nn]") {
  for (const std::optional<int64_t>& dim :
       {std::optional<int64_t>(0), std::optional<int64_t>(1), std::optional<int64_t>()}) {
    CAPTURE(dim.value_or(-1));
    nn::Linear plain = linear_layer(), layer = weight_norm(linear_layer(), "weight", dim);
    const Tensor x = waves({2, 4}, 0.9, 0.1);
    CHECK(close(layer(x), plain(x).detach().to_vector(), 1e-14));
    CHECK(layer->named_parameters().keys() == std::vector<std::string>{"weight_g", "weight_v"});
    const Shape lengths = dim == 0 ? Shape{3, 1} : dim == 1 ? Shape{1, 4} : Shape{};
    CHECK(parameter(*layer, "weight_g").sizes() == lengths);
    CHECK(check(layer, x));
    CHECK(check(layer, x, true));
  }
}

TEST_CASE("weight norm of convolutions", "[nn]") {
  nn::Conv2d layer = weight_norm(conv_layer());
  CHECK(parameter(*layer, "weight_g").sizes() == Shape{2, 1, 1, 1});
  const Tensor x = waves({1, 2, 3, 2}, 0.9, 0.1);
  CHECK(check(layer, x));
  CHECK(check(layer, x, true));
}

TEST_CASE("weights follow their parameters from one forward to the next", "[nn]") {
  nn::Linear layer = weight_norm(linear_layer());
  const Tensor x = waves({2, 4}, 0.9, 0.1), before = layer(x).detach();
  {
    const NoGradGuard no_grad;
    parameter(*layer, "weight_g").mul_(3);
    parameter(*layer, "weight_v").mul_(7);  // a direction has no length
  }
  CHECK(close(layer(x), (before * 3).to_vector(), 1e-13));
  const NoGradGuard no_grad;
  const Tensor y = layer(x);
  CHECK_FALSE(y.requires_grad());
}

TEST_CASE("forward without a call gives right gradients, or says to call the module", "[nn]") {
  const Tensor x = waves({2, 4}, 0.9, 0.1);
  nn::Sequential called(weight_norm(linear_layer())), forwarded(weight_norm(linear_layer()));
  const auto layer = forwarded->ptr<nn::LinearImpl>(0);
  const Tensor g = parameter(*layer, "weight_g");
  {
    const NoGradGuard no_grad;
    called(x);
    forwarded(x);
  }
  called(x).sum().backward();
  layer->forward(x).sum().backward();
  CHECK(g.grad().equal(called->named_parameters()["0.weight_g"].grad()));
  const auto message = [&] {
    return message_of<GraphError>([&] { layer->forward(x).sum().backward(); });
  };
  CHECK(message() ==
        "mul: backward a second time (in module 0); what it had saved was freed by the first. "
        "[call the module, layer(x): layer->forward(x) computes no new weight]");
  forwarded(x);
  {
    const NoGradGuard no_grad;
    g.mul_(2);
  }
  CHECK(message().find("modified in place") != std::string::npos);
  CHECK(message().find("[call the module, layer(x)") != std::string::npos);
  forwarded(x).sum().backward();

  nn::Linear spectral = spectral_norm(linear_layer());
  spectral->forward(x).sum().backward();
  CHECK(parameter(*spectral, "weight_orig").grad().defined());
  CHECK(message_of<GraphError>([&] {
          spectral->forward(x).sum().backward();
        }).find("[call the module, layer(x)") != std::string::npos);
}

TEST_CASE("a forward belongs to the parameters that it was computed from", "[nn]") {
  nn::Linear layer = weight_norm(linear_layer());
  const Tensor x = waves({2, 4}, 0.9, 0.1);
  const Tensor first = layer(x);
  parameter(*layer, "weight_g").set_data(parameter(*layer, "weight_g").detach() * 2.0);
  const Tensor second = layer(x);
  CHECK(close(second, (first.detach() * 2).to_vector(), 1e-14));
  const Tensor g = parameter(*layer, "weight_g");
  second.sum().backward();
  const Tensor of_second = g.grad().clone();
  g.mutable_grad() = Tensor();
  nn::Linear alone = weight_norm(linear_layer());
  alone->named_parameters()["weight_g"].set_data(g.detach());
  alone(x).sum().backward();
  CHECK(of_second.equal(parameter(*alone, "weight_g").grad()));
}

TEST_CASE("a parametrized layer trains inside a model", "[nn]") {
  manual_seed(1);
  nn::Sequential net(weight_norm(nn::Linear(3, 8)), nn::Tanh(), spectral_norm(nn::Linear(8, 8)),
                     nn::Tanh(), nn::Linear(8, 1));
  optim::SGD sgd(net->parameters(), optim::SGDOptions(0.1).momentum(0.9));
  const Tensor x = uniform({32, 3}, 1).to(kFloat32), y = x.sum({1}, true);
  double first = 0, last = 0;
  for (int i = 0; i < 100; ++i) {
    sgd.zero_grad();
    const Tensor loss = (net(x) - y).square().mean();
    loss.backward();
    sgd.step();
    (i == 0 ? first : last) = loss.item<double>();
  }
  CHECK(last < first / 20);
}

TEST_CASE("removing weight norm leaves a plain layer of the same values", "[nn]") {
  nn::Linear layer = weight_norm(linear_layer());
  const Tensor x = waves({2, 4}, 0.9, 0.1);
  {
    const NoGradGuard no_grad;
    parameter(*layer, "weight_g").mul_(2);
  }
  remove_weight_norm(layer);
  CHECK(layer->named_parameters().keys() == std::vector<std::string>{"weight"});
  CHECK(layer->weight.is_leaf());
  CHECK(close(layer->weight, (waves({3, 4}) * 2).to_vector(), 1e-14));
  layer(x).sum().backward();
  CHECK(layer->weight.grad().sizes() == Shape{3, 4});
  CHECK(check(layer, x, true));
  CHECK(layer->clone()->weight.equal(layer->weight));
  // And again, from there.
  CHECK(check(weight_norm(layer), x));
}

namespace {

// The layer's u and v as PyTorch's numbers below start from.
template <class Layer>
void start_iteration(const Layer& layer) {
  const auto set = [&](const char* name, double factor, double first) {
    const Tensor b = layer->named_buffers(false)[name], values = waves(b.sizes(), factor, first);
    b.copy_(values / values.norm());
  };
  set("weight_u", 0.3, 0.5);
  set("weight_v", 0.4, 0.2);
}

// Two forwards and one backward, then one in eval mode.
template <class Layer>
void check_pytorch(Layer layer, const Tensor& x, const Values& y, const Values& u, const Values& v,
                   const Values& grad, const Values& eval) {
  start_iteration(layer);
  Tensor out = layer(x);
  out = layer(x) + out * 2.0;
  CHECK(close(out, y));
  (out * waves(out.sizes(), 1.1, 0.3)).sum().backward();
  CHECK(close(layer->named_buffers()["weight_u"], u));
  CHECK(close(layer->named_buffers()["weight_v"], v));
  CHECK(close(parameter(*layer, "weight_orig").grad(), grad));
  layer->eval();
  CHECK(close(layer(x), eval));
  CHECK(close(layer->named_buffers()["weight_u"], u));
}

}  // namespace

TEST_CASE("spectral norm repeats PyTorch's numbers", "[nn]") {
  const Tensor x = waves({2, 4}, 0.9, 0.1);
  check_pytorch(spectral_norm(linear_layer()), x,
                {1.91163198872249, -2.24409170496441, 2.31723468913089, -2.31472147838812,
                 2.28104583976092, -1.98378322223597},
                {0.556465714993954, -0.600189901520455, 0.574558952718635},
                {0.398383980304577, 0.648760805315333, 0.594015286419074, 0.25989509657504},
                {0.361604334051618, 0.916525367988316, 0.800518817717529, 0.101781219467069,
                 0.718737244095113, 2.12823011426446, 1.90161824980834, 0.209882483387999,
                 0.417055225896741, 1.26271510102965, 1.17815508467787, 0.227932982440622},
                {0.628877882898859, -0.738248600554144, 0.762310765920114, -0.761483984060154,
                 0.750405562873402, -0.652613787742564});
  check_pytorch(spectral_norm(linear_layer(), "weight", 3, 1e-12, 1), x,
                {1.88648343539857, -2.21456946415709, 2.28675021278428, -2.28427006468889,
                 2.25103744731199, -1.95768548038931},
                {0.406421884862696, 0.651218219172227, 0.589736449439696, 0.250892412649463},
                {0.558796478960569, -0.600211788341072, 0.572269433254723},
                {0.370156140123235, 0.911744175212112, 0.787808933612139, 0.0898334280998696,
                 0.69677690697015, 2.09631822050888, 1.88311939912154, 0.221005672094325,
                 0.42182463676749, 1.24620268679321, 1.15255169553282, 0.209378997783161},
                {0.628827783478269, -0.738189788138975, 0.762250036597742, -0.761423320603181,
                 0.750345781976458, -0.652561797406245});
  check_pytorch(spectral_norm(conv_layer()), waves({1, 2, 2, 2}, 0.9, 0.1),
                {1.06100104988229, 0.624566138643577, -0.424684910105436, -0.0133890922513723},
                {-0.696625112118552, 0.717435330302192},
                {-0.485174198198525, -0.670060257371346, -0.539806507522089, -0.155673322475845},
                {1.38863784561118, 0.887259324695386, -2.05224321456703, -0.262336572499554,
                 -0.471570925241787, 0.855859045173238, 0.395148743332557, -0.657837659919664},
                {0.306473378850846, 0.18040782791606, -0.122671527385784, -0.00386748000153153});
}

TEST_CASE("spectral norm brings the largest singular value to one", "[nn]") {
  nn::Linear layer = spectral_norm(linear_layer(), "weight", 5);
  const Tensor x = waves({2, 4}, 0.9, 0.1);
  for (int i = 0; i < 20; ++i) layer(x);
  const Tensor u = layer->named_buffers()["weight_u"], v = layer->named_buffers()["weight_v"];
  CHECK(dot(u, layer->weight.detach().matmul(v)).item<double>() == Catch::Approx(1));
  layer->eval();
  CHECK(check(layer, x));
  CHECK(check(layer, x, true));
  remove_spectral_norm(layer);
  CHECK(layer->named_parameters().keys() == std::vector<std::string>{"weight"});
  CHECK(layer->named_buffers().is_empty());
  CHECK(dot(u, layer->weight.detach().matmul(v)).item<double>() == Catch::Approx(1));
  CHECK(check(layer, x));
}

TEST_CASE("parametrizations follow a change of dtype", "[nn]") {
  nn::Linear a = weight_norm(nn::Linear(4, 3)), b = spectral_norm(nn::Linear(4, 3));
  a->to(kFloat64);
  b->to(kFloat64);
  const Tensor x = waves({2, 4});
  CHECK(a(x).dtype() == kFloat64);
  CHECK(b(x).dtype() == kFloat64);
}

TEST_CASE("what can not be parametrized is refused", "[nn]") {
  const auto message = [](auto f) { return message_of<ArgumentError>(f); };
  nn::Linear layer(4, 3);
  CHECK(message([&] { weight_norm(layer, "wieght"); }) ==
        "weight_norm: Linear has no parameter 'wieght'; it has weight, bias.");
  CHECK(message([&] { weight_norm(layer, "weight", 2); }) ==
        "weight_norm: dim is 2, the weight is [3, 4]; it must be one of its dimensions, or none.");
  CHECK(message([&] { spectral_norm(layer, "weight", 0); }) ==
        "spectral_norm: n_power_iterations is 0; it must be above 0.");
  CHECK(message([&] { spectral_norm(layer, "weight", 1, 1e-12, -1); }) ==
        "spectral_norm: dim is -1, the weight is [3, 4]; it must be one of its dimensions, none of "
        "them 0.");
  CHECK(message([&] { remove_weight_norm(layer); }) ==
        "remove_weight_norm: there is no weight_norm on 'weight' of Linear; only what was applied "
        "can be removed.");
  weight_norm(layer);
  CHECK(message([&] { weight_norm(layer); }) ==
        "weight_norm: Linear has no parameter 'weight'; it has bias, weight_g, weight_v.");
  CHECK(message([&] { remove_spectral_norm(layer); }) ==
        "remove_spectral_norm: there is no spectral_norm on 'weight' of Linear; only what was "
        "applied can be removed.");
}
