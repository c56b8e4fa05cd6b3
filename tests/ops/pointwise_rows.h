#pragma once

// What tests of pointwise operations share: a row an operation, from which its tests are derived.

#include <reel/core/tensor.h>

#include <string>
#include <vector>

namespace reel::tests {

struct PointwiseRow {
  std::string name;
  Tensor (*op)(const Tensor&);
  double (*value)(double);    ///< the plain reference
  double low = -3, high = 3;  ///< domain of the random inputs
  bool zero_gradient = false;
};

/// The harness on vectors of awkward lengths and on images, and the same bits as out of place for
/// every memory layout.
void check_row(const PointwiseRow& row);

}  // namespace reel::tests
