#include "tests/catch.h"
#include "tests/harness.h"

#include <reel/autograd/ops/pools.h>
#include <reel/core/creation.h>

using namespace reel;
using namespace reel::tests;

namespace {

void check_unpool(int D, Shape large) {
  const Shape spatial(IntArrayRef(large.data() + 2, static_cast<size_t>(D)));
  const auto pooled = [=] {
    const Tensor x = uniform(large, 3);
    return D == 1   ? max_pool1d_with_indices(x, 2)
           : D == 2 ? max_pool2d_with_indices(x, 2)
                    : max_pool3d_with_indices(x, 2);
  };
  OpCase c;
  c.name = as_text("to ", IntArrayRef(large));
  c.inputs = CaseInputs([=] {
    const auto [y, indices] = pooled();
    return TensorList{uniform(y.sizes(), 1), indices};
  });
  c.op = [=](const TensorList& in) {
    return D == 1   ? max_unpool1d(in[0], in[1], spatial)
           : D == 2 ? max_unpool2d(in[0], in[1], spatial)
                    : max_unpool3d(in[0], in[1], spatial);
  };
  c.reference = [=](const TensorList& in) {
    const std::vector<double> x = in[0].to_vector(), index = in[1].to_vector();
    const auto pixels = static_cast<size_t>(numel_of(spatial));
    const size_t small = x.size() / static_cast<size_t>(large[0] * large[1]);
    std::vector<double> y(static_cast<size_t>(numel_of(large)), 0.0);
    for (size_t i = 0; i < x.size(); ++i)
      y[i / small * pixels + static_cast<size_t>(index[i])] = x[i];
    return tensor_of(large, y);
  };
  c.second_order = true;
  check_op(c);
}

}  // namespace

TEST_CASE("max_unpool") {
  check_unpool(1, {2, 3, 8});
  check_unpool(2, {2, 3, 6, 4});
  check_unpool(3, {1, 2, 4, 2, 4});
  for (int64_t C : {1, 7, 8, 9, 16, 17, 65}) check_unpool(2, {1, C, 4, 5});
}

TEST_CASE("max_unpool: undoes pooling, one sample, overlapping windows") {
  const Tensor x = uniform({3, 6, 4}, 1);
  const auto [y, indices] = max_pool2d_with_indices(x, 2);
  const Tensor back = max_unpool2d(y, indices, {6, 4});
  CHECK(back.sizes() == x.sizes());
  CHECK(max_pool2d(back.abs(), 2).equal(y.abs()));
  CHECK(back.sum().item<double>() == Catch::Approx(y.sum().item<double>()));
  // A pixel that won several windows is written, not added up.
  const Tensor peak = tensor_of({1, 1, 3}, {0, 5, 1});
  const auto [both, twice] = max_pool1d_with_indices(peak, 2, 1);
  CHECK(max_unpool1d(both, twice, 3).to_vector() == std::vector<double>{0, 5, 0});
}
