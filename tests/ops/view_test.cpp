// Views of whole tensors: shapes, strides, shared memory, messages.

#include "tests/catch.h"

#include <reel/autograd/ops/reductions.h>
#include <reel/autograd/ops/shapes.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

#include "tests/harness.h"
#include "tests/ops/picks.h"

using namespace reel;
using namespace reel::tests;
using Catch::Matchers::Equals;

namespace {

// 0, 1, 2, ... in a contiguous tensor.
Tensor counting(IntArrayRef sizes, Dtype dtype = kFloat64) {
  Tensor x = empty(sizes, dtype);
  visit(dtype, [&](auto zero) {
    auto* p = x.data_ptr<decltype(zero)>();
    for (int64_t i = 0; i < x.numel(); ++i) p[i] = static_cast<decltype(zero)>(i);
  });
  return x;
}

using Values = std::vector<double>;

}  // namespace

TEST_CASE("view: other sizes over the same memory", "[view]") {
  const Tensor x = counting({2, 3, 4});
  const Tensor y = x.view({6, -1});
  CHECK(y.sizes() == Shape{6, 4});
  CHECK(y.strides() == Shape{4, 1});
  CHECK(y.data_ptr() == x.data_ptr());
  y.data_ptr<double>()[5] = -1;
  CHECK(x.to_vector()[5] == -1);

  CHECK(x.view(24).sizes() == Shape{24});
  CHECK(x.view({2, 3, 2, 2, 1}).strides() == Shape{12, 4, 2, 1, 1});
  CHECK(x.view({1, 24, 1}).sizes() == Shape{1, 24, 1});
  CHECK(counting(1).view({}).dim() == 0);
  CHECK(counting({}).view({1, 1}).sizes() == Shape{1, 1});
}

TEST_CASE("view: strided tensors when runs of dimensions allow it", "[view]") {
  const Tensor x = counting({4, 6, 5}).slice(1, 0, 3);  // strides 30, 5, 1
  CHECK(x.view({2, 2, 15}).strides() == Shape{60, 30, 1});
  CHECK(x.view({4, 3, 5, 1}).to_vector() == x.to_vector());
  CHECK_THROWS_WITH(
      x.view({12, 5}),
      Equals("view: the tensor [4, 3, 5] with strides [30, 5, 1] can not be seen as [12, 5] "
             "without a copy; merged dimensions must follow each other in memory. [use "
             "reshape]"));
  const Tensor t = counting({3, 4}).t();
  CHECK_THROWS_AS(t.view(12), ArgumentError);
  CHECK(t.view({2, 2, 3}).strides() == Shape{2, 1, 4});
  CHECK(t.view({2, 2, 3}).to_vector() == t.to_vector());

  const Tensor wide = counting({3, 1}).expand({3, 4});
  CHECK(wide.view({3, 2, 2}).strides() == Shape{1, 0, 0});
  CHECK_THROWS_AS(wide.view(12), ArgumentError);
}

TEST_CASE("view: empty tensors", "[view]") {
  const Tensor x = empty({0, 3});
  CHECK(x.view({3, 0, 5}).sizes() == Shape{3, 0, 5});
  CHECK(x.view({-1, 3}).sizes() == Shape{0, 3});
  CHECK(x.flatten().sizes() == Shape{0});
  CHECK_THROWS_WITH(x.view({-1, 0}),
                    Equals("view: the -1 in [-1, 0] could be any size; it can be inferred "
                           "only if no other size is 0."));
}

