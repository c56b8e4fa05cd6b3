#include "tests/data/idx_file.h"
#include "tests/errors/rows.h"
#include "tests/working_folder.h"

#include <reel/core/creation.h>
#include <reel/data/cifar.h>
#include <reel/data/csv.h>
#include <reel/data/data_loader.h>
#include <reel/data/dataset.h>
#include <reel/data/mnist_family.h>
#include <reel/data/subset.h>

#include <chrono>
#include <filesystem>
#include <thread>

namespace reel::tests {

namespace {

using namespace data;
using namespace data::samplers;

/// Sample 1 is slow, sample 2 broken.
struct Trouble : datasets::Dataset<Trouble> {
  Example<> get(size_t i) override {
    if (i == 1) std::this_thread::sleep_for(std::chrono::milliseconds(30));
    if (i == 2) throw_io_error("read_image: 'x.png': cut short.");
    if (i == 3) throw std::out_of_range("no such row");
    return {};
  }
  std::optional<size_t> size() const override { return 4; }
};

std::function<void()> loading(DataLoaderOptions options, size_t first_batch = 0) {
  return [=] {
    auto loader = make_data_loader<SequentialSampler>(Trouble(), options);
    loader->set_epoch(0, first_batch);
    for ([[maybe_unused]] auto& batch : *loader) {
    }
  };
}

/// Runs `use` where a file "x" of these bytes is, so that messages name it without a path.
template <class Use>
std::function<void()> beside(const std::string& name, const std::string& bytes, Use use) {
  return [=] {
    const WorkingFolder folder;
    folder.write(name, bytes);
    use();
  };
}

std::function<void()> csv(const std::string& text) {
  return beside("x.csv", text, [] { CsvTable("x.csv").columns(); });
}
template <class Use>
std::function<void()> csv(const std::string& text, Use use) {
  return beside("x.csv", text, [=] { use(CsvTable("x.csv")); });
}

std::function<void()> cifar10(const std::string& bytes) {
  return beside("test_batch.bin", bytes, [] { CIFAR10(".", CIFAR10::Mode::kTest); });
}

const ErrorRows kLoading{
    {"data loader: workers", loading(DataLoaderOptions(2).workers(2000))},
    {"data loader: negative workers",
     loading(DataLoaderOptions(2).workers(static_cast<size_t>(-1)))},
    {"data loader: prefetch", loading(DataLoaderOptions(2).prefetch(0))},
    {"data loader: max_jobs", loading(DataLoaderOptions(2).max_jobs(0))},
    {"data loader: timeout", loading(DataLoaderOptions(2).timeout(-1))},
    {"data loader: a sample's error", loading(DataLoaderOptions(2).workers(1), 1)},
    {"data loader: another epoch",
     [] {
       auto loader = make_data_loader<SequentialSampler>(Trouble(), 1);
       auto it = loader->begin();
       loader->begin();
       ++it;
     }},
    {"sampler: new size",
     [] {
       SubsetSampler({1, 2}).reset(3);
     }},
    {"sampler: state", [] { from_tensor(zeros({2}, kInt64)); }},
    {"sampler: state of a longer epoch",
     [] {
       RandomSampler(3).load_state({0, 0, 4});
     }},
    {"WeightedRandomSampler: weight",
     [] {
       WeightedRandomSampler({1, -1}, 2);
     }},
    {"WeightedRandomSampler: too few",
     [] {
       WeightedRandomSampler({1, 0}, 2, false);
     }},
    {"StratifiedSampler: labels",
     [] {
       StratifiedSampler{zeros({2, 2})};
     }},
    {"balanced_weights: labels", [] { balanced_weights(zeros({2})); }},
    {"DistributedSampler: rank", [] { DistributedRandomSampler(5, 2, 2); }},
    {"Subset: index", [] { Subset(data::TensorDataset(ones({3}), ones({3})), {3}); }},
    {"random_split: share",
     [] {
       split_indices(5, {1.5, -0.5}, 0);
     }},
    {"random_split: sum",
     [] {
       split_indices(5, {0.5, 0.4}, 0);
     }},
    {"CsvTable: no column", csv("a,b\n1,2\n", [](const CsvTable& t) { t.column("c"); })},
    {"CsvTable: no number", csv("a,b\n1,2\n", [](const CsvTable& t) { t.column(2); })},
    {"CsvTable: two of a name", csv("a,a\n1,2\n", [](const CsvTable& t) { t.column("a"); })},
    {"CsvTable: dtype", csv("a,b\n1,2\n", [](const CsvTable& t) { t.columns(kUInt8); })},
    {"CsvTable: delimiter", [] { CsvTable("x.csv", CsvOptions().delimiter('"')); }},
    {"read_csv: no file", [] { CsvTable("missing.csv"); }},
    {"read_csv: fields", csv("a,b\n1,2\n3\n")},
    {"read_csv: no float", csv("a,b\n1,two\n")},
    {"read_csv: no integer", csv("a\n1.5\n", [](const CsvTable& t) { t.columns(kInt64); })},
    {"read_csv: missing", csv("a,b\n1,\n")},
    {"read_csv: open quote", csv("a,b\n1,\"2\n")},
    {"read_csv: after a quote", csv("a,b\n1,\"2\"3\n")},
    {"CIFAR10: no file", [] { CIFAR10("missing"); }},
    {"CIFAR10: cut short", cifar10(std::string(100, '\0'))},
    {"CIFAR10: label", cifar10(std::string(3073, '\12'))},
    {"CIFAR100: label",
     beside("test.bin", std::string(3074, '\144'), [] { CIFAR100(".", CIFAR100::Mode::kTest); })},
    {"EMNIST: no file", [] { EMNIST("missing", EMNIST::Split::kLetters); }},
};

}  // namespace

}  // namespace reel::tests
