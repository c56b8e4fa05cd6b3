// The code of docs/images.md, and that it does what the page says.

#include <reel/data/batches.h>
#include <reel/data/data_loader.h>
#include <reel/data/image_folder.h>
#include <reel/data/image_transforms.h>
#include <reel/reel.h>

#include "tests/catch.h"
#include "tests/data/pictures.h"
#include "tests/temporary_folder.h"

#include <filesystem>

using namespace reel;

namespace {

/// Two classes of four pictures in train and two in test.
struct Folder {
  Folder() {
    for (const auto& [part, count] : {std::pair<const char*, int>{"train", 4}, {"test", 2}})
      for (const char* name : {"cat", "dog"}) {
        std::filesystem::create_directories(folder.file(as_text(part, "/", name)));
        for (int i = 0; i < count; ++i)
          io::write_png(folder.file(as_text(part, "/", name, "/", i, ".png")),
                        image_of(noise({3, 20 + i, 30}, kUInt8, static_cast<uint64_t>(i))));
      }
  }
  TemporaryFolder folder;
};

}  // namespace

TEST_CASE("docs/images.md: a folder", "[docs]") {
  const Folder made;
  const std::filesystem::path home = std::filesystem::current_path();
  std::filesystem::current_path(made.folder.file(""));
  // [folder]
  auto options = data::ImageFolderOptions().resize({32, 32}).in_memory(true);
  data::ImageFolder train("train", options);  // train/cat/..., train/dog/...
  train.classes();                            // {"cat", "dog"}: labels 0 and 1
  train.images();                             // (N, 3, 32, 32) uint8, in memory
  auto [image, label] = train.get(0);         // one picture (3, 32, 32) and its class ()
  // [/folder]
  CHECK(train.classes() == std::vector<std::string>{"cat", "dog"});
  CHECK(train.images().sizes() == Shape{8, 3, 32, 32});
  CHECK(image.sizes() == Shape{3, 32, 32});
  CHECK(label.item<int64_t>() == 0);
  // [picture]
  Tensor picture = data::load_image("train/cat/0.png");  // (3, H, W) uint8, as the file is
  Tensor grey = data::load_image("train/cat/0.png", data::ImageReadMode::kGray);
  // [/picture]
  CHECK(picture.sizes() == Shape{3, 20, 30});
  CHECK(grey.sizes() == Shape{1, 20, 30});

  nn::Sequential net(nn::Flatten(), nn::Linear(3 * 32 * 32, 2));
  double total = 0;
  // [loop]
  auto normalize = data::Normalize::fit(train.images());
  data::Compose augment({data::RandomCrop(32).padding(4), data::RandomHorizontalFlip(), normalize});
  data::Batches batches(train, data::BatchOptions(4).seed(1));
  for (auto& [images, targets] : batches.epoch(0)) {
    Tensor loss = cross_entropy(net(augment(images)), targets);
    loss.backward();
    total += loss.item<double>();
  }
  // [/loop]
  CHECK(total > 0);
  // [loader]
  auto set = data::datasets::ImageFolder("train", options)
                 .map(data::transforms::Stack<>())  // (N, 3, 32, 32) uint8
                 .map(augment);                     // the same in float32
  auto loader = data::make_data_loader(std::move(set), data::DataLoaderOptions(4));
  for (auto& batch : *loader) total += net(batch.data).sum().item<double>();
  // [/loader]
  CHECK(std::isfinite(total));
  std::filesystem::current_path(home);
}

TEST_CASE("docs/images.md: transforms", "[docs]") {
  const Tensor images = noise({8, 3, 32, 32});
  const Tensor targets = tensor({0, 1, 2, 3, 4, 5, 6, 7});
  const Tensor mean_image = zeros({3, 32, 32});
  // [policy]
  data::Compose strong({
      data::RandomResizedCrop(32).scale({0.5, 1}),
      data::TrivialAugmentWide(),
      data::ConvertImageDtype(),                        // float32, 0 to 1
      [&](const Tensor& x) { return x - mean_image; },  // any function
      data::RandomErasing(0.25),
  });
  // [/policy]
  CHECK(strong(images).dtype() == kFloat32);
  nn::Sequential net(nn::Flatten(), nn::Linear(3 * 32 * 32, 10));
  // [mix]
  auto [x, t] = data::CutMix(10)({strong(images), targets});  // t: probabilities (N, 10)
  Tensor loss = cross_entropy(net(x), t);
  // [/mix]
  CHECK(std::isfinite(loss.item<double>()));
  // [same]
  auto of_samples = [&](std::vector<size_t> samples) {
    data::LoadingScope scope(/*seed=*/1, /*epoch=*/2, samples);  // loaders do this
    TensorList chosen;
    for (size_t i : samples) chosen.push_back(images[static_cast<int64_t>(i)]);
    return strong(stack(chosen));
  };
  Tensor a = of_samples({5, 0, 3}), b = of_samples({3, 7});  // a[2] and b[0] are equal
  // [/same]
  CHECK(a[2].equal(b[0]));
}

// [own]
struct Invert : data::ImageTransform {
  const char* name() const override { return "Invert"; }
  void apply(data::ImageBatch& batch) const override {
    auto randoms = batch.randoms();      // one for each image
    const Tensor& x = batch.writable();  // (N, C, H, W), to be changed in place
    for (int64_t n = 0; n < x.size(0); ++n)
      if (randoms[static_cast<size_t>(n)].chance(0.5)) x[n].copy_(255 - x[n]);
  }
};
// [/own]

TEST_CASE("docs/images.md: a transform of one's own", "[docs]") {
  const Tensor images = noise({32, 3, 4, 4});
  manual_seed(0);
  const Tensor y = data::Compose({Invert(), data::RandomHorizontalFlip(0)})(images);
  int inverted = 0;
  for (int64_t n = 0; n < 32; ++n) {
    const bool is = y[n].equal(Tensor(255 - images[n].to(kInt32)).to(kUInt8));
    CHECK((is || y[n].equal(images[n])));
    inverted += is;
  }
  CHECK(inverted > 5);
  CHECK(inverted < 27);
}
