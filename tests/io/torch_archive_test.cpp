#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/io/save.h>
#include <reel/io/zip.h>
#include <reel/nn/batch_norm.h>
#include <reel/nn/conv.h>
#include <reel/nn/linear.h>
#include <reel/nn/sequential.h>

#include <filesystem>

#include "tests/catch.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace reel::io {
namespace {

using Catch::Matchers::ContainsSubstring;
using namespace std::string_literals;
using Values = std::vector<double>;

const std::string kFiles = REEL_SOURCE_DIR "/tests/io/torch_files/";

// An archive with this pickle, and a storage of three floats called "0".
std::string archive(const TemporaryFolder& folder, const std::string& pickle) {
  const float storage[] = {1, 2, 3};
  ZipWriter zip("test", folder.file("x.pt"));
  zip.add("x/data.pkl", {{pickle.data(), pickle.size()}});
  zip.add("x/data/0", {{storage, sizeof storage}});
  zip.finish();
  return folder.file("x.pt");
}

std::string error_of(const std::string& pickle) {
  const TemporaryFolder folder;
  const std::string path = archive(folder, pickle);
  return message_of<IoError>([&] { load_tensors(path); });
}

std::string text(const std::string& s) { return "\x8c"s + static_cast<char>(s.size()) + s; }

// A tensor's pickle: sizes and strides are instructions that make tuples, `marks` a dictionary.
std::string tensor(const std::string& offset, const std::string& sizes, const std::string& strides,
                   const std::string& storage = "FloatStorage", char count = 3,
                   const std::string& marks = "") {
  return "ctorch._utils\n_rebuild_tensor_v2\n(("s + text("storage") + "ctorch\n" + storage + "\n" +
         text("0") + text("cpu") + "K" + count + "tQ" + offset + sizes + strides + "\x89}" + marks +
         "tR";
}

const std::string kZero = "K\0"s;

}  // namespace

TEST_CASE("torch archive: a network computes what it did in PyTorch", "[torch]") {
  const nn::Sequential net(nn::Conv2d(1, 2, 3), nn::BatchNorm2d(2),
                           nn::Functional([](const Tensor& x) { return x.flatten(1); }),
                           nn::Linear(8, 3));
  load(net, kFiles + "state.pt");
  net->eval();
  const TensorFile file = load_tensors(kFiles + "checkpoint.pt");
  const NoGradGuard no_grad;
  CHECK(net(file.at("x")).allclose(file.at("y"), 1e-5, 1e-6));
  CHECK(net->state_dict()["1.num_batches_tracked"].item<int64_t>() == 1);
}

TEST_CASE("torch archive: numbers, texts, lists and dictionaries in dictionaries", "[torch]") {
  const TensorFile file = load_tensors(kFiles + "checkpoint.pt");
  CHECK(file.at("epoch").item<int64_t>() == 3);
  CHECK(file.at("best").item<double>() == 0.25);
  CHECK(file.at("done").dtype() == kBool);
  CHECK(file.at("large").item<int64_t>() == int64_t{1} << 40);
  CHECK(file.at("history.0").item<double>() == 1.5);
  CHECK(file.at("history.1.1").item<int64_t>() == -3);
  CHECK(file.at("optimizer.state.0.momentum_buffer").sizes() == Shape({2, 1, 3, 3}));
  CHECK(file.at("optimizer.param_groups.0.momentum").item<double>() == 0.9);
  CHECK(file.metadata_of("name") == "net");
  CHECK(load_metadata(kFiles + "checkpoint.pt") == Metadata{{"name", "net"}});
  CHECK_THROWS_AS(file.at("nothing"), ArgumentError);
}

TEST_CASE("torch archive: views and shared storages", "[torch]") {
  const TensorFile file = load_tensors(kFiles + "strided.pt");
  const Tensor a = arange(12, kFloat32).reshape({3, 4});
  CHECK(file.at("whole").equal(a));
  CHECK(file.at("transposed").equal(a.t()));
  CHECK(file.at("columns").equal(a.slice(1, 0, 4, 2)));
  CHECK(file.at("offset").equal(a.slice(0, 1).slice(1, 1, 3)));
  CHECK(file.at("expanded").to_vector() == Values{1.5, 1.5, 1.5, 2.5, 2.5, 2.5});
  CHECK(file.at("channels_last").equal(arange(24, kFloat32).reshape({1, 2, 3, 4})));
  CHECK(file.at("empty").sizes() == Shape({0, 3}));
  CHECK(file.at("scalar").item<double>() == 2.5);
  CHECK(file.at("parameter").equal(a * 2));
  file.at("whole").fill_(7);
  CHECK(file.at("transposed").equal(a.t()));
}

