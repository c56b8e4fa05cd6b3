#pragma once
// What a data set yields.

#include <reel/core/tensor.h>

namespace reel::data {

/// An input and what is to be learnt of it: of one sample, or of a batch along dimension 0.
template <class Data = Tensor, class Target = Tensor>
struct Example {
  Data data;
  Target target;
};

}  // namespace reel::data
