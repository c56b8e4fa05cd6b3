#include "tests/data/idx_file.h"
#include "tests/errors/rows.h"
#include "tests/temporary_folder.h"

#include <reel/core/creation.h>
#include <reel/data/batch_order.h>
#include <reel/data/dataset.h>
#include <reel/data/idx.h>
#include <reel/data/mnist.h>
#include <reel/data/permutation.h>
#include <reel/data/transforms.h>
#include <reel/io/plot.h>
#include <reel/io/png.h>
#include <reel/io/safetensors.h>
#include <reel/io/training/confusion.h>
#include <reel/io/training/csv_log.h>
#include <reel/io/training/progress.h>

#include <filesystem>
#include <fstream>

namespace reel::tests {

namespace {

using namespace data;

/// A folder of its own as the working directory, so that messages name files without a path.
class Workplace {
 public:
  Workplace() : home_(std::filesystem::current_path()) {
    std::filesystem::current_path(folder_.file(""));
  }
  ~Workplace() { std::filesystem::current_path(home_); }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

 private:
  TemporaryFolder folder_;
  std::filesystem::path home_;
};

void write(const std::string& name, const std::string& bytes) {
  std::ofstream(name, std::ios::binary) << bytes;
}

/// Runs `use` beside a file "x" of these bytes.
template <class Use>
std::function<void()> with_file(const std::string& bytes, Use use) {
  return [=] {
    const Workplace here;
    write("x", bytes);
    use("x");
  };
}

std::function<void()> reading_idx(const std::string& bytes) { return with_file(bytes, read_idx); }

std::function<void()> loading(const std::string& bytes) {
  return with_file(bytes, io::load_safetensors);
}

/// A file in the safetensors format of this header and so many bytes of data.
std::string safetensors(const std::string& header, size_t data) {
  std::string size;
  for (int i = 0; i < 8; ++i)
    size += static_cast<char>(static_cast<uint64_t>(header.size()) >> (8 * i));
  return size + header + std::string(data, '\0');
}

/// MNIST of one black picture with this label.
std::function<void()> reading_mnist(const std::string& images, const std::string& labels) {
  return [=] {
    const Workplace here;
    write("train-images-idx3-ubyte", images);
    write("train-labels-idx1-ubyte", labels);
    MNIST(".");
  };
}

const std::string kPixels(4, '\0');
const std::string kImage = idx_bytes(8, {1, 2, 2}, kPixels);

const ErrorRows kData{
    {"TensorDataset: undefined", [] { TensorDataset(ones({2}), {}); }},
    {"TensorDataset: sizes",
     [] {
       TensorDataset(ones({2, 3}), ones({3}));
     }},
    {"TensorDataset: index", [] { TensorDataset(ones({2}), ones({2})).get(2); }},
    {"BatchOrder: samples", [] { BatchOrder(-1, BatchOptions(4), 0); }},
    {"BatchOrder: batch size", [] { BatchOrder(5, BatchOptions(0), 0); }},
    {"BatchOrder: batch", [] { BatchOrder(5, BatchOptions(4), 0).indices(2); }},
    {"permutation: n", [] { permutation(-1, 0, 0); }},
    {"Normalize: counts",
     [] {
       Normalize({0, 0}, {1});
     }},
    {"Normalize: deviation", [] { Normalize({0}, {0}); }},
    {"Normalize: undefined", [] { Normalize({0}, {1})(Tensor()); }},
    {"Normalize: dimensions", [] { Normalize({0}, {1})(ones({3})); }},
    {"Normalize: dtype",
     [] {
       Normalize({0}, {1})(zeros({1, 1, 2, 2}, kInt64));
     }},
    {"Normalize: channels",
     [] {
       Normalize({0}, {1})(ones({1, 3, 2, 2}));
     }},
    {"Normalize: nothing to fit",
     [] {
       Normalize::fit(ones({0, 1, 2, 2}));
     }},
    {"random_shift: dimensions",
     [] {
       random_shift(ones({2, 2}), 1);
     }},
    {"random_shift: pixels",
     [] {
       random_shift(ones({1, 1, 4, 4}), 4);
     }},
};

const ErrorRows kDataFiles{
    {"read_idx: no file", [] { read_idx("missing.idx"); }},
    {"read_idx: another file", reading_idx("PNG, not IDX")},
    {"read_idx: short magic", reading_idx("ab")},
    {"read_idx: element type", reading_idx(idx_bytes(7, {1}, "a"))},
    {"read_idx: dimensions", reading_idx(idx_bytes(8, {}, "a"))},
    {"read_idx: cut short", reading_idx(idx_bytes(8, {2, 2}, "abc"))},
    {"read_idx: bytes follow", reading_idx(idx_bytes(8, {2}, "abc"))},
    {"read_idx: gzip cut short",
     reading_idx(gzip(idx_bytes(8, {64}, std::string(64, 'a'))).substr(0, 20))},
    {"MNIST: no file",
     [] {
       const Workplace here;
       MNIST(".");
     }},
    {"MNIST: images", reading_mnist(idx_bytes(8, {4}, kPixels), idx_bytes(8, {1}, "\1"))},
    {"MNIST: labels", reading_mnist(kImage, kImage)},
    {"MNIST: number of labels", reading_mnist(kImage, idx_bytes(8, {2}, "\1\1"))},
    {"MNIST: label", reading_mnist(kImage, idx_bytes(8, {1}, "\12"))},
};

const ErrorRows kFiles{
    {"load_safetensors: no file", [] { io::load_safetensors("missing.safetensors"); }},
    {"load_safetensors: too short", loading("abc")},
    {"load_safetensors: header size", loading(std::string("\377\0\0\0\0\0\0\0{}", 10))},
    {"load_safetensors: no JSON", loading(safetensors("[1]", 0))},
    {"load_safetensors: entry", loading(safetensors(R"({"a":{"dtype":"F32"}})", 0))},
    {"load_safetensors: hole",
     loading(safetensors(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 8))},
    {"load_safetensors: bytes follow",
     loading(safetensors(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 8))},
    {"safetensors: no such tensor", [] { io::SafetensorsFile().at("weight"); }},
    {"save_safetensors: name taken",
     [] {
       io::save_safetensors("x", {{"a", ones({1})}, {"a", ones({1})}});
     }},
    {"save_safetensors: no folder",
     [] {
       io::save_safetensors("missing/x", {{"a", ones({1})}});
     }},
    {"CsvLog: no columns", [] { io::CsvLog("x.csv", {}); }},
    {"CsvLog: no folder", [] { io::CsvLog("missing/x.csv", {"a"}); }},
    {"CsvLog: fields",
     [] {
       const Workplace here;
       io::CsvLog("x.csv", {"a", "b"}).row({1});
     }},
    {"CsvLog: line break",
     [] {
       const Workplace here;
       io::CsvLog("x.csv", {"a"}).row({"one\ntwo"});
     }},
    {"CsvLog: another header", with_file("a,b\n1,2\n",
                                         [](const std::string& path) {
                                           io::CsvLog(path, {"a", "c"}, io::CsvLog::Mode::kAppend);
                                         })},
    {"ConfusionTable: classes", [] { io::ConfusionTable(0); }},
    {"ConfusionTable: names",
     [] {
       io::ConfusionTable(3, {"cat", "dog"});
     }},
    {"ConfusionTable: class", [] { io::ConfusionTable(3).add(3, 0); }},
    {"ConfusionTable: tensors",
     [] { io::ConfusionTable(3).add(zeros({2}, kInt64), zeros({3}, kInt64)); }},
    {"Figure: size", [] { io::Figure({.panel_width = 10}); }},
    {"Figure: columns", [] { io::Figure({.columns = 0}); }},
    {"Figure: no panel", [] { io::Figure().save("x.png"); }},
    {"Panel: points",
     [] {
       io::Panel("loss", "epoch", "").line("a", {1, 2}, {1});
     }},
    {"write_png: pixels",
     [] {
       io::write_png("x.png", {2, 2, 3, {}});
     }},
    {"ProgressBar: total", [] { io::ProgressBar(-1); }},
};

}  // namespace

}  // namespace reel::tests
