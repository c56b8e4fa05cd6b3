// Learns to write digits: a Wasserstein GAN with a gradient penalty (Gulrajani et al. 2017, arXiv
// 1704.00028). Writes pictures of what it makes to --out. The penalty is on the length of a
// gradient, so its own gradient is one of second order: autograd::grad with create_graph.

#include <program/program.h>
#include <reel/reel.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

using namespace reel;

namespace {

struct Settings {
  std::string data, out;
  int64_t steps, critic_steps, batch_size, seed, threads;
  double lr;
};

constexpr int64_t kNoise = 32;
constexpr double kPenalty = 10;

// ---- the two networks ----

// Every pixel becomes a square of four.
Tensor upsampled(const Tensor& x) {
  const int64_t N = x.size(0), C = x.size(1), H = x.size(2), W = x.size(3);
  return x.view({N, C, H, 1, W, 1}).expand({N, C, H, 2, W, 2}).reshape({N, C, 2 * H, 2 * W});
}

struct Generator : nn::Module {
  nn::Linear start = register_module("start", nn::Linear(kNoise, 32 * 7 * 7));
  nn::BatchNorm2d norm1 = register_module("norm1", nn::BatchNorm2d(32));
  nn::Conv2d conv1 = register_module("conv1", nn::Conv2d(nn::Conv2dOptions(32, 24, 3).padding(1)));
  nn::BatchNorm2d norm2 = register_module("norm2", nn::BatchNorm2d(24));
  nn::Conv2d conv2 = register_module("conv2", nn::Conv2d(nn::Conv2dOptions(24, 12, 3).padding(1)));
  nn::BatchNorm2d norm3 = register_module("norm3", nn::BatchNorm2d(12));
  nn::Conv2d conv3 = register_module("conv3", nn::Conv2d(nn::Conv2dOptions(12, 1, 3).padding(1)));

  // From noise (N, kNoise) to images (N, 1, 28, 28) in [0, 1].
  Tensor forward(const Tensor& noise) {
    Tensor x = relu(norm1(start(noise).view({-1, 32, 7, 7})));
    x = relu(norm2(conv1(upsampled(x))));
    x = relu(norm3(conv2(upsampled(x))));
    return sigmoid(conv3(x));
  }
};

// How real an image is, on a scale of its own. It has no batch norm: the penalty is on the gradient
// of each image by itself.
nn::Sequential make_critic() {
  return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(1, 16, 5).stride(2).padding(2)),
                        nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(0.2)),
                        nn::Conv2d(nn::Conv2dOptions(16, 32, 5).stride(2).padding(2)),
                        nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(0.2)),  //
                        nn::Flatten(), nn::Linear(32 * 7 * 7, 64),
                        nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(0.2)),
                        nn::Linear(64, 1));
}

// ---- training ----

// The mean of (|d critic / d image| - 1)^2 at random places between real images and made ones.
Tensor gradient_penalty(nn::Sequential& critic, const Tensor& real, const Tensor& made) {
  const Tensor share = rand({real.size(0), 1, 1, 1});
  const Tensor between = (share * real + (1.0 - share) * made).detach().requires_grad_();
  const Tensor gradient =
      autograd::grad({critic(between).sum()}, {between}, {}, {}, /*create_graph=*/true)[0];
  return (vector_norm(gradient.flatten(1), {1}) - 1.0).square().mean();
}

// One step of the critic; what it says of real images over what it says of made ones.
double train_critic(nn::Sequential& critic, Generator& generator, optim::Optimizer& optimizer,
                    const Tensor& real) {
  Tensor made;
  {
    const NoGradGuard no_grad;
    made = generator.forward(randn({real.size(0), kNoise}));
  }
  const Tensor distance = critic(real).mean() - critic(made).mean();
  optimizer.zero_grad();
  (kPenalty * gradient_penalty(critic, real, made) - distance).backward();
  optimizer.step();
  return distance.item<double>();
}

void train_generator(nn::Sequential& critic, Generator& generator, optim::Optimizer& optimizer,
                     int64_t batch_size) {
  // The critic passes gradients on to the images, and keeps none.
  critic->requires_grad_(false);
  optimizer.zero_grad();
  (-critic(generator.forward(randn({batch_size, kNoise}))).mean()).backward();
  optimizer.step();
  critic->requires_grad_(true);
}

// ---- what is left behind ----

