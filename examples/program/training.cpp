#include <program/training.h>

#include <reel/io/atomic_file.h>
#include <reel/io/onnx/export.h>
#include <reel/io/trace.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <utility>

using namespace reel;

namespace program {

// ---- options ----

void add_training_options(Program& program, const TrainingDefaults& defaults) {
  program.group("Training")
      .integer("epochs", "passes over the training images; 0 only tests", defaults.epochs, {0})
      .integer("batch-size", "images a step", defaults.batch_size, {1})
      .number("lr", "highest learning rate", number_text(defaults.lr) + " for sgd, else 0.005",
              {0, 1000})
      .choice("optimizer", "the optimizer", {"sgd", "adam", "adamw"}, "sgd")
      .integer("seed", "of weights, order, augmentation and dropout", 0, {0})
      .integer("threads", "threads to compute with", "as many as cores", {1, 4096})
      .group("Results")
      .folder("out", "folder for the results", defaults.out)
      .file("load", "weights to start from: safetensors, .npz, or what torch.save wrote")
      .file("save", "where the weights go, if not into --out")
      .file("export-onnx", "write the trained network for onnxruntime and others")
      .folder("tensorboard", "folder for TensorBoard's events")
      .file("report", "write a page with curves, confusion matrix and predictions")
      .file("profile", "write a trace of the first epoch for chrome://tracing")
      .flag("summary", "print layers, shapes, parameters and multiply-adds");
}

// ---- a score ----

void Score::add(const Tensor& batch_loss, const Tensor& outputs, const Tensor& targets) {
  loss.add(batch_loss, static_cast<double>(targets.size(0)));
  accuracy.add(outputs, targets);
}

// ---- the profile of an epoch ----

ProfiledPart::ProfiledPart(std::string path, bool prints_table)
    : path_(std::move(path)), prints_table_(prints_table) {
  if (!path_.empty()) profiler_ = std::make_unique<autograd::Profiler>();
}

ProfiledPart::~ProfiledPart() {
  if (!profiler_) return;
  const autograd::Profile profile = profiler_->profile();
  if (prints_table_) std::cout << profile << '\n';
  try {
    io::save_trace(path_, profile);
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());  // the training goes on
  }
}

ProfiledPart TrainingRun::profile(int64_t epoch) const {
  return {epoch == 0 && given_.has("profile") ? given_.text("profile") : std::string(),
          given_.verbose()};
}

// ---- the run ----

namespace {

constexpr size_t kShownMistakes = 18, kShownImages = 36;

// Every so many, at most `count` of the list.
std::vector<int64_t> thin_out(const std::vector<int64_t>& list, size_t count) {
  std::vector<int64_t> kept;
  const size_t n = std::min(count, list.size());
  for (size_t i = 0; i < n; ++i) kept.push_back(list[i * list.size() / n]);
  return kept;
}

// Some that were taken for something else, and then others, of all classes.
Tensor choose_samples(const Tensor& targets, const Tensor& outputs) {
  const Tensor is_right = outputs.argmax(1) == targets;
  std::vector<int64_t> wrong, right;
  for (int64_t i = 0; i < targets.size(0); ++i)
    (is_right[i].item<bool>() ? right : wrong).push_back(i);
  wrong = thin_out(wrong, kShownMistakes);
  right = thin_out(right, kShownImages - wrong.size());
  wrong.insert(wrong.end(), right.begin(), right.end());
  const auto n = static_cast<int64_t>(wrong.size());
  return from_vector(std::move(wrong), {n});
}

// Makes the folder that a file is to be in, and fails now where the file could not be written after
// the training.
void prepare_file(const std::string& program, const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent);
  // Who reads a FIFO would take this for its end; anything else stays as it is without a commit.
  if (!std::filesystem::is_fifo(path)) io::AtomicFile(program, path);
}

}  // namespace

TrainingRun::TrainingRun(const Arguments& given, const TrainingDefaults& defaults)
    : given_(given), defaults_(defaults), model_(nullptr), report_(given.program()) {
  if (given_.has("threads")) set_num_threads(static_cast<int>(given_.integer("threads")));
  manual_seed(seed());
}

