// int8 and int16: stored as they are, computed with in int32.

#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/io/safetensors.h>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/temporary_folder.h"

using namespace reel;
using namespace reel::tests;
using Values = std::vector<double>;

namespace {

constexpr Dtype kSmall[] = {kInt8, kInt16};

Tensor small(const Values& values, Dtype dtype) {
  return tensor_of({static_cast<int64_t>(values.size())}, values).to(dtype);
}

}  // namespace

TEST_CASE("small integers: made, read and converted") {
  CHECK(kChar == kInt8);
  CHECK(kShort == kInt16);
  CHECK(ones({3}, kInt8).nbytes() == 3);
  CHECK(ones({3}, kInt16).nbytes() == 6);
  for (Dtype dtype : kSmall) {
    INFO(name_of(dtype));
    const Tensor x = small({-128, 0, 127}, dtype);
    CHECK(x.dtype() == dtype);
    CHECK(x.to_vector() == Values{-128, 0, 127});
    for (Dtype other : {kInt8, kInt16, kInt32, kInt64, kFloat32, kFloat64})
      CHECK(x.to(other).to(dtype).equal(x));
    CHECK(x.to(kBool).to_vector() == Values{1, 0, 1});
    CHECK(x[0].item<int>() == -128);
    CHECK(full({2}, 5, dtype).to_vector() == Values{5, 5});
    CHECK(arange(3, dtype).to_vector() == Values{0, 1, 2});
    CHECK(tensor({1, -2}, dtype).to_vector() == Values{1, -2});
    CHECK(to_string(tensor({1, -2}, dtype)).find(name_of(dtype)) != std::string::npos);
  }
  CHECK(small({1, 2}, kInt8).data_ptr<int8_t>()[1] == 2);
  CHECK(small({1, 2}, kInt16).accessor<int16_t, 1>()[1] == 2);
  CHECK(small({300, -129}, kInt8).to_vector() == Values{44, 127});
}

TEST_CASE("small integers: moved") {
  for (Dtype dtype : kSmall) {
    INFO(name_of(dtype));
    const Tensor x = small({1, 2, 3, 4, 5, 6}, dtype).reshape({2, 3});
    CHECK(x.t().contiguous().to_vector() == Values{1, 4, 2, 5, 3, 6});
    CHECK(x.select(1, 2).clone().to_vector() == Values{3, 6});
    CHECK(cat({x, x}, 1).to_vector() == Values{1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6});
    CHECK(pad(x, {1, 0}, kConstant, 9).to_vector() == Values{9, 1, 2, 3, 9, 4, 5, 6});
    CHECK(where(x > 3, x, 0).to_vector() == Values{0, 0, 0, 4, 5, 6});
    CHECK(where(x > 3, x, 0).dtype() == dtype);
    const Tensor y = x.clone();
    y.masked_fill_(y < 3, 7);
    CHECK(y.to_vector() == Values{7, 7, 3, 4, 5, 6});
    y.random_();
    y.random_(-5, 5);
    CHECK(y.ge(-5).all().item<bool>());
  }
}

TEST_CASE("small integers: arithmetic wraps around") {
  const Tensor x = small({100, -100, 3}, kInt8);
  CHECK((x * 2).dtype() == kInt8);
  CHECK((x * 2).to_vector() == Values{-56, 56, 6});
  CHECK((x + x).to_vector() == Values{-56, 56, 6});
  CHECK((-x).to_vector() == Values{-100, 100, -3});
  CHECK(x.abs().to_vector() == Values{100, 100, 3});
  CHECK((x / 2).dtype() == kFloat32);
  CHECK(x.floor_divide(3).to_vector() == Values{33, -34, 1});
  CHECK((x & 7).to_vector() == Values{4, 4, 3});
  CHECK((~x).to_vector() == Values{-101, 99, -4});
  CHECK(x.pow(2).to_vector() == Values{16, 16, 9});
  CHECK(maximum(x, small({0, 0, 0}, kInt8)).to_vector() == Values{100, 0, 3});
  CHECK((x + small({1, 1, 1}, kInt16)).dtype() == kInt16);
  CHECK((x + small({1, 1, 1}, kUInt8)).dtype() == kInt16);
  const Tensor y = x.clone();
  y += 30;
  CHECK(y.to_vector() == Values{-126, -70, 33});
  CHECK((x < 0).to_vector() == Values{0, 1, 0});
  CHECK(x.eq(x.to(kFloat32)).all().item<bool>());
}

TEST_CASE("small integers: reductions") {
  for (Dtype dtype : kSmall) {
    INFO(name_of(dtype));
    const Tensor x = small({100, 100, -3, 100}, dtype).reshape({2, 2});
    CHECK(x.sum().dtype() == kInt64);
    CHECK(x.sum().item<int64_t>() == 297);
    CHECK(x.prod().item<int64_t>() == -3000000);
    CHECK(x.max().dtype() == dtype);
    CHECK(x.max().item<int>() == 100);
    const auto [values, indices] = x.min(1);
    CHECK(values.dtype() == dtype);
    CHECK(values.to_vector() == Values{100, -3});
    CHECK(indices.to_vector() == Values{0, 0});
    CHECK(x.argmin().item<int64_t>() == 2);
    CHECK(x.median().item<int>() == 100);
    CHECK(x.any().item<bool>());
    CHECK(x.mean(kFloat64).item<double>() == 297.0 / 4);
  }
}

TEST_CASE("small integers: in files") {
  const TemporaryFolder folder;
  const std::string path = folder.file("small.safetensors");
  const Tensor a = small({-1, 2}, kInt8), b = small({-300, 400}, kInt16);
  io::save_safetensors(path, {{"a", a}, {"b", b}});
  const io::SafetensorsFile file = io::load_safetensors(path);
  CHECK(file.at("a").equal(a));
  CHECK(file.at("b").equal(b));
  CHECK(file.at("b").dtype() == kInt16);
}

TEST_CASE("small integers: elements by their places") {
  for (Dtype dtype : {kInt8, kInt16, kUInt8}) {
    INFO(name_of(dtype));
    const Tensor x = small({10, 20, 30, 40}, dtype), places = tensor({3, 1});
    CHECK(x.index_select(0, places).to_vector() == Values{40, 20});
    CHECK(x.gather(0, places).to_vector() == Values{40, 20});
    CHECK(x.take(places).to_vector() == Values{40, 20});
    CHECK(x.index({places}).to_vector() == Values{40, 20});
    CHECK(x.take_along_dim(places, 0).to_vector() == Values{40, 20});
    CHECK(x.masked_select(x > 15).to_vector() == Values{20, 30, 40});
    CHECK(x.index_fill(0, places, 2).to_vector() == Values{10, 2, 30, 2});
    CHECK(x.scatter(0, places, 2).to_vector() == Values{10, 2, 30, 2});
    const Tensor values = small({5, 6}, dtype);
    CHECK(x.scatter(0, places, values).to_vector() == Values{10, 6, 30, 5});
    CHECK(x.index_copy(0, places, values).to_vector() == Values{10, 6, 30, 5});
    CHECK(x.masked_scatter(x > 25, values).to_vector() == Values{10, 20, 5, 6});
  }
}
