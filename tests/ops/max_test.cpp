#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"
#include "tests/ops/reduction_reference.h"

#include <reel/autograd/engine.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/reductions.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>
#include <reel/core/random.h>

#include <limits>

#include <algorithm>
#include <cmath>

using namespace reel;
using namespace reel::tests;

namespace {

double largest(const Group& g) { return *std::max_element(g.begin(), g.end()); }
double smallest(const Group& g) { return *std::min_element(g.begin(), g.end()); }
double where_largest(const Group& g) {
  return static_cast<double>(std::max_element(g.begin(), g.end()) - g.begin());
}
double where_smallest(const Group& g) {
  return static_cast<double>(std::min_element(g.begin(), g.end()) - g.begin());
}

}  // namespace

TEST_CASE("amax and amin") {
  for (const ReductionShape& s : reduction_shapes()) {
    check_op(reduction_case(
        "amax of " + name_of(s), s.sizes,
        [=](const TensorList& in) { return amax(in[0], s.dims, s.keepdim); },
        [=](const TensorList& in) { return reduce_reference(in[0], s.dims, s.keepdim, largest); }));
    check_op(reduction_case(
        "amin of " + name_of(s), s.sizes,
        [=](const TensorList& in) { return amin(in[0], s.dims, s.keepdim); },
        [=](const TensorList& in) {
          return reduce_reference(in[0], s.dims, s.keepdim, smallest);
        }));
  }
}

TEST_CASE("max and min of one dimension") {
  for (const ReductionShape& s : reduction_shapes()) {
    if (s.dims.size() != 1) continue;
    const int64_t d = s.dims[0];
    check_op(reduction_case(
        "max of " + name_of(s), s.sizes,
        [=](const TensorList& in) {
          const auto [values, indices] = in[0].max(d, s.keepdim);
          return TensorList{values, indices};
        },
        [=](const TensorList& in) {
          return TensorList{reduce_reference(in[0], {d}, s.keepdim, largest),
                            reduce_reference(in[0], {d}, s.keepdim, where_largest)};
        }));
    check_op(reduction_case(
        "min of " + name_of(s), s.sizes,
        [=](const TensorList& in) {
          const auto [values, indices] = in[0].min(d, s.keepdim);
          return TensorList{values, indices};
        },
        [=](const TensorList& in) {
          return TensorList{reduce_reference(in[0], {d}, s.keepdim, smallest),
                            reduce_reference(in[0], {d}, s.keepdim, where_smallest)};
        }));
  }
}

TEST_CASE("argmax and argmin") {
  for (const ReductionShape& s : reduction_shapes()) {
    if (s.dims.size() > 1) continue;
    std::optional<int64_t> dim;
    if (!s.dims.empty()) dim = s.dims[0];
    OpCase c = reduction_case(
        "argmax of " + name_of(s), s.sizes,
        [=](const TensorList& in) {
          return TensorList{in[0].argmax(dim, s.keepdim), in[0].argmin(dim, s.keepdim)};
        },
        [=](const TensorList& in) {
          return TensorList{reduce_reference(in[0], s.dims, s.keepdim, where_largest),
                            reduce_reference(in[0], s.dims, s.keepdim, where_smallest)};
        });
    c.differentiable = false;
    check_op(c);
  }
}

TEST_CASE("max: the first of equals, the first NaN before all") {
  for (Dtype dtype : {kFloat32, kFloat64}) {
    const double nan = std::nan("");
    const Tensor x =
        tensor_of({3, 5}, {1, 3, 3, 2, 3, nan, 7, nan, 1, 2, -1, -1, nan, 5, 5}).to(dtype);
    for (const Tensor& y : {x, x.t().contiguous().t()}) {
      CHECK(y.argmax(1).to_vector() == std::vector<double>{1, 0, 2});
      CHECK(y.argmin(1).to_vector() == std::vector<double>{0, 0, 2});
      CHECK(y.argmax().item<int64_t>() == 5);
      CHECK(std::isnan(y.max().item<double>()));
      CHECK(std::isnan(std::get<0>(y.min(1)).to_vector()[1]));
      CHECK(std::get<0>(y.min(1)).to_vector()[0] == 1);
    }
  }
}

