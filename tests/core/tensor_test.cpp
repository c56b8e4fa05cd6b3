// What a tensor is and how its elements are reached.

#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

#include <limits>

#include "tests/catch.h"
#include "tests/message_of.h"

using namespace reel;

namespace {
using Values = std::vector<double>;
}

TEST_CASE("tensor: an undefined one answers only defined()", "[tensor]") {
  const Tensor none;
  CHECK_FALSE(none.defined());
  CHECK_FALSE(none.requires_grad());
  CHECK(message_of<ArgumentError>([&] { none.sizes(); }) ==
        "tensor: it is undefined; only defined() may be asked of it.");
  CHECK_THROWS_AS(none.dtype(), ArgumentError);
  CHECK_THROWS_AS(none.data_ptr<float>(), ArgumentError);
  CHECK_THROWS_AS(none.item(), ArgumentError);
  CHECK_THROWS_AS(none.is_contiguous(), ArgumentError);
  CHECK_THROWS_AS(none.to_vector(), ArgumentError);
}

TEST_CASE("tensor: sizes and properties", "[tensor]") {
  const Tensor x = zeros({2, 3, 4}, kFloat64);
  CHECK(x.dim() == 3);
  CHECK(x.size(-1) == 4);
  CHECK(x.stride(0) == 12);
  CHECK(x.numel() == 24);
  CHECK(x.itemsize() == 8);
  CHECK(x.nbytes() == 192);
  CHECK(x.is_floating_point());
  CHECK(x.options().dtype() == kFloat64);
  CHECK_THROWS_AS(x.size(3), ArgumentError);
  CHECK_THROWS_AS(x.stride(-4), ArgumentError);
  const Tensor same = x;
  CHECK(same.is_same(x));
  CHECK_FALSE(x.view(24).is_same(x));
}

TEMPLATE_TEST_CASE("tensor: data_ptr, accessor and item of each dtype", "[tensor]", bool, uint8_t,
                   int32_t, int64_t, float, double) {
  const Tensor x = tensor({{0, 1}, {1, 0}}, dtype_of<TestType>);
  CHECK(x.dtype() == dtype_of<TestType>);
  CHECK(x.data_ptr<TestType>()[1] == TestType(1));
  const Tensor turned = x.t();
  const auto a = turned.accessor<TestType, 2>();
  CHECK(a[1][0] == TestType(1));
  CHECK(a.size(1) == 2);
  a[0][0] = TestType(1);
  CHECK(x.to_vector() == Values{1, 1, 1, 0});
  CHECK(x[1][1].item<TestType>() == TestType(0));
}

TEST_CASE("tensor: pointers refuse what would mislead", "[tensor]") {
  const Tensor x = zeros({2, 3});
  CHECK(message_of<ArgumentError>([&] { x.data_ptr<double>(); }) ==
        "data_ptr: the tensor is float32, the pointer asked for is float64; they must agree. [use "
        "to(float64)]");
  CHECK(message_of<ArgumentError>([&] { x.t().data_ptr<float>(); }) ==
        "data_ptr: the tensor [3, 2] with strides [1, 3] is not dense; a pointer to its first "
        "element would mislead. [use contiguous(), or accessor()]");
  CHECK(x[1].data_ptr<float>() == x.data_ptr<float>() + 3);
  CHECK(message_of<ArgumentError>([&] { x.accessor<double, 2>(); }) ==
        "accessor: the tensor is float32, the accessor float64; they must agree.");
  CHECK(message_of<ArgumentError>([&] { x.accessor<float, 1>(); }) ==
        "accessor: the tensor [2, 3] has 2 dimensions, the accessor 1; they must agree.");
}

TEST_CASE("tensor: item takes a single element", "[tensor]") {
  CHECK(tensor(2.5).item<float>() == 2.5f);
  CHECK(tensor({{7}}).item<int64_t>() == 7);
  CHECK(tensor(true).item().dtype() == kBool);
  CHECK(tensor(3).item<double>() == 3);
  CHECK(arange(6).view({2, 3}).t()[2][1].item<int>() == 5);
  CHECK(message_of<ArgumentError>([] {
          zeros({2, 2}).item();
        }) == "item: the tensor [2, 2] has 4 elements; it must have one.");
  CHECK_THROWS_AS(zeros(0).item(), ArgumentError);
}

