// Trains a small convolutional network on handwritten digits and shows how well it does.
// Writes the model, a log and the training curves to --out.

#include <program/training.h>
#include <reel/reel.h>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

using namespace reel;

namespace {

// ---- the model ----

nn::AnyModule make_norm(const std::string& norm, int64_t channels, int64_t side) {
  if (norm == "batch") return nn::BatchNorm2d(channels);
  if (norm == "layer") return nn::LayerNorm({channels, side, side});
  if (norm == "group") return nn::GroupNorm(2, channels);
  return nn::Identity();
}

// LeNet-5 (LeCun et al. 1998) with today's activations.
nn::Sequential make_lenet(const std::string& norm) {
  return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(1, 6, 5).padding(2)), make_norm(norm, 6, 28),
                        nn::ReLU(), nn::MaxPool2d(2),  //
                        nn::Conv2d(6, 16, 5), make_norm(norm, 16, 10), nn::ReLU(), nn::MaxPool2d(2),
                        nn::Flatten(),  //
                        nn::Linear(400, 120), nn::ReLU(), nn::Linear(120, 84), nn::ReLU(),
                        nn::Linear(84, 10));
}

nn::Sequential make_cnn(const std::string& norm) {
  return nn::Sequential(nn::Conv2d(1, 32, 3), make_norm(norm, 32, 26), nn::ReLU(),  //
                        nn::Conv2d(32, 64, 3), make_norm(norm, 64, 24), nn::ReLU(),
                        nn::MaxPool2d(2), nn::Dropout(0.25), nn::Flatten(),  //
                        nn::Linear(9216, 128), nn::ReLU(), nn::Dropout(0.5), nn::Linear(128, 10));
}

// ---- training and evaluation ----

using program::Score;
using Batches = data::Batches<data::TensorDataset>;

const nn::CrossEntropyLoss& criterion() {
  static const nn::CrossEntropyLoss loss(nn::CrossEntropyLossOptions().label_smoothing(0.05));
  return loss;
}

Score train_epoch(int64_t epoch, const program::TrainingRun& run, nn::Sequential& model,
                  const Batches& batches, optim::Optimizer& optimizer,
                  optim::LRScheduler& schedule) {
  const program::ProfiledPart profiled = run.profile(epoch);
  const auto order = batches.epoch(static_cast<uint64_t>(epoch));
  io::ProgressBar bar(order.size() * run.batch_size(), run.bar(epoch));
  Score score;
  model->train();
  for (auto& [images, targets] : order) {
    const Tensor outputs = model(data::random_shift(images, 2));
    const Tensor loss = criterion()(outputs, targets);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    schedule.step();
    score.add(loss, outputs, targets);
    bar.update(score.images(),
               {{"loss", score.loss.value()}, {"accuracy", score.percent(), 2, "%"}});
  }
  bar.finish({{"loss", score.loss.value()}, {"accuracy", score.percent(), 2, "%"}});
  return score;
}

// ---- the job ----

const program::TrainingDefaults kDefaults = {
    .epochs = 7, .batch_size = 64, .lr = 0.1, .weight_decay = 5e-4, .out = "out/mnist"};

void train(const program::Arguments& given) {
  const std::string& folder = given.text("data");
  const data::MNIST train(folder, data::MNIST::Mode::kTrain),
      test(folder, data::MNIST::Mode::kTest);
  program::TrainingRun run(given, kDefaults);
  const Batches train_batches(
      train, data::BatchOptions(run.batch_size()).seed(run.seed()).drop_last(true));
  const Batches test_batches(test, data::BatchOptions(256).shuffle(false));
  const int64_t steps = train_batches.epoch(0).size();
  REEL_CHECK(steps > 0, "mnist: --batch-size is ", run.batch_size(), "; it must be at most ",
             train.size(), ", the number of training images.");

  const std::string& norm = given.text("norm");
  nn::Sequential model({{"standardize", program::Standardize(data::Normalize::fit(train.images()))},
                        {"net", given.text("model") == "cnn" ? make_cnn(norm) : make_lenet(norm)}});
  run.begin(model, test.images().slice(0, 0, 8));
  const auto optimizer = run.make_optimizer();
  optim::OneCycleLR schedule(*optimizer, run.learning_rate(), run.epochs() * steps + 1);
  run.train(
      *optimizer, schedule,
      [&](int64_t epoch) {
        return train_epoch(epoch, run, model, train_batches, *optimizer, schedule);
      },
      [&] { return program::evaluate(model, test_batches, criterion()); });

  io::ConfusionTable confusion(10);
  const Score score = program::evaluate(model, test_batches, criterion(), &confusion);
  const NoGradGuard no_grad;
  run.finish(score, confusion, test.images(), test.targets(), model(test.images()));
}

program::Program make_program() {
  program::Program program("mnist", "Trains a small convolutional network on handwritten digits.");
  program.group("Data and model")
      .folder("data", "folder with the four MNIST files", "data/mnist10k")
      .choice("model", "the network", {"lenet", "cnn"}, "lenet")
      .choice("norm", "its normalisation", {"batch", "layer", "group", "none"}, "batch");
  program::add_training_options(program, kDefaults);
  return program.example("mnist --model cnn --epochs 12", "a larger network, trained for longer")
      .example("mnist --report run.html --export-onnx digits.onnx",
               "a page about the run, and the network for other programs")
      .example("mnist --load out/mnist/model.safetensors --epochs 0", "tests what was saved");
}

}  // namespace

int main(int argc, char** argv) { return program::run(argc, argv, make_program(), train); }
