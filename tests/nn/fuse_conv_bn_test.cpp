#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/nn/activation.h>
#include <reel/nn/batch_norm.h>
#include <reel/nn/conv.h>
#include <reel/nn/conv_transpose.h>
#include <reel/nn/fuse_conv_bn.h>
#include <reel/nn/linear.h>
#include <reel/nn/sequential.h>
#include <reel/nn/utils/weight_norm.h>

#include <algorithm>

#include "bench/networks.h"
#include "tests/catch.h"
#include "tests/message_of.h"

namespace reel {
namespace {

using Catch::Matchers::ContainsSubstring;

// Statistics and affine parameters that are not where they start, in evaluation mode.
template <class M>
void make_particular(M& model, const TensorList& inputs) {
  const NoGradGuard no_grad;
  model->train();
  (void)nn::tensor_forward<typename M::ContainedType>(*model, inputs);
  for (const Tensor& p : model->parameters())
    if (p.dim() == 1) p.add_(randn(p.sizes(), p.dtype()) * 0.2);
  model->eval();
}

// The greatest difference that folding makes, and that all norms were folded.
template <class M>
double difference(M model, const Tensor& x) {
  make_particular(model, {x});
  const NoGradGuard no_grad;
  const Tensor before = model(x);
  const nn::FusionReport report = nn::fuse_conv_bn(model, x);
  INFO(report);
  CHECK(report.left.empty());
  CHECK(!report.fused.empty());
  for (const auto& item : model->named_parameters()) CHECK(item->requires_grad());
  return ((model(x) - before).abs().max() / before.abs().max()).template item<double>();
}

// What is left of a small network, and why.
template <class M>
std::string reason(M model, const Tensor& x) {
  make_particular(model, {x});
  const NoGradGuard no_grad;
  const Tensor before = model(x);
  const nn::FusionReport report = nn::fuse_conv_bn(model, x);
  CHECK(model(x).equal(before));
  CHECK(report.fused.empty());
  return report.left.empty() ? "nothing is left" : report.left[0].reason;
}

// A module of one's own: its members stay, and their norms pass on what they get.
struct OwnImpl : nn::Module {
  nn::ConvTranspose2d up = register_module(
      "up", nn::ConvTranspose2d(nn::ConvTranspose2dOptions(4, 6, 3).stride(2).groups(2)));
  nn::BatchNorm2d norm = register_module("norm", nn::BatchNorm2d(6));
  nn::Conv2d conv =
      register_module("conv", nn::Conv2d(nn::Conv2dOptions(6, 6, 3).groups(3).bias(false)));
  nn::BatchNorm2d plain =
      register_module("plain", nn::BatchNorm2d(nn::BatchNorm2dOptions(6).affine(false)));
  nn::Linear fc = register_module("fc", nn::Linear(6, 5));
  nn::BatchNorm1d last = register_module("last", nn::BatchNorm1d(5));
  Tensor forward(const Tensor& x) {
    const Tensor y = plain(conv(norm(up(x)).relu()));
    return last(fc(y.mean({2, 3})));
  }
};
REEL_MODULE(Own);

// A convolution and a norm between which something happens.
struct PairImpl : nn::Module {
  using Between = Tensor (*)(PairImpl& net, const Tensor& x);
  explicit PairImpl(Between f) : between(f) {}
  nn::Conv2d conv = register_module("conv", nn::Conv2d(2, 2, 1));
  nn::BatchNorm2d norm = register_module("norm", nn::BatchNorm2d(2));
  Between between;
  Tensor forward(const Tensor& x) { return between(*this, x); }
};
REEL_MODULE(Pair);

}  // namespace

TEST_CASE("fuse_conv_bn: networks compute what they did", "[fuse_conv_bn]") {
  manual_seed(3);
  CHECK(difference(bench::resnet20(false), randn({3, 3, 16, 16})) < 1e-5);
  CHECK(difference(bench::vggsmall(), randn({2, 3, 16, 16})) < 1e-5);
  CHECK(difference(bench::mobile(), randn({3, 3, 16, 16})) < 1e-5);
  CHECK(difference(bench::m5(), randn({2, 1, 2000})) < 1e-5);
  CHECK(difference(Own(), randn({3, 4, 4, 5})) < 1e-5);
}

TEST_CASE("fuse_conv_bn: in float64 to the last digits", "[fuse_conv_bn]") {
  Own model;
  model->to(kFloat64);
  CHECK(difference(model, randn({3, 4, 4, 5}, kFloat64)) < 1e-13);
}

TEST_CASE("fuse_conv_bn: a folded norm has nothing left, and says so", "[fuse_conv_bn]") {
  nn::Sequential model(nn::Conv2d(nn::Conv2dOptions(1, 2, 3).bias(false)), nn::BatchNorm2d(2),
                       nn::ReLU());
  const Tensor x = randn({2, 1, 5, 5});
  make_particular(model, {x});
  const nn::FusionReport report = nn::fuse_conv_bn(model, x);
  CHECK(to_string(report) == "1: folded into 0\n");
  CHECK_THAT(to_string(*model), ContainsSubstring("folded=True"));
  CHECK(model->state_dict().keys() == std::vector<std::string>{"0.weight", "0.bias"});
  // The ReLU behind it, which Sequential fuses with a norm, and copies.
  CHECK(model(x).min().item<double>() == 0);
  const nn::Sequential copy = model.clone();
  CHECK(copy->forward(x).equal(model(x)));
  CHECK(nn::fuse_conv_bn(model, x).fused.empty());
  model->train();
  CHECK_THAT(message_of<ArgumentError>([&] { model(x); }), ContainsSubstring("it was folded"));
}

TEST_CASE("fuse_conv_bn: what can not be folded is left, with the reason", "[fuse_conv_bn]") {
  const Tensor x = randn({3, 2, 4, 4});
  const auto of = [&](PairImpl::Between f) { return reason(Pair(f), x); };
  CHECK(of([](PairImpl& n, const Tensor& v) {
          const Tensor y = n.conv(v);
          return n.norm(y) + y;
        }) == "the output of conv is used elsewhere too");
  CHECK(of([](PairImpl& n, const Tensor& v) { return n.norm(n.conv(n.conv(v))); }) ==
        "conv is called more than once, or shares its weight");
  CHECK(of([](PairImpl& n, const Tensor& v) { return n.norm(n.conv(v)) + n.conv->weight.sum(); }) ==
        "conv is called more than once, or shares its weight");
  CHECK(of([](PairImpl& n, const Tensor& v) { return n.norm(n.conv(v)) + n.conv->bias.sum(); }) ==
        "conv shares its bias");
  CHECK(of([](PairImpl& n, const Tensor& v) { return n.norm(n.norm(n.conv(v))); }) ==
        "it is called more than once");
  CHECK(of([](PairImpl& n, const Tensor& v) { return n.conv(v); }) == "it was not called");
  CHECK(of([](PairImpl& n, const Tensor& v) { return n.norm(n.conv(v).relu()); }) ==
        "its input comes from relu");
  CHECK(of([](PairImpl& n, const Tensor& v) { return n.norm(v); }) ==
        "its input comes from no layer");
  CHECK(of([](PairImpl& n, const Tensor& v) {
          return n.norm(conv2d(v, n.conv->weight * 2, n.conv->bias));
        }) == "its input comes from conv2d");
  CHECK(
      reason(nn::Sequential(nn::Conv2d(2, 2, 1),
                            nn::BatchNorm2d(nn::BatchNorm2dOptions(2).track_running_stats(false))),
             x) == "it normalizes by the batch's statistics");
  CHECK(reason(nn::Sequential(nn::Linear(4, 4), nn::BatchNorm1d(3)), randn({2, 3, 4})) ==
        "its channels are not the outputs of the layer");
}

TEST_CASE("fuse_conv_bn: norms in training mode, hooks and computed weights are left",
          "[fuse_conv_bn]") {
  const Tensor x = randn({3, 2, 4, 4});
  const PairImpl::Between plain = [](PairImpl& n, const Tensor& v) { return n.norm(n.conv(v)); };
  Pair training(plain), norm_hook(plain), conv_hook(plain), computed(plain);
  CHECK(nn::fuse_conv_bn(training, x).left[0].reason == "it is in training mode");
  norm_hook->norm->register_forward_observer([](nn::Module&, const TensorList&, Tensor&) {});
  CHECK(reason(norm_hook, x) == "it has hooks");
  conv_hook->conv->register_forward_observer([](nn::Module&, const TensorList&, Tensor&) {});
  CHECK(reason(conv_hook, x) == "conv has hooks");
  nn::utils::weight_norm(computed->conv);
  // Weight norm computes the weight in a hook.
  CHECK(reason(computed, x) == "conv has hooks");
}

}  // namespace reel
