#include <reel/autograd/engine.h>
#include <reel/autograd/ops/shapes.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

using namespace reel;
using namespace reel::tests;

namespace {

using Values = std::vector<double>;

// y[..., i, ...] from the input that holds entry i of the dimension.
CaseFunction reference(int64_t dim) {
  return [=](const TensorList& xs) {
    const auto d = static_cast<size_t>(dim);
    Shape sizes = xs[0].sizes();
    for (size_t i = 1; i < xs.size(); ++i) sizes[d] += xs[i].sizes()[d];
    Values y;
    for (int64_t i = 0; i < numel_of(sizes); ++i) {
      int64_t inner = 1;
      for (size_t k = d + 1; k < sizes.size(); ++k) inner *= sizes[k];
      int64_t entry = i / inner % sizes[d];
      size_t from = 0;
      while (entry >= xs[from].sizes()[d]) entry -= xs[from++].sizes()[d];
      const int64_t outer = i / inner / sizes[d];
      const int64_t at = (outer * xs[from].sizes()[d] + entry) * inner + i % inner;
      y.push_back(xs[from].data_ptr<double>()[at]);
    }
    return tensor_of(sizes, y);
  };
}

CaseFunction along(int64_t dim) {
  return [=](const TensorList& xs) { return cat(xs, dim); };
}

}  // namespace

TEST_CASE("cat passes check_op", "[cat]") {
  const OpCase cases[] = {
      {.name = "rows",
       .op = along(0),
       .inputs = {{2, 3}, {1, 3}, {4, 3}},
       .reference = reference(0)},
      {.name = "columns", .op = along(-1), .inputs = {{3, 2}, {3, 5}}, .reference = reference(1)},
      {.name = "channels",
       .op = along(1),
       .inputs = {{2, 3, 4, 5}, {2, 1, 4, 5}, {2, 7, 4, 5}},
       .reference = reference(1)},
      {.name = "samples",
       .op = along(0),
       .inputs = {{2, 3, 4, 5}, {1, 3, 4, 5}},
       .reference = reference(0)},
      {.name = "height",
       .op = along(2),
       .inputs = {{2, 3, 4, 5}, {2, 3, 1, 5}},
       .reference = reference(2)},
      {.name = "width",
       .op = along(3),
       .inputs = {{2, 3, 4, 5}, {2, 3, 4, 2}},
       .reference = reference(3)},
      {.name = "with an empty one",
       .op = along(1),
       .inputs = {{2, 3, 2}, {2, 0, 2}, {2, 1, 2}},
       .reference = reference(1)},
      {.name = "one", .op = along(0), .inputs = {{5}}, .reference = reference(0)},
      {.name = "many",
       .op = along(0),
       .inputs = {{1}, {2}, {3}, {4}, {5}, {6}},
       .reference = reference(0)},
      {.name = "stack",
       .op = [](const TensorList& xs) { return stack(xs, 1); },
       .inputs = {{3, 4}, {3, 4}},
       .reference =
           [](const TensorList& xs) {
             Values y;
             for (size_t i = 0; i < 3; ++i)
               for (const Tensor& x : xs)
                 for (size_t j = 0; j < 4; ++j) y.push_back(x.to_vector()[4 * i + j]);
             return tensor_of({3, 2, 4}, y);
           }},
  };
  for (OpCase c : cases) {
    c.second_order = true;
    c.zero_gradient = true;  // of gradients: the map is linear
    check_op(c);
  }
}

TEST_CASE("cat: channels-last inputs give a channels-last result and gradients", "[cat]") {
  const Tensor a = empty_channels_last({2, 3, 4, 5}, kFloat32);
  const Tensor b = empty_channels_last({2, 4, 4, 5}, kFloat32);
  a.fill_(1);
  b.fill_(2);
  a.requires_grad_();
  b.requires_grad_();
  const Tensor y = cat({a, b}, 1);
  CHECK(is_held(y));
  CHECK(is_held(a));
  const Tensor g = empty_channels_last(y.sizes(), kFloat32);
  g.fill_(3);
  const TensorList grads = autograd::grad({y}, {a, b}, {g});
  CHECK(is_held(grads[0]));
  CHECK(is_held(grads[1]));
  CHECK(grads[1].to_vector() == Values(160, 3));

  // One plain input makes the result plain, and converts no other.
  const Tensor mixed = cat({a, zeros({2, 2, 4, 5})}, 1);
  CHECK(is_plain(mixed));
  CHECK(is_held(a));
  CHECK(mixed.select(1, 0).to_vector() == Values(40, 1));
  CHECK(mixed.select(1, 3).to_vector() == Values(40, 0));
}

