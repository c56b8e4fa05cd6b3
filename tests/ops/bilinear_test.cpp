#include "tests/catch.h"
#include "tests/harness.h"

#include <reel/autograd/ops/products.h>
#include <reel/core/creation.h>

using namespace reel;
using namespace reel::tests;

namespace {

OpCase bilinear_case(Shape rows, int64_t in1, int64_t in2, int64_t out, bool with_bias) {
  const auto with = [&](int64_t n) {
    Shape s = rows;
    s.push_back(n);
    return s;
  };
  OpCase c;
  c.name = as_text("rows ", IntArrayRef(rows), " of ", in1, " and ", in2, " to ", out);
  c.inputs = with_bias ? CaseInputs{with(in1), with(in2), {out, in1, in2}, {out}}
                       : CaseInputs{with(in1), with(in2), {out, in1, in2}};
  c.op = [=](const TensorList& in) {
    return bilinear(in[0], in[1], in[2], with_bias ? in[3] : Tensor());
  };
  const Shape sizes = with(out);
  c.reference = [=](const TensorList& in) {
    const std::vector<double> a = in[0].to_vector(), b = in[1].to_vector(), w = in[2].to_vector();
    std::vector<double> y;
    const auto at = [](const std::vector<double>& v, int64_t i) {
      return v[static_cast<size_t>(i)];
    };
    for (int64_t n = 0; n < numel_of(rows); ++n)
      for (int64_t k = 0; k < out; ++k) {
        double sum = with_bias ? at(in[3].to_vector(), k) : 0;
        for (int64_t i = 0; i < in1; ++i)
          for (int64_t j = 0; j < in2; ++j)
            sum += at(a, n * in1 + i) * at(w, (k * in1 + i) * in2 + j) * at(b, n * in2 + j);
        y.push_back(sum);
      }
    return tensor_of(sizes, y);
  };
  c.second_order = true;
  return c;
}

}  // namespace

TEST_CASE("bilinear") {
  for (bool with_bias : {false, true}) {
    check_op(bilinear_case({4}, 3, 5, 2, with_bias));
    check_op(bilinear_case({}, 3, 5, 2, with_bias));
    check_op(bilinear_case({2, 3}, 4, 1, 3, with_bias));
    check_op(bilinear_case({3}, 17, 9, 7, with_bias));
    check_op(bilinear_case({1}, 1, 8, 1, with_bias));
  }
}

TEST_CASE("bilinear: no rows, no features") {
  CHECK(bilinear(ones({0, 3}), ones({0, 5}), ones({2, 3, 5})).sizes() == Shape{0, 2});
  CHECK(bilinear(ones({4, 3}), ones({4, 0}), ones({2, 3, 0}), ones({2})).equal(ones({4, 2})));
}
