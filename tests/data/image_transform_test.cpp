#include <reel/autograd/ops/shapes.h>
#include <reel/core/error.h>
#include <reel/core/parallel.h>
#include <reel/data/image_move.h>
#include <reel/data/image_resample.h>

#include "tests/catch.h"
#include "tests/data/pictures.h"
#include "tests/message_of.h"

namespace reel {
namespace {

using namespace data;

const Normalize& normalize() {
  static const Normalize n({0.4, 0.5, 0.6}, {0.2, 0.3, 0.4});
  return n;
}

}  // namespace

TEST_CASE("transforms: a step of one's own is any function", "[images]") {
  const Tensor x = noise({2, 3, 4, 4});
  const Tensor kept = x.clone();
  const Compose invert(
      {[](const Tensor& images) { return images.mul(-1).add(255); }, ConvertImageDtype()});
  CHECK(invert(x).equal(ConvertImageDtype()(x.mul(-1).add(255))));
  CHECK(invert(x[0]).equal(invert(x)[0]));
  CHECK(x.equal(kept));
  CHECK(Compose({})(x).equal(x));
  CHECK(message_of<ArgumentError>([&] {
          Compose({[](const Tensor&) { return Tensor(); }})(x);
        }).starts_with("Compose: a function returned an undefined tensor"));
}

TEST_CASE("transforms: one image is a batch of one, without the dimension", "[images]") {
  const Tensor x = noise({3, 6, 5});
  const Compose f({CenterCrop(4), Resize(7), normalize()});
  CHECK(f(x).equal(f(x.unsqueeze(0)).squeeze(0)));
  CHECK(f(x).sizes() == Shape{3, 7, 7});
  CHECK(f(noise({0, 3, 6, 5})).sizes() == Shape{0, 3, 7, 7});
}

TEST_CASE("transforms: inputs that are views or require a gradient", "[images]") {
  const Tensor x = noise({4, 6, 5, 3}, kFloat32);
  const Tensor view = x.permute({0, 3, 1, 2});
  CHECK(RandomHorizontalFlip(1)(view).equal(view.flip(3)));
  CHECK(!RandomHorizontalFlip(1)(view.contiguous().requires_grad_()).requires_grad());
}

TEST_CASE("convert: fractions of 255 and back", "[images]") {
  const Tensor bytes = arange(256, kUInt8).view({1, 1, 16, 16});
  for (const Dtype dtype : {kFloat32, kFloat64}) {
    const Tensor y = ConvertImageDtype(dtype)(bytes);
    CHECK(y.dtype() == dtype);
    CHECK(y.to_vector()[51] == Catch::Approx(0.2));
    CHECK(ConvertImageDtype(kUInt8)(y).equal(bytes));
  }
  const Tensor wild = tensor({-1.0, 2.0, 0.5, std::nan("")}).view({1, 1, 2, 2});
  CHECK(ConvertImageDtype(kUInt8)(wild).to_vector() == std::vector<double>{0, 255, 127, 0});
}

TEST_CASE("transforms: what happens to a sample depends on seed, epoch and sample alone",
          "[images]") {
  const Compose augment(
      {RandomResizedCrop(8), RandomCrop(8).padding(2), RandomHorizontalFlip(), normalize()});
  const Tensor x = noise({12, 3, 9, 10});
  const auto batch = [&](uint64_t seed, uint64_t epoch, const std::vector<size_t>& samples) {
    const LoadingScope scope(seed, epoch, samples);
    TensorList images;
    for (const size_t s : samples) images.push_back(x[static_cast<int64_t>(s)]);
    return augment(stack(images));
  };
  const Tensor all = batch(1, 2, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  const Tensor some = batch(1, 2, {7, 3, 11});
  CHECK(some[0].equal(all[7]));
  CHECK(some[1].equal(all[3]));
  CHECK(some[2].equal(all[11]));
  CHECK(!batch(1, 3, {7, 3, 11}).equal(some));
  CHECK(!batch(2, 2, {7, 3, 11}).equal(some));
  {
    const LoadingScope scope(1, 2, {7, 3});
    std::vector<Example<>> list{{x[7], {}}, {x[3], {}}};
    const auto made = augment.apply_batch(std::move(list));
    CHECK(made[0].data.equal(all[7]));
    CHECK(made[1].data.equal(all[3]));
  }
  const int threads = num_threads();
  const int64_t work = parallel_work();
  set_parallel_work(0);
  for (const int n : {1, 2, 3}) {
    set_num_threads(n);
    CHECK(batch(1, 2, {7, 3, 11}).equal(some));
  }
  set_num_threads(threads);
  set_parallel_work(work);
  // Outside of a loader it is the default generator that decides.
  manual_seed(4);
  const Tensor first = augment(x);
  CHECK(!augment(x).equal(first));
  manual_seed(4);
  CHECK(augment(x).equal(first));
}

}  // namespace reel
