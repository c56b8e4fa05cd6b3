#include "tests/catch.h"
#include "tests/message_of.h"

#include <reel/core/creation.h>
#include <reel/core/layout.h>

using namespace reel;

namespace {
using Values = std::vector<double>;
}

TEST_CASE("creation: of a shape, with options", "[creation]") {
  CHECK(empty({2, 3}).sizes() == Shape{2, 3});
  CHECK(empty({2, 3}).dtype() == kFloat32);
  CHECK(zeros({2}, kInt64).to_vector() == Values{0, 0});
  CHECK(ones({2}, kBool).to_vector() == Values{1, 1});
  CHECK(full({2, 1}, 2.5).to_vector() == Values{2.5, 2.5});
  CHECK(full(2, 7, kUInt8).dtype() == kUInt8);
  CHECK(zeros({}).dim() == 0);
  CHECK(zeros({3, 0}).numel() == 0);

  const Tensor x = zeros({2}, dtype(kFloat64).requires_grad(true));
  CHECK(x.dtype() == kFloat64);
  CHECK(x.requires_grad());
  CHECK(x.is_leaf());
  CHECK(ones({2}, requires_grad()).requires_grad());
  CHECK(message_of<ArgumentError>([] { zeros({2}, dtype(kInt64).requires_grad(true)); }) ==
        "requires_grad: a tensor of int64 takes no gradient; only float32 and float64 do.");
}

TEST_CASE("creation: impossible shapes are refused", "[creation]") {
  CHECK(message_of<ArgumentError>([] {
          empty({2, -1});
        }) == "shape: [2, -1] has a negative size; sizes must be 0 or more.");
  CHECK(message_of<ArgumentError>([] {
          empty({INT64_MAX, 2});
        }) == "shape: [9223372036854775807, 2] has more elements than memory can address.");
  CHECK(message_of<ArgumentError>([] {
          empty({1, 1, 1, 1, 1, 1, 1, 1, 1});
        }) == "shape: 9 dimensions; a tensor has at most 8.");
  CHECK_THROWS_AS(empty({int64_t{1} << 50}), ArgumentError);
  CHECK(empty({INT64_MAX, INT64_MAX, 0}).numel() == 0);
}

TEST_CASE("creation: like another tensor", "[creation]") {
  const Tensor x = zeros({2, 3}, kFloat64);
  CHECK(empty_like(x).dtype() == kFloat64);
  CHECK(ones_like(x, kInt64).dtype() == kInt64);
  CHECK(ones_like(x, kInt64).to_vector() == Values(6, 1));
  CHECK(zeros_like(x, requires_grad()).dtype() == kFloat64);
  CHECK(zeros_like(x, requires_grad()).requires_grad());
  CHECK(full_like(x, 4).to_vector() == Values(6, 4));
  CHECK(rand_like(x).sizes() == x.sizes());
  CHECK(randn_like(x, kFloat32).dtype() == kFloat32);
  CHECK(is_held(zeros_like(empty_channels_last({1, 2, 3, 4}, kFloat32))));
  CHECK(message_of<ArgumentError>([] { rand_like(zeros(2, kInt32)); }) ==
        "rand_like: the tensor is int32; it must be float32 or float64.");
}

