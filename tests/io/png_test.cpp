#include <reel/core/error.h>
#include <reel/io/png.h>

#include "tests/catch.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_PNG
#include <stb/stb_image.h>

namespace reel {

TEST_CASE("png: what was written is what other programs read", "[png]") {
  const TemporaryFolder folder;
  for (int channels = 1; channels <= 4; ++channels) {
    CAPTURE(channels);
    io::Image image = {.width = 5, .height = 3, .channels = channels, .pixels = {}};
    for (int i = 0; i < 15 * channels; ++i) image.pixels.push_back(static_cast<uint8_t>(i * 17));
    const std::string path = folder.file("image.png");
    io::write_png(path, image);
    int width = 0, height = 0, found = 0;
    uint8_t* read = stbi_load(path.c_str(), &width, &height, &found, 0);
    REQUIRE(read != nullptr);
    CHECK(width == 5);
    CHECK(height == 3);
    CHECK(found == channels);
    CHECK(std::vector<uint8_t>(read, read + image.pixels.size()) == image.pixels);
    stbi_image_free(read);
  }
  CHECK(folder.count() == 1);
}

TEST_CASE("png: impossible images are refused", "[png]") {
  const auto error = [](io::Image image) {
    return message_of<ArgumentError>([&] { io::write_png("never-written.png", image); });
  };
  CHECK(error({0, 3, 3, {}}) ==
        "write_png: an image of 0x3 with 3 channels; width and height must be positive, channels 1 "
        "to 4.");
  CHECK(error({2, 2, 5, {}}) ==
        "write_png: an image of 2x2 with 5 channels; width and height must be positive, channels 1 "
        "to 4.");
  CHECK(error({2, 2, 3, std::vector<uint8_t>(11)}) ==
        "write_png: 11 bytes of pixels; 2x2 with 3 channels needs 12.");
  CHECK(error({2147483647, 2147483647, 4, {}}) ==
        "write_png: an image of 2147483647x2147483647 with 4 channels; at most 1073741824 bytes "
        "are supported.");
}

TEST_CASE("png: when writing fails, the former file stays and no other is left", "[png]") {
  const TemporaryFolder folder;
  const io::Image image = {.width = 1, .height = 1, .channels = 1, .pixels = {7}};
  const std::string missing = folder.file("missing/image.png");
  CHECK(message_of<IoError>([&] { io::write_png(missing, image); }) ==
        "write_png: cannot create '" + missing + "': No such file or directory.");
  // A folder cannot be replaced by a file.
  const std::string occupied = folder.file("occupied");
  std::filesystem::create_directory(occupied);
  CHECK(message_of<IoError>([&] { io::write_png(occupied, image); }) ==
        "write_png: cannot replace '" + occupied + "': Is a directory.");
  CHECK(folder.count() == 1);
}

}  // namespace reel