TEST_CASE("view: wrong shapes", "[view]") {
  const Tensor x = empty({2, 4});
  CHECK_THROWS_WITH(x.view({3, -1}),
                    Equals("view: the shape [3, -1] does not fit the tensor [2, 4]; the "
                           "sizes must multiply to its 8 elements."));
  CHECK_THROWS_WITH(x.view({3, 3}),
                    Equals("view: the shape [3, 3] does not fit the tensor [2, 4]; the sizes "
                           "must multiply to its 8 elements."));
  CHECK_THROWS_WITH(x.reshape({-1, -1}),
                    Equals("reshape: the shape [-1, -1] has more than one -1; at most "
                           "one size can be inferred."));
  CHECK_THROWS_WITH(x.view({-2, -4}),
                    Equals("shape: [-2, -4] has a negative size; sizes must be 0 or more."));
  CHECK_THROWS_AS(x.view({INT64_MAX, 16}), ArgumentError);
  CHECK_THROWS_AS(x.view({1, 1, 1, 1, 1, 1, 1, 2, 4}), ArgumentError);
  CHECK_THROWS_AS(Tensor().view(1), ArgumentError);
}

TEST_CASE("reshape: a view where possible, else a copy", "[view]") {
  const Tensor x = counting({2, 3});
  CHECK(x.reshape({3, 2}).data_ptr() == x.data_ptr());
  const Tensor y = x.t().reshape(6);
  CHECK(y.data_ptr() != x.data_ptr());
  CHECK(y.to_vector() == Values{0, 3, 1, 4, 2, 5});
  const Tensor same = x.reshape({2, -1});
  CHECK_FALSE(same.is_same(x));
  CHECK(same.data_ptr() == x.data_ptr());
  const Tensor t = x.t();
  CHECK(t.reshape({3, 2}).strides() == t.strides());
}

TEST_CASE("flatten", "[view]") {
  const Tensor x = counting({2, 3, 4, 5});
  CHECK(x.flatten().sizes() == Shape{120});
  CHECK(x.flatten(1).sizes() == Shape{2, 60});
  CHECK(x.flatten(1, 2).sizes() == Shape{2, 12, 5});
  CHECK(x.flatten(-2).sizes() == Shape{2, 3, 20});
  CHECK(x.flatten(2, 2).is_same(x));
  CHECK(counting({}).flatten().sizes() == Shape{1});
  const int64_t far = int64_t{1} << 62;
  CHECK_THROWS_AS(zeros({far, 4, 0}).flatten(0, 1), ArgumentError);
  CHECK(flatten(x, 0, 1).sizes() == Shape{6, 4, 5});
  CHECK_THROWS_WITH(x.flatten(2, 1),
                    Equals("flatten: start_dim 2 lies behind end_dim 1 in the tensor [2, 3, "
                           "4, 5]; it must not."));
  CHECK_THROWS_WITH(x.flatten(4),
                    Equals("flatten: dimension 4 is out of range; the tensor has 4, so it must "
                           "be in [-4, 3]."));
}

TEST_CASE("permute, transpose and t reorder dimensions", "[view]") {
  const Tensor x = counting({2, 3, 4});
  const Tensor y = x.permute({2, 0, -2});
  CHECK(y.sizes() == Shape{4, 2, 3});
  CHECK(y.strides() == Shape{1, 12, 4});
  CHECK(y.accessor<double, 3>()[3][1][2] == x.accessor<double, 3>()[1][2][3]);

  CHECK(x.transpose(0, -1).sizes() == Shape{4, 3, 2});
  CHECK(counting({2, 3}).t().to_vector() == Values{0, 3, 1, 4, 2, 5});
  CHECK(counting(3).t().sizes() == Shape{3});
  CHECK(counting({}).t().dim() == 0);
  CHECK(counting({}).transpose(0, -1).dim() == 0);

  CHECK_THROWS_WITH(x.permute({0, 1}),
                    Equals("permute: [0, 1] names 2 dimensions, the tensor [2, 3, 4] has 3; "
                           "each must be named once."));
  CHECK_THROWS_WITH(
      x.permute({0, 1, -2}),
      Equals("permute: [0, 1, -2] names dimension 1 twice; each must be named once."));
  CHECK_THROWS_WITH(x.transpose(0, 3),
                    Equals("transpose: dimension 3 is out of range; the tensor has 3, so it "
                           "must be in [-3, 2]."));
  CHECK_THROWS_WITH(x.t(),
                    Equals("t: the tensor [2, 3, 4] has 3 dimensions; it must have at most 2. [use "
                           "transpose]"));
}

