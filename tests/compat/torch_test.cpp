// What code written for libtorch says, and is not in examples/libtorch.

#include <torch/torch.h>

#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace {

struct NetImpl : torch::nn::Cloneable<NetImpl> {
  explicit NetImpl(int64_t width) : width_(width) { reset(); }
  void reset() override {
    fc = register_module("fc", torch::nn::Linear(width_, 2));
    scale = register_buffer("scale", torch::ones({1}));
  }
  torch::Tensor forward(torch::Tensor x, double factor = 1) { return fc(x) * scale * factor; }
  int64_t width_;
  torch::nn::Linear fc{nullptr};
  torch::Tensor scale;

 protected:
  FORWARD_HAS_DEFAULT_ARGS({1, torch::nn::AnyValue(1.0)});
};
TORCH_MODULE(Net);

struct ThingOptions {
  TORCH_ARG(int64_t, size) = 3;
};

}  // namespace

TEST_CASE("compat: types and constants under libtorch's names", "[compat]") {
  const torch::Device device(torch::cuda::is_available() ? torch::kCUDA : torch::kCPU);
  const auto options =
      torch::TensorOptions().dtype(torch::kFloat64).device(device).requires_grad(true);
  const at::Tensor x = torch::randn({2, 3}, options).to(device, torch::kDouble);
  CHECK(x.sizes() == at::IntArrayRef{2, 3});
  CHECK(x.device().is_cpu());
  CHECK(torch::zeros({2}, torch::dtype(torch::kLong)).dtype() == c10::kLong);
  CHECK(torch::ones({1}, torch::device(torch::kCPU)).device() == torch::Device("cpu"));
  const c10::optional<int64_t> none = c10::nullopt;
  CHECK_FALSE(none.has_value());
  CHECK(torch::sum(x, c10::IntArrayRef{1}).size(0) == 2);
  std::ostringstream text;
  text << x.sizes() << ' ' << x.dtype() << ' ' << device << ' ' << ThingOptions().size(5).size();
  CHECK(text.str() == "[2, 3] float64 cpu 5");
  CHECK(x.sum().item().toDouble() == x.sum().item<double>());
  CHECK(torch::get_num_threads() >= 1);
  CHECK_THROWS_AS(torch::Device(torch::kCUDA), torch::Error);
}

TEST_CASE("compat: checks throw with the values' text", "[compat]") {
  const auto check = [](int64_t n) {
    TORCH_CHECK(n == 2, "n is ", n, " of ", torch::ones({1}).sizes());
  };
  CHECK_NOTHROW(check(2));
  CHECK_THROWS_WITH(check(3), "n is 3 of [1]");
  CHECK_THROWS_AS(check(3), c10::Error);
}

TEST_CASE("compat: modules are cloned, called through any, and converted", "[compat]") {
  Net net(4);
  auto copy = std::dynamic_pointer_cast<NetImpl>(net->clone());
  CHECK(copy->parameters().size() == 2);
  torch::nn::AnyModule any(net);
  CHECK(
      torch::allclose(any.forward(torch::ones({1, 4}), 2.0), any.forward(torch::ones({1, 4})) * 2));
  net->to(torch::kCPU);
  net->to(torch::Device(torch::kCPU), torch::kFloat64);
  CHECK(net->fc->weight.dtype() == torch::kFloat64);
  torch::nn::Sequential sequence{{"a", torch::nn::Linear(2, 3)},
                                 {"b", torch::nn::Functional(torch::relu)}};
  CHECK(sequence->named_children().keys() == std::vector<std::string>{"a", "b"});
  torch::InferenceMode guard;
  CHECK_FALSE(sequence->forward(torch::ones({1, 2})).requires_grad());
}

TEST_CASE("compat: functional forms, and what containers hold", "[compat]") {
  namespace F = torch::nn::functional;
  const torch::Tensor x = torch::randn({2, 3, 8, 8}), weight = torch::randn({4, 3, 3, 3});
  CHECK(F::conv2d(x, weight, F::Conv2dFuncOptions().stride(2)).sizes() ==
        at::IntArrayRef{2, 4, 3, 3});
  CHECK(F::relu(x, F::ReLUFuncOptions()).min().item<float>() == 0);
  torch::nn::Sequential sequence(torch::nn::Linear(2, 3), torch::nn::ReLU());
  torch::nn::ModuleList list(torch::nn::Linear(2, 3));
  CHECK(sequence[0]->as<torch::nn::Linear>() != nullptr);
  CHECK(list[0]->as<torch::nn::LinearImpl>()->weight.size(0) == 3);
  sequence->to(torch::kFloat64, /*non_blocking=*/true);
  sequence->to(torch::kCPU, torch::kFloat32, true);
  sequence->to(torch::Device(torch::kCPU), true);
  CHECK(sequence->parameters()[0].dtype() == torch::kFloat32);
  CHECK(x.element_size() == 4);
}

