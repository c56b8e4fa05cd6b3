#pragma once
// What a data set yields.

#include <reel/core/tensor.h>

namespace reel::data {

/// What Example has for a target when there is none.
struct NoTarget {};

/// An input and what is to be learnt of it: of one sample, or of a batch along dimension 0.
template <class Data = Tensor, class Target = Tensor>
struct Example {
  using DataType = Data;
  using TargetType = Target;
  Data data;
  Target target;
};

/// An input alone.
template <class Data>
struct Example<Data, NoTarget> {
  using DataType = Data;
  using TargetType = NoTarget;
  Example() = default;
  Example(Data d) : data(std::move(d)) {}
  operator Data&() { return data; }
  operator const Data&() const { return data; }
  Data data;
};
using TensorExample = Example<Tensor, NoTarget>;

}  // namespace reel::data