double TrainingRun::learning_rate() const {
  if (given_.has("lr")) return given_.number("lr");
  return given_.text("optimizer") == "sgd" ? defaults_.lr : 0.005;
}

// [decay]
/// Weights of convolutions and linear layers are pulled towards 0; what shifts and scales channels
/// is not.
template <class Options>
std::vector<optim::OptimizerParamGroup> make_groups(const nn::Sequential& model,
                                                    const Options& options) {
  TensorList weights, others;
  for (const Tensor& p : model->parameters()) (p.dim() > 1 ? weights : others).push_back(p);
  return {{weights, options}, {others, Options(options).weight_decay(0)}};
}
// [/decay]

std::unique_ptr<optim::Optimizer> TrainingRun::make_optimizer() const {
  const std::string& name = given_.text("optimizer");
  const double lr = learning_rate();
  if (name == "adam") {
    const auto options = optim::AdamOptions(lr);
    return std::make_unique<optim::Adam>(make_groups(model_, options), options);
  }
  if (name == "adamw") {
    const auto options = optim::AdamWOptions(lr).weight_decay(0.05);
    return std::make_unique<optim::AdamW>(make_groups(model_, options), options);
  }
  const auto options =
      optim::SGDOptions(lr).momentum(0.9).nesterov(true).weight_decay(defaults_.weight_decay);
  return std::make_unique<optim::SGD>(make_groups(model_, options), options);
}

io::ProgressOptions TrainingRun::bar(int64_t epoch) const {
  return {.label = concat("epoch ", epoch + 1, "/", epochs()),
          .unit = "images",
          .descriptor = given_.quiet() ? -1 : 1};  // output that fails is ignored
}

void TrainingRun::begin(const nn::Sequential& model, const Tensor& example) {
  model_ = model;
  example_ = example;
  if (given_.has("load")) io::load(model_, given_.text("load"));
  const nn::ModelSummary summary = nn::summary(model_, example_);
  if (!given_.quiet()) {
    std::cout << describe() << '\n';
    if (!given_.flag("summary")) std::cout << model_ << "\n\n";
  }
  if (given_.flag("summary")) std::cout << summary << '\n';
  std::cout << std::flush;

  for (const char* option : {"save", "export-onnx", "report", "profile"})
    if (given_.has(option)) prepare_file(given_.program(), given_.text(option));
  if (epochs() > 0) {  // a test leaves the results of a training as they are
    const std::string &out = given_.text("out"), settings = given_.to_json();
    std::filesystem::create_directories(out);
    io::AtomicFile file(given_.program(), out + "/settings.json");
    file.write(settings.data(), settings.size());
    file.commit();
    log_.emplace(out + "/log.csv",
                 std::vector<std::string>{"epoch", "learning_rate", "train_loss", "train_accuracy",
                                          "test_loss", "test_accuracy", "seconds"});
  }
  if (given_.has("tensorboard")) {
    board_.emplace(given_.text("tensorboard"));
    board_->add_model(*model_);
    board_->add_text("settings", "```json\n" + given_.to_json() + "```");
  }
  report_.model(summary);
  for (const auto& [name, value] : given_.settings()) report_.setting(name, value);
}