TEST_CASE("creation: arange", "[creation]") {
  CHECK(arange(4).dtype() == kInt64);
  CHECK(arange(4).to_vector() == Values{0, 1, 2, 3});
  CHECK(arange(2, 5).to_vector() == Values{2, 3, 4});
  CHECK(arange(0, 7, 3).to_vector() == Values{0, 3, 6});
  CHECK(arange(5, 0, -2).to_vector() == Values{5, 3, 1});
  CHECK(arange(3, 3).numel() == 0);
  CHECK(arange(0.0, 1, 0.25).dtype() == kFloat32);
  CHECK(arange(0.0, 1, 0.25).to_vector() == Values{0, 0.25, 0.5, 0.75});
  CHECK(arange(0.0, 1.1, 0.25, kFloat64).numel() == 5);
  CHECK(arange(3, requires_grad().dtype(kFloat64)).requires_grad());
  const int64_t big = int64_t{1} << 62;
  CHECK(arange(big, big + 3).select(0, 2).item<int64_t>() == big + 2);
  CHECK(arange(INT64_MIN, INT64_MAX, INT64_MAX).to_vector().size() == 3);
  CHECK(arange(INT64_MAX, INT64_MIN, INT64_MIN).to_vector().size() == 2);

  CHECK(message_of<ArgumentError>([] { arange(0, 4, -1); }) ==
        "arange: a step of -1 never leads from 0 to 4; it must have the sign of end - start.");
  CHECK_THROWS_AS(arange(0, 4, 0), ArgumentError);
  CHECK_THROWS_AS(arange(0.0, 4, 0.0), ArgumentError);
  CHECK(message_of<ArgumentError>([] { arange(0.0, 1.0, 1e-30); }) ==
        "arange: 1e+30 elements are more than memory can address.");
  CHECK(message_of<ArgumentError>([] { arange(0.0, HUGE_VAL); }) ==
        "arange: start 0, end inf, step 1; they must be finite.");
  CHECK_THROWS_AS(arange(INT64_MIN, INT64_MAX), ArgumentError);
}

TEST_CASE("creation: linspace and eye", "[creation]") {
  CHECK(linspace(0, 1, 5).to_vector() == Values{0, 0.25, 0.5, 0.75, 1});
  CHECK(linspace(3, -3, 3, kFloat64).to_vector() == Values{3, 0, -3});
  CHECK(linspace(0, 10, 4, kInt64).to_vector() == Values{0, 3, 6, 10});
  CHECK(linspace(2, 3, 1).to_vector() == Values{2});
  CHECK(linspace(2, 3, 0).numel() == 0);
  CHECK(message_of<ArgumentError>([] { linspace(0, 1, -1); }) ==
        "linspace: -1 steps; there must be 0 or more.");

  CHECK(eye(2).to_vector() == Values{1, 0, 0, 1});
  CHECK(eye(2, 3).to_vector() == Values{1, 0, 0, 0, 1, 0});
  CHECK(eye(3, 2, kInt64).to_vector() == Values{1, 0, 0, 1, 0, 0});
  CHECK(eye(0).sizes() == Shape{0, 0});
}

TEST_CASE("creation: powers, triangles and likenesses") {
  CHECK(logspace(0, 3, 4).to_vector() == std::vector<double>{1, 10, 100, 1000});
  CHECK(logspace(0, 3, 4, 2, kFloat64).to_vector() == std::vector<double>{1, 2, 4, 8});
  CHECK(tril_indices(2, 3).to_vector() == std::vector<double>{0, 1, 1, 0, 0, 1});
  CHECK(triu_indices(2, 3, 1).to_vector() == std::vector<double>{0, 0, 1, 1, 2, 2});
  CHECK(tril_indices(2, 2, -2).sizes() == Shape{2, 0});
  CHECK_THROWS_AS(tril_indices(-1, 2), ArgumentError);
  constexpr int64_t kHuge = int64_t{1} << 40;
  CHECK_THROWS_AS(tril_indices(kHuge, kHuge), ArgumentError);
  CHECK(triu_indices(3, 2, -1).to_vector() == std::vector<double>{0, 0, 1, 1, 2, 0, 1, 0, 1, 1});
  CHECK(tril_indices(2, 2, INT64_MAX).sizes() == Shape{2, 4});
  CHECK(triu_indices(2, 2, INT64_MIN).sizes() == Shape{2, 4});
  const Tensor x = zeros({2, 3}, kFloat64);
  CHECK(randint_like(x, 5, 6).equal(full({2, 3}, 5, kFloat64)));
  CHECK(randint_like(x, 1, kInt32).dtype() == kInt32);
  CHECK(x.new_ones({2}).equal(ones({2}, kFloat64)));
  CHECK(x.new_zeros({2}, kInt64).dtype() == kInt64);
  CHECK(x.new_full({2}, 7, requires_grad()).requires_grad());
  CHECK(x.new_empty({4}).dtype() == kFloat64);
}
