// Two networks against each other, written for libtorch: one draws digits out of noise, the other
// tells them from real ones.

#include <torch/torch.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <iostream>

namespace {

constexpr int64_t kNoiseSize = 64;
constexpr int64_t kBatchSize = 64;

// [generator]
struct DCGANGeneratorImpl : torch::nn::Module {
  explicit DCGANGeneratorImpl(int64_t noise_size)
      : conv1(torch::nn::ConvTranspose2dOptions(noise_size, 64, 4).bias(false)),
        batch_norm1(64),
        conv2(torch::nn::ConvTranspose2dOptions(64, 32, 3).stride(2).padding(1).bias(false)),
        batch_norm2(32),
        conv3(torch::nn::ConvTranspose2dOptions(32, 16, 4).stride(2).padding(1).bias(false)),
        batch_norm3(16),
        conv4(torch::nn::ConvTranspose2dOptions(16, 1, 4).stride(2).padding(1).bias(false)) {
    register_module("conv1", conv1);
    register_module("conv2", conv2);
    register_module("conv3", conv3);
    register_module("conv4", conv4);
    register_module("batch_norm1", batch_norm1);
    register_module("batch_norm2", batch_norm2);
    register_module("batch_norm3", batch_norm3);
  }

  torch::Tensor forward(torch::Tensor x) {
    x = torch::relu(batch_norm1(conv1(x)));
    x = torch::relu(batch_norm2(conv2(x)));
    x = torch::relu(batch_norm3(conv3(x)));
    return torch::tanh(conv4(x));
  }

  torch::nn::ConvTranspose2d conv1;
  torch::nn::BatchNorm2d batch_norm1;
  torch::nn::ConvTranspose2d conv2;
  torch::nn::BatchNorm2d batch_norm2;
  torch::nn::ConvTranspose2d conv3;
  torch::nn::BatchNorm2d batch_norm3;
  torch::nn::ConvTranspose2d conv4;
};
TORCH_MODULE(DCGANGenerator);
// [/generator]

// [discriminator]
torch::nn::Sequential make_discriminator() {
  const auto leaky = [] { return torch::nn::LeakyReLUOptions().negative_slope(0.2); };
  return torch::nn::Sequential(
      torch::nn::Conv2d(torch::nn::Conv2dOptions(1, 16, 4).stride(2).padding(1).bias(false)),
      torch::nn::LeakyReLU(leaky()),
      torch::nn::Conv2d(torch::nn::Conv2dOptions(16, 32, 4).stride(2).padding(1).bias(false)),
      torch::nn::BatchNorm2d(32), torch::nn::LeakyReLU(leaky()),
      torch::nn::Conv2d(torch::nn::Conv2dOptions(32, 64, 4).stride(2).padding(1).bias(false)),
      torch::nn::BatchNorm2d(64), torch::nn::LeakyReLU(leaky()),
      torch::nn::Conv2d(torch::nn::Conv2dOptions(64, 1, 3).bias(false)), torch::nn::Sigmoid());
}
// [/discriminator]

}  // namespace

int main(int argc, char** argv) {
  const bool smoke = argc > 1 && std::strcmp(argv[1], "--smoke") == 0;
  torch::manual_seed(1);
  const torch::Device device(torch::kCPU);

  DCGANGenerator generator(kNoiseSize);
  generator->to(device);
  torch::nn::Sequential discriminator = make_discriminator();
  discriminator->to(device);
  std::cout << generator << '\n' << discriminator << '\n';

  auto dataset = torch::data::datasets::MNIST("data/mnist10k")
                     .map(torch::data::transforms::Normalize<>(0.5, 0.5))
                     .map(torch::data::transforms::Stack<>());
  auto data_loader = torch::data::make_data_loader<torch::data::samplers::RandomSampler>(
      std::move(dataset), torch::data::DataLoaderOptions().batch_size(kBatchSize));

  torch::optim::Adam generator_optimizer(
      generator->parameters(), torch::optim::AdamOptions(2e-3).betas(std::make_tuple(0.5, 0.999)));
  torch::optim::Adam discriminator_optimizer(
      discriminator->parameters(),
      torch::optim::AdamOptions(2e-3).betas(std::make_tuple(0.5, 0.999)));

  double real_score = 0, fake_score = 0;
  for (int64_t epoch = 1; epoch <= (smoke ? 1 : 10); ++epoch) {
    int64_t batch_index = 0;
    for (auto& batch : *data_loader) {
      // The discriminator, on real images and on drawn ones.
      discriminator->zero_grad();
      auto real_images = batch.data.to(device);
      auto real_labels = torch::empty(batch.data.size(0)).uniform_(0.8, 1.0);
      auto real_output = discriminator->forward(real_images).reshape(real_labels.sizes());
      auto d_loss_real = torch::binary_cross_entropy(real_output, real_labels);
      d_loss_real.backward();

      auto noise = torch::randn({batch.data.size(0), kNoiseSize, 1, 1}, device);
      auto fake_images = generator->forward(noise);
      auto fake_labels = torch::zeros(batch.data.size(0));
      auto fake_output = discriminator->forward(fake_images.detach()).reshape(fake_labels.sizes());
      auto d_loss_fake = torch::binary_cross_entropy(fake_output, fake_labels);
      d_loss_fake.backward();
      auto d_loss = d_loss_real + d_loss_fake;
      discriminator_optimizer.step();

      // The generator, which wants its images taken for real.
      generator->zero_grad();
      fake_labels.fill_(1);
      fake_output = discriminator->forward(fake_images).reshape(fake_labels.sizes());
      auto g_loss = torch::binary_cross_entropy(fake_output, fake_labels);
      g_loss.backward();
      generator_optimizer.step();

      real_score = real_output.mean().item<double>();
      fake_score = fake_output.mean().item<double>();
      TORCH_CHECK(std::isfinite(d_loss.item<double>()) && std::isfinite(g_loss.item<double>()),
                  "a loss is not finite");
      if (batch_index++ % 20 == 0)
        std::printf("epoch %lld, batch %lld: D loss %.4f, G loss %.4f\n",
                    static_cast<long long>(epoch), static_cast<long long>(batch_index),
                    d_loss.item<double>(), g_loss.item<double>());
      if (smoke && batch_index == 40) break;
    }
  }

  // What is drawn has the range and the brightness of digits: mostly background.
  generator->eval();
  torch::NoGradGuard no_grad;
  auto samples = generator->forward(torch::randn({16, kNoiseSize, 1, 1}, device));
  std::printf("scores: real %.3f, drawn %.3f; mean of what is drawn %.3f\n", real_score, fake_score,
              samples.mean().item<double>());
  TORCH_CHECK(samples.sizes() == torch::IntArrayRef({16, 1, 28, 28}), "samples of another shape");
  return samples.mean().item<float>() < -0.3 ? 0 : 1;
}