TEST_CASE("cat: dtypes are promoted, tensors of shape [0] left out", "[cat]") {
  const Tensor y = cat({tensor({1, 2}), tensor({true}), tensor({0.5})});
  CHECK(y.dtype() == kFloat32);
  CHECK(y.to_vector() == Values{1, 2, 1, 0.5});
  CHECK(cat({tensor({1}), tensor({true})}).dtype() == kInt64);

  Tensor rows = zeros(0);
  for (int i = 0; i < 3; ++i) rows = cat({rows, full({1, 2}, static_cast<double>(i))});
  CHECK(rows.sizes() == Shape{3, 2});
  CHECK(rows.to_vector() == Values{0, 0, 1, 1, 2, 2});
  CHECK(cat({zeros(0), zeros(0)}).sizes() == Shape{0});

  const Tensor none = zeros(0, requires_grad()), x = ones({2, 2}, requires_grad());
  cat({none, x}).backward(ones({2, 2}));
  CHECK(x.grad().to_vector() == Values(4, 1));
  CHECK_FALSE(none.grad().defined());
}

TEST_CASE("cat and stack: wrong inputs", "[cat]") {
  CHECK(message_of<ArgumentError>([] { cat({}); }) ==
        "cat: no tensors were given; there must be at least one.");
  CHECK(
      message_of<ArgumentError>([] {
        cat({zeros({2, 3}), zeros({2, 3}), zeros({2, 4})});
      }) ==
      "cat: input 2 [2, 4] does not fit input 0 [2, 3]; all sizes but that of dimension 0 must be "
      "equal.");
  CHECK(
      message_of<ArgumentError>([] {
        cat({zeros({2, 3}), zeros({2, 3, 1})}, 1);
      }) ==
      "cat: input 1 [2, 3, 1] does not fit input 0 [2, 3]; all sizes but that of dimension 1 must "
      "be equal.");
  CHECK(message_of<ArgumentError>([] {
          cat({tensor(1.0), tensor(2.0)});
        }) == "cat: input 0 has no dimensions; it needs one to be joined along. [use stack]");
  const Tensor long_row = zeros({0, int64_t{1} << 62});
  CHECK(message_of<ArgumentError>([&] {
          cat({long_row, long_row, long_row, long_row}, 1);
        }) ==
        "cat: input 1 [0, 4611686018427387904] makes dimension 1 too long; sizes must be below "
        "2^63 in all.");
  CHECK_THROWS_AS(cat({zeros(2)}, 1), ArgumentError);
  CHECK_THROWS_AS(cat({Tensor()}), ArgumentError);

  CHECK(stack({tensor(1.0), tensor(2.0)}).to_vector() == Values{1, 2});
  CHECK(stack({zeros(3), ones(3)}, -1).sizes() == Shape{3, 2});
  CHECK(message_of<ArgumentError>([] {
          stack({zeros(2), zeros(3)});
        }) == "stack: input 1 [3] does not fit input 0 [2]; the shapes must be equal.");
  CHECK_THROWS_AS(stack({zeros(2)}, 2), ArgumentError);
  CHECK_THROWS_AS(stack({}), ArgumentError);
}

TEST_CASE("hstack and vstack", "[cat]") {
  const Tensor a = tensor({1, 2}), b = tensor({3, 4}), m = tensor({{5, 6}, {7, 8}});
  CHECK(hstack({a, b}).to_vector() == Values{1, 2, 3, 4});
  CHECK(concat({a, b}).equal(cat({a, b})));
  CHECK(hstack({a[0], b[1]}).to_vector() == Values{1, 4});
  CHECK(hstack({m, m}).equal(cat({m, m}, 1)));
  CHECK(vstack({a, b}).equal(tensor({{1, 2}, {3, 4}})));
  CHECK(vstack({a, m}).equal(tensor({{1, 2}, {5, 6}, {7, 8}})));
  CHECK_THROWS_AS(hstack({}), ArgumentError);
  CHECK_THROWS_AS(vstack({}), ArgumentError);
  CHECK_THROWS_AS(hstack({a, m}), ArgumentError);
}
