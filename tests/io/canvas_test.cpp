#include <reel/io/canvas.h>
#include <reel/io/font.h>

#include "tests/catch.h"

#include <numeric>

namespace reel {
namespace {

constexpr io::Color kWhite = {255, 255, 255};
constexpr io::Color kBlack = {0, 0, 0};
constexpr io::Rect kEverywhere = {0, 0, 1000, 1000};

int grey(const io::Canvas& canvas, int x, int y) {
  return canvas.image().pixels[static_cast<std::size_t>(3 * (y * canvas.image().width + x))];
}

/// How much black there is, in pixels.
double ink(const io::Canvas& canvas) {
  double sum = 0;
  for (const uint8_t value : canvas.image().pixels) sum += 255 - value;
  return sum / (3 * 255);
}

}  // namespace

TEST_CASE("canvas: a rectangle covers fractions of pixels", "[plot]") {
  io::Canvas canvas(6, 4, kWhite);
  canvas.fill({1, 1, 3.5, 2}, kBlack);
  CHECK(grey(canvas, 0, 1) == 255);
  CHECK(grey(canvas, 1, 1) == 0);
  CHECK(grey(canvas, 3, 1) == 128);
  CHECK(grey(canvas, 4, 1) == 255);
  CHECK(grey(canvas, 1, 2) == 255);
}

TEST_CASE("canvas: a stroke's joints are no darker than the rest, and it ends at the clip",
          "[plot]") {
  io::Canvas canvas(40, 20, kWhite);
  canvas.stroke({{5, 10}, {20, 10}, {20, 10}, {35, 10}}, 3, {128, 128, 128}, kEverywhere);
  for (int x = 6; x < 34; ++x) CHECK(grey(canvas, x, 10) == 128);
  io::Canvas clipped(40, 20, kWhite);
  clipped.stroke({{5, 10}, {35, 10}}, 3, kBlack, {10, 0, 20, 20});
  CHECK(grey(clipped, 9, 10) == 255);
  CHECK(grey(clipped, 10, 10) == 0);
  CHECK(grey(clipped, 20, 10) == 255);
}

TEST_CASE("canvas: a dot has the area of its disc", "[plot]") {
  io::Canvas canvas(40, 40, kWhite);
  canvas.stroke({{20, 20}}, 20, kBlack, kEverywhere);
  CHECK(ink(canvas) == Catch::Approx(314.16).epsilon(0.01));
}

TEST_CASE("canvas: shapes outside of the image are left out", "[plot]") {
  io::Canvas canvas(10, 10, kWhite);
  canvas.fill({-5, -5, -1, -1}, kBlack);
  canvas.fill({20, 20, 30, 30}, kBlack);
  canvas.stroke({{-50, -50}, {-20, 80}}, 4, kBlack, kEverywhere);
  canvas.text("text", 12, {-200, -200}, 0, 0, kBlack);
  canvas.text("text", 12, {200, 200}, 0, 0, kBlack);
  CHECK(ink(canvas) == 0);
}

TEST_CASE("canvas: upward text is horizontal text, turned", "[plot]") {
  io::Canvas across(80, 80, kWhite);
  across.text("loss", 16, {40, 40}, 0.5, 0.5, kBlack);
  io::Canvas upward(80, 80, kWhite);
  upward.text("loss", 16, {40, 40}, 0.5, 0.5, kBlack, io::TextDirection::kUpward);
  CHECK(ink(across) > 30);
  CHECK(ink(across) == Catch::Approx(ink(upward)));
}

TEST_CASE("font: text has the width of its letters", "[plot]") {
  CHECK(io::text_width("", 20) == 0);
  CHECK(io::text_width("Wi", 20) ==
        Catch::Approx(io::text_width("W", 20) + io::text_width("i", 20)));
  CHECK(io::text_width("W", 40) == Catch::Approx(2 * io::text_width("W", 20)));
  CHECK(io::text_width("\u2212", 20) == Catch::Approx(io::text_width("+", 20)));
}

TEST_CASE("font: any bytes at all can be drawn", "[plot]") {
  std::string bytes(256, '\0');
  std::iota(bytes.begin(), bytes.end(), '\0');
  CHECK(io::render_text(bytes, 12).width > 0);
  CHECK(io::render_text("\xE2\x88", 12).width > 0);
  CHECK(io::render_text("\xF0\x9F\x98\x80", 12).width > 0);
  // Bytes that follow a lead, alone or after one that is none, are no letters.
  CHECK(io::render_text("\x81\x81", 12).coverage == io::render_text("\xFF\xFF", 12).coverage);
  CHECK(io::render_text("\xC1\x81", 12).coverage == io::render_text("\xFF\xFF", 12).coverage);
  CHECK(io::render_text("\u00B5", 12).coverage != io::render_text("\xFF", 12).coverage);
}

}  // namespace reel
