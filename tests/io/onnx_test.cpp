// What export_onnx writes is read by onnx and onnxruntime in tests/python/check_onnx.py; here is
// what can be seen without them.

#include <reel/autograd/function.h>
#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/io/onnx/export.h>
#include <reel/nn/activation.h>
#include <reel/nn/batch_norm.h>
#include <reel/nn/conv.h>
#include <reel/nn/dropout.h>
#include <reel/nn/linear.h>
#include <reel/nn/sequential.h>

#include <algorithm>
#include <sstream>

#include "tests/catch.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace reel {
namespace {

using Catch::Matchers::ContainsSubstring;

nn::Sequential make_net() {
  return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(1, 4, 3).bias(false)), nn::BatchNorm2d(4),
                        nn::ReLU(), nn::Dropout(0.5), nn::Flatten(), nn::Linear(16, 3));
}

struct Doubled : autograd::Function<Doubled> {
  static Tensor forward(autograd::AutogradContext*, const Tensor& x) { return x * 2; }
  static autograd::variable_list backward(autograd::AutogradContext*, autograd::variable_list dy) {
    return {dy[0] * 2};
  }
};

struct OwnImpl : nn::Module {
  nn::Linear before = register_module("before", nn::Linear(4, 4));
  nn::Functional own =
      register_module("own", nn::Functional([](const Tensor& x) { return Doubled::apply(x); }));
  Tensor forward(const Tensor& x) { return own(before(x)); }
};
REEL_MODULE(Own);

std::string export_message(nn::Functional::Impl::Function f, const Tensor& x,
                           const io::OnnxOptions& options = {}) {
  const TemporaryFolder folder;
  nn::Functional net(f);
  const std::string message =
      message_of<ArgumentError>([&] { io::export_onnx(net, x, folder.file("a.onnx"), options); });
  CHECK(folder.count() == 0);
  return message;
}

}  // namespace

TEST_CASE("export_onnx: what the file says", "[onnx]") {
  const TemporaryFolder folder;
  auto model = make_net();
  const Tensor x = randn({1, 1, 4, 4});
  const std::string path = folder.file("model.onnx");
  // [export]
  io::export_onnx(model, x, path,
                  io::OnnxOptions()
                      .input_names({"image"})
                      .output_names({"logits"})
                      .doc_string("Tells three kinds of images apart.")
                      .metadata("classes", "cat,dog,fish"));
  // [/export]
  const std::string file = folder.read("model.onnx");
  for (const char* text :
       {"image", "logits", "batch", "Tells three", "classes", "cat,dog,fish", "reel", "0.weight",
        "1.running_mean", "1.running_var", "5.weight", "5.bias", "/0/Conv", "/1/BatchNormalization",
        "Relu", "Flatten", "/5/Gemm"})
    CHECK_THAT(file, ContainsSubstring(text));
  // Identity in evaluation, a counter that nothing reads.
  CHECK_THAT(file, !ContainsSubstring("Dropout"));
  CHECK_THAT(file, !ContainsSubstring("num_batches_tracked"));
  CHECK(folder.count() == 1);
}

TEST_CASE("export_onnx: the model is left as it was", "[onnx]") {
  const TemporaryFolder folder;
  auto model = make_net();
  model->train();
  model->parameters()[0].set_requires_grad(false);
  const OrderedDict<std::string, Tensor> before = model->state_dict();
  std::vector<std::vector<double>> values;
  for (const auto& item : before) values.push_back(item->to_vector());
  for (const bool training : {false, true}) {
    io::export_onnx(model, randn({2, 1, 4, 4}), folder.file("model.onnx"),
                    io::OnnxOptions().training(training));
    CHECK_THAT(folder.read("model.onnx"),
               training ? ContainsSubstring("Dropout") : ContainsSubstring("BatchNormalization"));
  }
  size_t i = 0;
  for (const auto& item : before) CHECK(item->to_vector() == values[i++]);
  CHECK(model->is_training());
  CHECK(!model->parameters()[0].requires_grad());
  CHECK(model->parameters()[1].requires_grad());
  for (const Tensor& p : model->parameters()) CHECK(!p.grad().defined());
}

