// What code written for libtorch says, and is not in examples/libtorch.

#include <ATen/ATen.h>
#include <torch/data.h>
#include <torch/nn.h>
#include <torch/optim.h>
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

namespace {

struct Points : torch::data::Dataset<Points> {
  torch::data::Example<> get(size_t i) override {
    const auto v = static_cast<int64_t>(i);
    return {torch::tensor(v), torch::tensor(v)};
  }
  torch::optional<size_t> size() const override { return 6; }
};

// Backwards, with a place that an archive keeps.
struct Backwards : torch::data::samplers::Sampler<> {
  explicit Backwards(size_t size) : size_(size), left(size) {}
  void reset(torch::optional<size_t> new_size) override { left = size_ = new_size.value_or(size_); }
  torch::optional<std::vector<size_t>> next(size_t batch_size) override {
    std::vector<size_t> batch;
    while (left > 0 && batch.size() < batch_size) batch.push_back(--left);
    return batch.empty() ? torch::nullopt : torch::make_optional(batch);
  }
  void save(torch::serialize::OutputArchive& archive) const override {
    archive.write("left", torch::tensor(static_cast<int64_t>(left)));
  }
  void load(torch::serialize::InputArchive& archive) override {
    torch::Tensor x;
    archive.read("left", x);
    left = static_cast<size_t>(x.item<int64_t>());
  }
  size_t size_, left;
};

struct Countdown : torch::data::datasets::StatefulDataset<Countdown> {
  void reset() override { left = 3; }
  torch::optional<std::vector<torch::data::Example<>>> get_batch(size_t) override {
    if (left == 0) return torch::nullopt;
    const torch::Tensor x = torch::tensor(left--);
    return std::vector<torch::data::Example<>>{{x, x}};
  }
  torch::optional<size_t> size() const override { return 3; }
  void save(torch::serialize::OutputArchive& archive) const override {
    archive.write("left", torch::tensor(left));
  }
  void load(torch::serialize::InputArchive& archive) override {
    torch::Tensor x;
    archive.read("left", x);
    left = x.item<int64_t>();
  }
  int64_t left = 3;
};

}  // namespace

TEST_CASE("compat: samplers and data sets with a state of their own", "[compat]") {
  auto loader = torch::data::make_data_loader(Points(), Backwards(6),
                                              torch::data::DataLoaderOptions().batch_size(4));
  std::vector<int64_t> seen;
  for (auto& batch : *loader)
    for (auto& example : batch) seen.push_back(example.target.item<int64_t>());
  CHECK(seen == std::vector<int64_t>{5, 4, 3, 2, 1, 0});
  size_t batches = 0;
  auto countdown = torch::data::make_data_loader(Countdown(), 1);
  for (auto& batch : *countdown) batches += batch.size();
  CHECK(batches == 3);

  const reel::TemporaryFolder folder;
  Backwards sampler(6), other(6);
  sampler.next(4);
  const torch::data::samplers::Sampler<>& base = sampler;
  torch::serialize::OutputArchive out;
  base.save(out);
  torch::data::samplers::SequentialSampler sequence(5), resumed(5);
  sequence.next(3);
  sequence.save(out);
  out.save_to(folder.file("state"));
  torch::serialize::InputArchive in;
  in.load_from(folder.file("state"), torch::kCPU);
  other.load(in);
  CHECK(other.left == 2);
  resumed.load(in);
  CHECK(resumed.next(5) == std::vector<size_t>{3, 4});
}

