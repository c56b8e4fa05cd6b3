// Pictures of shapes: `draw_pictures FOLDER` writes a folder of three classes for examples/images
// to learn, `draw_pictures --sheet docs/images.png` what transforms make of a few.

#include <program/program.h>
#include <reel/autograd/ops/shapes.h>
#include <reel/core/creation.h>
#include <reel/data/image_transforms.h>
#include <reel/io/canvas.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <numbers>
#include <string>
#include <vector>

using namespace reel;

namespace {

constexpr const char* kClasses[] = {"circle", "square", "triangle"};
constexpr int kEach = 12;

uint8_t byte(double v) { return static_cast<uint8_t>(std::clamp(v, 0.0, 255.0)); }

/// A shape of its class, elsewhere and of another colour in each picture.
io::Image draw_shape(int64_t label, uint64_t number, int side) {
  data::SampleRandom random(7, static_cast<uint64_t>(label), number);
  const auto draw = [&](double low, double high) { return byte(random.uniform(low, high)); };
  const io::Color paper{draw(180, 255), draw(180, 255), draw(180, 255)};
  const io::Color ink{draw(0, 160), draw(0, 160), draw(0, 160)};
  io::Canvas canvas(side, side, paper);
  const double size = side * random.uniform(0.22, 0.32), turn = random.uniform(-0.3, 0.3);
  const io::Point middle{side * random.uniform(0.4, 0.6), side * random.uniform(0.4, 0.6)};
  const int corners = label == 0 ? 40 : label == 1 ? 4 : 3;
  const double first = turn + std::numbers::pi * (label == 1 ? 0.25 : -0.5);
  std::vector<io::Point> points;
  for (int i = 0; i <= corners; ++i) {
    const double angle = first + 2 * std::numbers::pi * i / corners;
    points.push_back({middle.x + size * std::cos(angle), middle.y + size * std::sin(angle)});
  }
  const auto edge = static_cast<double>(side);
  canvas.stroke(points, side * 0.12, ink, {0, 0, edge, edge});
  return canvas.image();
}

Tensor tensor_of(const io::Image& image) {
  const Tensor pixels = from_vector(image.pixels, {image.height, image.width, image.channels});
  return pixels.permute({2, 0, 1}).contiguous();
}

void write_folder(const std::string& folder) {
  for (int64_t label = 0; label < 3; ++label) {
    const std::string path = folder + "/" + kClasses[label];
    std::filesystem::create_directories(path);
    for (int i = 0; i < kEach; ++i)
      io::write_png(as_text(path, "/", i, ".png"), draw_shape(label, static_cast<uint64_t>(i), 32));
  }
}

/// Rows of pictures (N, 3, H, W) uint8, each below its name.
void write_sheet(const std::string& path, const std::vector<std::pair<std::string, Tensor>>& rows) {
  constexpr int kGap = 6, kText = 16, kLetters = 12;
  const auto N = static_cast<int>(rows[0].second.size(0));
  const auto side = static_cast<int>(rows[0].second.size(2));
  const int height = side + kText + kGap;
  io::Canvas canvas(kGap + N * (side + kGap), kGap + static_cast<int>(rows.size()) * height,
                    {255, 255, 255});
  for (size_t r = 0; r < rows.size(); ++r)
    canvas.text(rows[r].first, kLetters,
                {kGap, static_cast<double>(kGap + static_cast<int>(r) * height)}, 0, 0, {0, 0, 0});
  io::Image sheet = canvas.image();
  for (size_t r = 0; r < rows.size(); ++r)
    for (int n = 0; n < N; ++n) {
      const Tensor picture = rows[r].second[n].permute({1, 2, 0}).contiguous();
      for (int y = 0; y < side; ++y) {
        const int row = kGap + static_cast<int>(r) * height + kText + y;
        const int place = (row * sheet.width + kGap + n * (side + kGap)) * 3;
        std::memcpy(sheet.pixels.data() + place, picture.data_ptr<uint8_t>() + y * side * 3,
                    static_cast<size_t>(3 * side));
      }
    }
  io::write_png(path, sheet);
}

void write_sheet(const std::string& path) {
  constexpr uint64_t kPictures = 9;
  TensorList pictures;
  for (uint64_t i = 0; i < kPictures; ++i)
    pictures.push_back(tensor_of(draw_shape(static_cast<int64_t>(i % 3), 100 + i, 56)));
  const Tensor images = stack(pictures);
  const Tensor targets = arange(static_cast<int64_t>(kPictures), kInt64).remainder(3);
  const data::ConvertImageDtype to_float, to_bytes(kUInt8);
  manual_seed(11);
  using namespace data;
  write_sheet(path, {{"the batch", images},
                     {"RandomCrop(56).padding(7), RandomHorizontalFlip()",
                      Compose({RandomCrop(56).padding(7), RandomHorizontalFlip()})(images)},
                     {"RandomResizedCrop(56).scale({0.3, 1})",
                      RandomResizedCrop(56).scale({0.3, 1})(images)},
                     {"RandomAffine(25).translate({0.1, 0.1}).scale({0.8, 1.2}).fill(128)",
                      RandomAffine(25).translate({0.1, 0.1}).scale({0.8, 1.2}).fill(128)(images)},
                     {"ColorJitter(0.4, 0.4, 0.6, 0.2)", ColorJitter(0.4, 0.4, 0.6, 0.2)(images)},
                     {"RandAugment().fill(128)", RandAugment().fill(128)(images)},
                     {"TrivialAugmentWide().fill(128)", TrivialAugmentWide().fill(128)(images)},
                     {"RandomErasing(0.8)", RandomErasing(0.8)(images)},
                     {"MixUp(3)", to_bytes(MixUp(3)({to_float(images), targets}).data)},
                     {"CutMix(3)", CutMix(3)({images, targets}).data}});
}

}  // namespace

int main(int argc, char** argv) {
  return program::run(
      argc, argv,
      program::Program("draw_pictures", "Draws pictures of shapes, to learn or to look at.")
          .positional("folder", "where pictures go, in one folder a class", false)
          .file("sheet", "write one picture of what transforms make of them"),
      [](const program::Arguments& given) {
        if (given.has("folder") == given.has("sheet"))
          throw program::UsageError("draw_pictures: give either FOLDER or --sheet. [see --help]");
        if (given.has("folder")) return write_folder(given.text("folder"));
        write_sheet(given.text("sheet"));
      });
}
