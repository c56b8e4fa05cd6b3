// Whole networks: those of the benchmarks, of the examples, and with what they lack.

#include "zoo.h"

#include <bench/networks.h>
#include <reel/nn/utils/weight_norm.h>

namespace zoo {

namespace {

nn::AnyModule mnist_norm(const std::string& norm, int64_t channels, int64_t side) {
  if (norm == "batch") return nn::BatchNorm2d(channels);
  if (norm == "layer") return nn::LayerNorm(nn::LayerNormOptions({channels, side, side}));
  if (norm == "group") return nn::GroupNorm(2, channels);
  return nn::Identity();
}

nn::Sequential mnist_lenet(const std::string& norm) {
  return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(1, 6, 5).padding(2)), mnist_norm(norm, 6, 28),
                        nn::ReLU(), nn::MaxPool2d(2), nn::Conv2d(6, 16, 5),
                        mnist_norm(norm, 16, 10), nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(),
                        nn::Linear(400, 120), nn::ReLU(), nn::Linear(120, 84), nn::ReLU(),
                        nn::Linear(84, 10));
}

nn::Sequential mnist_cnn(const std::string& norm) {
  return nn::Sequential(nn::Conv2d(1, 8, 3), mnist_norm(norm, 8, 26), nn::ReLU(),
                        nn::Conv2d(8, 16, 3), mnist_norm(norm, 16, 24), nn::ReLU(),
                        nn::MaxPool2d(2), nn::Dropout(0.25), nn::Flatten(), nn::Linear(2304, 32),
                        nn::ReLU(), nn::Dropout(0.5), nn::Linear(32, 10));
}

struct GeneratorImpl : nn::Module {
  nn::ConvTranspose2d conv1 = register_module(
      "conv1", nn::ConvTranspose2d(nn::ConvTranspose2dOptions(16, 12, 4).bias(false)));
  nn::BatchNorm2d norm1 = register_module("norm1", nn::BatchNorm2d(12));
  nn::ConvTranspose2d conv2 = register_module(
      "conv2", nn::ConvTranspose2d(
                   nn::ConvTranspose2dOptions(12, 8, 3).stride(2).padding(1).output_padding(1)));
  nn::ConvTranspose2d conv3 = register_module(
      "conv3", nn::ConvTranspose2d(nn::ConvTranspose2dOptions(8, 4, 4).stride(2).groups(2)));
  Tensor forward(const Tensor& x) {
    return conv3(relu(conv2(leaky_relu(norm1(conv1(x.view({x.size(0), 16, 1, 1}))), 0.2)))).tanh();
  }
};
REEL_MODULE(Generator);

nn::Sequential discriminator() {
  const auto leaky = nn::LeakyReLUOptions().negative_slope(0.2);
  const auto half = [](int64_t in, int64_t out) {
    return nn::Conv2d(nn::Conv2dOptions(in, out, 4).stride(2).padding(1).bias(false));
  };
  return nn::Sequential(half(1, 8), nn::LeakyReLU(leaky), half(8, 16), nn::BatchNorm2d(16),
                        nn::LeakyReLU(leaky), half(16, 16), nn::BatchNorm2d(16),
                        nn::LeakyReLU(leaky), nn::Conv2d(nn::Conv2dOptions(16, 1, 3).bias(false)),
                        nn::Sigmoid());
}

// As examples/wgan_gp.cpp and custom_module.cpp have them: images out of noise, and a branch that
// is weighted.
struct PainterImpl : nn::Module {
  nn::Linear start = register_module("start", nn::Linear(8, 8 * 7 * 7));
  nn::BatchNorm2d norm = register_module("norm", nn::BatchNorm2d(8));
  nn::Conv2d conv = register_module("conv", nn::Conv2d(nn::Conv2dOptions(8, 8, 3).padding(1))),
             last = register_module("last", nn::Conv2d(nn::Conv2dOptions(8, 1, 3).padding(1)));
  nn::Parameter gain = register_parameter("gain", full({8, 1, 1}, 0.3));
  Tensor forward(const Tensor& noise) {
    const Tensor x = relu(norm(start(noise).view({-1, 8, 7, 7})));
    const Tensor y = interpolate(x, {}, {2, 2});
    return sigmoid(last((conv(y) * gain + y).relu())) + x.mean({2, 3}).sum(1).view({-1, 1, 1, 1});
  }
};
REEL_MODULE(Painter);

struct UNetImpl : nn::Module {
  static nn::Sequential block(int64_t in, int64_t out) {
    return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(in, out, 3).padding(kSame)),
                          nn::BatchNorm2d(out), nn::ReLU(nn::ReLUOptions(true)));
  }
  nn::Sequential down1 = register_module("down1", block(3, 8)),
                 down2 = register_module("down2", block(8, 16)),
                 bottom = register_module("bottom", block(16, 16)),
                 up2 = register_module("up2", block(32, 8)),
                 up1 = register_module("up1", block(16, 8));
  nn::Upsample upsample =
      register_module("upsample", nn::Upsample(nn::UpsampleOptions()
                                                   .scale_factor(std::vector<double>{2, 2})
                                                   .mode(kBilinear)
                                                   .align_corners(false)));
  nn::Conv2d head = register_module("head", nn::Conv2d(8, 2, 1));
  Tensor forward(const Tensor& x) {
    const Tensor a = down1(x), b = down2(max_pool2d(a, 2)), c = bottom(max_pool2d(b, 2));
    const Tensor d = up2(cat({upsample(c), b}, 1));
    return head(up1(cat({upsample(d), a}, 1)));
  }
};
REEL_MODULE(UNet);

