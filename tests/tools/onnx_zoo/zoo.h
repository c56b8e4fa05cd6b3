#pragma once
// Networks that are exported to ONNX, and read by onnx and onnxruntime: tests/python/check_onnx.py.

#include <reel/io/onnx/export.h>
#include <reel/nn/functional.h>
#include <reel/reel.h>

#include <functional>
#include <string>
#include <vector>

namespace zoo {

using namespace reel;

/// A network with inputs for it, of other numbers of samples than it is exported by.
struct Entry {
  std::string name;
  std::shared_ptr<nn::Module> module;
  TensorList inputs;
  std::function<void(const std::string& path)> write;
  std::function<TensorList(const TensorList&)> run;
  bool training = false;  // whether it is exported as it trains
};

constexpr int64_t kBatch = 5;

/// `sample` is the shape of a sample, without the batch.
template <class Holder>
Entry entry(std::string name, Holder model, std::vector<int64_t> sample,
            io::OnnxOptions options = {}) {
  std::vector<int64_t> shape{kBatch};
  shape.insert(shape.end(), sample.begin(), sample.end());
  const Tensor x = randn(shape);
  const auto write = [model, x, options](const std::string& path) mutable {
    const Tensor example = options.dynamic_batch() ? x.narrow(0, 0, 1) : x;
    io::export_onnx(model, example, path, options);
  };
  const auto run = [model](const TensorList& inputs) mutable {
    return nn::tensor_forward<typename Holder::ContainedType>(*model, inputs);
  };
  return {std::move(name), model.ptr(), {x}, write, run, options.training()};
}

std::vector<Entry> networks();
std::vector<Entry> layers();
std::vector<Entry> operations();

}  // namespace zoo
