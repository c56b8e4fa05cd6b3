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
#include <reel/nn/embedding.h>
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

TEST_CASE("export_onnx: what depends on the values' range, or on one value, is refused", "[onnx]") {
  const auto of = [&](nn::Functional::Impl::Function f, const Tensor& x) {
    return export_message(f, x);
  };
  const auto by_highest = [](const Tensor& v) { return v / v.detach().abs().max(); };
  CHECK_THAT(of(by_highest, rand({2, 4})), ContainsSubstring("computed from the network's input"));
  CHECK_THAT(of([](const Tensor& v) { return v - v.min().item<double>(); }, randn({2, 4})),
             ContainsSubstring("in another"));
  const auto gate = [](const Tensor& v) { return v * (v > 0.6).to(kFloat32); };
  for (double c : {0.0, 0.5, 1.0})
    CHECK_THAT(of(gate, full({1, 4}, c)), ContainsSubstring("computed from the network's input"));
  const auto over_255 = [](const Tensor& v) { return ones({4}).set_requires_grad(true) * v / 255; };
  for (Dtype dtype : {kUInt8, kInt64})
    for (double c : {0.0, 1.0, 7.0})
      CHECK_THAT(
          of([&](const Tensor& v) { return over_255(v.to(kFloat32)); }, full({1, 4}, c, dtype)),
          ContainsSubstring("computed from the network's input"));
}

TEST_CASE("export_onnx: indices stay in their range, and masks made of them are seen", "[onnx]") {
  const TemporaryFolder folder;
  struct Masked : nn::Module {
    nn::Embedding table = register_module("table", nn::Embedding(10, 4));
    bool masks = true;
    Tensor forward(const Tensor& ids) {
      if (!masks) return table(ids).mean(1);
      const Tensor mask = (ids != 0).to(kFloat32).unsqueeze(2);
      return (table(ids) * mask).sum(1) / mask.sum(1).clamp(1);
    }
  } model;
  TensorList examples{zeros({1, 5}, kInt64), ones({1, 5}, kInt64), full({1, 5}, 9, kInt64),
                      arange(10, kInt64).reshape({2, 5}), arange(3, 8, 1, kInt64).reshape({1, 5})};
  for (const Tensor& ids : examples) {
    model.masks = true;
    CHECK_THAT(
        message_of<ArgumentError>([&] { io::export_onnx(model, ids, folder.file("a.onnx")); }),
        ContainsSubstring("computed from the network's input"));
    model.masks = false;
    CHECK_NOTHROW(io::export_onnx(model, ids, folder.file("a.onnx")));
  }
  // The one value that is known may be the only one.
  struct One : nn::Module {
    nn::Embedding table = register_module("table", nn::Embedding(1, 4));
    Tensor forward(const Tensor& ids) { return table(ids); }
  } one;
  CHECK_THAT(message_of<ArgumentError>([&] {
               io::export_onnx(one, zeros({1, 5}, kInt64), folder.file("a.onnx"));
             }),
             ContainsSubstring("is 0 everywhere") &&
                 ContainsSubstring("[an example with at least two different values]"));
}

TEST_CASE("export_onnx: what is special to a batch of 1 is refused", "[onnx]") {
  const Tensor x = randn({3, 1, 4, 4});
  const auto of = [&](nn::Functional::Impl::Function f) { return export_message(f, x); };
  CHECK_THAT(of([](const Tensor& v) { return v.size(0) == 1 ? v * 2 : v.exp(); }),
             ContainsSubstring("for a batch of 1, from its operation 0 (exp) on"));
  CHECK_THAT(of([](const Tensor& v) { return v * (v.size(0) == 1 ? 3 : 2); }),
             ContainsSubstring("must not depend on the batch"));
  CHECK_THAT(of([](const Tensor& v) {
               return v.mean({1, 2, 3}, true).squeeze();
             }),
             ContainsSubstring("output 0 is [] for a batch of 1 and [2] for one of 2"));
  CHECK_THAT(of([](const Tensor& v) { return v + ones({4}) * (v.size(0) == 1); }),
             ContainsSubstring("is computed from the network's input"));
  // Other ways over memory compute the same.
  const TemporaryFolder folder;
  const auto exports = [&](nn::Functional::Impl::Function f) {
    nn::Functional model(f);
    io::export_onnx(model, x, folder.file("a.onnx"));
  };
  CHECK_NOTHROW(exports([](const Tensor& v) { return v.transpose(0, 1).reshape({-1, 4}) * 2; }));
  CHECK_NOTHROW(exports([](const Tensor& v) { return v.repeat({1, 2, 1, 1}); }));
  CHECK_NOTHROW(exports([](const Tensor& v) {
    REEL_CHECK(v.size(0) > 1, "one sample is too few.");
    return v - v.mean(0, true);
  }));
}

TEST_CASE("export_onnx: every input must be used", "[onnx]") {
  struct Ignores : nn::Module {
    Tensor forward(const Tensor& x, const Tensor&) { return x * 2; }
  } model;
  CHECK(message_of<ArgumentError>([&] {
          io::export_onnx(model, {ones({1, 4}), ones({1, 3})}, "a.onnx",
                          io::OnnxOptions().input_names({"x", "mask"}));
        }) ==
        "export_onnx: no output depends on the input 'mask' [2, 3] by an operation of the tape; "
        "every input must be used. [leave it out]");
}

TEST_CASE("export_onnx: masks may be inputs, and the default random numbers stay", "[onnx]") {
  const TemporaryFolder folder;
  struct Masked : nn::Module {
    Tensor forward(const Tensor& x, const Tensor& mask) { return x.masked_fill(mask, -1); }
  } model;
  const uint64_t before = default_generator().offset();
  for (bool b : {false, true})
    io::export_onnx(model, {ones({1, 4}), full({1, 4}, b, kBool)}, folder.file("a.onnx"));
  CHECK(default_generator().offset() == before);
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
    rows += as_text("| ", operation, " | ", becomes, " |\n");
  std::ifstream file(REEL_SOURCE_DIR "/docs/onnx.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  INFO(rows);
  CHECK(page.find("|---|---|\n" + rows) != std::string::npos);
}

}  // namespace reel