TEST_CASE("compat: initialization", "[compat]") {
  CHECK(torch::nn::init::calculate_gain(torch::kConv2D) == 1);
  CHECK(torch::nn::init::calculate_gain(torch::kConvTranspose3D) == 1);
  const torch::nn::init::NonlinearityType nonlinearity = torch::kReLU;
  const torch::nn::init::FanModeType mode = torch::kFanOut;
  const torch::Tensor w = torch::empty({30, 20});
  torch::nn::init::kaiming_normal_(w, 0, mode, nonlinearity);
  CHECK(std::get<0>(torch::nn::init::_calculate_fan_in_and_fan_out(w)) == 20);
  torch::nn::init::sparse_(w, 0.5);
  CHECK((w == 0).to(torch::kFloat).mean().item<float>() == 0.5F);
}

TEST_CASE("compat: tensors, modules and optimizers are saved and loaded", "[compat]") {
  const reel::TemporaryFolder folder;
  const std::string path = folder.file("saved.pt");
  torch::Tensor x = torch::randn({2, 3}), y;
  torch::save(x, path);
  torch::load(y, path);
  CHECK(y.equal(x));
  std::vector<torch::Tensor> list{x, torch::ones({1})}, read;
  torch::save(list, path);
  torch::load(read, path);
  CHECK(read.size() == 2);
  CHECK(read.at(1).equal(list[1]));

  Net net(3), other(3);
  net->scale.fill_(2);
  torch::save(net, path);
  torch::load(other, path);
  CHECK(other->fc->weight.equal(net->fc->weight));
  CHECK(other->scale.item<float>() == 2);
  Net wrong(5);
  CHECK_THROWS_AS(torch::load(wrong, path), torch::Error);

  torch::optim::Adam optimizer(net->parameters(), 1e-2), restored(net->parameters(), 1e-2);
  net(torch::ones({1, 3})).sum().backward();
  optimizer.step();
  torch::save(optimizer, path);
  torch::load(restored, path);
  CHECK(restored.state(net->fc->weight).step == 1);
}

TEST_CASE("compat: spellings of functions and methods", "[compat]") {
  const torch::Tensor x = torch::tensor({1.0, -2.0}), y = torch::tensor({0.5, 3.0});
  CHECK(torch::add(x, 1).equal(x + 1));
  CHECK(torch::sub(x, 1).equal(x - 1));
  CHECK(torch::mul(x, 2).equal(x * 2));
  CHECK(torch::div(x, 2).equal(x / 2));
  CHECK(torch::max(x, y).equal(torch::maximum(x, y)));
  CHECK(torch::min(x, y).equal(torch::minimum(x, y)));
  CHECK(x.max(y).equal(torch::maximum(x, y)));
  CHECK(x.min(y).equal(torch::minimum(x, y)));
  CHECK(torch::clone(x).equal(x));
  CHECK(torch::detach(x).equal(x));
  CHECK(torch::t(torch::ones({2, 3})).size(0) == 3);
  CHECK(torch::masked_fill(x, x < 0, 0).equal(x.clamp_min(0)));
  CHECK(torch::clamp_min(x, 0).equal(x.clamp_min(0)));
  CHECK(torch::clamp_max(x, 0).equal(x.clamp_max(0)));
  CHECK(torch::log_sigmoid(x).equal(torch::logsigmoid(x)));
  CHECK(x.to(y.to(torch::kFloat64)).dtype() == torch::kFloat64);
  CHECK(x.type_as(torch::ones({1}, torch::kLong)).dtype() == torch::kLong);
  const torch::Tensor image =
      torch::ones({1, 2, 3, 4}).contiguous(torch::MemoryFormat::ChannelsLast);
  CHECK(image.is_contiguous(torch::MemoryFormat::ChannelsLast));
}
