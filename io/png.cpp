#include <reel/io/png.h>

#include <reel/core/error.h>
#include <reel/io/atomic_file.h>

#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STBI_WRITE_NO_STDIO
#include <stb/stb_image_write.h>

namespace reel::io {
namespace {

// stb counts bytes in int; half of what fits leaves room for its own headers.
constexpr int64_t kMaxBytes = int64_t{1} << 30;

void check_image(const char* op, const Image& image) {
  const auto [width, height, channels, pixels] = image;
  REEL_CHECK(width > 0 && height > 0 && channels >= 1 && channels <= 4, op, ": an image of ", width,
             "x", height, " with ", channels,
             " channels; width and height must be positive, channels 1 to 4.");
  REEL_CHECK(int64_t{width} * height <= kMaxBytes / channels, op, ": an image of ", width, "x",
             height, " with ", channels, " channels; at most ", kMaxBytes, " bytes are supported.");
  const int64_t bytes = int64_t{width} * height * channels;
  REEL_CHECK(bytes == static_cast<int64_t>(pixels.size()), op, ": ", pixels.size(),
             " bytes of pixels; ", width, "x", height, " with ", channels, " channels needs ",
             bytes, ".");
}

void append_to_string(void* context, void* data, int size) {
  static_cast<std::string*>(context)->append(static_cast<const char*>(data),
                                             static_cast<std::size_t>(size));
}

}  // namespace

namespace {

std::string encode(const char* op, const Image& image) {
  check_image(op, image);
  std::string encoded;
  if (!stbi_write_png_to_func(append_to_string, &encoded, image.width, image.height, image.channels,
                              image.pixels.data(), image.width * image.channels)) {
    throw_io_error(as_text(op, ": cannot encode the image: out of memory."));
  }
  return encoded;
}

}  // namespace

std::string encode_png(const Image& image) { return encode("encode_png", image); }

void write_png(const std::string& path, const Image& image) {
  const std::string encoded = encode("write_png", image);
  AtomicFile file("write_png", path);
  file.write(encoded.data(), encoded.size());
  file.commit();
}

}  // namespace reel::io
