#include "tests/catch.h"
#include "tests/message_of.h"

#include <reel/core/creation.h>

using namespace reel;

namespace {
using Values = std::vector<double>;
}

TEST_CASE("tensor: from nested lists", "[creation]") {
  const Tensor x = tensor({{1.0, 2.0}, {3.0, 4.0}});
  CHECK(x.sizes() == Shape{2, 2});
  CHECK(x.dtype() == kFloat32);
  CHECK(x.to_vector() == Values{1, 2, 3, 4});
  CHECK(tensor(1.5).dim() == 0);
  CHECK(tensor({1.5}).sizes() == Shape{1});
  CHECK(tensor({{1}}).sizes() == Shape{1, 1});
  CHECK(tensor({{{1, 2}}, {{3, 4}}, {{5, 6}}}).sizes() == Shape{3, 1, 2});
  CHECK(tensor({}).sizes() == Shape{0});
  CHECK(tensor({{}, {}}).sizes() == Shape{2, 0});
}

TEST_CASE("tensor: the dtype follows the values, or the options", "[creation]") {
  CHECK(tensor({1, 2}).dtype() == kInt64);
  CHECK(tensor({true, false}).dtype() == kBool);
  CHECK(tensor({1, 2.5}).dtype() == kFloat32);
  CHECK(tensor({true, false}).to_vector() == Values{1, 0});
  CHECK(tensor({1.f}).dtype() == kFloat32);
  CHECK(tensor({}).dtype() == kFloat32);
  CHECK(tensor({1, 2}, kFloat64).dtype() == kFloat64);
  CHECK(tensor({1.9, -1.9}, kInt32).to_vector() == Values{1, -1});
  CHECK(tensor({1.0}, requires_grad()).requires_grad());
  CHECK(tensor({1.0, 2.0}, dtype(kFloat64).requires_grad(true)).dtype() == kFloat64);
  CHECK_THROWS_AS(tensor({1, 2}, requires_grad()), ArgumentError);
  const int64_t big = (int64_t{1} << 60) + 1;
  CHECK(tensor(big).item<int64_t>() == big);
}

TEST_CASE("tensor: from vectors", "[creation]") {
  CHECK(tensor(std::vector<float>{1, 2}).to_vector() == Values{1, 2});
  CHECK(tensor(std::vector<double>{1, 2}).dtype() == kFloat32);
  CHECK(tensor(std::vector<int>{1, 2}).dtype() == kInt64);
  CHECK(tensor(std::vector<bool>{true, false}).dtype() == kBool);
  CHECK(tensor(std::vector<std::vector<int>>{{1, 2, 3}, {4, 5, 6}}).sizes() == Shape{2, 3});
}

TEST_CASE("tensor: ragged lists name the level", "[creation]") {
  CHECK(
      message_of<ArgumentError>([] {
        tensor({{1, 2}, {3}});
      }) ==
      "tensor: the lists are ragged: at level 1 the first entry is a list of 2, another is a list "
      "of 1; all entries of a level must be alike.");
  CHECK(
      message_of<ArgumentError>([] {
        tensor({{{1}, {2}}, {{3}, {4, 5}}});
      }) ==
      "tensor: the lists are ragged: at level 2 the first entry is a list of 1, another is a list "
      "of 2; all entries of a level must be alike.");
  CHECK(message_of<ArgumentError>([] {
          tensor({{1, 2}, 3});
        }) ==
        "tensor: the lists are ragged: at level 1 the first entry is a list of 2, another is a "
        "number; all entries of a level must be alike.");
  CHECK_THROWS_AS(tensor({1, {2, 3}}), ArgumentError);
  CHECK_THROWS_AS(tensor({{}, {1}}), ArgumentError);
  CHECK_THROWS_AS(tensor({{{{{{{{{1}}}}}}}}}), ArgumentError);
}

TEST_CASE("from_blob: memory of the caller", "[creation]") {
  std::vector<float> values{1, 2, 3, 4, 5, 6};
  const Tensor x = from_blob(values.data(), {2, 3});
  CHECK(x.data_ptr<float>() == values.data());
  CHECK(x.to_vector() == Values{1, 2, 3, 4, 5, 6});
  values[4] = 50;
  CHECK(x.select(0, 1).select(0, 1).item<float>() == 50);
  x.fill_(7);
  CHECK(values[0] == 7);

  int64_t label = 3;
  CHECK(from_blob(&label, {}, kInt64).item<int64_t>() == 3);
  CHECK(from_blob(nullptr, 0).numel() == 0);
  CHECK(message_of<ArgumentError>([] {
          from_blob(nullptr, {2, 2});
        }) == "from_blob: the pointer is null, but [2, 2] needs 16 bytes.");
}

TEST_CASE("from_blob: the deleter runs once, with the last tensor", "[creation]") {
  std::vector<double> values{1, 2};
  int deleted = 0;
  Tensor view;
  {
    const Tensor x = from_blob(
        values.data(), {2}, [&](void* p) { deleted += p == values.data(); },
        dtype(kFloat64).requires_grad(true));
    CHECK(x.requires_grad());
    view = x.detach().select(0, 1);
  }
  CHECK(deleted == 0);
  CHECK(view.item<double>() == 2);
  view = Tensor();
  CHECK(deleted == 1);
}

TEST_CASE("from_vector: takes the memory over", "[creation]") {
  std::vector<int32_t> values{1, 2, 3, 4};
  const int32_t* memory = values.data();
  const Tensor x = from_vector(std::move(values), {2, 2});
  CHECK(x.dtype() == kInt32);
  CHECK(x.data_ptr<int32_t>() == memory);
  CHECK(x.to_vector() == Values{1, 2, 3, 4});

  const std::vector<double> kept{5, 6};
  const Tensor copy = from_vector(kept);
  CHECK(copy.sizes() == Shape{2});
  CHECK(copy.data_ptr<double>() != kept.data());
  CHECK(from_vector(std::vector<float>{}).numel() == 0);
  CHECK(message_of<ArgumentError>([] {
          from_vector(std::vector<float>(5), {2, 3});
        }) == "from_vector: the vector has 5 elements, the shape [2, 3] needs 6; they must agree.");
}