TEST_CASE("squeeze and unsqueeze drop and add dimensions of size 1", "[view]") {
  const Tensor x = counting({1, 3, 1, 2});
  CHECK(x.squeeze().sizes() == Shape{3, 2});
  CHECK(x.squeeze(2).sizes() == Shape{1, 3, 2});
  CHECK(x.squeeze(-1).sizes() == x.sizes());
  CHECK(counting({1, 1}).squeeze().dim() == 0);
  CHECK(counting({}).squeeze(0).dim() == 0);
  CHECK_THROWS_AS(x.squeeze(4), ArgumentError);

  const Tensor m = counting({2, 3});
  CHECK(m.unsqueeze(0).sizes() == Shape{1, 2, 3});
  CHECK(m.unsqueeze(-1).sizes() == Shape{2, 3, 1});
  CHECK(m.unsqueeze(1).strides() == Shape{3, 3, 1});
  CHECK(counting({}).unsqueeze(0).sizes() == Shape{1});
  CHECK_THROWS_WITH(m.unsqueeze(3),
                    Equals("unsqueeze: dimension 3 is out of range; the tensor has 3, so it "
                           "must be in [-3, 2]."));
}

TEST_CASE("expand stretches dimensions of size 1 by strides of 0", "[view]") {
  const Tensor x = counting({3, 1});
  const Tensor y = x.expand({2, -1, 4});
  CHECK(y.sizes() == Shape{2, 3, 4});
  CHECK(y.strides() == Shape{0, 1, 0});
  CHECK(y.accessor<double, 3>().data() == x.data_ptr<double>());
  CHECK(x.expand({3, 0}).numel() == 0);
  CHECK(counting({}).expand({2, 2}).to_vector() == Values(4, 0));
  CHECK(x.expand_as(empty({3, 5})).sizes() == Shape{3, 5});

  CHECK_THROWS_WITH(x.expand({4, 4}),
                    Equals("expand: the tensor [3, 1] can not become [4, 4]; dimension 0 has size "
                           "3 and only a size of 1 stretches. [-1 keeps a size]"));
  CHECK_THROWS_WITH(x.expand(3),
                    Equals("expand: the shape [3] has fewer dimensions than the "
                           "tensor [3, 1]; new dimensions can only be added in front."));
  CHECK_THROWS_AS(x.expand({-1, 3, 1}), ArgumentError);
  CHECK_THROWS_AS(x.expand({3, -2}), ArgumentError);
}

TEST_CASE("views under their other names share memory too", "[view]") {
  const Tensor x = uniform({2, 1, 3});
  CHECK(broadcast_to(x, {2, 4, 3}).equal(x.expand({2, 4, 3})));
  CHECK(ravel(x).equal(x.reshape({6})));
  CHECK(swapaxes(x, 0, 2).equal(x.transpose(0, 2)));
  CHECK(swapaxes(x, 0, 2).strides() == x.transpose(0, 2).strides());
}

