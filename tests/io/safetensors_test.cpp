#include <reel/core/creation.h>
#include <reel/core/layout.h>
#include <reel/io/safetensors.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>

#include "tests/catch.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace reel::io {
namespace {

// A file with this header, its size in front, and so many bytes of data.
std::string file_of(const std::string& header, size_t data) {
  std::string bytes;
  for (size_t i = 0; i < 8; ++i) bytes += static_cast<char>(header.size() >> (8 * i));
  return bytes + header + std::string(data, '\0');
}

}  // namespace

TEST_CASE("safetensors: what is saved comes back", "[safetensors]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("all.safetensors");
  const Tensor held = to_channels_last(arange(24, kFloat32).reshape({2, 3, 2, 2}));
  const std::vector<NamedTensor> tensors = {{"float", randn({3, 4})},
                                            {"double", randn({5}, kFloat64)},
                                            {"int", arange(6).reshape({2, 3})},
                                            {"small", arange(3).to(kInt32)},
                                            {"byte", arange(4).to(kUInt8)},
                                            {"bool", tensor({true, false})},
                                            {"scalar", full({}, 2.5)},
                                            {"none", empty({0, 7})},
                                            {"strided", arange(6).reshape({2, 3}).t()},
                                            {"held", held}};
  save_safetensors(path, tensors, {{"epoch", "7"}});
  const SafetensorsFile file = load_safetensors(path);
  REQUIRE(file.tensors.size() == tensors.size());
  for (const NamedTensor& t : tensors) {
    INFO(t.name);
    CHECK(file.at(t.name).dtype() == t.tensor.dtype());
    CHECK(file.at(t.name).equal(t.tensor));
  }
  CHECK(file.metadata_of("epoch") == "7");
  CHECK(file.metadata_of("other").empty());
  CHECK(message_of<ArgumentError>([&] { (void)file.at("weight"); }) ==
        "safetensors: there is no tensor 'weight' among 10.");
}

TEST_CASE("safetensors: a name that comes twice is refused and writes nothing", "[safetensors]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("twice.safetensors");
  const Tensor x = ones({2});
  CHECK(message_of<ArgumentError>([&] {
          save_safetensors(path, {{"w", x}, {"w", x}});
        }) ==
        "save_safetensors: the name 'w' is taken; every tensor needs its own, other than "
        "__metadata__.");
  CHECK(folder.count() == 0);
}

TEST_CASE("safetensors: damaged files are refused", "[safetensors]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("x");
  const auto error_of = [&](const std::string& bytes) {
    folder.write("x", bytes);
    const std::string message = message_of<IoError>([&] { load_safetensors(path); });
    const std::string start = "load_safetensors: '" + path + "': ";
    REQUIRE(message.substr(0, start.size()) == start);
    return message.substr(start.size());
  };
  const auto entry = [](const std::string& dtype, const std::string& shape,
                        const std::string& offsets) {
    return "{\"w\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape +
           ",\"data_offsets\":" + offsets + "}}";
  };
  CHECK(error_of("abc") == "cut short at byte 3; the header's size takes 8.");
  CHECK(error_of(std::string(7, '\xff') + '\x7f') ==
        "the header's size at byte 0 is 9223372036854775807, but 0 bytes follow.");
  CHECK(error_of(file_of("{\"w\":", 0)) == "the header at byte 8 is no JSON object.");
  CHECK(error_of(file_of("{\"w\":{}}", 0)) ==
        "tensor 'w': its entry needs a dtype, a shape and two data_offsets.");
  CHECK(error_of(file_of(entry("C64", "[2]", "[0,16]"), 16)) ==
        "tensor 'w': dtype C64 is not supported; BOOL, U8, I8, I16, U16, I32, U32, I64, F16, BF16, "
        "F32, F64 are.");
  CHECK(error_of(file_of(entry("F32", "[2]", "[0,4]"), 4)) ==
        "tensor 'w': data_offsets [0, 4] do not fit; its shape [2] needs 8 of the 4 bytes of data, "
        "which begin at byte 62 of the file.");
  CHECK(error_of(file_of(entry("F32", "[2]", "[0,8]"), 7)) ==
        "tensor 'w': data_offsets [0, 8] do not fit; its shape [2] needs 8 of the 7 bytes of data, "
        "which begin at byte 62 of the file.");
  CHECK(error_of(file_of(entry("F32", "[-2]", "[0,8]"), 8)) ==
        "tensor 'w': its entry needs a dtype, a shape and two data_offsets.");
  CHECK(error_of(file_of(entry("F64", "[4611686018427387904,4]", "[0,8]"), 8)) ==
        "tensor 'w': its shape overflows.");
  CHECK(error_of(file_of(entry("F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]"), 4)) ==
        "tensor 'w': it has 9 dimensions; at most 8 are supported.");
  CHECK(error_of(file_of(entry("F32", "[1]", "[0,4]"), 6)) ==
        "2 bytes follow the last tensor at byte 66; there must be none.");
  CHECK(error_of(file_of(entry("F32", "[1]", "[4,8]"), 8)) ==
        "the tensors overlap or leave a hole at byte 0 of the data, which begin at byte 62 of the "
        "file.");
}

