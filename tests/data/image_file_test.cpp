#include <reel/core/error.h>
#include <reel/data/image_file.h>

#include "tests/catch.h"
#include "tests/data/pictures.h"
#include "tests/data/png_file.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

#include <algorithm>

namespace reel {
namespace {

using data::decode_image;
using data::ImageReadMode;
using data::load_image;

Tensor decode(const std::string& bytes, ImageReadMode mode = ImageReadMode::kUnchanged) {
  return decode_image(bytes.data(), bytes.size(), mode, "x");
}

std::string little(int64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

/// BMP of 24 bits: blue, green, red from the bottom row up, rows of a multiple of 4 bytes.
std::string bmp_of(const Tensor& x) {
  const int64_t H = x.size(1), W = x.size(2), row = (3 * W + 3) / 4 * 4;
  std::string bytes = "BM" + little(54 + row * H, 4) + little(0, 4) + little(54, 4) +
                      little(40, 4) + little(W, 4) + little(H, 4) + little(1, 2) + little(24, 2) +
                      little(0, 4) + little(row * H, 4) + std::string(16, '\0');
  for (int64_t h = H - 1; h >= 0; --h) {
    for (int64_t w = 0; w < W; ++w)
      for (int64_t c = 2; c >= 0; --c)
        bytes += static_cast<char>(x.data_ptr<uint8_t>()[(c * H + h) * W + w]);
    bytes += std::string(static_cast<size_t>(row - 3 * W), '\0');
  }
  return bytes;
}

/// Uncompressed TGA of 24 bits, from the top row down.
std::string tga_of(const Tensor& x) {
  const int64_t H = x.size(1), W = x.size(2);
  std::string bytes = little(2 << 16, 4) + std::string(8, '\0') + little(W, 2) + little(H, 2) +
                      little(24, 1) + little(0x20, 1);
  for (int64_t h = 0; h < H; ++h)
    for (int64_t w = 0; w < W; ++w)
      for (int64_t c = 2; c >= 0; --c)
        bytes += static_cast<char>(x.data_ptr<uint8_t>()[(c * H + h) * W + w]);
  return bytes;
}

/// How far a decoded ramp is from the one that was encoded.
int worst(const Tensor& x) {
  int worst = 0;
  for (int64_t c = 0; c < 3; ++c)
    for (int64_t h = 0; h < 9; ++h)
      for (int64_t w = 0; w < 17; ++w)
        worst =
            std::max(worst, std::abs(x.data_ptr<uint8_t>()[(c * 9 + h) * 17 + w] - ramp(c, h, w)));
  return worst;
}

}  // namespace

TEST_CASE("load_image: PNG of every number of channels, at awkward sizes", "[images]") {
  const TemporaryFolder folder;
  for (const int64_t channels : {1, 2, 3, 4})
    for (const auto& [h, w] : {std::pair<int64_t, int64_t>{1, 1}, {1, 9}, {31, 17}, {7, 8}}) {
      const Tensor x = noise({channels, h, w}, kUInt8, static_cast<uint64_t>(channels + h));
      io::write_png(folder.file("x.png"), image_of(x));
      CHECK(load_image(folder.file("x.png")).equal(x));
    }
}

TEST_CASE("load_image: channels that are asked for", "[images]") {
  const Tensor grey = noise({1, 5, 3}), color = noise({4, 5, 3});
  const std::string from_grey = io::encode_png(image_of(grey));
  const std::string from_color = io::encode_png(image_of(color));
  CHECK(decode(from_grey, ImageReadMode::kRGB).equal(grey.expand({3, 5, 3}).contiguous()));
  CHECK(decode(from_color, ImageReadMode::kRGB).equal(color.narrow(0, 0, 3).contiguous()));
  CHECK(decode(from_grey, ImageReadMode::kGrayAlpha).select(0, 1).equal(full({5, 3}, 255, kUInt8)));
  CHECK(decode(from_grey, ImageReadMode::kRGBAlpha).size(0) == 4);
  // Brightness is 0.299 r + 0.587 g + 0.114 b, here in 8-bit fractions: at most 1 off by each.
  const Tensor made = decode(from_color, ImageReadMode::kGray);
  REQUIRE(made.size(0) == 1);
  const uint8_t* c = color.data_ptr<uint8_t>();
  for (int64_t i = 0; i < 15; ++i)
    CHECK(made.data_ptr<uint8_t>()[i] ==
          Catch::Approx(0.299 * c[i] + 0.587 * c[15 + i] + 0.114 * c[30 + i]).margin(2));
}

TEST_CASE("load_image: BMP and TGA", "[images]") {
  for (const auto& [h, w] : {std::pair<int64_t, int64_t>{1, 1}, {3, 7}, {16, 16}}) {
    const Tensor x = noise({3, h, w});
    CHECK(decode(bmp_of(x)).equal(x));
    CHECK(decode(tga_of(x)).equal(x));
  }
}

TEST_CASE("load_image: JPEG, baseline and progressive", "[images]") {
  const TemporaryFolder folder;
  const Tensor x = load_image(folder.write("x.jpg", jpeg()));
  REQUIRE(x.sizes() == Shape{3, 9, 17});
  CHECK(worst(x) <= 4);  // 3 were lost, and 1 is for another decoder's rounding
  CHECK(worst(decode(progressive_jpeg())) <= 4);
  CHECK(decode(jpeg(), ImageReadMode::kGray).sizes() == Shape{1, 9, 17});
}

TEST_CASE("load_image: what is cut short or claims too much is refused", "[images]") {
  const std::string png = io::encode_png(image_of(noise({3, 20, 20})));
  for (const std::string& whole : {png, jpeg(), bmp_of(noise({3, 4, 4})), tga_of(noise({3, 4, 4}))})
    for (size_t length = 0; length < whole.size() - 20; length += whole.size() / 7)
      CHECK(message_of<IoError>([&] {
              decode(whole.substr(0, length));
            }).starts_with("load_image: 'x': "));
  // A header of 805 MB, before no data.
  CHECK(message_of<IoError>([&] { decode(png_head(16384, 16383, 8, 2) + png_body("")); }) ==
        "load_image: 'x': a picture of 16384x16383 with 3 channels in 65 bytes; no format packs so "
        "much into so few.");
  CHECK_THROWS_AS(decode(png_head(0x7fffff, 0x7fffff, 8, 2) + png_body("")), IoError);
}

TEST_CASE("load_image: JPEG ends where its picture does", "[images]") {
  // What follows are no tables, no end and no start of this picture.
  const std::string film = "\xff\xc4\xff\xff" + std::string(400, '\xfe') + "\xff\xda film";
  for (const std::string& whole : {jpeg(), progressive_jpeg()}) {
    for (const std::string& trailer : {film, whole, whole.substr(0, whole.size() / 2)})
      CHECK(decode(whole + trailer).equal(decode(whole)));
    for (size_t length = 2; length < whole.size(); ++length)
      CHECK(message_of<IoError>([&] { decode(whole.substr(0, length)); }) ==
            "load_image: 'x': a JPEG picture without its end; the file is cut short or damaged.");
    // The end of a small picture inside a segment of the large one is none.
    const std::string small = "\xff\xe1" + big_endian(whole.size() + 2, 2) + whole;
    const std::string with_small = whole.substr(0, 2) + small + whole.substr(2);
    CHECK(decode(with_small).equal(decode(whole)));
    CHECK_THROWS_AS(decode(with_small.substr(0, with_small.size() - 1)), IoError);
    // stb before 2.28 has no room for these tables, before the pixels or behind some of them.
    for (const size_t tables : {whole.find("\xff\xc4"), whole.rfind("\xff\xc4")}) {
      std::string large = whole;
      large.replace(tables + 5, 16, 16, '\x20');
      CHECK(message_of<IoError>([&] { decode(large); }) ==
            "load_image: 'x': a JPEG picture with a Huffman table of more than 256 codes; it is "
            "damaged.");
    }
  }
}

TEST_CASE("load_image: JPEG without its tables takes none of another picture", "[images]") {
  for (const std::string& whole : {jpeg(), progressive_jpeg()})
    for (const std::string marker : {"\xff\xc4", "\xff\xdb"})
      for (size_t at = 0; (at = whole.find(marker, at)) != whole.npos; ++at) {
        const auto length = static_cast<size_t>(whole[at + 2] * 256 + whole[at + 3]);
        const std::string without = whole.substr(0, at) + whole.substr(at + 2 + length);
        const Tensor x = decode(whole);  // in memory that comes next
        Tensor y;
        const std::string message = message_of<IoError>([&] { y = decode(without); });
        CHECK((message != "no error" || !y.equal(x)));
      }
}

TEST_CASE("load_image: PNG of few bits a pixel", "[images]") {
  // Blank, so packed the most: 2 MB in 2 kB.
  const std::string row(1 + 500, '\0');
  std::string rows;
  for (int i = 0; i < 4000; ++i) rows += row;
  CHECK(decode(png_head(4000, 4000, 1, 0) + png_body(rows)).equal(zeros({1, 4000, 4000}, kUInt8)));
  const std::string palette = png_chunk("PLTE", "\x01\x02\x03");
  const Tensor x = decode(png_head(4000, 4000, 1, 3) + palette + png_body(rows));
  CHECK(x.sizes() == Shape{3, 4000, 4000});
  CHECK(x.select(0, 2).equal(full({4000, 4000}, 3, kUInt8)));
  // Bits, from the highest: 5 and 3 pixels of 1 bit, 3 of 2 bits.
  CHECK(decode(png_head(5, 2, 1, 0) + png_body(std::string("\0\xa8\0\x50", 4))).to_vector() ==
        std::vector<double>{255, 0, 255, 0, 255, 0, 255, 0, 255, 0});
  CHECK(decode(png_head(3, 1, 2, 0) + png_body(std::string("\0\x1b", 2))).to_vector() ==
        std::vector<double>{0, 85, 170});
}

TEST_CASE("load_image: no flipped bit of a PNG goes unseen", "[images]") {
  for (const std::string& whole :
       {io::encode_png(image_of(noise({3, 5, 4}))),  // stored, for noise can not be packed
        png_head(8, 8, 1, 3) + png_chunk("PLTE", "abcdef") + png_chunk("tEXt", "Title\0x") +
            png_body(std::string(16, '\0'))}) {
    CHECK_NOTHROW(decode(whole));
    CHECK_NOTHROW(decode(whole + "what follows the end is no part of it"));
    for (size_t bit = 0; bit < 8 * whole.size(); ++bit) {
      std::string damaged = whole;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ 1 << bit % 8);
      INFO("bit " << bit);
      CHECK_THROWS_AS(decode(damaged), IoError);
    }
    const std::string no_end = whole.substr(0, whole.size() - 12);
    CHECK(message_of<IoError>([&] { decode(no_end); }) ==
          "load_image: 'x': a PNG picture without its end; the file is cut short or damaged.");
  }
  std::string damaged = png_head(1, 1, 8, 0) + png_body(std::string(2, '\0'));
  damaged[50] ^= 1;
  CHECK(message_of<IoError>([&] { decode(damaged); }) ==
        "load_image: 'x': a PNG picture whose chunk at byte 33 does not have its checksum; it is "
        "damaged.");
  damaged = damaged.substr(0, 8) + png_chunk("CgBI", "1234") + damaged.substr(8);
  CHECK(message_of<IoError>([&] { decode(damaged); }) ==
        "load_image: 'x': a PNG picture that does not begin with its header; it is damaged, or of "
        "Apple's own variant.");
}

TEST_CASE("load_image: damage never does harm", "[images]") {
  data::SampleRandom random(1, 2, 3);
  for (const std::string& whole :
       {io::encode_png(image_of(noise({3, 20, 20}))), jpeg(), progressive_jpeg(),
        bmp_of(noise({3, 9, 9})), tga_of(noise({3, 9, 9}))}) {
    int read = 0, refused = 0;
    for (int i = 0; i < 300; ++i) {
      std::string bytes = whole;
      for (int k = 0; k < 3; ++k)
        bytes[static_cast<size_t>(random.below(std::ssize(bytes)))] =
            static_cast<char>(random.below(256));
      // With its checksums a damaged PNG reaches the decoder.
      if (bytes.starts_with("\x89PNG")) bytes = with_checksums(bytes);
      const std::string message = message_of<IoError>([&] { decode(bytes); });
      if (message == "no error")
        ++read;
      else if (message.starts_with("load_image: 'x': "))
        ++refused;
      else
        FAIL(message);
    }
    CHECK(read + refused == 300);
  }
}

}  // namespace reel
