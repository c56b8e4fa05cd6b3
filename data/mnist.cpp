#include <reel/data/mnist.h>

#include <reel/data/idx_images.h>

namespace reel::data {
namespace {

TensorDataset read(const std::string& name, const std::string& root, MNIST::Mode mode) {
  const std::string part = mode == MNIST::Mode::kTrain ? "train" : "t10k";
  return read_idx_images({name, root, part + "-images-idx3-ubyte", part + "-labels-idx1-ubyte"});
}

}  // namespace

MNIST::MNIST(const std::string& root, Mode mode) : MNIST("MNIST", root, mode) {}

MNIST::MNIST(const std::string& name, const std::string& root, Mode mode)
    : TensorDataset(read(name, root, mode)), mode_(mode) {}

}  // namespace reel::data
