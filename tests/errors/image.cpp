#include "tests/data/pictures.h"
#include "tests/data/png_file.h"
#include "tests/errors/rows.h"
#include "tests/temporary_folder.h"

#include <reel/data/image_folder.h>
#include <reel/data/image_transforms.h>

#include <filesystem>

namespace reel::tests {

namespace {

using namespace data;

Tensor bytes() { return noise({1, 3, 4, 5}); }

void decode(const std::string& bytes) {
  decode_image(bytes.data(), bytes.size(), ImageReadMode::kUnchanged, "x.png");
}

std::string png(IntArrayRef sizes) { return io::encode_png(image_of(noise(sizes))); }

/// Reads a folder "pets" with these files, from the folder it is in.
std::function<void()> reading(std::vector<std::pair<std::string, std::string>> files,
                              ImageFolderOptions options = {}) {
  return [=] {
    const TemporaryFolder folder;
    const std::filesystem::path home = std::filesystem::current_path();
    std::filesystem::current_path(folder.file(""));
    struct Home {
      ~Home() { std::filesystem::current_path(path); }
      std::filesystem::path path;
    } back{home};
    std::filesystem::create_directory("pets");
    for (const auto& [name, content] : files) {
      std::filesystem::create_directories(std::filesystem::path(folder.file(name)).parent_path());
      folder.write(name, content);
    }
    ImageFolder set("pets", options);
    set.get_batch({0, 1});
  };
}

const ErrorRows kFiles{
    {"load_image: no file", [] { load_image("nowhere.png"); }},
    {"load_image: no picture", [] { decode("no picture"); }},
    {"load_image: too much for its bytes",
     [] { decode(png_head(16384, 16383, 8, 2) + png_body("")); }},
    {"load_image: size",
     [] {
       // A TGA header of 65535 x 65535 pixels.
       decode(std::string("\0\0\2\0\0\0\0\0\0\0\0\0\xff\xff\xff\xff\x18\x20", 18));
     }},
    {"load_image: TGA cut short",
     [] { decode(std::string("\0\0\2\0\0\0\0\0\0\0\0\0\x04\0\x04\0\x18\x20 pixels", 25)); }},
    {"load_image: PNG cut short",
     [] {
       decode(png({3, 9, 9}).substr(0, 200));
     }},
    {"load_image: PNG without its header",
     [] { decode(png_head(1, 1, 8, 0).substr(0, 8) + png_body("")); }},
    {"load_image: checksum of PNG",
     [] {
       std::string bytes = png({3, 9, 9});
       bytes[60] = static_cast<char>(bytes[60] ^ 1);
       decode(bytes);
     }},
    {"load_image: PNG of too few pixels", [] { decode(png_head(2, 2, 8, 0) + png_body("")); }},
    {"load_image: JPEG cut short", [] { decode(jpeg().substr(0, 380)); }},
    {"load_image: JPEG tables",
     [] {
       std::string bytes = jpeg();
       const size_t tables = bytes.find("\xff\xc4");
       for (size_t i = 0; i < 16; ++i) bytes[tables + 5 + i] = '\x20';
       decode(bytes);
     }},
    {"ImageFolder: no folder", [] { ImageFolder set("nowhere"); }},
    {"ImageFolder: no classes", reading({})},
    {"ImageFolder: class without pictures", reading({{"pets/cat/notes.txt", ""}})},
    {"ImageFolder: unreadable",
     reading({{"pets/cat/1.png", "?"}}, ImageFolderOptions().in_memory(true))},
    {"ImageFolder: sizes differ",
     reading({{"pets/cat/1.png", png({3, 4, 4})}, {"pets/cat/2.png", png({3, 4, 5})}})},
    {"ImageFolder: index", reading({{"pets/cat/1.png", png({3, 4, 4})}})},
    {"ImageFolder: not in memory",
     [] {
       const TemporaryFolder folder;
       std::filesystem::create_directory(folder.file("a"));
       ImageFolder(folder.file(""), ImageFolderOptions().allow_empty(true)).images();
     }},
    {"ImageFolder: split",
     [] {
       const TemporaryFolder folder;
       std::filesystem::create_directory(folder.file("a"));
       ImageFolder(folder.file(""), ImageFolderOptions().allow_empty(true)).split(1.5);
     }},
};

const ErrorRows kMoves{
    {"image transform: undefined", [] { CenterCrop(2)(Tensor()); }},
    {"image transform: shape",
     [] {
       CenterCrop(2)(noise({4, 5}));
     }},
    {"image transform: no pixels",
     [] {
       CenterCrop(2)(noise({1, 3, 0, 5}));
     }},
    {"Compose: undefined result",
     [] { Compose({[](const Tensor&) { return Tensor(); }})(bytes()); }},
    {"Compose: shape of a result",
     [] { Compose({[](const Tensor& x) { return x.flatten(); }})(bytes()); }},
    {"ConvertImageDtype: dtype", [] { ConvertImageDtype{kInt64}; }},
    {"ConvertImageDtype: images", [] { ConvertImageDtype()(bytes().to(kInt64)); }},
    {"Pad: negative", [] { Pad{-1}; }},
    {"Pad: mirrors too much", [] { Pad(4).padding_mode(ImagePadding::kReflect)(bytes()); }},
    {"Pad: fill", [] { Pad(1).fill(256)(bytes()); }},
    {"CenterCrop: size", [] { CenterCrop{0}; }},
    {"RandomCrop: too large", [] { RandomCrop(5)(bytes()); }},
    {"RandomCrop: padding", [] { RandomCrop(5).padding(-1)(bytes()); }},
    {"RandomHorizontalFlip: p", [] { RandomHorizontalFlip{1.5}; }},
    {"Resize: size", [] { Resize(ImageSize(3, 0)); }},
    {"Resize: dtype", [] { Resize(3)(bytes().to(kFloat64)); }},
    {"RandomResizedCrop: scale",
     [] {
       RandomResizedCrop(3).scale({0, 1})(bytes());
     }},
    {"RandomResizedCrop: ratio",
     [] {
       RandomResizedCrop(3).ratio({2, 1})(bytes());
     }},
};

Example<> batch(Dtype dtype = kFloat32) { return {noise({2, 3, 4, 5}, dtype), tensor({0, 1})}; }

const ErrorRows kChanges{
    {"RandomRotation: angle", [] { RandomRotation{-1}; }},
    {"RandomRotation: fill", [] { RandomRotation(9).fill(-1)(bytes()); }},
    {"RandomRotation: size",
     [] {
       RandomRotation(9)(zeros({1, 1, 1, 20000}, kUInt8));
     }},
    {"RandomAffine: translate",
     [] {
       RandomAffine(9).translate({2, 0})(bytes());
     }},
    {"RandomAffine: scale",
     [] {
       RandomAffine(9).scale({0, 1})(bytes());
     }},
    {"ColorJitter: number", [] { ColorJitter{-1}; }},
    {"ColorJitter: interval",
     [] {
       ColorJitter().contrast({2, 1});
     }},
    {"ColorJitter: hue", [] { ColorJitter(0, 0, 0, 0.6); }},
    {"ColorJitter: channels",
     [] {
       ColorJitter(1)(noise({1, 4, 4, 5}));
     }},
    {"ColorJitter: dtype", [] { ColorJitter(1)(bytes().to(kInt32)); }},
    {"Grayscale: channels", [] { Grayscale{2}; }},
    {"RandomErasing: scale",
     [] {
       RandomErasing(1).scale({0.5, 2})(bytes());
     }},
    {"RandomErasing: ratio",
     [] {
       RandomErasing(1).ratio({0, 2})(bytes());
     }},
    {"Cutout: side", [] { Cutout{0}; }},
    {"MixUp: classes", [] { MixUp{0}; }},
    {"MixUp: alpha", [] { MixUp(4, 1e9); }},
    {"MixUp: undefined",
     [] {
       MixUp(2)({Tensor(), tensor({0})});
     }},
    {"MixUp: sizes",
     [] {
       MixUp(2)({bytes(), tensor({0, 1})});
     }},
    {"MixUp: dtype", [] { MixUp(2)(batch(kUInt8)); }},
    {"MixUp: target", [] { MixUp(1)(batch()); }},
    {"MixUp: dtype of targets",
     [] {
       MixUp(2)({bytes(), ones({1})});
     }},
    {"MixUp: number of classes",
     [] {
       MixUp(2)({bytes(), ones({1, 3})});
     }},
    {"CutMix: shape",
     [] {
       CutMix(2)({noise({2, 3}), tensor({0, 1})});
     }},
    {"CutMix: no pixels",
     [] {
       CutMix(2)({noise({2, 3, 0, 1}), tensor({0, 1})});
     }},
    {"RandAugment: num_ops", [] { RandAugment{-1}; }},
    {"RandAugment: magnitude", [] { RandAugment(2, 31)(bytes()); }},
    {"RandAugment: dtype", [] { RandAugment()(bytes().to(kFloat32)); }},
    {"RandAugment: channels",
     [] {
       RandAugment()(noise({1, 2, 4, 5}));
     }},
    {"TrivialAugmentWide: bins", [] { TrivialAugmentWide().num_magnitude_bins(0)(bytes()); }},
};

}  // namespace

}  // namespace reel::tests