TEST_CASE("torch archive: every type", "[torch]") {
  const TensorFile file = load_tensors(kFiles + "types.pt");
  const std::pair<const char*, Dtype> types[] = {
      {"uint8", kUInt8},      {"int8", kInt8},       {"int16", kInt16},
      {"int32", kInt32},      {"int64", kInt64},     {"float16", kFloat32},
      {"bfloat16", kFloat32}, {"float32", kFloat32}, {"float64", kFloat64}};
  for (const auto& [name, dtype] : types) {
    INFO(name);
    CHECK(file.at(name).dtype() == dtype);
    CHECK(file.at(name).to_vector() == Values{0, 1, 2, 100});
  }
  CHECK(file.at("bool").dtype() == kBool);
  CHECK(file.at("bool").to_vector() == Values{0, 1, 1, 1});
}

TEST_CASE("torch archive: types without a sign", "[torch]") {
  const TensorFile file = load_tensors(kFiles + "unsigned.pt");
  CHECK(file.at("uint16").dtype() == kInt32);
  CHECK(file.at("uint16").to_vector() == Values{0, 2, 1, 65535});
  CHECK(file.at("uint32").dtype() == kInt64);
  CHECK(file.at("uint32").to_vector() == Values{4294967295.0});
}

TEST_CASE("torch archive: values whose sign is kept apart", "[torch]") {
  const TensorFile file = load_tensors(kFiles + "negative.pt");
  CHECK(file.at("negative").to_vector() == Values{-2, 4});
  CHECK(file.at("plain").to_vector() == Values{2, -4});
  CHECK(file.at("parameter").to_vector() == Values{-2, 4});
}

TEST_CASE("torch archive: another protocol, and a tensor alone", "[torch]") {
  CHECK(load_tensors(kFiles + "protocol4.pt").at("a").numel() == 12);
  Tensor x;
  load(x, kFiles + "tensor.pt");
  CHECK(x.equal(arange(12, kFloat32).reshape({3, 4})));
}

TEST_CASE("torch archive: what libtorch's C++ front end saves", "[torch]") {
  struct Net : nn::Module {
    nn::Conv2d conv = register_module("conv", nn::Conv2d(1, 2, 3));
    nn::BatchNorm2d norm = register_module("norm", nn::BatchNorm2d(2));
    nn::Linear fc = register_module("fc", nn::Linear(8, 3));
    nn::Buffer x = register_buffer("x", zeros({2, 1, 4, 4}));
    nn::Buffer y = register_buffer("y", zeros({2, 3}));
    Tensor forward(const Tensor& v) { return fc(norm(conv(v)).flatten(1)); }
  } net;
  load(net, kFiles + "libtorch.pt");
  net.eval();
  const NoGradGuard no_grad;
  CHECK(net.forward(net.x).allclose(net.y, 1e-5, 1e-6));
  CHECK(net.norm->num_batches_tracked.item<int64_t>() == 1);
  const TensorFile file = load_tensors(kFiles + "libtorch_archive.pt");
  CHECK(file.at("x").to_vector() == Values{0, 1, 2});
  CHECK(file.at("n").item<int64_t>() == 3);
  CHECK(file.metadata_of("version") == "1.5");
  // Attributes must be a dictionary, and objects are made of nothing.
  const std::string object = "\x80\2c__torch__\nModule\n"s;
  CHECK(error_of(object + ")\x81}(" + text("a") + "K\1ub.") == "no error");
  CHECK_THAT(error_of(object + ")\x81K\1b."), ContainsSubstring("a state that is no dictionary"));
  CHECK_THAT(error_of(object + "K\1\x85\x81."), ContainsSubstring("arguments that do not fit"));
}

