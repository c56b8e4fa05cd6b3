// A training loop with all the pieces that reel has for around it: docs/training_loop.md goes
// through it.

#include <program/program.h>
#include <reel/io/report/report.h>
#include <reel/io/training/accuracy.h>
#include <reel/io/training/early_stopping.h>
#include <reel/io/training/gradient_accumulation.h>
#include <reel/io/training/json_log.h>
#include <reel/io/training/lr_finder.h>
#include <reel/io/training/meters.h>
#include <reel/io/training/model_keeper.h>
#include <reel/reel.h>

#include <cstdio>
#include <filesystem>

using namespace reel;

using Batches = data::Batches<data::TensorDataset>;

constexpr int64_t kMaxEpochs = 6;

// [evaluate]
struct Score {
  io::MeanMeter loss;
  io::ConfusionMeter classes{10};
};

Score evaluate(nn::Sequential& net, const Batches& batches, const data::Normalize& normalize) {
  const NoGradGuard no_grad;
  Score score;
  net->eval();
  for (auto& [images, labels] : batches.epoch(0)) {
    const Tensor outputs = net(normalize(images));
    score.loss.add(cross_entropy(outputs, labels), static_cast<double>(labels.size(0)));
    score.classes.add(outputs, labels);
  }
  return score;
}
// [/evaluate]

void run(const program::Arguments& given) {
  const std::string& out = given.text("out");
  std::filesystem::create_directories(out);
  manual_seed(0);
  const data::MNIST train("data/mnist10k"), test("data/mnist10k", data::MNIST::Mode::kTest);
  const auto normalize = data::Normalize::fit(train.images());
  const Batches batches(train, data::BatchOptions(32)),
      test_batches(test, data::BatchOptions(250).shuffle(false));
  nn::Sequential net(nn::Conv2d(1, 8, 5), nn::BatchNorm2d(8), nn::ReLU(), nn::MaxPool2d(2),
                     nn::Conv2d(8, 16, 5), nn::BatchNorm2d(16), nn::ReLU(), nn::MaxPool2d(2),
                     nn::Flatten(), nn::Linear(256, 10));
  optim::SGD optimizer(net->parameters(), optim::SGDOptions(0.1).momentum(0.9));

  // [find_lr]
  const auto sweep = batches.epoch(0);
  auto batch = sweep.begin();
  const io::LRCurve curve = io::find_lr(net, optimizer, [&] {
    auto& [images, labels] = *batch;
    const Tensor loss = cross_entropy(net(normalize(images)), labels);
    ++batch;
    return loss;
  });
  curve.save_plot(out + "/learning_rate.png");
  const double rate = curve.suggestion().value_or(0.1);
  // [/find_lr]
  for (auto& group : optimizer.param_groups()) group.options().set_lr(rate);

  // [pieces]
  const int64_t steps = batches.epoch(0).size();
  io::GradientAccumulation accumulation(/*window=*/2, steps);
  optim::CosineAnnealingLR schedule(optimizer, kMaxEpochs * accumulation.steps());
  io::EarlyStopping stopping({.patience = 2});
  io::ModelKeeper keeper(out, {.best = 2, .goal = io::Goal::kMax});
  io::JsonLog log(out + "/log.jsonl");
  io::Report report("Handwritten digits");
  report.setting("learning rate", rate).setting("batch", 32).setting("window", 2);
  report.model(nn::summary(net, {1, 1, 28, 28}));
  report.chart("Loss", {.y_label = "cross entropy"}).chart("Accuracy", {.y_label = "% right"});
  report.chart("Throughput", {.y_label = "images a second"});
  // [/pieces]

  // [epoch]
  for (int64_t epoch = 1; epoch <= kMaxEpochs && !stopping.should_stop(); ++epoch) {
    io::MeanMeter loss;
    io::AccuracyMeter accuracy;
    io::ThroughputMeter speed;
    net->train();
    optimizer.zero_grad();
    for (auto& [images, labels] : batches.epoch(static_cast<uint64_t>(epoch))) {
      const Tensor outputs = net(normalize(images));
      const Tensor batch_loss = cross_entropy(outputs, labels);
      accumulation.scaled(batch_loss).backward();
      loss.add(batch_loss, static_cast<double>(labels.size(0)));
      accuracy.add(outputs, labels);
      speed.add(labels.size(0));
      if (!accumulation.is_complete()) continue;
      optimizer.step();
      optimizer.zero_grad();
      schedule.step();
    }
    speed.pause();
    const Score score = evaluate(net, test_batches, normalize);
    const double right = score.classes.value().accuracy();
    // [/epoch]

    // [record]
    log.row({{"epoch", epoch},
             {"train_loss", loss.value()},
             {"test_loss", score.loss.value()},
             {"test_accuracy", right},
             {"images_per_second", speed.value()}});
    const auto x = static_cast<double>(epoch);
    report.scalar("Loss", "train", x, loss.value()).scalar("Loss", "test", x, score.loss.value());
    report.scalar("Accuracy", "train", x, 100 * accuracy.value());
    report.scalar("Accuracy", "test", x, 100 * right);
    report.scalar("Learning rate", "rate", x, schedule.get_last_lr()[0]);
    report.scalar("Throughput", "training", x, speed.value());
    report.save(out + "/report.html");  // to watch it grow
    keeper.update(net, right, epoch);
    stopping.add(score.loss.value());
    std::printf("epoch %d: loss %.4f, test accuracy %.2f %%%s\n", static_cast<int>(epoch),
                loss.value(), 100 * right, stopping.improved() ? "" : ", no better");
  }
  // [/record]

  // [end]
  load(net, keeper.best_path());
  const Score best = evaluate(net, test_batches, normalize);
  const io::ConfusionTable& table = best.classes.value();
  const NoGradGuard no_grad;
  const Tensor images = test.images().slice(0, 0, 24);
  report.result("test accuracy", 100 * table.accuracy(), "%");
  report.result("macro F1", 100 * table.macro_rates().f1, "%");
  report.result("test loss", best.loss.value());
  report.result("best epoch", keeper.best()[0].step);
  report.confusion(table).filters(net->named_parameters()["0.weight"]);
  report.samples(images, test.targets().slice(0, 0, 24), net(normalize(images)).softmax(1));
  report.save(out + "/report.html");
  // [/end]
  std::printf("in %s: report.html, log.jsonl, learning_rate.png and the best models\n",
              out.c_str());
}

int main(int argc, char** argv) {
  return program::run(
      argc, argv,
      program::Program("training_loop", "Trains on digits with all pieces of a training loop.")
          .folder("out", "folder for the results", "out/training_loop"),
      run);
}
