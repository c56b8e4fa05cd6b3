#include "tests/catch.h"
#include "tests/harness.h"

#include <reel/autograd/ops/norms.h>

#include <algorithm>
#include <cmath>

using namespace reel;
using namespace reel::tests;

namespace {

OpCase response_case(std::string name, const Shape& x, int64_t size, double alpha = 1e-4,
                     double beta = 0.75, double k = 1) {
  OpCase c;
  c.name = std::move(name);
  c.op = [=](const TensorList& in) { return local_response_norm(in[0], size, alpha, beta, k); };
  c.inputs = {x};
  c.reference = [=](const TensorList& in) {
    const std::vector<double> v = in[0].to_vector();
    std::vector<double> y(v.size());
    const int64_t C = x[1], P = v.empty() ? 0 : in[0].numel() / (x[0] * C);
    for (int64_t i = 0; i < in[0].numel(); ++i) {
      const int64_t channel = i / P % C;
      double sum = 0;
      for (int64_t j = channel - size / 2; j <= channel + (size - 1) / 2; ++j)
        if (j >= 0 && j < C) sum += std::pow(v[static_cast<size_t>(i + (j - channel) * P)], 2);
      const auto at = static_cast<size_t>(i);
      y[at] = v[at] / std::pow(k + alpha * sum / static_cast<double>(size), beta);
    }
    return tensor_of(x, y);
  };
  c.second_order = true;
  return c;
}

}  // namespace

TEST_CASE("local_response_norm") {
  check_op(response_case("defaults", {2, 5, 3, 2}, 3));
  check_op(response_case("an even number of channels", {2, 6, 4}, 4, 0.7, 0.5, 2));
  check_op(response_case("3 spatial dimensions", {1, 4, 2, 1, 3}, 2, 0.5));
  check_op(response_case("more channels than there are", {2, 2, 3}, 7, 0.5));
  for (int64_t C : {1, 7, 8, 9, 15, 16, 17, 31, 33})
    check_op(response_case("channels " + std::to_string(C), {1, C, 2}, 5, 0.9));
  OpCase none = response_case("no samples", {0, 4, 3}, 3);
  none.zero_gradient = true;
  check_op(none);
}
