// How many images a second transforms make, and how many pictures are decoded: `image_bench`,
// `image_bench --size 224 --batch 16`, `image_bench --decode 1.jpg`. Small images by default, on
// one thread. Of all runs the fastest counts, which other programs disturb least.

#include <program/program.h>
#include <reel/data/image_file.h>
#include <reel/data/image_transforms.h>
#include <reel/io/png.h>
#include <reel/reel.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "bench/timing.h"

using namespace reel;

namespace {

struct Case {
  std::string name;
  data::ImageStep step;
  bool of_floats = false;
};

std::vector<Case> transform_cases(int64_t size) {
  using namespace data;
  const Normalize normalize({0.49, 0.48, 0.45}, {0.25, 0.24, 0.26});
  const auto crop = RandomCrop(size).padding(size / 8);
  const RandomHorizontalFlip flip;
  const int64_t half = size / 2;
  return {{"crop, flip, normalize", Compose({crop, flip, normalize})},
          {"the same, one by one", [=](const Tensor& x) { return normalize(flip(crop(x))); }},
          {"the same, mirrored",
           Compose({RandomCrop(crop).padding_mode(ImagePadding::kReflect), flip, normalize})},
          {"Normalize", normalize},
          {"RandomCrop", crop},
          {"RandomHorizontalFlip", flip},
          {"CenterCrop to half", CenterCrop(half)},
          {"Resize to half", Resize({half, half})},
          {"Resize to double", Resize({2 * size, 2 * size})},
          {"RandomResizedCrop", RandomResizedCrop(size)},
          {"RandomRotation", RandomRotation(15)},
          {"RandomAffine", RandomAffine(15).translate({0.1, 0.1}).scale({0.8, 1.2})},
          {"ColorJitter", ColorJitter(0.2, 0.2, 0.2, 0.05)},
          {"ColorJitter without hue", ColorJitter(0.2, 0.2, 0.2)},
          {"Grayscale", Grayscale(3)},
          {"RandomErasing, floats", RandomErasing(), true},
          {"Cutout to half", Cutout(half)},
          {"RandAugment", RandAugment()},
          {"TrivialAugmentWide", TrivialAugmentWide()},
          {"MixUp, floats",
           [](const Tensor& x) {
             return MixUp(10)({x, zeros({x.size(0)}, kInt64)}).data;
           },
           true},
          {"CutMix", [](const Tensor& x) {
             return CutMix(10)({x, zeros({x.size(0)}, kInt64)}).data;
           }}};
}

// Smooth, as pictures are, with a little noise.
Tensor make_images(int64_t n, int64_t size) {
  const Tensor waves = linspace(0, 6, size).sin();
  const Tensor x = waves.unsqueeze(1).mul(waves).mul(90).add(120).expand({n, 3, size, size});
  return x.add(rand({n, 3, size, size}).mul(20)).to(kUInt8);
}

void print(const std::string& name, double images, double ms) {
  std::printf("%-28s %10.0f images/s\n", name.c_str(), images / ms * 1000);
  std::fflush(stdout);
}

void time_decoding(double budget, const std::string& name, const std::string& bytes) {
  const Tensor x =
      data::decode_image(bytes.data(), bytes.size(), data::ImageReadMode::kUnchanged, name);
  const bench::Timing t =
      bench::measure(budget, [&] { data::decode_image(bytes.data(), bytes.size()); });
  print(as_text("decode ", name, " ", x.size(2), "x", x.size(1)), 1, t.min_ms);
}

void run(const program::Arguments& args) {
  set_num_threads(static_cast<int>(args.integer("threads")));
  const double budget = args.number("budget");
  const int64_t size = args.integer("size"), batch = args.integer("batch");
  if (args.has("decode")) {
    const std::string& path = args.text("decode");
    std::ifstream file(path, std::ios::binary);
    return time_decoding(budget, path, {std::istreambuf_iterator<char>(file), {}});
  }
  const std::regex only(args.text("only"));
  const Tensor bytes = make_images(batch, size), floats = data::ConvertImageDtype()(bytes);
  for (const Case& c : transform_cases(size)) {
    if (!std::regex_search(c.name, only)) continue;
    const data::ImageTransform& transform = c.step.transform();
    const Tensor& x = c.of_floats ? floats : bytes;
    const bench::Timing t = bench::measure(budget, [&] { transform(x); });
    print(c.name, static_cast<double>(batch), t.min_ms);
  }
  const Tensor pixels = bytes[0].permute({1, 2, 0}).contiguous();
  const auto* first = pixels.data_ptr<uint8_t>();
  const auto side = static_cast<int>(size);
  if (std::regex_search("decode PNG", only))
    time_decoding(budget, "PNG", io::encode_png({side, side, 3, {first, first + pixels.numel()}}));
}

}  // namespace

int main(int argc, char** argv) {
  return program::run(argc, argv,
                      program::Program("image_bench", "Times transforms of images, and decoders.")
                          .integer("size", "pixels on a side", 32, {8, 4096})
                          .integer("batch", "images at once", 128, {1, 4096})
                          .integer("threads", "threads to use", 1, {1, 4096})
                          .number("budget", "seconds a case", 0.5, {0, 1e6})
                          .text("only", "cases whose name matches this regular expression", ".*")
                          .file("decode", "time the decoding of this file instead"),
                      run);
}
