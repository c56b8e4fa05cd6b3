// Where the time of a training step goes: a table by operation, one by module, and a trace for
// chrome://tracing or ui.perfetto.dev.

#include <reel/autograd/profiler.h>
#include <reel/io/trace.h>
#include <reel/reel.h>

#include <cxxopts.hpp>

#include <iostream>

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

}  // namespace

int main(int argc, char** argv) {
  cxxopts::Options options("profile", "Shows where the time of training steps of LeNet-5 goes");
  options.add_options()("steps", "how many to profile", cxxopts::value<int>()->default_value("20"));
  options.add_options()("batch", "the batch size", cxxopts::value<int64_t>()->default_value("64"));
  options.add_options()("trace", "where to write the trace",
                        cxxopts::value<std::string>()->default_value("out/trace.json"));
  options.add_options()("help", "show this");
  const auto given = options.parse(argc, argv);
  if (given.count("help")) {
    std::cout << options.help();
    return 0;
  }
  const int64_t batch = given["batch"].as<int64_t>();
  const int steps = given["steps"].as<int>();
  const std::string path = given["trace"].as<std::string>();

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
  for (int i = 0; i < steps; ++i) {
    const autograd::ProfileRange range("step");  // a part with a name of its own
    step();
  }
  profiler.stop();

  const autograd::Profile profile = profiler.profile();
  std::cout << profile.table() << '\n' << profile.table(autograd::ProfileGroup::kModule);
  io::save_trace(path, profile);
  // [/profile]
}