// Attention over the pixels, with a table of positions.
struct AttentionImpl : nn::Module {
  nn::Linear qkv = register_module("qkv", nn::Linear(12, 36)),
             out = register_module("out", nn::Linear(12, 12));
  nn::Parameter positions = register_parameter("positions", randn({1, 16, 12}));
  nn::Parameter token = register_parameter("token", randn({1, 1, 12}));
  nn::Buffer mask = register_buffer("mask", ones({17, 17}).tril().eq(0));
  Tensor forward(const Tensor& image) {
    const int64_t n = image.size(0);
    const Tensor x =
        cat({token.expand({n, 1, 12}), image.flatten(2).transpose(1, 2) + positions}, 1);
    const TensorList parts = qkv(x).chunk(3, -1);
    const auto heads = [&](const Tensor& v) { return v.view({n, 17, 3, 4}).transpose(1, 2); };
    const Tensor scores = heads(parts[0]).matmul(heads(parts[1]).mT()) / 2;
    const Tensor weights = scores.masked_fill(mask, -1e9).softmax(-1);
    const Tensor mixed = weights.matmul(heads(parts[2])).transpose(1, 2).reshape({n, 17, 12});
    return out(mixed).select(1, 0);
  }
};
REEL_MODULE(Attention);

struct TextImpl : nn::Module {
  nn::Embedding table = register_module("table", nn::Embedding(20, 6));
  nn::Linear head = register_module("head", nn::Linear(6, 4));
  Tensor forward(const Tensor& words, const Tensor& scale) {
    return head(table(words).mean(1) * scale).log_softmax(1);
  }
};
REEL_MODULE(Text);

Entry text() {
  Text model;
  const Tensor words = randint(0, 20, {kBatch, 7}, kInt64), scale = randn({kBatch, 1});
  const auto options = io::OnnxOptions().input_names({"words", "scale"});
  return {"text",
          model.ptr(),
          {words, scale},
          [=](const std::string& path) mutable {
            io::export_onnx(model, {words.narrow(0, 0, 1), scale.narrow(0, 0, 1)}, path, options);
          },
          [=](const TensorList& x) mutable { return TensorList{model->forward(x[0], x[1])}; }};
}

struct MaskedImpl : nn::Module {
  nn::Linear head = register_module("head", nn::Linear(6, 4));
  Tensor forward(const Tensor& x, const Tensor& mask) {
    return head(where(mask, x, x * 0.5).masked_fill(mask, 2));
  }
};
REEL_MODULE(Masked);

Entry masked() {
  Masked model;
  const Tensor x = randn({kBatch, 6}), mask = randn({kBatch, 6}) > 0;
  return {"masked",
          model.ptr(),
          {x, mask},
          [=](const std::string& path) mutable {
            io::export_onnx(model, {x.narrow(0, 0, 2), mask.narrow(0, 0, 2)}, path);
          },
          [=](const TensorList& v) mutable { return TensorList{model->forward(v[0], v[1])}; }};
}

// Two outputs, one of them an input of the other; a weight that is computed, one that is shared.
struct TwoHeadsImpl : nn::Module {
  nn::Linear body = register_module("body", nn::Linear(6, 6)),
             head = register_module("head", nn::Linear(6, 6));
  TwoHeadsImpl() { nn::utils::weight_norm(body); }
  std::tuple<Tensor, Tensor> forward(const Tensor& x) {
    const Tensor y = body(x).tanh();
    return {head(head(y)), y};
  }
};
REEL_MODULE(TwoHeads);

}  // namespace

std::vector<Entry> networks() {
  std::vector<Entry> all;
  for (const char* norm : {"none", "batch", "layer", "group"}) {
    all.push_back(entry(as_text("lenet_", norm), mnist_lenet(norm), {1, 28, 28}));
    all.push_back(entry(as_text("cnn_", norm), mnist_cnn(norm), {1, 28, 28}));
  }
  all.push_back(entry("lenet5", bench::lenet5(), {1, 28, 28}));
  all.push_back(entry("resnet20", bench::resnet20(false), {3, 16, 16}));
  all.push_back(entry("resnet20gn", bench::resnet20(true), {3, 16, 16}));
  all.push_back(entry("vgg", bench::vggsmall(), {3, 16, 16}));
  all.push_back(entry("mobile", bench::mobile(), {3, 16, 16}));
  all.push_back(entry("convnext", bench::convnext(), {3, 32, 32}));
  all.push_back(entry("m5", bench::m5(), {1, 2000}));
  all.push_back(entry("vox", bench::vox(), {1, 16, 16, 16}));
  all.push_back(entry("mlp", bench::mlp(), {32}));
  all.push_back(entry("generator", Generator(), {16}));
  all.push_back(entry("discriminator", discriminator(), {1, 28, 28}));
  all.push_back(entry("painter", Painter(), {8}));
  all.push_back(entry("unet", UNet(), {3, 16, 16}));
  all.push_back(entry("attention", Attention(), {12, 4, 4}));
  all.push_back(
      entry("fixed_batch", bench::lenet5(), {1, 28, 28}, io::OnnxOptions().dynamic_batch(false)));
  all.push_back(text());
  all.push_back(masked());
  all.push_back(
      entry("two_heads", TwoHeads(), {6}, io::OnnxOptions().output_names({"y", "hidden"})));
  all.push_back(entry("training", bench::mobile(), {3, 16, 16}, io::OnnxOptions().training(true)));
  return all;
}

}  // namespace zoo
