// Trains a small convolutional network on handwritten digits and shows how well it does.
// Writes the model, a log and the training curves to --out.

#include <program/program.h>
#include <reel/reel.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

using namespace reel;

namespace {

struct Settings {
  std::string data, model, norm, optimizer, out;
  int64_t epochs, batch_size, seed, threads;
  double lr;
};

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

nn::Sequential make_model(const Settings& s) {
  return s.model == "cnn" ? make_cnn(s.norm) : make_lenet(s.norm);
}

std::unique_ptr<optim::Optimizer> make_optimizer(const Settings& s, const TensorList& parameters) {
  if (s.optimizer == "adam")
    return std::make_unique<optim::Adam>(parameters, optim::AdamOptions(s.lr));
  if (s.optimizer == "adamw")
    return std::make_unique<optim::AdamW>(parameters, optim::AdamWOptions(s.lr).weight_decay(0.05));
  return std::make_unique<optim::SGD>(
      parameters, optim::SGDOptions(s.lr).momentum(0.9).nesterov(true).weight_decay(5e-4));
}

// ---- training and evaluation ----

// Loss and accuracy, averaged over the images added.
struct Score {
  double loss = 0, correct = 0;
  int64_t images = 0;

  void add(const Tensor& batch_loss, const Tensor& outputs, const Tensor& targets) {
    loss += batch_loss.item<double>() * static_cast<double>(targets.size(0));
    correct += (outputs.argmax(1) == targets).sum().item<double>();
    images += targets.size(0);
  }
  double mean_loss() const { return loss / static_cast<double>(images); }
  double percent() const { return 100 * correct / static_cast<double>(images); }
};

using Batches = data::Batches<data::TensorDataset>;

const nn::CrossEntropyLoss& criterion() {
  static const nn::CrossEntropyLoss loss(nn::CrossEntropyLossOptions().label_smoothing(0.05));
  return loss;
}

Score train_epoch(const std::string& label, nn::Sequential& model, const Batches& batches,
                  uint64_t epoch, const data::Normalize& normalize, optim::Optimizer& optimizer,
                  optim::LRScheduler& schedule) {
  const int64_t total = batches.epoch(epoch).size() * batches.options().batch_size();
  io::ProgressBar bar(total, {.label = label, .unit = "images"});
  Score score;
  model->train();
  for (auto& [images, targets] : batches.epoch(epoch)) {
    const Tensor outputs = model(normalize(data::random_shift(images, 2)));
    const Tensor loss = criterion()(outputs, targets);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    schedule.step();
    score.add(loss, outputs, targets);
    bar.update(score.images, {{"loss", score.mean_loss()}, {"accuracy", score.percent(), 2, "%"}});
  }
  bar.finish({{"loss", score.mean_loss()}, {"accuracy", score.percent(), 2, "%"}});
  return score;
}

Score evaluate(nn::Sequential& model, const Batches& batches, const data::Normalize& normalize,
               io::ConfusionTable* confusion = nullptr) {
  const NoGradGuard no_grad;
  Score score;
  model->eval();
  for (auto& [images, targets] : batches.epoch(0)) {
    const Tensor outputs = model(normalize(images));
    score.add(criterion()(outputs, targets), outputs, targets);
    if (confusion) confusion->add(targets, outputs.argmax(1));
  }
  return score;
}

// ---- what is left behind ----

// The metrics of every epoch: in a CSV file as they come, and as a picture.
class History {
 public:
  explicit History(const std::string& folder)
      : folder_(folder),
        log_(folder + "/log.csv", {"epoch", "learning_rate", "train_loss", "train_accuracy",
                                   "test_loss", "test_accuracy", "seconds"}) {}

  void add(int64_t epoch, double lr, const Score& train, const Score& test, double seconds) {
    log_.row({epoch, lr, train.mean_loss(), train.percent() / 100, test.mean_loss(),
              test.percent() / 100, seconds});
    epochs_.push_back(static_cast<double>(epoch));
    train_loss_.push_back(train.mean_loss());
    test_loss_.push_back(test.mean_loss());
    train_percent_.push_back(train.percent());
    test_percent_.push_back(test.percent());
  }

  void draw() const {
    io::Figure figure;
    figure.panel("Loss", "epoch", "cross entropy")
        .line("train", epochs_, train_loss_)
        .line("test", epochs_, test_loss_);
    figure.panel("Accuracy", "epoch", "% right")
        .line("train", epochs_, train_percent_)
        .line("test", epochs_, test_percent_);
    figure.save(folder_ + "/curves.png");
  }

