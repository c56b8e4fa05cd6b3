// What makes training fast or slow, measured on this machine; REEL_NUM_THREADS says with how many
// threads. docs/speed.md explains the figures.

#include <program/program.h>
#include <reel/core/allocator.h>
#include <reel/core/parallel.h>
#include <reel/reel.h>

#include <chrono>
#include <cstdio>

using namespace reel;

namespace {

nn::Sequential make_net() {
  return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(3, 32, 3).padding(1)), nn::BatchNorm2d(32),
                        nn::ReLU(), nn::MaxPool2d(2),
                        nn::Conv2d(nn::Conv2dOptions(32, 64, 3).padding(1)), nn::BatchNorm2d(64),
                        nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(), nn::Linear(64 * 8 * 8, 10));
}

// Milliseconds of a call: the least of several, since other programs only make it slower.
template <class F>
double milliseconds(const F& call) {
  call();  // the first one asks the system for memory
  double least = 1e9, sum = 0;
  for (int i = 0; i < 7 || (sum < 200 && i < 200); ++i) {
    const auto start = std::chrono::steady_clock::now();
    call();
    const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - start;
    least = std::min(least, time.count());
    sum += time.count();
  }
  return least;
}

double step_time(int64_t batch, Dtype type = kFloat32) {
  nn::Sequential net = make_net();
  net->to(type);
  optim::SGD optimizer(net->parameters(), optim::SGDOptions(0.01).momentum(0.9));
  const Tensor images = randn({batch, 3, 32, 32}).to(type);
  const Tensor labels = randint(0, 10, {batch}, kInt64);
  return milliseconds([&] {
    optimizer.zero_grad();
    cross_entropy(net(images), labels).backward();
    optimizer.step();
  });
}

// Most megabytes that live at once during a call, beyond those before it.
template <class F>
double megabytes(const F& call) {
  const int64_t before = memory_stats().live;
  reset_peak_memory();
  call();
  return static_cast<double>(memory_stats().peak - before) / 1e6;
}

void row(const char* what, double time, double reference) {
  std::printf("%-44s %9.3f ms %7.2f\n", what, time, time / reference);
}

void run(const program::Arguments&) {
  const double step = step_time(64);
  std::printf("a step on 64 images of 32 x 32, number of threads: %d\n", num_threads());
  row("as it is", step, step);
  row("in float64", step_time(64, kFloat64), step);

  std::printf("\na step by the size of the batch, for each image\n");
  const double image = step / 64;
  for (const int64_t batch : {1, 4, 16, 64, 256}) {
    char what[32];
    std::snprintf(what, sizeof what, "batch of %d", static_cast<int>(batch));
    row(what, step_time(batch) / static_cast<double>(batch), image);
  }

  std::printf("\nthe same network, asked\n");
  nn::Sequential net = make_net();
  const Tensor images = randn({64, 3, 32, 32});
  net->eval();
  const auto recorded = [&] { return net(images); };
  const auto asked = [&] {
    const NoGradGuard no_grad;
    return net(images);
  };
  const double time = milliseconds(asked);
  row("with NoGradGuard", time, time);
  row("without, so that everything is recorded", milliseconds(recorded), time);
  std::printf("%-44s %9.1f MB\n", "memory with NoGradGuard", megabytes(asked));
  std::printf("%-44s %9.1f MB\n", "memory without", megabytes(recorded));

  std::printf("\n1,000,000 numbers doubled\n");
  const Tensor x = randn({1000, 1000});
  const double operation = milliseconds([&] { (void)(x * 2); });
  row("x * 2", operation, operation);
  row("x.mul_(2), in place", milliseconds([&] { x.mul_(2); }), operation);
  row("by an accessor", milliseconds([&] {
        auto e = x.accessor<float, 2>();
        for (int64_t i = 0; i < 1000; ++i)
          for (int64_t j = 0; j < 1000; ++j) e[i][j] *= 2;
      }),
      operation);
  row("by x[i][j], 10,000 of them", milliseconds([&] {
        for (int64_t i = 0; i < 10; ++i)
          for (int64_t j = 0; j < 1000; ++j) x[i][j].mul_(2);
      }),
      operation);
}

}  // namespace

int main(int argc, char** argv) {
  return program::run(argc, argv,
                      program::Program("speed", "Measures what makes training fast or slow."), run);
}