TEST_CASE("safetensors: tensors that share bytes are refused", "[safetensors]") {
  const TemporaryFolder folder;
  const std::string entry = "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":";
  const std::string path =
      folder.write("x", file_of("{\"a\":" + entry + "[0,8]},\"b\":" + entry + "[4,12]}}", 12));
  CHECK_THAT(message_of<IoError>([&] { load_safetensors(path); }),
             Catch::Matchers::ContainsSubstring("overlap or leave a hole at byte 4"));
}

TEST_CASE("safetensors: the order of tensors and texts stays", "[safetensors]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("x");
  const Metadata metadata = {{"z", "1"}, {"a", "2"}, {"m", "3"}};
  save_safetensors(path, {{"w", ones({2})}, {"e", empty({0})}, {"b", ones({1})}, {"a", empty({0})}},
                   metadata);
  const SafetensorsFile file = load_safetensors(path);
  std::vector<std::string> names;
  for (const NamedTensor& t : file.tensors) names.push_back(t.name);
  CHECK(names == std::vector<std::string>{"w", "e", "b", "a"});
  CHECK(file.metadata == metadata);
}

TEST_CASE("safetensors: names that come twice are refused", "[safetensors]") {
  const TemporaryFolder folder;
  const auto error_of = [&](const std::string& header) {
    const std::string path = folder.write("x", file_of(header, 0));
    return message_of<IoError>([&] { load_safetensors(path); }).substr(path.size() + 22);
  };
  const std::string entry = R"("w":{"dtype":"F32","shape":[0],"data_offsets":[0,0]})";
  CHECK(error_of("{" + entry + "," + entry + "}") ==
        "the name 'w' comes twice; every tensor needs its own.");
  CHECK(error_of(R"({"__metadata__":{"k":"1","k":"2"}})") ==
        "its metadata 'k' comes twice; names must differ.");
}

TEST_CASE("safetensors: time grows with the number of tensors, not its square", "[safetensors]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("x");
  const auto seconds = [&](int64_t count) {
    std::vector<NamedTensor> tensors;
    for (int64_t i = 0; i < count; ++i)
      tensors.push_back({"layers." + std::to_string(i) + ".weight", empty({0})});
    const auto begin = std::chrono::steady_clock::now();
    save_safetensors(path, tensors);
    CHECK(load_safetensors(path).tensors.size() == tensors.size());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  // Twenty times as many; a square would be 400.
  CHECK(std::min(seconds(40000), seconds(40000)) < 100 * std::min(seconds(2000), seconds(2000)));
}

TEST_CASE("safetensors: element types without a dtype are widened", "[safetensors]") {
  const TemporaryFolder folder;
  const auto values = [&](const std::string& type, const std::string& bytes, size_t n,
                          Dtype dtype) {
    std::string file =
        file_of("{\"w\":{\"dtype\":\"" + type + "\",\"shape\":[" + std::to_string(n) +
                    "],\"data_offsets\":[0," + std::to_string(bytes.size()) + "]}}",
                0);
    const SafetensorsFile loaded = load_safetensors(folder.write("x", file + bytes));
    CHECK(loaded.at("w").dtype() == dtype);
    return loaded.at("w").to_vector();
  };
  using V = std::vector<double>;
  using namespace std::string_literals;
  // 1, -2, 65504, the smallest subnormal, the largest one, -0, 1/3
  CHECK(values("F16", "\x00\x3c\x00\xc0\xff\x7b\x01\x00\xff\x03\x00\x80\x55\x35"s, 7, kFloat32) ==
        V{1, -2, 65504, 0x1p-24, 1023 * 0x1p-24, -0.0, 0.333251953125});
  CHECK(values("F16", "\x00\x7c\x00\xfc"s, 2, kFloat32) == V{HUGE_VAL, -HUGE_VAL});
  CHECK(std::isnan(values("F16", "\x01\x7e"s, 1, kFloat32)[0]));
  CHECK(values("BF16", "\x80\x3f\x49\xc0"s, 2, kFloat32) == V{1, -3.140625});
  CHECK(values("I8", "\xff\x7f"s, 2, kInt8) == V{-1, 127});
  CHECK(values("I16", "\xff\xff\x00\x80"s, 2, kInt16) == V{-1, -32768});
  CHECK(values("U16", "\xff\xff"s, 1, kInt32) == V{65535});
  CHECK(values("U32", "\xff\xff\xff\xff"s, 1, kInt64) == V{4294967295.0});
  CHECK(values("BOOL", "\x00\x01\x02"s, 3, kBool) == V{0, 1, 1});
}

TEST_CASE("safetensors: tensors need not be aligned", "[safetensors]") {
  const TemporaryFolder folder;
  const std::string header = R"({"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},)"
                             R"("b":{"dtype":"F64","shape":[1],"data_offsets":[3,11]}})";
  std::string bytes = file_of(header, 3);
  const double value = -1.25;
  bytes.append(reinterpret_cast<const char*>(&value), 8);
  const SafetensorsFile file = load_safetensors(folder.write("x", bytes));
  CHECK(file.at("b").item<double>() == value);
}

TEST_CASE("safetensors: a file cut short anywhere is refused", "[safetensors]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("whole.safetensors"), cut = folder.file("cut");
  save_safetensors(path, {{"a", ones({3})}, {"b", arange(2)}});
  const std::string bytes = folder.read("whole.safetensors");
  REQUIRE(bytes.size() > 100);
  for (size_t n = 0; n < bytes.size(); ++n) {
    folder.write("cut", bytes.substr(0, n));
    CHECK_THROWS_AS(load_safetensors(cut), IoError);
  }
}

}  // namespace reel::io