TEST_CASE("views pass check_op", "[view]") {
  const auto reshape_to = [](Shape sizes) {
    return [=](const TensorList& xs) { return xs[0].reshape(sizes); };
  };
  const OpCase cases[] = {
      {.name = "reshape",
       .op = reshape_to({4, -1}),
       .inputs = {{2, 3, 4}},
       .reference = reshaped({4, 6})},
      {.name = "reshape of no elements",
       .op = reshape_to({0, 5}),
       .inputs = {{3, 0}},
       .reference = reshaped({0, 5})},
      {.name = "flatten",
       .op = [](const TensorList& xs) { return xs[0].flatten(1); },
       .inputs = {{2, 3, 5, 7}},
       .reference = reshaped({2, 105})},
      {.name = "squeeze",
       .op = [](const TensorList& xs) { return xs[0].squeeze(); },
       .inputs = {{1, 3, 1, 2}},
       .reference = reshaped({3, 2})},
      {.name = "unsqueeze",
       .op = [](const TensorList& xs) { return xs[0].unsqueeze(-2); },
       .inputs = {{2, 3, 4}},
       .reference = reshaped({2, 3, 1, 4})},
      {.name = "permute",
       .op =
           [](const TensorList& xs) {
             return xs[0].permute({2, 0, 3, 1});
           },
       .inputs = {{2, 3, 5, 4}},
       .reference = picks({5, 2, 4, 3},
                          [](const Shape& i) {
                            return Shape{i[1], i[3], i[0], i[2]};
                          })},
      {.name = "t",
       .op = [](const TensorList& xs) { return xs[0].t(); },
       .inputs = {{7, 9}},
       .reference = picks({9, 7},
                          [](const Shape& i) {
                            return Shape{i[1], i[0]};
                          })},
      {.name = "expand",
       .op =
           [](const TensorList& xs) {
             return xs[0].expand({2, 3, 4, -1});
           },
       .inputs = {{3, 1, 5}},
       .reference = picks({2, 3, 4, 5},
                          [](const Shape& i) {
                            return Shape{i[1], 0, i[3]};
                          })},
      {.name = "expand of a number",
       .op =
           [](const TensorList& xs) {
             return xs[0].expand({2, 2});
           },
       .inputs = {Shape{}},
       .reference = picks({2, 2}, [](const Shape&) { return Shape{}; })},
  };
  for (OpCase c : cases) {
    // A view is linear: its second derivatives are zero.
    c.second_order = true;
    c.zero_gradient = true;
    check_op(c);
  }
}

TEST_CASE("views as gradients accumulate", "[view]") {
  // The gradient of a sum is an expanded tensor, one place in memory for all elements.
  const Tensor x = zeros(3, requires_grad());
  for (int i = 0; i < 3; ++i) sum_to_size(x, 1).backward();
  CHECK(x.grad().to_vector() == Values{3, 3, 3});
  const Tensor y = zeros(3, requires_grad());
  (sum_to_size(y, 1) + sum_to_size(y, 1)).backward();
  CHECK(y.grad().to_vector() == Values{2, 2, 2});

  // What the caller gave stays as it was.
  const Tensor z = zeros(2, requires_grad()), g = tensor({1.0, 2.0});
  for (int i = 0; i < 2; ++i) z.view({2, 1}).view(2).backward(g);
  CHECK(z.grad().to_vector() == Values{2, 4});
  CHECK(g.to_vector() == Values{1, 2});
}

TEST_CASE("meshgrid", "[view]") {
  const Tensor a = tensor({1, 2}), b = tensor({3, 4, 5});
  const TensorList ij = meshgrid({a, b}), xy = meshgrid({a, b}, "xy");
  CHECK(ij[0].equal(tensor({{1, 1, 1}, {2, 2, 2}})));
  CHECK(ij[1].equal(tensor({{3, 4, 5}, {3, 4, 5}})));
  CHECK(xy[0].equal(ij[0].t()));
  CHECK(xy[1].equal(ij[1].t()));
  CHECK(meshgrid({a, b, a})[2].sizes() == Shape{2, 3, 2});
  CHECK(meshgrid({a[0], b})[0].equal(tensor({{1, 1, 1}})));
  const Tensor x = tensor({1.0, 2.0}, requires_grad());
  (meshgrid({x, b})[0] * b).sum().backward();
  CHECK(x.grad().equal(tensor({12.0, 12.0})));
  CHECK_THROWS_AS(meshgrid({}), ArgumentError);
  CHECK_THROWS_AS(meshgrid({ones({2, 2})}), ArgumentError);
  CHECK_THROWS_AS(meshgrid({a}, "yx"), ArgumentError);
}
