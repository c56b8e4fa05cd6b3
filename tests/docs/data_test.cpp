// The code of docs/data.md, and that it does what the page says.

#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/core/random.h>
#include <reel/data/batches.h>
#include <reel/data/csv.h>
#include <reel/data/data_loader.h>
#include <reel/data/dataset.h>
#include <reel/data/map_batches.h>
#include <reel/data/mnist.h>
#include <reel/data/subset.h>
#include <reel/data/transforms.h>
#include <reel/io/npy.h>

#include <filesystem>

#include "tests/catch.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

using namespace reel;

namespace {

using Values = std::vector<double>;

/// The folder that the page's code reads from.
class Beside {
 public:
  explicit Beside(const std::string& folder) : home_(std::filesystem::current_path()) {
    std::filesystem::current_path(folder);
  }
  ~Beside() { std::filesystem::current_path(home_); }
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;

 private:
  std::filesystem::path home_;
};

// [dataset]
// The angle of a point, and 1 where it is above the axis.
struct Angles : data::datasets::Dataset<Angles> {
  data::Example<> get(size_t index) override {
    const double angle = 0.1 * static_cast<double>(index);
    return {tensor({std::cos(angle), std::sin(angle)}), tensor(angle < 3.14159 ? 1 : 0)};
  }
  std::optional<size_t> size() const override { return 63; }
};

// Moves each point a little, by numbers that belong to the sample.
struct Jitter : data::transforms::TensorTransform<> {
  Tensor operator()(Tensor point) override { return point + 0.01 * randn({2}); }
};
// [/dataset]

// [batchwise]
// Needs no base class: batches are what get_batch returns.
struct Windows {
  Tensor series;
  int64_t length;

  int64_t size() const { return series.size(0) - length + 1; }
  Tensor get_batch(const std::vector<int64_t>& starts) const {
    TensorList windows;
    for (const int64_t start : starts) windows.push_back(series.narrow(0, start, length));
    return stack(windows);
  }
};
// [/batchwise]

}  // namespace

TEST_CASE("docs/data.md: batches", "[docs]") {
  const Beside root(REEL_SOURCE_DIR);
  int64_t images_seen = 0;
  // [batches]
  const data::MNIST train("data/mnist10k");
  const auto normalize = data::Normalize::fit(train.images());
  const auto augmented = data::map_batches(train, [&](data::Example<> batch) {
    return data::Example<>{normalize(data::random_shift(batch.data, 2)), batch.target};
  });
  const data::Batches batches(augmented, data::BatchOptions(64).seed(1).workers(1));
  for (uint64_t epoch = 0; epoch < 2; ++epoch)
    for (auto& [images, targets] : batches.epoch(epoch)) {
      images_seen += images.size(0);  // forward, backward, step
    }
  // [/batches]
  CHECK(images_seen == 17000);
}

TEST_CASE("docs/data.md: data sets of one's own", "[docs]") {
  int64_t points = 0;
  // [loader]
  auto set = Angles()
                 .map(Jitter())
                 .map(data::transforms::Lambda<data::Example<>>([](data::Example<> point) {
                   point.data = point.data * 2;
                   return point;
                 }))
                 .map(data::transforms::Stack<>());
  auto loader = data::make_data_loader(std::move(set),
                                       data::DataLoaderOptions().batch_size(8).workers(2).seed(1));
  for (int epoch = 0; epoch < 3; ++epoch)
    for (auto& batch : *loader) points += batch.data.size(0);
  // [/loader]
  CHECK(points == 3 * 63);
  CHECK(loader->epoch() == 3);
  const Tensor expected = loader->begin()->data;
  // [resume]
  auto resumed = data::make_data_loader(Angles().map(Jitter()).map(data::transforms::Stack<>()),
                                        data::DataLoaderOptions(8).seed(1));
  resumed->set_epoch(3, 5);  // epoch 3, from its batch 5 on
  // [/resume]
  int64_t rest = 0;
  for (auto& batch : *resumed) rest += batch.data.size(0);
  CHECK(rest == 63 - 5 * 8);
  resumed->set_epoch(3);
  CHECK((resumed->begin()->data * 2).to_vector() == expected.to_vector());

  const Windows windows{arange(10), 4};
  const data::Batches batches(windows, data::BatchOptions(3).shuffle(false).workers(1));
  CHECK(batches.epoch(0).begin()->to_vector() == Values{0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 5});
}

TEST_CASE("docs/data.md: samplers", "[docs]") {
  const Tensor targets = arange(60).remainder(3);
  // [samplers]
  using namespace data::samplers;
  auto balanced =
      data::make_data_loader(Angles().map(data::transforms::Stack<>()), data::DataLoaderOptions(10),
                             WeightedRandomSampler(balanced_weights(targets), /*num_samples=*/50));
  auto in_proportion = data::make_data_loader(Angles().map(data::transforms::Stack<>()), 6,
                                              StratifiedSampler(targets));
  auto in_order =
      data::make_data_loader<SequentialSampler>(Angles().map(data::transforms::Stack<>()), 6);
  // [/samplers]
  int64_t seen = 0;
  for (auto& batch : *balanced) seen += batch.data.size(0);
  for (auto& batch : *in_proportion) seen += batch.data.size(0);
  for (auto& batch : *in_order) seen += batch.data.size(0);
  CHECK(seen == 50 + 60 + 63);
}

TEST_CASE("docs/data.md: tables and arrays", "[docs]") {
  const TemporaryFolder folder;
  folder.write("flowers.csv", "length,width,species\n5.1,3.5,setosa\n4.9,,virginica\n");
  const Beside here(folder.file(""));
  io::save_npz("set.npz", {{"x", ones({4, 2})}, {"y", zeros({4}, kInt64)}});
  // [csv]
  const data::CsvTable table("flowers.csv", data::CsvOptions().missing_is_nan(true));
  const auto [species, names] = table.classes("species");
  const data::TensorDataset flowers(table.columns({"length", "width"}), species);
  // [/csv]
  // [split]
  const auto parts = data::random_split(flowers, {0.5, 0.5}, /*seed=*/1);
  const data::Batches training(parts[0], data::BatchOptions(32)), validation(parts[1], 32);
  // [/split]
  CHECK(training.epoch(0).size() + validation.epoch(0).size() == 2);
  CHECK(names == std::vector<std::string>{"setosa", "virginica"});
  CHECK(flowers.size() == 2);
  // [npz]
  auto arrays = io::load_npz("set.npz");  // numpy.savez("set.npz", x=..., y=...)
  const data::TensorDataset set(arrays["x"], arrays["y"].to(kInt64));
  // [/npz]
  CHECK(set.size() == 4);
}

TEST_CASE("docs/data.md: errors of workers", "[docs]") {
  struct Broken : data::datasets::Dataset<Broken> {
    data::Example<> get(size_t i) override {
      if (i == 5) throw std::out_of_range("no row 5");
      return {zeros({1}), zeros({1})};
    }
    std::optional<size_t> size() const override { return 8; }
  };
  std::string message;
  // [errors]
  auto loader = data::make_data_loader<data::samplers::SequentialSampler>(
      Broken().map(data::transforms::Stack<>()), data::DataLoaderOptions(2).workers(2));
  try {
    for ([[maybe_unused]] auto& batch : *loader) {
    }
  } catch (const data::WorkerException& e) {
    message = e.what();  // e.original_exception is what was thrown
  }
  // [/errors]
  CHECK(message == "data loader: a worker threw out_of_range: no row 5 (in sample 5, batch 2)");
}
