#include "tests/ops/pointwise_rows.h"

#include <reel/core/creation.h>

#include "tests/catch.h"
#include "tests/harness.h"

namespace reel::tests {

namespace {

Tensor reference_of(const PointwiseRow& row, const Tensor& x) {
  std::vector<double> values = x.to_vector();
  for (double& v : values) v = row.value(v);
  return tensor_of(x.sizes(), values);
}

OpCase case_of(const PointwiseRow& row, const Shape& sizes) {
  OpCase c;
  c.name = row.name;
  c.op = [row](const TensorList& xs) { return row.op(xs[0]); };
  c.inputs = [row, sizes] { return TensorList{uniform(sizes, 3, row.low, row.high)}; };
  c.reference = [row](const TensorList& xs) { return reference_of(row, xs[0]); };
  c.zero_gradient = row.zero_gradient;
  c.differentiable = !row.zero_gradient;
  c.second_order = false;
  return c;
}

}  // namespace

void check_row(const PointwiseRow& row) {
  INFO(row.name);
  for (const Shape& sizes : {Shape{33}, Shape{2, 3, 4, 5}}) {
    OpCase c = case_of(row, sizes);
    c.second_order = sizes.size() == 1 && !row.zero_gradient;
    check_op(c);
  }
  for (Dtype dtype : {kFloat32, kFloat64})
    for (int64_t n : {0, 1, 7, 8, 9, 15, 16, 17, 31}) {
      const Tensor x = uniform({n}, static_cast<uint64_t>(n), row.low, row.high, dtype);
      const std::vector<double> values = row.op(x).to_vector();
      const std::vector<double> wanted = reference_of(row, x).to_vector();
      for (size_t i = 0; i < values.size(); ++i)
        CHECK(values[i] ==
              Catch::Approx(wanted[i]).epsilon(dtype == kFloat32 ? 2e-6 : 1e-12).margin(1e-6));
    }
}

}  // namespace reel::tests