TEST_CASE("tensor: to_vector follows logical order", "[tensor]") {
  CHECK(arange(6).view({2, 3}).t().to_vector() == Values{0, 3, 1, 4, 2, 5});
  CHECK(tensor({true, false}).to_vector() == Values{1, 0});
  CHECK(zeros({0, 2}).to_vector().empty());
  CHECK(tensor({1.0}).expand({2, 2}).to_vector() == Values(4, 1));
}

TEST_CASE("tensor: resize_", "[tensor]") {
  const Tensor x = arange(6, kFloat32);
  const float* memory = x.data_ptr<float>();
  x.resize_({2, 2});
  CHECK(x.sizes() == Shape{2, 2});
  CHECK(x.strides() == Shape{2, 1});
  CHECK(x.data_ptr<float>() == memory);
  CHECK(x.to_vector() == Values{0, 1, 2, 3});
  x.resize_(6);
  CHECK(x.to_vector() == Values{0, 1, 2, 3, 4, 5});

  const Tensor part = x.slice(0, 3);
  part.resize_({2, 50});
  CHECK(part.numel() == 100);
  CHECK(part.flatten().slice(0, 0, 3).to_vector() == Values{3, 4, 5});
  part.fill_(-1);
  CHECK(x.to_vector() == Values{0, 1, 2, 3, 4, 5});

  std::vector<float> values{1, 2};
  const Tensor blob = from_blob(values.data(), 2);
  blob.resize_(3);
  CHECK(blob.data_ptr<float>() != values.data());
  CHECK(blob.slice(0, 0, 2).to_vector() == Values{1, 2});
  CHECK(empty(0).resize_({2, 3}).numel() == 6);

  const uint32_t version = x.version();
  x.resize_(2);
  CHECK(x.version() > version);
  CHECK_THROWS_AS(x.resize_({2, -1}), ArgumentError);
  CHECK_THROWS_AS(x.resize_({INT64_MAX, 5}), ArgumentError);
  CHECK(message_of<GraphError>([] { zeros(2, requires_grad()).resize_(3); }) ==
        "resize_: the tensor [2] requires grad; its history knows no change of shape. [use "
        "detach()]");
}

TEST_CASE("tensor: as_strided can not leave memory that resize_ has left", "[tensor]") {
  const Tensor x = arange(6);
  x.resize_(2);
  CHECK(x.as_strided({6}, {1}).to_vector().back() == 5);
  CHECK_THROWS_AS(x.as_strided({7}, {1}), ArgumentError);
}

TEST_CASE("tensor: shapes and dtypes as another's, and pieces of given sizes", "[tensor]") {
  const Tensor x = arange(6), like = zeros({2, 3}, kFloat64);
  CHECK(x.reshape_as(like).sizes() == Shape{2, 3});
  CHECK(x.view_as(like).sizes() == Shape{2, 3});
  CHECK(x.view_as(like).swapdims(0, 1).to_vector() == Values{0, 3, 1, 4, 2, 5});
  CHECK(x.toType(kInt8).dtype() == kInt8);
  const TensorList parts = x.split_with_sizes({1, 3, 2});
  REQUIRE(parts.size() == 3);
  CHECK(parts[1].to_vector() == Values{1, 2, 3});
}

TEST_CASE("scalar: as other types", "[tensor]") {
  CHECK(Scalar(2.75).toFloat() == 2.75f);
  CHECK(Scalar(-2.75).toLong() == -2);
  CHECK(Scalar(1e20).toLong() == INT64_MAX);
  CHECK(Scalar(-1e20).toInt() == INT32_MIN);
  CHECK(Scalar(std::numeric_limits<double>::quiet_NaN()).toLong() == 0);
  CHECK(Scalar(300.5).to<uint8_t>() == 44);
}

TEST_CASE("error: a check is one statement", "[tensor]") {
  bool otherwise = false;
  const bool holds = true;
  if (holds)
    REEL_CHECK(holds, "never");
  else
    otherwise = true;
  if (holds)
    REEL_CHECK_GRAPH(holds, "never");
  else
    otherwise = true;
  if (holds)
    REEL_ASSERT(holds);
  else
    otherwise = true;
  CHECK_FALSE(otherwise);
}
