#include <reel/core/shape.h>

#include "tests/catch.h"
#include "tests/message_of.h"

using namespace reel;

TEST_CASE("shape: up to eight sizes", "[shape]") {
  Shape s{2, 3};
  s.push_back(4);
  s.insert(1, 7);
  CHECK(s == Shape{2, 7, 3, 4});
  s.insert(4, 9);
  s.erase(0);
  CHECK(s == Shape{7, 3, 4, 9});
  CHECK(s.back() == 9);
  CHECK(s.vec() == std::vector<int64_t>{7, 3, 4, 9});
  CHECK(Shape{} == Shape(std::vector<int64_t>{}));
  CHECK_FALSE(Shape{1} == Shape{1, 1});
  CHECK(as_text(s, " ", Shape()) == "[7, 3, 4, 9] []");
  Shape full = Shape::filled(8, 1);
  CHECK(message_of<ArgumentError>([&] { full.push_back(1); }) ==
        "shape: 9 dimensions; a tensor has at most 8.");
  CHECK_THROWS_AS(Shape(std::vector<int64_t>(9, 1)), ArgumentError);
}

TEST_CASE("shape: numel is checked for overflow", "[shape]") {
  CHECK(numel_of({}) == 1);
  CHECK(numel_of({2, 3, 4}) == 24);
  CHECK(numel_of({INT64_MAX, INT64_MAX, 0}) == 0);
  CHECK(numel_of({INT64_MAX / 8}) == INT64_MAX / 8);
  CHECK_THROWS_AS(numel_of({INT64_MAX / 8 + 1}), ArgumentError);
  CHECK_THROWS_AS(numel_of({INT64_MAX, 3}), ArgumentError);
  CHECK_THROWS_AS(numel_of({int64_t{1} << 32, int64_t{1} << 32}), ArgumentError);
  CHECK(message_of<ArgumentError>([] {
          numel_of({0, -3});
        }) == "shape: [0, -3] has a negative size; sizes must be 0 or more.");
}

TEST_CASE("shape: strides", "[shape]") {
  CHECK(contiguous_strides({2, 3, 4}) == Shape{12, 4, 1});
  CHECK(contiguous_strides({2, 0, 4}) == Shape{4, 4, 1});
  CHECK(contiguous_strides({}) == Shape{});
  CHECK(channels_last_strides({2, 3, 4, 5}) == Shape{60, 1, 15, 3});
  CHECK(channels_last_strides({2, 3, 4}) == Shape{12, 1, 3});
}

TEST_CASE("shape: dimensions count from either end", "[shape]") {
  CHECK(wrap_dim("op", 1, 3) == 1);
  CHECK(wrap_dim("op", -1, 3) == 2);
  CHECK(wrap_dim("op", -1, 0) == 0);
  CHECK(message_of<ArgumentError>([] { wrap_dim("sum", 3, 3); }) ==
        "sum: dimension 3 is out of range; the tensor has 3, so it must be in [-3, 2].");
  CHECK_THROWS_AS(wrap_dim("op", -4, 3), ArgumentError);
}

TEST_CASE("shape: row-major strides", "[shape]") {
  CHECK(contiguous_strides({2, 3, 4}) == Shape{12, 4, 1});
  CHECK(contiguous_strides({2, 0, 4}) == Shape{4, 4, 1});
  CHECK(contiguous_strides({}).empty());
  CHECK(is_row_major({2, 3, 4}, {12, 4, 1}));
  CHECK(is_row_major({2, 1, 4}, {4, -5, 1}));
  CHECK_FALSE(is_row_major({2, 3, 4}, {12, 4, 4}));
  CHECK_FALSE(is_row_major({2, 3, 4}, {13, 4, 1}));
  CHECK(Shape::filled(3, 7) == Shape{7, 7, 7});
  CHECK_THROWS_AS(Shape::filled(9, 1), ArgumentError);
}

TEST_CASE("shape: broadcasting", "[shape]") {
  CHECK(broadcast_shapes("op", {2, 3}, {3}) == Shape{2, 3});
  CHECK(broadcast_shapes("op", {4, 1}, {2, 1, 5}) == Shape{2, 4, 5});
  CHECK(broadcast_shapes("op", {}, {2}) == Shape{2});
  CHECK(broadcast_shapes("op", {0}, {1}) == Shape{0});
  CHECK(
      message_of<ArgumentError>([] {
        broadcast_shapes("add", {2, 3, 4}, {2, 4});
      }) ==
      "add: shapes [2, 3, 4] and [2, 4] do not broadcast; aligned at the end, sizes must be equal "
      "or 1, but dimension 1 has 3 and 2.");
  CHECK_THROWS_AS(broadcast_shapes("op", {0}, {2}), ArgumentError);
}

TEST_CASE("shape: one number or one for each dimension", "[shape]") {
  CHECK(ExpandingArray<2>(3) == ExpandingArray<2>{3, 3});
  CHECK(ExpandingArray<3>{1, 2, 3}[2] == 3);
  const ExpandingArray<2> pair{4, 5};
  CHECK(*pair == IntArrayRef{4, 5});
  CHECK(message_of<ArgumentError>([] {
          ExpandingArray<2>{1, 2, 3};
        }) == "options: 3 values given for 2 spatial dimensions; give 2 or one for all.");
}