// Images (rows * columns, 1, 28, 28) in [0, 1] side by side.
void write_grid(const std::string& path, const Tensor& images, int64_t columns) {
  const int64_t rows = images.size(0) / columns, H = images.size(2), W = images.size(3);
  const Tensor bordered = pad(images, {1, 1, 1, 1}).view({rows, columns, H + 2, W + 2});
  const std::vector<double> values = bordered.permute({0, 2, 1, 3}).contiguous().to_vector();
  io::Image picture{static_cast<int>(columns * (W + 2)), static_cast<int>(rows * (H + 2)), 1, {}};
  for (double value : values)
    picture.pixels.push_back(static_cast<uint8_t>(std::lround(255 * std::clamp(value, 0.0, 1.0))));
  io::write_png(path, picture);
}

void run(const Settings& s) {
  using Clock = std::chrono::steady_clock;
  const data::MNIST train(s.data);
  const auto seed = static_cast<uint64_t>(s.seed);
  const data::Batches batches(train, data::BatchOptions(s.batch_size).seed(seed).drop_last(true));
  REEL_CHECK(batches.epoch(0).size() > 0, "wgan_gp: --batch-size is ", s.batch_size,
             "; it must be at most ", train.size(), ", the number of images.");
  std::filesystem::create_directories(s.out);
  set_num_threads(static_cast<int>(s.threads));
  manual_seed(seed);

  Generator generator;
  nn::Sequential critic = make_critic();
  std::cout << describe() << "\n" << generator << "\n" << critic << "\n\n" << std::flush;
  const Tensor noise = randn({64, kNoise});  // the same for every picture
  optim::Adam generator_adam(generator.parameters(), optim::AdamOptions(s.lr).betas({0, 0.9})),
      critic_adam(critic->parameters(), optim::AdamOptions(s.lr).betas({0, 0.9}));
  optim::EMA average(generator.parameters(), generator.buffers(), 0.99, /*warmup=*/true);
  io::CsvLog log(s.out + "/log.csv", {"step", "distance", "seconds"});
  const auto draw = [&](const std::string& name) {
    const NoGradGuard no_grad;
    const optim::AverageScope averaged(average);
    generator.eval();
    write_grid(s.out + "/" + name, generator.forward(noise), 8);
    generator.train();
  };

  const auto start = Clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
  const int64_t shown = std::max<int64_t>(1, s.steps / 10);
  int64_t step = 0, turn = 0;
  for (uint64_t epoch = 0; step < s.steps; ++epoch)
    for (const auto& batch : batches.epoch(epoch)) {
      const Tensor real = batch.data.to(kFloat32) / 255.0;
      const double distance = train_critic(critic, generator, critic_adam, real);
      if (++turn % s.critic_steps != 0) continue;
      train_generator(critic, generator, generator_adam, s.batch_size);
      average.update();
      ++step;
      log.row({step, distance, seconds()});
      if (step % shown == 0 || step == s.steps) {
        std::printf("step %5lld/%lld: distance %.3f, %.1f s\n", static_cast<long long>(step),
                    static_cast<long long>(s.steps), distance, seconds());
        std::fflush(stdout);
        draw("digits.png");
        if (step == shown) draw("early.png");
      }
      if (step == s.steps) break;
    }
  {
    const NoGradGuard no_grad;
    write_grid(s.out + "/real.png", train.images().slice(0, 0, 64).to(kFloat32) / 255.0, 8);
  }
  std::printf("in %s: digits.png, early.png, real.png, log.csv\n", s.out.c_str());
}

// ---- the command line ----

program::Program make_program() {
  return program::Program("wgan_gp",
                          "Learns to write digits: a Wasserstein GAN with a gradient penalty.")
      .group("Training")
      .folder("data", "folder with the MNIST files", "data/mnist10k")
      .integer("steps", "of the generator", 800, {1})
      .integer("critic-steps", "of the critic for each of them", 2, {1})
      .integer("batch-size", "images a step", 64, {2})
      .number("lr", "learning rate of both", 5e-4, {0, 1})
      .integer("seed", "of weights, order and noise", 0, {0})
      .integer("threads", "threads to compute with", "as many as cores", {1, 4096})
      .folder("out", "folder for the pictures", "out/wgan_gp")
      .flag("quick", "a few steps only, which make no digits yet")
      .example("wgan_gp --steps 3000", "digits that are easier to read, in 4 times the time");
}

Settings settings_from(const program::Arguments& given) {
  return {.data = given.text("data"),
          .out = given.text("out"),
          .steps = given.flag("quick") ? 5 : given.integer("steps"),
          .critic_steps = given.integer("critic-steps"),
          .batch_size = given.integer("batch-size"),
          .seed = given.integer("seed"),
          .threads = given.has("threads") ? given.integer("threads") : num_threads(),
          .lr = given.number("lr")};
}

}  // namespace

int main(int argc, char** argv) {
  return program::run(argc, argv, make_program(),
                      [](const program::Arguments& given) { run(settings_from(given)); });
}
