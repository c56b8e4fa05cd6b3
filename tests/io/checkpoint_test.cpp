#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/io/checkpoint.h>
#include <reel/nn/batch_norm.h>
#include <reel/nn/dropout.h>
#include <reel/nn/linear.h>
#include <reel/nn/sequential.h>
#include <reel/optim/adam.h>
#include <reel/optim/averaged_weights.h>
#include <reel/optim/lookahead.h>
#include <reel/optim/one_cycle_lr.h>
#include <reel/optim/reduce_on_plateau.h>
#include <reel/optim/sgd.h>

#include "tests/catch.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace reel::io {
namespace {

// A run with state of every kind: running statistics, random numbers, moments, a schedule.
struct Run {
  nn::Sequential model{nn::Linear(6, 8), nn::BatchNorm1d(8), nn::Dropout(0.3), nn::Linear(8, 3)};
  optim::AdamW optimizer{model->parameters(), optim::AdamWOptions(1e-3).amsgrad(true)};
  optim::OneCycleLR schedule{optimizer, 1e-2, 40};
  int64_t epoch = 0;
  double best = 1e9;
  Checkpoint checkpoint;

  Run() {
    // [checkpoint]
    checkpoint.add("model", model).add("optimizer", optimizer).add("schedule", schedule);
    checkpoint.add("epoch", epoch).add("best", best);
    // [/checkpoint]
  }

  void train(int64_t until) {
    for (; epoch < until; ++epoch) {
      const Tensor x = randn({5, 6}), target = randint(3, {5});
      optimizer.zero_grad();
      const Tensor loss = cross_entropy(model(x), target);
      loss.backward();
      optimizer.step();
      schedule.step();
      best = std::min(best, loss.item<double>());
    }
  }
};

std::vector<std::vector<double>> values_of(const Run& run) {
  std::vector<std::vector<double>> all{{run.best, static_cast<double>(run.epoch)}};
  for (const auto& item : run.model->state_dict()) all.push_back(item->to_vector());
  for (const auto& item : run.optimizer.state_dict()) all.push_back(item->to_vector());
  return all;
}

}  // namespace

TEST_CASE("checkpoint: training goes on bit for bit", "[checkpoint]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("run.safetensors");
  manual_seed(5);
  Run whole;
  whole.train(12);
  whole.checkpoint.save(path, {{"note", "after 12"}});
  whole.train(25);

  manual_seed(77);
  Run resumed;
  resumed.train(3);  // somewhere else altogether
  resumed.checkpoint.load(path);
  CHECK(resumed.epoch == 12);
  resumed.train(25);
  CHECK(values_of(resumed) == values_of(whole));
  CHECK(load_metadata(path) == Metadata{{"note", "after 12"}});
  CHECK(load_tensors(path).at("model.1.num_batches_tracked").item<int64_t>() == 12);
}

TEST_CASE("checkpoint: takes schedules by a metric, averages, Lookahead and classes of one's own",
          "[checkpoint]") {
  struct Counts {
    Tensor seen = zeros({2});
    StateDict state_dict() const { return StateDict({{"seen", seen}}); }
    void load_state_dict(const StateDict& state) { seen = state["seen"]; }
  };
  struct Parts {
    Tensor x = ones({2}, requires_grad());
    optim::SGD sgd{{x}, 0.1};
    optim::ReduceLROnPlateau plateau{sgd};
    optim::EMA ema{{x}};
    optim::Lookahead lookahead{sgd};
    Counts counts;
    Checkpoint checkpoint;
    Parts() {
      checkpoint.add("plateau", plateau).add("ema", ema).add("lookahead", lookahead);
      checkpoint.add("counts", counts);
    }
  };
  const TemporaryFolder folder;
  Parts from, to;
  from.plateau.step(7);
  from.ema.update();
  from.x.mutable_grad() = ones({2});
  from.lookahead.step();
  from.checkpoint.save(folder.file("run.safetensors"));
  to.checkpoint.load(folder.file("run.safetensors"));
  CHECK(to.plateau.best() == 7);
  CHECK(to.ema.n_averaged() == 1);
  CHECK(to.lookahead.state_dict()["lookahead.step"].item<int64_t>() == 1);
  to.counts.seen.fill_(1);  // its own memory, not the file's
}

TEST_CASE("checkpoint: a model can be loaded alone", "[checkpoint]") {
  const TemporaryFolder folder;
  Run run;
  run.train(2);
  run.checkpoint.save(folder.file("run"));
  const Run other;
  load(other.model, folder.file("run"), LoadOptions().rename_prefix("model.", "").strict(false));
  CHECK(other.model->state_dict()["0.weight"].equal(run.model->state_dict()["0.weight"]));
}

TEST_CASE("checkpoint: what does not fit changes nothing", "[checkpoint]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("run");
  Run run;
  run.train(3);
  run.checkpoint.save(path);
  run.train(5);
  const auto before = values_of(run);
  const uint64_t offset = default_generator().offset();

  // The model fits, the optimizer does not.
  optim::SGD sgd(run.model->parameters(), optim::SGDOptions(0.1));
  int64_t epoch = 9;
  double best = 3;
  optim::StepLR schedule(sgd, 3);
  Checkpoint other;
  other.add("model", run.model).add("epoch", epoch).add("best", best);
  other.add("optimizer", sgd).add("schedule", schedule);
  CHECK_THROWS_AS(other.load(path), ArgumentError);
  CHECK(values_of(run) == before);
  CHECK(epoch == 9);
  CHECK(default_generator().offset() == offset);

  Checkpoint less;
  less.add("model", run.model);
  CHECK_THAT(message_of<ArgumentError>([&] { less.load(path); }),
             Catch::Matchers::ContainsSubstring("which belongs to no part"));
  Checkpoint more;
  more.add("model", run.model).add("steps", epoch);
  CHECK_THAT(message_of<ArgumentError>([&] { more.load(path); }),
             Catch::Matchers::ContainsSubstring("has no part 'steps'"));
  CHECK(values_of(run) == before);

  const std::string bytes = folder.read("run");
  folder.write("cut", bytes.substr(0, bytes.size() - 1));
  CHECK_THROWS_AS(run.checkpoint.load(folder.file("cut")), IoError);
  CHECK(values_of(run) == before);
}

TEST_CASE("checkpoint: names", "[checkpoint]") {
  Checkpoint checkpoint;
  int64_t number = 0;
  checkpoint.add("epoch", number);
  const auto error = [&](const char* name) {
    return message_of<ArgumentError>([&] { checkpoint.add(name, number); });
  };
  CHECK(error("epoch") ==
        "checkpoint: 'epoch' was added before; each part needs a name of its own.");
  CHECK(error("") == "checkpoint: the name '' is empty or has a dot; paths are made of it.");
  CHECK(error("random") ==
        "checkpoint: the name 'random' is that of the thread's random numbers; choose another.");
}

}  // namespace reel::io
