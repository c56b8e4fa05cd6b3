#include <reel/core/error.h>
#include <reel/core/parallel.h>
#include <reel/data/batches.h>
#include <reel/data/data_loader.h>
#include <reel/data/image_folder.h>
#include <reel/data/image_move.h>

#include "tests/catch.h"
#include "tests/data/pictures.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

#include <filesystem>
#include <set>

namespace reel {
namespace {

namespace fs = std::filesystem;
using data::ImageFolder;
using data::ImageFolderOptions;

/// Three classes of pictures of 5 x 7 pixels, some of them further down or under a link.
struct Pets {
  Pets() {
    for (const auto* name :
         {"dog/b.png", "dog/a.PNG", "cat/1.png", "cat/more/deep/2.png", "eel/x.png"})
      add(name, {3, 5, 7});
    folder.write("cat/notes.txt", "no picture");
    folder.write("cat/.hidden.png", "no picture either");
    folder.write("readme.png", "outside of all classes");
  }
  void add(const std::string& name, IntArrayRef sizes) {
    const std::string path = folder.file(name);
    fs::create_directories(fs::path(path).parent_path());
    io::write_png(path, image_of(noise(sizes, kUInt8, std::hash<std::string>()(name))));
  }
  std::string root() const { return folder.file(""); }
  TemporaryFolder folder;
};

std::vector<std::string> names(const ImageFolder& set) {
  std::vector<std::string> list;
  for (const auto& sample : set.samples())
    list.push_back(as_text(sample.label, " ", fs::path(sample.path).filename().string()));
  return list;
}

}  // namespace

TEST_CASE("image folder: classes and pictures by name", "[images]") {
  const Pets pets;
  const ImageFolder set(pets.root());
  CHECK(set.classes() == std::vector<std::string>{"cat", "dog", "eel"});
  CHECK(names(set) ==
        std::vector<std::string>{"0 1.png", "0 2.png", "1 a.PNG", "1 b.png", "2 x.png"});
  CHECK(set.size() == 5);
  CHECK(set.targets().to_vector() == std::vector<double>{0, 0, 1, 1, 2});
  const auto [image, target] = set.get(2);
  CHECK(image.equal(data::load_image(pets.folder.file("dog/a.PNG"))));
  CHECK(target.dim() == 0);
  CHECK(target.item<int64_t>() == 1);
}

TEST_CASE("image folder: links are followed, but not in circles", "[images]") {
  const Pets pets;
  fs::create_directory_symlink(pets.folder.file("dog"), pets.folder.file("wolf"));
  fs::create_symlink(pets.folder.file("eel/x.png"), pets.folder.file("eel/y.png"));
  fs::create_directory_symlink(pets.folder.file("eel"), pets.folder.file("eel/again"));
  const ImageFolder set(pets.root());
  CHECK(set.classes().back() == "wolf");
  CHECK(set.size() == 8);
}

TEST_CASE("image folder: in memory or on demand, all batches are alike", "[images]") {
  Pets pets;
  for (const bool other_sizes : {false, true}) {
    ImageFolderOptions options;
    if (other_sizes) {
      pets.add("eel/z.png", {3, 9, 4});
      options.resize({6, 6});
    }
    const ImageFolder later(pets.root(), options), now(pets.root(), options.in_memory(true));
    const std::vector<int64_t> order = {4, 0, 3, 3};
    const auto a = later.get_batch(order), b = now.get_batch(order);
    CHECK(a.data.sizes() == (other_sizes ? Shape{4, 3, 6, 6} : Shape{4, 3, 5, 7}));
    CHECK(a.data.equal(b.data));
    CHECK(a.target.equal(b.target));
    CHECK(now.images().size(0) == now.size());
    for (int64_t i = 0; i < now.size(); ++i) {
      CHECK(now.get(i).data.equal(later.get(i).data));
      CHECK(now.get(i).data.equal(now.images()[i]));
    }
  }
}

TEST_CASE("image folder: grey", "[images]") {
  const Pets pets;
  const ImageFolder set(pets.root(), ImageFolderOptions().mode(data::ImageReadMode::kGray));
  CHECK(set.get_batch({0, 1}).data.sizes() == Shape{2, 1, 5, 7});
}

TEST_CASE("image folder: pictures that can not be read are named, or left out", "[images]") {
  Pets pets;
  pets.folder.write("cat/a.png", "damaged");
  fs::create_symlink(pets.folder.file("nowhere"), pets.folder.file("dog/lost.png"));
  const ImageFolder all(pets.root());
  CHECK(all.size() == 7);
  CHECK(message_of<IoError>([&] {
          all.get_batch({0, 1, 2});
        }).find("cat/a.png': it is no PNG") != std::string::npos);
  const std::string message =
      message_of<IoError>([&] { ImageFolder(pets.root(), ImageFolderOptions().in_memory(true)); });
  CHECK(message.starts_with(
      "ImageFolder: 2 of 7 pictures can not be read, the first: load_image: '"));
  for (const bool in_memory : {false, true}) {
    const ImageFolder rest(pets.root(),
                           ImageFolderOptions().skip_unreadable(true).in_memory(in_memory));
    CHECK(rest.size() == 5);
    REQUIRE(rest.unreadable().size() == 2);
    CHECK(rest.unreadable()[0].path.ends_with("cat/a.png"));
    CHECK(rest.unreadable()[1].reason.find("dog/lost.png") != std::string::npos);
    CHECK(rest.get_batch({0, 1, 2, 3, 4}).data.size(0) == 5);
  }
}

TEST_CASE("image folder: empty classes", "[images]") {
  const Pets pets;
  fs::create_directories(pets.folder.file("ant"));
  CHECK(message_of<IoError>([&] { ImageFolder set(pets.root()); }).find("ant' has no pictures") !=
        std::string::npos);
  const ImageFolder set(pets.root(), ImageFolderOptions().allow_empty(true));
  CHECK(set.classes().size() == 4);
  CHECK(set.samples()[0].label == 1);
}

TEST_CASE("image folder: a split parts each class and loses nothing", "[images]") {
  Pets pets;
  for (int i = 0; i < 16; ++i) pets.add(as_text("eel/", i, ".png"), {3, 5, 7});
  for (const bool in_memory : {false, true}) {
    const ImageFolder set(pets.root(), ImageFolderOptions().in_memory(in_memory));
    const auto [train, test] = set.split(0.75, 3);
    CHECK(train.size() + test.size() == set.size());
    CHECK(train.targets().eq(2).sum().item<int64_t>() == 13);  // of 17
    CHECK(train.targets().eq(0).sum().item<int64_t>() == 2);   // 1.5 of 2, rounded
    std::set<std::string> paths;
    for (const auto* part : {&train, &test})
      for (const auto& sample : part->samples()) paths.insert(sample.path);
    CHECK(std::ssize(paths) == set.size());
    CHECK(names(set.split(0.75, 3).first) == names(train));
    CHECK(names(set.split(0.75, 4).first) != names(train));
    CHECK(test.get(0).data.equal(data::load_image(test.samples()[0].path)));
    CHECK(set.split(1).second.size() == 0);
  }
}

TEST_CASE("image folder: in a loop, and in libtorch's loader", "[images]") {
  const Pets pets;
  const data::Compose augment(
      {data::RandomCrop(4).padding(1), data::RandomHorizontalFlip(), data::ConvertImageDtype()});
  int64_t seen = 0;
  const data::Batches batches(ImageFolder(pets.root()), data::BatchOptions(2));
  for (auto& [images, targets] : batches.epoch(0)) {
    CHECK(augment(images).sizes() == Shape{targets.size(0), 3, 4, 4});
    seen += targets.size(0);
  }
  CHECK(seen == 5);
  // Before the examples are stacked or after.
  auto early =
      data::datasets::ImageFolder(pets.root()).map(augment).map(data::transforms::Stack<>());
  auto late =
      data::datasets::ImageFolder(pets.root()).map(data::transforms::Stack<>()).map(augment);
  const auto check = [&](auto set) {
    int64_t sum = 0;
    auto loader = data::make_data_loader<data::samplers::SequentialSampler>(std::move(set), 2);
    for (auto& batch : *loader) {
      CHECK(batch.data.sizes() == Shape{batch.target.size(0), 3, 4, 4});
      CHECK(batch.data.dtype() == kFloat32);
      sum += batch.target.sum().template item<int64_t>();
    }
    CHECK(sum == 4);
  };
  check(std::move(early));
  check(std::move(late));
}

}  // namespace reel