TEST_CASE("compat: macros, ranges and loops over elements", "[compat]") {
  const torch::Tensor x = torch::arange(1000, torch::kFloat64);
  double total = 0;
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "total", [&] {
    for (const auto i : c10::irange(x.numel()))
      total += static_cast<double>(x.data_ptr<scalar_t>()[i]);
  });
  CHECK(total == 499500);
  const auto bytes = [](torch::Dtype dtype) {
    return AT_DISPATCH_ALL_TYPES(dtype, "bytes", [&] { return sizeof(scalar_t); });
  };
  CHECK(bytes(torch::kInt16) == 2);
  CHECK(bytes(torch::kFloat32) == 4);
  CHECK_THROWS_WITH(bytes(torch::kBool), "bytes: the dtype is bool; it must be an integer.");
  std::vector<int> seen(100'000);
  at::parallel_for(10, 100'000, 100, [&](int64_t begin, int64_t end) {
    for (const auto i : c10::irange(begin, end)) seen[static_cast<size_t>(i)] += 1;
  });
  CHECK(std::count(seen.begin(), seen.end(), 1) == 99'990);
  CHECK(seen[9] == 0);
  CHECK_THROWS_AS(at::parallel_for(0, 10, 0, [](int64_t, int64_t) { AT_ERROR("no ", 3); }),
                  c10::ValueError);
  CHECK_THROWS_WITH([] { AT_ASSERTM(false, "size ", 2); }(), "size 2");
  CHECK(c10::str("a", 1, 2.5) == "a12.5");
  CHECK(c10::irange(-3).begin() == c10::irange(-3).end());
  CHECK(TORCH_VERSION_MAJOR == 2);
  std::ostringstream text;
  text << torch::TensorOptions(torch::kInt64) << ' ' << torch::ArrayRef<double>({0.5, 2}) << ' '
       << torch::ones({1}, torch::requires_grad()).exp().grad_fn();
  CHECK(text.str() == "TensorOptions(dtype=int64, device=cpu, requires_grad=false) [0.5, 2] exp");
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
  CHECK(torch::multiply(x, y).equal(x * y));
  CHECK(torch::subtract(x, y, 2).equal(x - y * 2));
  CHECK(torch::divide(x, 2).equal(x / 2));
  CHECK(torch::true_divide(x, y).equal(x / y));
  CHECK(torch::div(x, 0.75, "floor").equal((x / 0.75).floor()));
  CHECK(torch::div(x, y, "trunc").equal((x / y).trunc()));
  CHECK(torch::where(x < 0)[0].item<int64_t>() == 1);
  CHECK(torch::softmax(x, 0, torch::kFloat64).dtype() == torch::kFloat64);
  CHECK(torch::sum(x, {0}, true, torch::kFloat64).dtype() == torch::kFloat64);
  CHECK(torch::tensor(torch::ArrayRef<double>({1.0, -2.0})).equal(x));
  CHECK(torch::rsub(x, 1).equal(1 - x));
  CHECK(torch::slice(x, 0, 1).equal(x.slice(0, 1)));
  CHECK(torch::autograd::GradMode::is_enabled());
  float memory[] = {0, 1, 2, 3, 4, 5};
  CHECK(torch::from_blob(memory, {2, 2}, {3, 2}, torch::kFloat32)
            .equal(torch::tensor({{0.0, 2.0}, {3.0, 5.0}})));
  const torch::Tensor square = torch::arange(4, torch::kFloat32).reshape({1, 1, 2, 2});
  CHECK(torch::constant_pad_nd(square, {1, 0}, 7).size(3) == 3);
  CHECK(torch::reflection_pad2d(square, {1, 1, 1, 1}).size(3) == 4);
  CHECK(torch::upsample_bilinear2d(square, {3, 3}, true).sum().item<float>() == 13.5F);
  CHECK(torch::upsample_nearest2d(square, {4, 4}).sum().item<float>() == 24);
  const reel::TemporaryFolder folder;
  torch::save(x, folder.file("x"));
  torch::Tensor read;
  torch::load(read, folder.file("x"), torch::kCPU);
  CHECK(read.equal(x));
  torch::nn::Linear saved(2, 1), loaded(2, 1);
  torch::save(saved, folder.file("m"));
  torch::load(loaded, folder.file("m"), torch::Device("cpu"));
  CHECK(loaded->weight.equal(saved->weight));
  const torch::Tensor image =
      torch::ones({1, 2, 3, 4}).contiguous(torch::MemoryFormat::ChannelsLast);
  CHECK(image.is_contiguous(torch::MemoryFormat::ChannelsLast));
}
