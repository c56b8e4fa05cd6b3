// Trains a convolutional network on handwritten digits, written for libtorch.

#include <torch/torch.h>

#include <cstdio>
#include <cstring>
#include <iostream>
#include <memory>
#include <string>

namespace {

// [net]
struct Net : torch::nn::Module {
  Net()
      : conv1(torch::nn::Conv2dOptions(1, 10, /*kernel_size=*/5)),
        conv2(torch::nn::Conv2dOptions(10, 20, /*kernel_size=*/5)),
        fc1(320, 50),
        fc2(50, 10) {
    register_module("conv1", conv1);
    register_module("conv2", conv2);
    register_module("dropout", dropout);
    register_module("fc1", fc1);
    register_module("fc2", fc2);
  }

  torch::Tensor forward(torch::Tensor x) {
    x = torch::relu(torch::max_pool2d(conv1->forward(x), 2));
    x = torch::relu(torch::max_pool2d(dropout->forward(conv2->forward(x)), 2));
    x = x.view({-1, 320});
    x = torch::relu(fc1->forward(x));
    x = torch::dropout(x, /*p=*/0.5, /*training=*/is_training());
    x = fc2->forward(x);
    return torch::log_softmax(x, /*dim=*/1);
  }

  torch::nn::Conv2d conv1;
  torch::nn::Conv2d conv2;
  torch::nn::Dropout dropout;
  torch::nn::Linear fc1;
  torch::nn::Linear fc2;
};
// [/net]

constexpr int64_t kTrainBatchSize = 64;
constexpr int64_t kTestBatchSize = 1000;

template <typename DataLoader>
void train(size_t epoch, Net& model, torch::Device device, DataLoader& data_loader,
           torch::optim::Optimizer& optimizer, size_t most_batches) {
  // [train]
  model.train();
  size_t batch_idx = 0;
  for (auto& batch : data_loader) {
    auto data = batch.data.to(device), targets = batch.target.to(device);
    optimizer.zero_grad();
    auto output = model.forward(data);
    auto loss = torch::nll_loss(output, targets);
    TORCH_CHECK(!std::isnan(loss.template item<float>()), "the loss is NaN");
    loss.backward();
    optimizer.step();
    if (batch_idx++ % 50 == 0)
      std::printf("epoch %zu, batch %zu: loss %.4f\n", epoch, batch_idx,
                  loss.template item<double>());
    if (batch_idx == most_batches) break;
  }
  // [/train]
}

template <typename DataLoader>
double test(Net& model, torch::Device device, DataLoader& data_loader, size_t dataset_size) {
  torch::NoGradGuard no_grad;
  model.eval();
  double test_loss = 0;
  int64_t correct = 0;
  for (const auto& batch : data_loader) {
    auto data = batch.data.to(device), targets = batch.target.to(device);
    auto output = model.forward(data);
    test_loss += torch::nll_loss(output, targets, /*weight=*/{}, torch::Reduction::Sum)
                     .template item<float>();
    auto pred = output.argmax(1);
    correct += pred.eq(targets).sum().template item<int64_t>();
  }
  const double accuracy = static_cast<double>(correct) / static_cast<double>(dataset_size);
  std::printf("test: loss %.4f, accuracy %.3f\n", test_loss / static_cast<double>(dataset_size),
              accuracy);
  return accuracy;
}

}  // namespace

int main(int argc, char** argv) {
  const bool smoke = argc > 1 && std::strcmp(argv[1], "--smoke") == 0;
  torch::manual_seed(1);

  torch::DeviceType device_type = torch::kCPU;
  if (torch::cuda::is_available()) device_type = torch::kCUDA;
  torch::Device device(device_type);

  auto model = std::make_shared<Net>();
  model->to(device);

  // [loader]
  const char* kDataRoot = "data/mnist10k";
  auto train_dataset = torch::data::datasets::MNIST(kDataRoot)
                           .map(torch::data::transforms::Normalize<>(0.1307, 0.3081))
                           .map(torch::data::transforms::Stack<>());
  const size_t train_dataset_size = train_dataset.size().value();
  auto train_loader = torch::data::make_data_loader<torch::data::samplers::RandomSampler>(
      std::move(train_dataset), kTrainBatchSize);
  // [/loader]
  auto test_dataset =
      torch::data::datasets::MNIST(kDataRoot, torch::data::datasets::MNIST::Mode::kTest)
          .map(torch::data::transforms::Normalize<>(0.1307, 0.3081))
          .map(torch::data::transforms::Stack<>());
  const size_t test_dataset_size = test_dataset.size().value();
  auto test_loader = torch::data::make_data_loader<torch::data::samplers::SequentialSampler>(
      std::move(test_dataset), torch::data::DataLoaderOptions().batch_size(kTestBatchSize));
  std::cout << train_dataset_size << " digits\n" << *model << '\n';

  torch::optim::SGD optimizer(model->parameters(), torch::optim::SGDOptions(0.02).momentum(0.5));
  double accuracy = 0;
  for (size_t epoch = 1; epoch <= (smoke ? 1 : 5); ++epoch) {
    train(epoch, *model, device, *train_loader, optimizer, smoke ? 120 : SIZE_MAX);
    accuracy = test(*model, device, *test_loader, test_dataset_size);
  }

  const std::string path = std::string(std::getenv("TMPDIR") ? std::getenv("TMPDIR") : "/tmp") +
                           "/libtorch_mnist_example.pt";
  torch::save(model, path);
  auto restored = std::make_shared<Net>();
  torch::load(restored, path);
  std::remove(path.c_str());
  restored->eval();
  model->eval();
  auto probe = torch::rand({1, 1, 28, 28});
  TORCH_CHECK(model->forward(probe).equal(restored->forward(probe)), "saved and loaded differ");
  return accuracy > (smoke ? 0.6 : 0.95) ? 0 : 1;
}