TEST_CASE("torch archive: what is no tensor is refused by name, and not run", "[torch]") {
  const auto error = [](const char* name) {
    return message_of<IoError>([&] { load_tensors(kFiles + name); });
  };
  CHECK_THAT(error("malicious.pt"), ContainsSubstring("names 'posix.system', which is neither"));
  CHECK(!std::filesystem::exists("/tmp/it-was-run"));
  CHECK_THAT(error("module.pt"),
             ContainsSubstring("names 'torch.nn.modules.container.Sequential', which is neither"));
  CHECK_THAT(error("complex.pt"), ContainsSubstring("ComplexFloatStorage', a type that is not"));
  CHECK_THAT(error("legacy.pt"), ContainsSubstring("PyTorch's format from before version 1.6"));
  CHECK_THAT(error("script.pt"),
             ContainsSubstring("TorchScript module, a program. [save its tensors, in Python: "
                               "torch.save(torch.jit.load(path).state_dict(), other_path)]"));
}

TEST_CASE("torch archive: pickles that do not fit are refused", "[torch]") {
  const std::string one = "K\1\x85"s, three = "K\3\x85"s, two = "K\2\x85"s;
  const auto with = [&](const std::string& value) {
    return error_of("\x80\2}"s + text("w") + value + "s.");
  };
  REQUIRE(with(tensor(kZero, three, one)) == "no error");
  CHECK_THAT(with("cbuiltins\neval\n" + text("1") + "\x85R"), ContainsSubstring("'builtins.eval'"));
  CHECK_THAT(with(text("os") + text("system") + "\x93" + text("ls") + "\x85R"),
             ContainsSubstring("'os.system'"));
  CHECK_THAT(with("ctorch.storage\n_load_from_bytes\n"),
             ContainsSubstring("'torch.storage._load_from_bytes'"));
  CHECK_THAT(with("ccollections\nOrderedDict\n" + one + "R"), ContainsSubstring("do not fit"));
  CHECK_THAT(with("ctorch\nFloatStorage\n)R"), ContainsSubstring("do not fit"));
  CHECK_THAT(with(text("a") + ")R"), ContainsSubstring("calls something that is no function"));
  CHECK_THAT(with("ios\nsystem\n"), ContainsSubstring("has the instruction 105"));
  CHECK_THAT(with("K\1Q"), ContainsSubstring("refers to something that is no storage"));
  CHECK_THAT(with("h\5"), ContainsSubstring("recalls a value that it did not remember"));
  CHECK_THAT(with("r\xff\xff\xff\xff"s),
             ContainsSubstring("remembers a value in too high a place"));
  CHECK_THAT(with("t"), ContainsSubstring("has no mark"));
  CHECK_THAT(with("X\xff\xff\xff\xff"s), ContainsSubstring("is cut short"));
  CHECK_THAT(error_of("."), ContainsSubstring("does not end with one value"));
  CHECK_THAT(error_of("0."), ContainsSubstring("takes a value where there is none"));
  CHECK_THAT(error_of("\x80\x09."), ContainsSubstring("has protocol 9"));
  CHECK_THAT(error_of("}" + text("a") + "K\1s" + text("a") + "K\1s."),
             ContainsSubstring("comes twice"));
  CHECK_THAT(error_of("})K\1s."), ContainsSubstring("neither text nor an integer"));
  CHECK_THAT(error_of("ctorch\nFloatStorage\n."),
             ContainsSubstring("is no tensor, number or text"));
}

TEST_CASE("torch archive: values without end are refused", "[torch]") {
  // A list in itself; and lists of two equal lists, forty deep.
  CHECK_THAT(error_of("]q\0h\0a."s), ContainsSubstring("lies more than 64 deep"));
  std::string doubling = "]q\0"s;
  for (char i = 0; i < 40; ++i) doubling += "0](h"s + i + "h" + i + "eq" + static_cast<char>(i + 1);
  CHECK_THAT(error_of(doubling + "."), ContainsSubstring("more than 1000000 values"));
}

