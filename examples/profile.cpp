// Where the time of a training step goes: a table by operation, one by module, and a trace for
// chrome://tracing or ui.perfetto.dev.

#include <program/program.h>
#include <reel/autograd/profiler.h>
#include <reel/io/trace.h>
#include <reel/reel.h>

#include <filesystem>
#include <iostream>
#include <string>

using namespace reel;

namespace {

nn::Sequential make_lenet() {
  const auto flatten = [](const Tensor& x) { return x.flatten(1); };
  return nn::Sequential({{"conv1", nn::Conv2d(nn::Conv2dOptions(1, 6, 5).padding(2))},
                         {"relu1", nn::ReLU()},
                         {"pool1", nn::MaxPool2d(2)},
                         {"conv2", nn::Conv2d(6, 16, 5)},
                         {"relu2", nn::ReLU()},
                         {"pool2", nn::MaxPool2d(2)},
                         {"flatten", nn::Functional(flatten)},
                         {"fc1", nn::Linear(400, 120)},
                         {"relu3", nn::ReLU()},
                         {"fc2", nn::Linear(120, 84)},
                         {"relu4", nn::ReLU()},
                         {"fc3", nn::Linear(84, 10)}});
}

void run(const program::Arguments& given) {
  const int64_t batch = given.integer("batch-size"), steps = given.integer("steps");
  const std::string& path = given.text("trace");
  const auto folder = std::filesystem::path(path).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder);

  nn::Sequential net = make_lenet();
  optim::SGD optimizer(net->parameters(), optim::SGDOptions(0.01).momentum(0.9));
  const Tensor images = randn({batch, 1, 28, 28}), labels = randint(0, 10, {batch}, kInt64);
  const auto step = [&] {
    optimizer.zero_grad();
    cross_entropy(net(images), labels).backward();
    optimizer.step();
  };

  // [profile]
  for (int i = 0; i < 3; ++i) step();  // memory is allocated and threads start

  autograd::Profiler profiler;  // records this thread from here
  for (int64_t i = 0; i < steps; ++i) {
    const autograd::ProfileRange range("step");  // a part with a name of its own
    step();
  }
  profiler.stop();

  const autograd::Profile profile = profiler.profile();
  std::cout << profile.table() << '\n' << profile.table(autograd::ProfileGroup::kModule);
  io::save_trace(path, profile);
  // [/profile]
}

}  // namespace

int main(int argc, char** argv) {
  return program::run(
      argc, argv,
      program::Program("profile", "Shows where the time of training steps of LeNet-5 goes.")
          .integer("steps", "how many to profile", 20, {1, 100'000})
          .integer("batch-size", "images a step", 64, {1, 1 << 20})
          .file("trace", "where the trace goes", "out/trace.json"),
      run);
}
