// Trains a small convolutional network on handwritten digits and shows how well it does.
// Writes the model, a log and the training curves to --out.

#include <reel/reel.h>

#include <chrono>
#include <cstdio>
#include <cxxopts.hpp>
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

void check_one_of(const char* option, const std::string& value,
                  const std::vector<std::string>& known) {
  std::string list;
  for (const std::string& k : known) {
    if (k == value) return;
    list += (list.empty() ? "" : ", ") + k;
  }
  throw ArgumentError(
      concat("mnist: --", option, " is '", value, "'; it must be one of ", list, "."));
}

cxxopts::Options make_options() {
  const auto text = [](const char* otherwise) {
    return cxxopts::value<std::string>()->default_value(otherwise);
  };
  const auto number = [](const char* otherwise) {
    return cxxopts::value<int64_t>()->default_value(otherwise);
  };
  cxxopts::Options options("mnist", "Trains a small convolutional network on handwritten digits.");
  auto add = options.add_options();
  add("data", "folder with the four MNIST files", text("data/mnist10k"));
  add("model", "lenet or cnn", text("lenet"));
  add("norm", "batch, layer, group or none", text("batch"));
  add("epochs", "passes over the training images", number("7"));
  add("batch-size", "images a step", number("64"));
  add("lr", "highest learning rate (default: 0.1 for sgd, else 0.005)", cxxopts::value<double>());
  add("optimizer", "sgd, adam or adamw", text("sgd"));
  add("seed", "of weights, order, shifts and dropout", number("0"));
  add("threads", "default: as many as cores", cxxopts::value<int64_t>());
  add("out", "folder for the results", text("out/mnist"));
  add("help", "print this");
  return options;
}

Settings parse(int argc, char** argv) {
  cxxopts::Options options = make_options();
  const cxxopts::ParseResult given = options.parse(argc, argv);
  if (given.count("help")) {
    std::cout << options.help();
    std::exit(0);
  }
  if (!given.unmatched().empty())
    throw ArgumentError(
        concat("mnist: '", given.unmatched().front(), "' is no option. [see --help]"));
  Settings s;
  s.data = given["data"].as<std::string>();
  s.model = given["model"].as<std::string>();
  s.norm = given["norm"].as<std::string>();
  s.optimizer = given["optimizer"].as<std::string>();
  s.out = given["out"].as<std::string>();
  s.epochs = given["epochs"].as<int64_t>();
  s.batch_size = given["batch-size"].as<int64_t>();
  s.seed = given["seed"].as<int64_t>();
  s.threads = given.count("threads") ? given["threads"].as<int64_t>() : num_threads();
  check_one_of("model", s.model, {"lenet", "cnn"});
  check_one_of("norm", s.norm, {"batch", "layer", "group", "none"});
  check_one_of("optimizer", s.optimizer, {"sgd", "adam", "adamw"});
  s.lr = given.count("lr") ? given["lr"].as<double>() : s.optimizer == "sgd" ? 0.1 : 0.005;
  REEL_CHECK(s.epochs >= 1, "mnist: --epochs is ", s.epochs, "; it must be at least 1.");
  REEL_CHECK(s.batch_size >= 1, "mnist: --batch-size is ", s.batch_size,
             "; it must be at least 1.");
  REEL_CHECK(s.seed >= 0, "mnist: --seed is ", s.seed, "; it must not be negative.");
  REEL_CHECK(s.threads >= 1 && s.threads <= 4096, "mnist: --threads is ", s.threads,
             "; it must be from 1 to 4096.");
  REEL_CHECK(s.lr > 0 && s.lr < 1e3, "mnist: --lr is ", s.lr,
             "; it must be more than 0 and less than 1000.");
  return s;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(parse(argc, argv));
    return 0;
  } catch (const cxxopts::exceptions::exception& error) {
    std::fprintf(stderr, "mnist: %s [see --help]\n", error.what());
    return 2;
  } catch (const ArgumentError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