TEST_CASE("torch archive: names and texts without end are refused", "[torch]") {
  // Dictionaries that have the one before under four long names, and a text at the bottom.
  const auto recall = [](char i) { return "h"s + i; };
  const auto remember = [](char i) { return "q"s + i; };
  std::string pickle;
  for (char i = 0; i < 4; ++i)
    pickle +=
        "X\xa0\x86\1\0"s + std::string(100'000, static_cast<char>('a' + i)) + remember(i) + "0";
  pickle += "X\1\0\0\0x"s + remember(4);
  for (char depth = 0; depth < 5; ++depth) {
    pickle += "0}";
    for (char i = 0; i < 4; ++i) pickle += recall(i) + recall(static_cast<char>(4 + depth)) + "s";
    pickle += remember(static_cast<char>(5 + depth));
  }
  CHECK_THAT(error_of(pickle + "."), ContainsSubstring("names and texts have more than 100000000"));
  const std::string text = "X\0\0\x10\0"s + std::string(1 << 20, 'x');
  std::string list = "]" + text + "q\0"s + "a";
  for (int i = 0; i < 100; ++i) list += "h\0a"s;
  CHECK_THAT(error_of(list + "."), ContainsSubstring("names and texts have more than 100000000"));
}

TEST_CASE("torch archive: marks of tensors that are not known are refused", "[torch]") {
  const std::string one = "K\1\x85"s, three = "K\3\x85"s;
  const auto marked = [&](const std::string& marks, const std::string& storage = "FloatStorage",
                          char count = 3) {
    return error_of(tensor(kZero, "K"s + count + "\x85", one, storage, count, marks) + ".");
  };
  CHECK(marked("N") == "no error");
  CHECK(marked("}" + text("neg") + "\x88s") == "no error");
  CHECK(marked("}" + text("conj") + "\x89s") == "no error");
  CHECK_THAT(marked("}" + text("conj") + "\x88s"),
             ContainsSubstring("is kept with the mark 'conj', which is not supported; 'neg' is."));
  CHECK_THAT(marked("}" + text("neg") + "K\1s"), ContainsSubstring("the mark 'neg'"));
  CHECK_THAT(marked("}" + text("neg") + "\x88s", "BoolStorage", 12),
             ContainsSubstring("is of bool, and kept with the mark 'neg'"));
}

TEST_CASE("torch archive: tensors that leave their storage are refused", "[torch]") {
  const std::string one = "K\1\x85"s, two = "K\2\x85"s, three = "K\3\x85"s, four = "K\4\x85"s;
  const std::string minus = "J\xff\xff\xff\xff"s,
                    huge = "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f"s;
  CHECK(error_of(tensor("K\1", two, one) + ".") == "no error");
  CHECK_THAT(error_of(tensor(kZero, four, one) + "."),
             ContainsSubstring("leaves its storage of 3"));
  CHECK_THAT(error_of(tensor("K\1", three, one) + "."), ContainsSubstring("leaves its storage"));
  CHECK_THAT(error_of(tensor(kZero, two, three) + "."), ContainsSubstring("leaves its storage"));
  CHECK_THAT(error_of(tensor(minus, two, one) + "."), ContainsSubstring("leaves its storage"));
  CHECK_THAT(error_of(tensor(kZero, three, huge + "\x85") + "."), ContainsSubstring("leaves its"));
  CHECK_THAT(error_of(tensor(kZero, huge + "K\4\x86", huge + "K\1\x86") + "."),
             ContainsSubstring("leaves its storage"));
  CHECK_THAT(error_of(tensor(kZero, two, one + one + "\x86") + "."),
             ContainsSubstring("sizes or strides that are not"));
  CHECK_THAT(error_of(tensor(kZero, minus + "\x85", one) + "."),
             ContainsSubstring("sizes or strides that are not"));
  CHECK_THAT(error_of(tensor(kZero, three, one, "FloatStorage", 4) + "."),
             ContainsSubstring("entry 'x/data/0': it has 12 bytes for 4 elements of 4."));
  CHECK_THAT(error_of(tensor(kZero, three, one, "DoubleStorage") + "."),
             ContainsSubstring("it has 12 bytes for 3 elements of 8."));
}

TEST_CASE("torch archive: a file cut short anywhere is refused", "[torch]") {
  const TemporaryFolder folder;
  std::ifstream stream(kFiles + "strided.pt", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  REQUIRE(bytes.size() > 1000);
  for (size_t n = 0; n < bytes.size(); n += 7)
    CHECK_THROWS_AS(load_tensors(folder.write("cut", bytes.substr(0, n))), IoError);
}

}  // namespace reel::io
