#include <reel/core/creation.h>
#include <reel/io/checkpoint.h>
#include <reel/io/training/model_keeper.h>
#include <reel/nn/linear.h>

#include "tests/catch.h"
#include "tests/temporary_folder.h"

#include <limits>

namespace reel {

using io::ModelKeeper;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::vector<int64_t> steps_of(const ModelKeeper& keeper) {
  std::vector<int64_t> steps;
  for (const auto& kept : keeper.best()) steps.push_back(kept.step);
  return steps;
}

}  // namespace

TEST_CASE("model keeper: the best and the last", "[model_keeper]") {
  const TemporaryFolder folder;
  ModelKeeper keeper(folder.file("run"));
  nn::Linear net(2, 1);
  const auto update = [&](double value, int64_t step) {
    net->weight.data().fill_(static_cast<double>(step));
    return keeper.update(net, value, step);
  };
  CHECK(update(0.5, 0));
  CHECK(update(0.3, 1));
  CHECK_FALSE(update(0.4, 2));
  CHECK_FALSE(update(0.3, 3));  // no better
  CHECK_FALSE(update(kNan, 4));
  CHECK_FALSE(update(-std::numeric_limits<double>::infinity(), 5));
  CHECK(steps_of(keeper) == std::vector<int64_t>{1});
  load(net, keeper.best_path());
  CHECK(net->weight[0][0].item<double>() == 1);
  load(net, keeper.last_path());
  CHECK(net->weight[0][0].item<double>() == 5);
  CHECK(std::filesystem::exists(folder.file("run/best-1.safetensors")));
  CHECK_FALSE(std::filesystem::exists(folder.file("run/best-0.safetensors")));
  CHECK(io::load_metadata(keeper.best_path()) == io::Metadata{{"step", "1"}, {"value", "0.3"}});
}

TEST_CASE("model keeper: several, of what shall be high", "[model_keeper]") {
  const TemporaryFolder folder;
  const io::ModelKeeperOptions options{.best = 2, .last = false, .goal = io::Goal::kMax};
  {
    ModelKeeper keeper(folder.file(""), options);
    const double values[] = {0.1, 0.5, 0.3, 0.2, 0.5};
    for (int64_t step = 0; step < 5; ++step) keeper.update(ones({2}), values[step], step);
    CHECK(steps_of(keeper) == std::vector<int64_t>{1, 4});
    CHECK(folder.count() == 2);
  }
  // A run that goes on, from an earlier step.
  ModelKeeper keeper(folder.file(""), options);
  CHECK(steps_of(keeper) == std::vector<int64_t>{1, 4});
  CHECK(keeper.best()[0].value == 0.5);
  CHECK(keeper.update(zeros({2}), 0.6, 4));
  CHECK(steps_of(keeper) == std::vector<int64_t>{4, 1});
  CHECK(folder.count() == 2);
  Tensor x;
  load(x, keeper.best_path());
  CHECK(x[0].item<double>() == 0);
}

TEST_CASE("model keeper: a checkpoint, with all that a run needs", "[model_keeper]") {
  const TemporaryFolder folder;
  ModelKeeper keeper(folder.file(""));
  int64_t epoch = 3;
  io::Checkpoint checkpoint;
  checkpoint.add("epoch", epoch);
  keeper.update(checkpoint, 0.5, epoch);
  epoch = 7;
  keeper.update(checkpoint, 0.6, epoch);
  checkpoint.load(keeper.best_path());
  CHECK(epoch == 3);
  checkpoint.load(keeper.last_path());
  CHECK(epoch == 7);
}

TEST_CASE("model keeper: only the last", "[model_keeper]") {
  const TemporaryFolder folder;
  ModelKeeper keeper(folder.file(""), {.best = 0});
  CHECK_FALSE(keeper.update(ones({1}), 0.5, 0));
  CHECK(folder.count() == 1);
  CHECK(keeper.best().empty());
}

}  // namespace reel
