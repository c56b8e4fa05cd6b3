#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>
#include <reel/io/npy.h>
#include <reel/io/save.h>
#include <reel/io/zip.h>

#include "tests/catch.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace reel::io {
namespace {

using Catch::Matchers::ContainsSubstring;
using namespace std::string_literals;

std::string npy(const std::string& header, const std::string& data, char version = 1) {
  std::string bytes = "\x93NUMPY"s + version + '\0' + static_cast<char>(header.size()) + '\0';
  if (version > 1) bytes += "\0\0"s;
  return bytes + header + data;
}

const StateDict& samples() {
  static const StateDict all({{"float", randn({3, 4})},
                              {"double", randn({5}, kFloat64)},
                              {"int", arange(6).reshape({2, 3})},
                              {"small", arange(3).to(kInt32)},
                              {"byte", arange(4).to(kUInt8)},
                              {"bool", tensor({true, false})},
                              {"scalar", full({}, 2.5)},
                              {"none", empty({0, 7})},
                              {"transposed", randn({2, 3, 4}).permute({2, 1, 0})},
                              {"strided", randn({6, 4}).slice(0, 0, 6, 2)},
                              {"held", to_channels_last(randn({2, 3, 2, 2}))}});
  return all;
}

}  // namespace

TEST_CASE("npy: what is saved comes back", "[npy]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("x.npy");
  for (const auto& item : samples()) {
    INFO(item.key());
    save_npy(path, item.value());
    const Tensor x = load_npy(path);
    CHECK(x.dtype() == item->dtype());
    CHECK(x.equal(item.value()));
    CHECK(x.is_contiguous());
    Tensor y;
    load(y, path);
    CHECK(y.equal(item.value()));
  }
}

TEST_CASE("npy: the file is NumPy's", "[npy]") {
  const TemporaryFolder folder;
  save_npy(folder.file("x"), tensor({1, 2}));
  const std::string bytes = folder.read("x");
  CHECK(bytes.substr(0, 8) == "\x93NUMPY\1\0"s);
  CHECK(bytes.substr(10, 57) == "{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }");
  CHECK(bytes.size() == 128 + 16);
  CHECK(bytes[127] == '\n');
  save_npy(folder.file("x"), randn({2, 3}).t());
  CHECK_THAT(folder.read("x"), ContainsSubstring("'fortran_order': True, 'shape': (3,2,)"));
}

TEST_CASE("npz: what is saved comes back, compressed or not", "[npy]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("x.npz");
  for (const bool compressed : {false, true}) {
    save_npz(path, samples(), compressed);
    const auto loaded = load_npz(path);
    CHECK(loaded.keys() == samples().keys());
    for (const auto& item : samples()) CHECK(loaded[item.key()].equal(item.value()));
    CHECK(load_tensors(path).at("double").equal(samples()["double"]));
  }
}

TEST_CASE("npy: other types and orders", "[npy]") {
  const TemporaryFolder folder;
  const auto values = [&](const std::string& descr, const std::string& data, char version = 1) {
    return load_npy(folder.write("x", npy("{\"descr\": '" + descr +
                                              "', 'shape': (2,), 'fortran_order': False}",
                                          data, version)))
        .to_vector();
  };
  using V = std::vector<double>;
  CHECK(values(">i4", "\0\0\0\1\xff\xff\xff\xfe"s) == V{1, -2});
  CHECK(values("<i4", "\1\0\0\0\xfe\xff\xff\xff"s, 2) == V{1, -2});
  CHECK(values("<f2", "\0\x3c\0\xc0"s, 3) == V{1, -2});
  CHECK(values(">f2", "\x3c\0\xc0\0"s) == V{1, -2});
  CHECK(values("|i1", "\xff\1"s) == V{-1, 1});
  CHECK(values("?", "\2\0"s) == V{1, 0});
  CHECK(values("<u4", "\xff\xff\xff\xff\0\0\0\0"s) == V{4294967295.0, 0});
}

TEST_CASE("npy: damaged and foreign files are refused", "[npy]") {
  const TemporaryFolder folder;
  const auto error = [&](const std::string& bytes) {
    return message_of<IoError>([&] { load_npy(folder.write("x", bytes)); });
  };
  const auto with = [&](const std::string& header) { return error(npy(header, "")); };
  CHECK_THAT(error("hello"), ContainsSubstring("does not begin as a .npy file does."));
  CHECK_THAT(error(npy("{}", "", 4)), ContainsSubstring("version 4 of the format is unknown"));
  CHECK_THAT(with("{}"), ContainsSubstring("needs a descr, a fortran_order and a shape"));
  CHECK_THAT(with("{'descr': '|O', }"), ContainsSubstring("objects are programs, and are not run"));
  CHECK_THAT(with("{'descr': '<c8', }"), ContainsSubstring("has the dtype '<c8'"));
  CHECK_THAT(with("{'descr': [('a', '<f4')], }"), ContainsSubstring("describes records"));
  CHECK_THAT(with("{'descr': '<f4', 'fortran_order': 1}"), ContainsSubstring("True or False"));
  CHECK_THAT(with("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}"),
             ContainsSubstring("should have a size (at byte 61)"));
  CHECK_THAT(with("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}"),
             ContainsSubstring("has a size that overflows"));
  CHECK_THAT(with("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 8)}"),
             ContainsSubstring("overflows"));
  CHECK_THAT(with("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}"),
             ContainsSubstring("has 9 dimensions"));
  CHECK_THAT(with("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}"),
             ContainsSubstring("needs 8 bytes from byte 65 on, but there are 0"));
  const std::string whole =
      npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", "abcdefgh");
  REQUIRE(error(whole) == "no error");
  for (size_t n = 0; n < whole.size(); ++n)
    CHECK_THAT(error(whole.substr(0, n)), ContainsSubstring("load_npy: '"));
}

TEST_CASE("npz: an archive of something else is refused", "[npy]") {
  const TemporaryFolder folder;
  ZipWriter zip("test", folder.file("x.zip"));
  zip.add("readme.txt", {{"hello", 5}});
  zip.finish();
  CHECK_THAT(message_of<IoError>([&] { load_npz(folder.file("x.zip")); }),
             ContainsSubstring("its entry 'readme.txt' is no array"));
  ZipWriter other("test", folder.file("y.zip"));
  other.add("a.npy", {{"hello", 5}});
  other.finish();
  CHECK_THAT(message_of<IoError>([&] { load_npz(folder.file("y.zip")); }),
             ContainsSubstring("y.zip': entry 'a.npy': it does not begin as a .npy file does."));
}

}  // namespace reel::io
