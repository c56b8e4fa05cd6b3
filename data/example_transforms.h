#pragma once
// What is done to the examples of a data set before a loop sees them: `set.map(Normalize<>(0.1,
// 0.3)).map(Stack<>())`.

#include <reel/core/array_ref.h>
#include <reel/data/example.h>
#include <reel/data/sample_random.h>

#include <functional>
#include <utility>
#include <vector>

namespace reel::data::transforms {

/// Makes one batch of another.
template <class InputBatch, class OutputBatch>
class BatchTransform {
 public:
  using InputBatchType = InputBatch;
  using OutputBatchType = OutputBatch;
  virtual ~BatchTransform() = default;
  virtual OutputBatch apply_batch(InputBatch batch) = 0;
};

/// Makes one example of another, for each in a batch.
template <class Input, class Output>
class Transform : public BatchTransform<std::vector<Input>, std::vector<Output>> {
 public:
  using InputType = Input;
  using OutputType = Output;
  virtual Output apply(Input input) = 0;
  std::vector<Output> apply_batch(std::vector<Input> batch) override {
    std::vector<Output> result;
    result.reserve(batch.size());
    for (size_t place = 0; place < batch.size(); ++place) {
      set_loading_place(place);
      result.push_back(apply(std::move(batch[place])));
    }
    clear_loading_place();
    return result;
  }
};

/// Makes one example of a batch.
template <class T, class Batch = std::vector<T>>
using Collation = BatchTransform<Batch, T>;
template <class T, class Batch = std::vector<T>>
using Collate = BatchTransform<Batch, T>;

/// A function as a BatchTransform.
template <class Input, class Output = Input>
class BatchLambda : public BatchTransform<Input, Output> {
 public:
  using FunctionType = std::function<Output(Input)>;
  explicit BatchLambda(FunctionType function) : function_(std::move(function)) {}
  Output apply_batch(Input batch) override { return function_(std::move(batch)); }

 private:
  FunctionType function_;
};

/// A function as a Transform.
template <class Input, class Output = Input>
class Lambda : public Transform<Input, Output> {
 public:
  using FunctionType = std::function<Output(Input)>;
  explicit Lambda(FunctionType function) : function_(std::move(function)) {}
  Output apply(Input input) override { return function_(std::move(input)); }

 private:
  FunctionType function_;
};

/// Changes the input of each example and leaves its target: derive and write operator().
template <class Target = Tensor>
class TensorTransform : public Transform<Example<Tensor, Target>, Example<Tensor, Target>> {
 public:
  using E = Example<Tensor, Target>;
  virtual Tensor operator()(Tensor input) = 0;
  E apply(E example) override {
    example.data = (*this)(std::move(example.data));
    return example;
  }
};

/// A function as a TensorTransform.
template <class Target = Tensor>
class TensorLambda : public TensorTransform<Target> {
 public:
  using FunctionType = std::function<Tensor(Tensor)>;
  explicit TensorLambda(FunctionType function) : function_(std::move(function)) {}
  Tensor operator()(Tensor input) override { return function_(std::move(input)); }

 private:
  FunctionType function_;
};

/// (x - mean) / stddev, each value for all channels or one for each. Shapes: (C, ...) of float.
/// Throws: ArgumentError unless there are as many deviations as means.
Tensor normalize_channels(const Tensor& x, const Tensor& mean, const Tensor& stddev);
/// The values as a tensor (C, 1, 1).
Tensor channel_values(ArrayRef<double> values);

/// (input - mean) / stddev of each channel. Source: torch::data::transforms::Normalize.
template <class Target = Tensor>
class Normalize : public TensorTransform<Target> {
 public:
  Normalize(ArrayRef<double> mean_values, ArrayRef<double> stddev_values)
      : mean(channel_values(mean_values)), stddev(channel_values(stddev_values)) {}
  Tensor operator()(Tensor input) override { return normalize_channels(input, mean, stddev); }
  Tensor mean, stddev;
};

/// Stacks the tensors of examples along a new dimension 0.
template <class ExampleType = Example<>>
struct Stack;

/// Stacks inputs and targets along a new dimension 0.
template <>
struct Stack<Example<>> final : Collation<Example<>> {
  Example<> apply_batch(std::vector<Example<>> examples) override;
};
template <>
struct Stack<TensorExample> final : Collation<TensorExample> {
  TensorExample apply_batch(std::vector<TensorExample> examples) override;
};

}  // namespace reel::data::transforms
