#include <reel/io/zip.h>

#include "tests/catch.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

#include <reel/core/error.h>

namespace reel::io {
namespace {

using Catch::Matchers::ContainsSubstring;

ZipReader open_zip(const std::string& path) {
  return ZipReader(source_of(std::make_shared<FileContent>("test", path)));
}

std::string content(const ZipReader& zip, const std::string& name) {
  const ZipReader::Entry* entry = zip.find(name);
  REQUIRE(entry);
  const ByteSource bytes = zip.open(*entry);
  return {bytes.data, bytes.size};
}

std::string long_text() {
  std::string text;
  for (int i = 0; i < 40000; ++i) text += std::to_string(i * i % 1009);
  return text;
}

std::string write(const TemporaryFolder& folder, uint64_t largest) {
  ZipWriter zip("test", folder.file("x.zip"), largest);
  const std::string text = long_text();
  zip.add("stored", {{"abc", 3}, {"", 0}, {"de", 2}});
  zip.add("folder/deflated", {{text.data(), 1000}, {text.data() + 1000, text.size() - 1000}}, true);
  zip.add("empty", {});
  zip.finish();
  return folder.file("x.zip");
}

}  // namespace

TEST_CASE("zip: what is written comes back", "[zip]") {
  const TemporaryFolder folder;
  for (const uint64_t largest : {uint64_t{0xffffffff}, uint64_t{0}, uint64_t{50}}) {
    const ZipReader zip = open_zip(write(folder, largest));
    REQUIRE(zip.entries().size() == 3);
    CHECK(content(zip, "stored") == "abcde");
    CHECK(content(zip, "folder/deflated") == long_text());
    CHECK(content(zip, "empty").empty());
    CHECK(!zip.find("absent"));
    CHECK(zip.find("folder/deflated")->compressed < zip.find("folder/deflated")->size / 2);
  }
}

TEST_CASE("zip: an archive without entries, and one with a comment", "[zip]") {
  const TemporaryFolder folder;
  ZipWriter("test", folder.file("none")).finish();
  CHECK(open_zip(folder.file("none")).entries().empty());
  std::string bytes = folder.read("none");
  bytes[20] = 5;
  CHECK(open_zip(folder.write("comment", bytes + "hello")).entries().empty());
}

TEST_CASE("zip: an archive cut short anywhere, or with any byte changed, is refused or whole",
          "[zip]") {
  const TemporaryFolder folder;
  ZipWriter writer("test", folder.file("x"));
  writer.add("a", {{"some bytes", 10}});
  writer.add("b", {{"aaaaaaaaaaaaaaaaaaaaaa", 22}}, true);
  writer.finish();
  const std::string whole = folder.read("x");
  const auto read_all = [&](const std::string& bytes) {
    const ZipReader zip = open_zip(folder.write("y", bytes));
    std::string all;
    for (const ZipReader::Entry& entry : zip.entries()) {
      const ByteSource source = zip.open(entry);
      all.append(source.data, source.size);
    }
    return all;
  };
  const std::string expected = read_all(whole);
  REQUIRE(expected == "some bytesaaaaaaaaaaaaaaaaaaaaaa");
  for (size_t n = 0; n < whole.size(); ++n) CHECK_THROWS_AS(read_all(whole.substr(0, n)), IoError);
  for (size_t n = 0; n < whole.size(); ++n)
    for (const int change : {1, 0x80, 0xff}) {
      std::string changed = whole;
      changed[n] = static_cast<char>(changed[n] ^ change);
      try {
        const std::string all = read_all(changed);
        CHECK(all == expected);  // names and dates are not part of the content
      } catch (const IoError&) {
      }
    }
}

TEST_CASE("zip: what is refused says why", "[zip]") {
  const TemporaryFolder folder;
  const auto changed = [&](size_t at, char value) {
    ZipWriter writer("test", folder.file("x"));
    writer.add("a", {{"some bytes", 10}});
    writer.finish();
    std::string bytes = folder.read("x");
    bytes[at] = value;
    return message_of<IoError>([&] {
      const ZipReader zip = open_zip(folder.write("y", bytes));
      zip.open(zip.entries().at(0));
    });
  };
  const size_t table = 30 + 1 + 10;
  CHECK_THAT(changed(table + 10, 12),
             ContainsSubstring("entry 'a': it is compressed by method 12"));
  CHECK_THAT(changed(table + 8, 1), ContainsSubstring("its entry 'a' is encrypted"));
  CHECK_THAT(changed(35, 'x'), ContainsSubstring("entry 'a': its bytes at byte 31 do not match"));
  CHECK_THAT(changed(table + 24, 11), ContainsSubstring("its sizes are 10 and 11"));
  CHECK_THAT(changed(table, 'x'),
             ContainsSubstring("table of contents is damaged at byte " + std::to_string(table)));
}

}  // namespace reel::io
