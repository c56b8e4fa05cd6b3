// A data set, a transform and a sampler of one's own, written for libtorch: two spirals are told
// apart by a small network.

#include <torch/torch.h>

#include <cmath>
#include <cstring>
#include <iostream>
#include <vector>

namespace {

// [dataset]
// Points on `arms` interleaved spirals; the arm is the class.
class Spirals : public torch::data::datasets::Dataset<Spirals> {
 public:
  Spirals(int64_t arms, int64_t points, double noise) {
    for (int64_t arm = 0; arm < arms; ++arm)
      for (int64_t i = 0; i < points; ++i) {
        const double t = static_cast<double>(i) / static_cast<double>(points);
        const double angle =
            4 * t + 6.2831853 * static_cast<double>(arm) / static_cast<double>(arms);
        points_.push_back(
            torch::tensor({t * std::cos(angle), t * std::sin(angle)}, torch::kFloat32) +
            torch::randn({2}) * noise);
        arms_.push_back(arm);
      }
  }

  torch::data::Example<> get(size_t index) override {
    return {points_[index], torch::tensor(arms_[index], torch::kInt64)};
  }
  torch::optional<size_t> size() const override { return points_.size(); }

 private:
  std::vector<torch::Tensor> points_;
  std::vector<int64_t> arms_;
};
// [/dataset]

// [transform]
// Turns every point by a random angle up to `most`.
struct Jitter : torch::data::transforms::TensorTransform<> {
  explicit Jitter(double most) : most_(most) {}
  torch::Tensor operator()(torch::Tensor input) override {
    return input + torch::randn_like(input) * most_;
  }

 private:
  double most_;
};
// [/transform]

// Every second example, then the rest.
struct EvenFirst : torch::data::samplers::Sampler<> {
  explicit EvenFirst(size_t size) : size_(size) {}
  void reset(torch::optional<size_t> new_size = torch::nullopt) override {
    size_ = new_size.value_or(size_);
    position_ = 0;
  }
  torch::optional<std::vector<size_t>> next(size_t batch_size) override {
    const size_t even = (size_ + 1) / 2;
    std::vector<size_t> batch;
    for (; position_ < size_ && batch.size() < batch_size; ++position_)
      batch.push_back(position_ < even ? 2 * position_ : 2 * (position_ - even) + 1);
    if (batch.empty()) return torch::nullopt;
    return batch;
  }
  void save(torch::serialize::OutputArchive& archive) const override {
    archive.write("position", torch::tensor(static_cast<int64_t>(position_)), /*is_buffer=*/true);
  }
  void load(torch::serialize::InputArchive& archive) override {
    torch::Tensor position;
    archive.read("position", position, /*is_buffer=*/true);
    position_ = static_cast<size_t>(position.item<int64_t>());
  }

 private:
  size_t size_, position_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const int epochs = argc > 1 && std::strcmp(argv[1], "--smoke") == 0 ? 40 : 200;
  torch::manual_seed(3);
  Spirals spirals(/*arms=*/2, /*points=*/200, /*noise=*/0.01);

  auto loader = torch::data::make_data_loader(
      spirals.map(Jitter(0.01)).map(torch::data::transforms::Stack<>()),
      torch::data::DataLoaderOptions().batch_size(32).workers(2).drop_last(true));

  torch::nn::Sequential net(
      torch::nn::Linear(2, 32), torch::nn::Functional(torch::tanh), torch::nn::Linear(32, 32),
      torch::nn::ReLU(torch::nn::ReLUOptions().inplace(true)), torch::nn::Linear(32, 2));
  torch::optim::AdamW optimizer(net->parameters(), torch::optim::AdamWOptions(1e-2));
  torch::nn::CrossEntropyLoss criterion;
  for (int epoch = 0; epoch < epochs; ++epoch)
    for (auto& batch : *loader) {
      optimizer.zero_grad();
      criterion(net->forward(batch.data), batch.target).backward();
      optimizer.step();
    }

  torch::NoGradGuard no_grad;
  net->eval();
  int64_t correct = 0, seen = 0;
  auto checked = torch::data::make_data_loader(std::move(spirals), EvenFirst(400), 50);
  for (auto& batch : *checked)
    for (auto& example : batch) {
      auto predicted = net->forward(example.data.unsqueeze(0)).argmax(1);
      correct += predicted.item<int64_t>() == example.target.item<int64_t>();
      ++seen;
    }
  std::cout << correct << " of " << seen << " points are on the right arm\n";
  return seen == 400 && correct > 360 ? 0 : 1;
}