TEST_CASE("max: equals share the gradient, the index takes it whole") {
  const Tensor x = tensor_of({5}, {1, 4, 2, 4, 0}).requires_grad_();
  x.max().backward();
  CHECK(x.grad().to_vector() == std::vector<double>{0, 0.5, 0, 0.5, 0});
  x.mutable_grad() = Tensor();
  std::get<0>(x.max(0)).backward();
  CHECK(x.grad().to_vector() == std::vector<double>{0, 1, 0, 0, 0});
}

TEST_CASE("max and min: integers, bool") {
  const Tensor x = integers({9, 40}, 100, 3);
  for (Dtype dtype : {kUInt8, kInt32, kInt64}) {
    const Tensor y = x.to(dtype);
    CHECK(y.max().dtype() == dtype);
    CHECK(y.max().item<int64_t>() == static_cast<int64_t>(largest(x.to_vector())));
    CHECK(amin(y, 0).to_vector() ==
          reduce_reference(x.to(kFloat64), {0}, false, smallest).to_vector());
    CHECK(y.argmax(1).to_vector() ==
          reduce_reference(x.to(kFloat64), {1}, false, where_largest).to_vector());
  }
  CHECK(tensor_of({3}, {0, 1, 0}).to(kBool).max().item<bool>());
}

TEST_CASE("all and any") {
  const Tensor mixed = tensor_of({2, 2}, {0, 1, 1, 1}), none = zeros({3}), every = ones({3});
  CHECK_FALSE(mixed.all().item<bool>());
  CHECK(mixed.any().item<bool>());
  CHECK(every.all().item<bool>());
  CHECK_FALSE(none.any().item<bool>());
  CHECK(mixed.to(kBool).any().item<bool>());
  CHECK_FALSE(mixed.to(kBool).all().item<bool>());
  CHECK(zeros({0}).all().item<bool>());
  CHECK_FALSE(zeros({0}).any().item<bool>());
  CHECK(every.all().dtype() == kBool);
}

TEST_CASE("max: no element to choose from") {
  CHECK(std::get<0>(zeros({0, 3}).max(1)).sizes() == IntArrayRef(0));
  CHECK(amax(zeros({3, 0}), 0).sizes() == IntArrayRef(0));
  CHECK(message_of<ArgumentError>([&] {
          zeros({0, 3}).max(0);
        }) ==
        "max: the input [0, 3] has no element to choose from along the reduced dimensions; it must "
        "have one.");
  CHECK(message_of<ArgumentError>([&] { zeros({0}).min(); }) ==
        "min: the input [0] has no element to choose from along the reduced dimensions; it must "
        "have one.");
  CHECK(message_of<ArgumentError>([&] { zeros({0}).argmax(); }) ==
        "argmax: the input [0] has no element to choose from along the reduced dimensions; it must "
        "have one.");
}

TEST_CASE("max: all and any along a dimension") {
  const Tensor x = tensor_of({2, 3}, {1, 0, 2, 3, 4, 5});
  CHECK(all(x, 1).to_vector() == std::vector<double>{0, 1});
  CHECK(any(x, 0, true).sizes() == Shape{1, 3});
  CHECK(x.eq(0).any(0).to_vector() == std::vector<double>{0, 1, 0});
  CHECK(zeros({2, 0}).all(1).to_vector() == std::vector<double>{1, 1});
  CHECK(zeros({2, 0}).any(1).to_vector() == std::vector<double>{0, 0});
  CHECK(zeros({0, 2}).all(1).sizes() == Shape{0});
  CHECK(x.amax(1).equal(amax(x, 1)));
  CHECK(x.amin().equal(amin(x)));
}