 private:
  std::string folder_;
  io::CsvLog log_;
  std::vector<double> epochs_, train_loss_, test_loss_, train_percent_, test_percent_;
};

// ---- the job ----

void run(const Settings& s) {
  using Clock = std::chrono::steady_clock;
  const data::MNIST train(s.data, data::MNIST::Mode::kTrain),
      test(s.data, data::MNIST::Mode::kTest);
  const auto seed = static_cast<uint64_t>(s.seed);
  const Batches train_batches(train, data::BatchOptions(s.batch_size).seed(seed).drop_last(true));
  const Batches test_batches(test, data::BatchOptions(256).shuffle(false));
  const int64_t steps = train_batches.epoch(0).size();
  REEL_CHECK(steps > 0, "mnist: --batch-size is ", s.batch_size, "; it must be at most ",
             train.size(), ", the number of training images.");

  std::filesystem::create_directories(s.out);
  set_num_threads(static_cast<int>(s.threads));
  manual_seed(seed);
  nn::Sequential model = make_model(s);
  std::cout << describe() << "\n" << model << "\n\n" << std::flush;

  const auto normalize = data::Normalize::fit(train.images());
  const auto optimizer = make_optimizer(s, model->parameters());
  optim::OneCycleLR schedule(*optimizer, s.lr, s.epochs * steps + 1);
  History history(s.out);
  double seconds = 0;
  for (int64_t epoch = 0; epoch < s.epochs; ++epoch) {
    const double lr = schedule.get_last_lr()[0];
    const auto start = Clock::now();
    const Score trained =
        train_epoch(concat("epoch ", epoch + 1, "/", s.epochs), model, train_batches,
                    static_cast<uint64_t>(epoch), normalize, *optimizer, schedule);
    seconds += std::chrono::duration<double>(Clock::now() - start).count();
    history.add(epoch + 1, lr, trained, evaluate(model, test_batches, normalize), seconds);
  }

  io::ConfusionTable confusion(10);
  const Score score = evaluate(model, test_batches, normalize, &confusion);
  history.draw();
  io::save(model, s.out + "/model.safetensors", {{"model", s.model}, {"norm", s.norm}});
  std::printf("\n%s\ntest accuracy %.2f %% after %.1f s of training\n",
              confusion.to_string().c_str(), score.percent(), seconds);
  std::printf("in %s: model.safetensors, log.csv, curves.png\n", s.out.c_str());
}

// ---- the command line ----

program::Program make_program() {
  return program::Program("mnist", "Trains a small convolutional network on handwritten digits.")
      .group("Data and model")
      .text("data", "folder with the four MNIST files", "data/mnist10k")
      .choice("model", "the network", {"lenet", "cnn"}, "lenet")
      .choice("norm", "its normalisation", {"batch", "layer", "group", "none"}, "batch")
      .group("Training")
      .integer("epochs", "passes over the training images", 7, {1})
      .integer("batch-size", "images a step", 64, {1})
      .number("lr", "highest learning rate", "0.1 for sgd, else 0.005", {0, 1000})
      .choice("optimizer", "the optimizer", {"sgd", "adam", "adamw"}, "sgd")
      .integer("seed", "of weights, order, shifts and dropout", 0, {0})
      .integer("threads", "threads to compute with", "as many as cores", {1, 4096})
      .group("Results")
      .text("out", "folder for the results", "out/mnist")
      .example("mnist --model cnn --epochs 12", "a larger network, trained for longer");
}

Settings settings_from(const program::Arguments& given) {
  const std::string& optimizer = given.text("optimizer");
  return {.data = given.text("data"),
          .model = given.text("model"),
          .norm = given.text("norm"),
          .optimizer = optimizer,
          .out = given.text("out"),
          .epochs = given.integer("epochs"),
          .batch_size = given.integer("batch-size"),
          .seed = given.integer("seed"),
          .threads = given.has("threads") ? given.integer("threads") : num_threads(),
          .lr = given.has("lr")      ? given.number("lr")
                : optimizer == "sgd" ? 0.1
                                     : 0.005};
}

}  // namespace

int main(int argc, char** argv) {
  return program::run(argc, argv, make_program(),
                      [](const program::Arguments& given) { run(settings_from(given)); });
}
