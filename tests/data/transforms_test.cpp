#include <reel/core/creation.h>
#include <reel/core/error.h>
#include <reel/data/transforms.h>

#include "tests/catch.h"
#include "tests/message_of.h"

#include <cmath>
#include <limits>

namespace reel {
namespace {

using data::Normalize;

template <class T>
Tensor tensor_of(IntArrayRef sizes, const std::vector<T>& values) {
  const Tensor x = empty(sizes, dtype_of<T>);
  std::copy(values.begin(), values.end(), x.data_ptr<T>());
  return x;
}

}  // namespace

TEST_CASE("normalize: bytes count as fractions of 255", "[transforms]") {
  const Tensor x = tensor_of<uint8_t>({2, 2, 1, 2}, {0, 255, 51, 102, 255, 0, 102, 51});
  const Tensor y = Normalize({0, 0.2}, {1, 0.5})(x);
  CHECK(y.dtype() == kFloat32);
  CHECK(y.sizes() == x.sizes());
  const std::vector<float> expected = {0, 1, 0, 0.4F, 1, 0, 0.4F, 0};
  for (int64_t i = 0; i < 8; ++i)
    CHECK(y.data_ptr<float>()[i] == Catch::Approx(expected[static_cast<std::size_t>(i)]));
}

TEST_CASE("normalize: floating-point images keep their type", "[transforms]") {
  const Tensor x = tensor_of<double>({1, 2, 2}, {1, 3, 5, 9});
  const Tensor y = Normalize({2, 5}, {1, 2})(x);
  CHECK(y.dtype() == kFloat64);
  CHECK(y.to_vector() == std::vector<double>{-1, 1, 0, 2});
  const Tensor z = Normalize({2, 5}, {1, 2})(tensor_of<float>({2, 2}, {1, 3, 5, 9}));
  CHECK(z.dtype() == kFloat32);
  CHECK(z.to_vector() == std::vector<double>{-1, -1, 3, 2});
}

TEST_CASE("normalize: fitted to images, each channel has mean 0 and deviation 1", "[transforms]") {
  std::vector<uint8_t> values;
  for (int i = 0; i < 3 * 2 * 35; ++i)
    values.push_back(static_cast<uint8_t>(i * i % 251 / (1 + i / 35 % 2)));
  const Tensor x = tensor_of<uint8_t>({3, 2, 5, 7}, values);
  const Normalize normalize = Normalize::fit(x);
  CHECK(normalize.mean().size() == 2);
  CHECK(normalize.mean()[0] > normalize.mean()[1]);
  const Tensor y = normalize(x);
  const Normalize again = Normalize::fit(y);
  for (const std::size_t c : {0U, 1U}) {
    CHECK(again.mean()[c] == Catch::Approx(0).margin(1e-6));
    CHECK(again.stddev()[c] == Catch::Approx(1).margin(1e-6));
  }
}

TEST_CASE("normalize: no images are no error, but have no mean", "[transforms]") {
  const Tensor none = empty({0, 1, 28, 28}, kUInt8);
  CHECK(Normalize({0}, {1})(none).sizes() == none.sizes());
  CHECK(message_of<ArgumentError>([&] { Normalize::fit(none); }) ==
        "Normalize: images [0, 1, 28, 28] have no elements; a mean needs at least 1 in each "
        "channel.");
}

TEST_CASE("normalize: wrong calls are refused", "[transforms]") {
  const auto error = [](auto call) { return message_of<ArgumentError>(call); };
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  CHECK(error([] {
          Normalize({0}, {1, 1});
        }) == "Normalize: 1 means and 2 deviations; each channel needs one of both.");
  CHECK(error([] { Normalize({0.5}, {0}); }) ==
        "Normalize: channel 0 has mean 0.5 and deviation 0; both must be finite, the deviation "
        "positive.");
  CHECK(error([] {
          Normalize({0, kNan}, {1, 1});
        }) ==
        "Normalize: channel 1 has mean nan and deviation 1; both must be finite, the deviation "
        "positive.");
  const Tensor same = tensor_of<float>({2, 1, 2}, {3, 3, 3, 3});
  CHECK(error([&] { Normalize::fit(same); }) ==
        "Normalize: channel 0 has mean 3 and deviation 0; both must be finite, the deviation "
        "positive.");
  const Normalize normalize({0}, {1});
  CHECK(error([&] {
          normalize(empty({2, 3, 4, 4}));
        }) == "Normalize: images [2, 3, 4, 4] have 3 channels; there are means for 1.");
  CHECK(error([&] { normalize(empty({28})); }) ==
        "Normalize: images [28]; they must be (N, C, ...). [unsqueeze(0) adds a dimension to a "
        "single one]");
  CHECK(error([&] {
          normalize(empty({2, 1, 4}, kInt64));
        }) == "Normalize: images of int64; they must be uint8, float32 or float64.");
  CHECK(error([&] { normalize(Tensor()); }) ==
        "Normalize: the images are undefined; a tensor is needed.");
}

TEST_CASE("random_shift moves each image by itself, and repeats with its generator") {
  Tensor x = zeros({64, 1, 5, 5}, kUInt8);
  x.select(2, 2).select(2, 2).fill_(7);
  Generator generator(1), again(1);
  const Tensor y = data::random_shift(x, 2, generator);
  CHECK(y.equal(data::random_shift(x, 2, again)));
  CHECK(!y.equal(data::random_shift(x, 2, again)));
  // A shift by up to two pixels keeps the dot in the middle inside, and reaches all 25 places.
  CHECK(y.sum({1, 2, 3}).equal(full({64}, 7, kInt64)));
  CHECK((y.to(kInt64).sum(0) > 0).to(kInt64).sum().item<int64_t>() > 20);
  CHECK(data::random_shift(x, 0).equal(x));
  CHECK(message_of<ArgumentError>([&] { data::random_shift(x, 5); }) ==
        "random_shift: 5 pixels of images [64, 1, 5, 5]; it must be from 0 to less than their "
        "height and width.");
}

}  // namespace reel
