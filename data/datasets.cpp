#include <reel/data/datasets.h>
#include <reel/data/mnist.h>

namespace reel::data::datasets {

namespace {

void check_index(const char* op, size_t index, size_t size) {
  REEL_CHECK(index < size, op, ": index ", index, " of ", size,
             " examples; it must be below that.");
}

}  // namespace

TensorDataset::TensorDataset(const Tensor& tensor) {
  for (int64_t i = 0; i < tensor.size(0); ++i) tensors_.push_back(tensor.select(0, i));
}

TensorExample TensorDataset::get(size_t index) {
  check_index("tensor dataset", index, tensors_.size());
  return tensors_[index];
}

MNIST::MNIST(const std::string& root, Mode mode) : mode_(mode) {
  const data::MNIST digits(
      root, mode == Mode::kTrain ? data::MNIST::Mode::kTrain : data::MNIST::Mode::kTest);
  images_ = digits.images().to(kFloat32).div(255);
  targets_ = digits.targets();
}

Example<> MNIST::get(size_t index) {
  check_index("mnist", index, *size());
  const auto i = static_cast<int64_t>(index);
  return {images_.select(0, i), targets_.select(0, i)};
}

std::optional<size_t> MNIST::size() const { return static_cast<size_t>(images_.size(0)); }

}  // namespace reel::data::datasets