TEST_CASE("export_onnx: what has no counterpart is refused, and nothing written", "[onnx]") {
  const TemporaryFolder folder;
  folder.write("model.onnx", "the former");
  Own model;
  CHECK(message_of<ArgumentError>([&] {
          io::export_onnx(model, ones({1, 4}), folder.file("model.onnx"));
        }) ==
        "export_onnx: Doubled of module 'own': it has no counterpart in ONNX that is known here; "
        "docs/onnx.md lists what has. [write it with those]");
  CHECK(folder.read("model.onnx") == "the former");
  CHECK(folder.count() == 1);
}

TEST_CASE("export_onnx: what depends on the values is refused", "[onnx]") {
  const Tensor x = arange(6, kFloat32).reshape({2, 3});
  const auto of = [&](nn::Functional::Impl::Function f) { return export_message(f, x); };
  CHECK_THAT(of([](const Tensor& v) { return where(v > 1, v, v * 2); }),
             ContainsSubstring("is computed from the network's input"));
  CHECK_THAT(of([](const Tensor& v) { return v + v.detach() * 2; }),
             ContainsSubstring("is computed from the network's input"));
  CHECK_THAT(of([](const Tensor& v) { return v + rand_like(v); }),
             ContainsSubstring("or drawn at random"));
  CHECK_THAT(of([](const Tensor& v) { return v * v.sum().item<double>(); }),
             ContainsSubstring("'factor' is"));
  CHECK_THAT(of([](const Tensor& v) { return v.size(0) == 2 ? v.exp() : v.log(); }),
             ContainsSubstring("its forward must not choose by them"));
  CHECK_THAT(of([](const Tensor& v) { return v.argmax(1); }), ContainsSubstring("output 0"));
  CHECK_THAT(of([](const Tensor& v) { return v / v.size(0); }),
             ContainsSubstring("must not depend on the batch"));
}

TEST_CASE("export_onnx: writes that ONNX can not follow are refused", "[onnx]") {
  const Tensor x = arange(6, kFloat32).reshape({2, 3});
  CHECK_THAT(export_message(
                 [](const Tensor& v) {
                   const Tensor y = v * 1;
                   y.select(1, 0).mul_(2);
                   return y;
                 },
                 x),
             ContainsSubstring("writes to a part of a tensor"));
  CHECK_THAT(export_message(
                 [](const Tensor& v) {
                   return zeros({v.size(0), 3}).add_(v);
                 },
                 x),
             ContainsSubstring("is written in place"));
}

TEST_CASE("export_onnx: a model above protobuf's 2 GB is refused before it is called", "[onnx]") {
  struct Large : nn::Module {
    nn::Buffer big = register_buffer("big", zeros({1}).expand({600'000'000}));
    Tensor forward(const Tensor& x) { return called = true, x; }
    bool called = false;
  } model;
  CHECK(message_of<ArgumentError>([&] {
          io::export_onnx(model, ones({1, 4}), "a.onnx");
        }) ==
        "export_onnx: the model takes 2400000000 bytes; a file in protobuf's format has at most "
        "2147483647. [save parameters by save(), as safetensors]");
  CHECK(!model.called);
}

TEST_CASE("export_onnx: docs/onnx.md lists what is exported", "[onnx]") {
  std::string rows;
  for (const auto& [operation, becomes] : io::onnx_operations())
    rows += concat("| ", operation, " | ", becomes, " |\n");
  std::ifstream file(REEL_SOURCE_DIR "/docs/onnx.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  INFO(rows);
  CHECK(page.find("|---|---|\n" + rows) != std::string::npos);
}

}  // namespace reel
