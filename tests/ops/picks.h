#pragma once
// References for views: each output element is one input element.

#include <functional>

#include "tests/harness.h"

namespace reel::tests {

/// y of shape `sizes` with y[index] = x[source(index)].
inline CaseFunction picks(Shape sizes, std::function<Shape(const Shape&)> source) {
  return [=](const TensorList& xs) {
    const std::vector<double> values = xs[0].to_vector();
    std::vector<double> y;
    Shape index = Shape::filled(sizes.size(), 0);
    for (int64_t i = 0; i < numel_of(sizes); ++i) {
      int64_t rest = i;
      for (size_t d = sizes.size(); d-- > 0; rest /= sizes[d]) index[d] = rest % sizes[d];
      const Shape from = source(index);
      int64_t at = 0;
      for (size_t d = 0; d < from.size(); ++d) at = at * xs[0].sizes()[d] + from[d];
      y.push_back(values[static_cast<size_t>(at)]);
    }
    return tensor_of(sizes, y);
  };
}

/// The same elements in the same order.
inline CaseFunction reshaped(Shape sizes) {
  return [=](const TensorList& xs) { return tensor_of(sizes, xs[0].to_vector()); };
}

}  // namespace reel::tests