void TrainingRun::add(const EpochResult& r) {
  results_.push_back(r);
  seconds_ += r.seconds;
  log_->row({r.epoch, r.learning_rate, r.train.loss.value(), r.train.percent() / 100,
             r.test.loss.value(), r.test.percent() / 100, seconds_});
  const double rate = static_cast<double>(r.train.images()) / r.seconds;
  if (given_.verbose())
    std::printf("  test loss %.4f, test accuracy %.2f %%, %.0f images/s, learning rate %.5f\n",
                r.test.loss.value(), r.test.percent(), rate, r.learning_rate);
  const auto x = static_cast<double>(r.epoch);
  report_.scalar("Loss", "train", x, r.train.loss.value())
      .scalar("Loss", "test", x, r.test.loss.value())
      .scalar("Accuracy, %", "train", x, r.train.percent())
      .scalar("Accuracy, %", "test", x, r.test.percent())
      .scalar("Learning rate", "at the start of the epoch", x, r.learning_rate)
      .scalar("Throughput, images/s", "training", x, rate);
  if (!board_) return;
  board_->add_scalar("loss/train", r.train.loss.value(), r.epoch);
  board_->add_scalar("loss/test", r.test.loss.value(), r.epoch);
  board_->add_scalar("accuracy/train", r.train.percent() / 100, r.epoch);
  board_->add_scalar("accuracy/test", r.test.percent() / 100, r.epoch);
  board_->add_scalar("learning_rate", r.learning_rate, r.epoch);
  board_->add_scalar("images_per_second", rate, r.epoch);
  for (const auto& parameter : model_->named_parameters())
    board_->add_histogram("parameters/" + parameter.key(), parameter.value(), r.epoch);
}

void TrainingRun::draw_curves() const {
  std::vector<double> epochs, train_loss, test_loss, train_percent, test_percent;
  for (const EpochResult& r : results_) {
    epochs.push_back(static_cast<double>(r.epoch));
    train_loss.push_back(r.train.loss.value());
    test_loss.push_back(r.test.loss.value());
    train_percent.push_back(r.train.percent());
    test_percent.push_back(r.test.percent());
  }
  io::Figure figure;
  figure.panel("Loss", "epoch", "cross entropy")
      .line("train", epochs, train_loss)
      .line("test", epochs, test_loss);
  figure.panel("Accuracy", "epoch", "% right")
      .line("train", epochs, train_percent)
      .line("test", epochs, test_percent);
  figure.save(given_.text("out") + "/curves.png");
}

void TrainingRun::finish(const Score& test, const io::ConfusionTable& confusion,
                         const Tensor& images, const Tensor& targets, const Tensor& outputs) {
  const std::string& out = given_.text("out");
  std::string written;
  const auto note = [&written](const std::string& path) {
    written += (written.empty() ? "" : ", ") + path;
  };
  if (epochs() > 0 || given_.has("save")) {
    const std::string path = given_.has("save") ? given_.text("save") : out + "/model.safetensors";
    note(path);
    io::save(model_, path, {{"program", given_.program()}, {"settings", given_.to_json()}});
  }
  if (epochs() > 0) {
    draw_curves();
    note(out + "/log.csv, settings.json, curves.png");
  }
  if (given_.has("export-onnx")) {
    io::export_onnx(model_, example_, given_.text("export-onnx"),
                    io::OnnxOptions()
                        .input_names({"images"})
                        .output_names({"logits"})
                        .metadata("test_accuracy", concat(test.percent() / 100)));
  }
  if (given_.has("report")) {
    const NoGradGuard no_grad;
    const Tensor shown = choose_samples(targets, outputs);
    report_.result("Test accuracy", test.percent(), "%")
        .result("Test loss", test.loss.value())
        .result("Training", seconds_, "s")
        .result("Parameters", model_->num_parameters())
        .confusion(confusion)
        .samples(images.index_select(0, shown), targets.index_select(0, shown),
                 outputs.index_select(0, shown).softmax(1), confusion.names());
    for (const Tensor& p : model_->parameters())
      if (p.dim() == 4) {
        report_.filters(p);
        break;
      }
    report_.save(given_.text("report"));
  }
  if (!given_.quiet()) std::printf("\n%s\n", confusion.to_string().c_str());
  std::printf("test accuracy %.2f %% after %.1f s of training\n", test.percent(), seconds_);
  for (const char* option : {"export-onnx", "report", "tensorboard"})
    if (given_.has(option)) note(given_.text(option));
  if (epochs() > 0 && given_.has("profile")) note(given_.text("profile"));
  if (!given_.quiet() && !written.empty()) std::printf("written: %s\n", written.c_str());
}

}  // namespace program
