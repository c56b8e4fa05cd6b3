#include <program/training.h>

#include <reel/io/atomic_file.h>
#include <reel/io/onnx/export.h>
#include <reel/io/trace.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
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
      .once()
      .flag("resume", "go on after the last epoch that a run with this --out has finished")
      .once()
      .file("load", "weights to start from: safetensors, .npz, or what torch.save wrote")
      .file("save", "where the weights go, if not into --out")
      .once()
      .file("export-onnx", "write the trained network for onnxruntime and others")
      .once()
      .folder("tensorboard", "folder for TensorBoard's events")
      .once()
      .file("report", "write a page with curves, confusion matrix and predictions")
      .once()
      .file("profile", "write a trace of the first epoch for chrome://tracing")
      .once()
      .flag("summary", "print layers, shapes, parameters and multiply-adds");
}

// ---- a score ----

void Score::add(const Tensor& batch_loss, const Tensor& outputs, const Tensor& targets) {
  loss.add(batch_loss, static_cast<double>(targets.size(0)));
  accuracy.add(outputs, targets);
}

// ---- what the network knows of the data ----

namespace {

Tensor per_channel(std::vector<double> values) {
  const auto channels = static_cast<int64_t>(values.size());
  return from_vector(std::move(values), {channels, 1, 1});
}

}  // namespace

StandardizeImpl::StandardizeImpl(const data::Normalize& o)
    : options(o),
      mean(register_buffer("mean", per_channel(o.mean()))),
      deviation(register_buffer("deviation", per_channel(o.stddev()))) {}

// In double, so that the bits are those of data::Normalize.
Tensor StandardizeImpl::forward(const Tensor& images) const {
  return ((images.to(kFloat64) / 255 - mean) / deviation).to(kFloat32);
}

// ---- the passes so far ----

namespace {
constexpr size_t kNumbers = 8;  // of an epoch
}

io::StateDict History::state_dict() const {
  std::vector<double> numbers;
  for (const EpochResult& r : epochs)
    numbers.insert(numbers.end(), {r.epoch, r.learning_rate, r.seconds, r.images, r.train_loss,
                                   r.train_accuracy, r.test_loss, r.test_accuracy});
  const auto rows = static_cast<int64_t>(epochs.size());
  return io::StateDict(
      {{"epochs", from_vector(std::move(numbers), {rows, static_cast<int64_t>(kNumbers)})}});
}

void History::load_state_dict(const io::StateDict& state) {
  const std::vector<double> v = state["epochs"].to_vector();
  epochs.clear();
  for (size_t i = 0; i + kNumbers <= v.size(); i += kNumbers)
    epochs.push_back({v[i], v[i + 1], v[i + 2], v[i + 3], v[i + 4], v[i + 5], v[i + 6], v[i + 7]});
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
  return {.label = as_text("epoch ", epoch + 1, "/", epochs()),
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
  if (given_.has("tensorboard")) {
    board_.emplace(given_.text("tensorboard"));
    board_->add_model(*model_);
    board_->add_text("settings", "```json\n" + given_.to_json() + "```");
  }
  report_.model(summary);
  for (const auto& [name, value] : given_.settings()) report_.setting(name, value);
}

void TrainingRun::train(optim::Optimizer& optimizer, optim::LRScheduler& schedule,
                        const std::function<Score(int64_t epoch)>& train_epoch,
                        const std::function<Score()>& test) {
  if (epochs() == 0) return;  // a test leaves the results of a training as they are
  const std::string path = given_.text("out") + "/checkpoint.safetensors";
  io::Checkpoint checkpoint;
  checkpoint.add("model", model_)
      .add("optimizer", optimizer)
      .add("schedule", schedule)
      .add("history", history_);
  if (given_.flag("resume")) checkpoint.load(path);
  start_log();
  for (int64_t epoch = std::ssize(history_.epochs); epoch < epochs(); ++epoch) {
    const double lr = schedule.get_last_lr()[0];
    const auto start = std::chrono::steady_clock::now();
    const Score trained = train_epoch(epoch);
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    const Score tested = test();
    const EpochResult result{static_cast<double>(epoch + 1),
                             lr,
                             time.count(),
                             static_cast<double>(trained.images()),
                             trained.loss.value(),
                             trained.accuracy.value(),
                             tested.loss.value(),
                             tested.accuracy.value()};
    history_.epochs.push_back(result);
    checkpoint.save(path);
    note(result);
    show(result);
  }
}

// With the epochs of the run that is resumed.
void TrainingRun::start_log() {
  const std::string &out = given_.text("out"), settings = given_.to_json();
  std::filesystem::create_directories(out);
  io::AtomicFile file(given_.program(), out + "/settings.json");
  file.write(settings.data(), settings.size());
  file.commit();
  log_.emplace(out + "/log.csv",
               std::vector<std::string>{"epoch", "learning_rate", "train_loss", "train_accuracy",
                                        "test_loss", "test_accuracy", "seconds"});
  for (const EpochResult& r : history_.epochs) note(r);
}

void TrainingRun::note(const EpochResult& r) {
  seconds_ += r.seconds;
  log_->row({static_cast<int64_t>(r.epoch), r.learning_rate, r.train_loss, r.train_accuracy,
             r.test_loss, r.test_accuracy, seconds_});
  report_.scalar("Loss", "train", r.epoch, r.train_loss)
      .scalar("Loss", "test", r.epoch, r.test_loss)
      .scalar("Accuracy, %", "train", r.epoch, 100 * r.train_accuracy)
      .scalar("Accuracy, %", "test", r.epoch, 100 * r.test_accuracy)
      .scalar("Learning rate", "at the start of the epoch", r.epoch, r.learning_rate)
      .scalar("Throughput, images/s", "training", r.epoch, r.images / r.seconds);
}

void TrainingRun::show(const EpochResult& r) {
  const double rate = r.images / r.seconds;
  if (given_.verbose())
    std::printf("  test loss %.4f, test accuracy %.2f %%, %.0f images/s, learning rate %.5f\n",
                r.test_loss, 100 * r.test_accuracy, rate, r.learning_rate);
  if (!board_) return;
  const auto epoch = static_cast<int64_t>(r.epoch);
  board_->add_scalar("loss/train", r.train_loss, epoch);
  board_->add_scalar("loss/test", r.test_loss, epoch);
  board_->add_scalar("accuracy/train", r.train_accuracy, epoch);
  board_->add_scalar("accuracy/test", r.test_accuracy, epoch);
  board_->add_scalar("learning_rate", r.learning_rate, epoch);
  board_->add_scalar("images_per_second", rate, epoch);
  for (const auto& parameter : model_->named_parameters())
    board_->add_histogram("parameters/" + parameter.key(), parameter.value(), epoch);
}

void TrainingRun::draw_curves() const {
  std::vector<double> epochs, train_loss, test_loss, train_percent, test_percent;
  for (const EpochResult& r : history_.epochs) {
    epochs.push_back(r.epoch);
    train_loss.push_back(r.train_loss);
    test_loss.push_back(r.test_loss);
    train_percent.push_back(100 * r.train_accuracy);
    test_percent.push_back(100 * r.test_accuracy);
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
  const std::string accuracy = as_text(test.percent() / 100),
                    classes = nlohmann::json(confusion.names())
                                  .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::string written;
  const auto name_written = [&written](const std::string& path) {
    written += (written.empty() ? "" : ", ") + path;
  };
  if (epochs() > 0 || given_.has("save")) {
    const std::string path = given_.has("save") ? given_.text("save") : out + "/model.safetensors";
    name_written(path);
    io::save(model_, path,
             {{"program", given_.program()},
              {"settings", given_.to_json()},
              {"classes", classes},
              {"test_accuracy", accuracy}});
  }
  if (epochs() > 0) {
    draw_curves();
    name_written(out + "/log.csv, settings.json, curves.png, checkpoint.safetensors");
  }
  if (given_.has("export-onnx")) {
    // From 0 to 255 as well, but of a type that the tape, which is exported, follows.
    io::export_onnx(model_, example_.to(kFloat32), given_.text("export-onnx"),
                    io::OnnxOptions()
                        .input_names({"images"})
                        .output_names({"logits"})
                        .metadata("classes", classes)
                        .metadata("test_accuracy", accuracy));
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
    if (given_.has(option)) name_written(given_.text(option));
  if (epochs() > 0 && given_.has("profile")) name_written(given_.text("profile"));
  if (!given_.quiet() && !written.empty()) std::printf("written: %s\n", written.c_str());
}

}  // namespace program
