#pragma once
// What programs that train a classifier of images have in common: their options, and what a run
// shows and leaves behind. The loop over batches stands in each program.

#include <program/program.h>
#include <reel/autograd/profiler.h>
#include <reel/io/checkpoint.h>
#include <reel/io/report/report.h>
#include <reel/io/tensorboard.h>
#include <reel/io/training/accuracy.h>
#include <reel/io/training/csv_log.h>
#include <reel/io/training/meters.h>
#include <reel/reel.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace program {

struct TrainingDefaults {
  int64_t epochs, batch_size;
  double lr, weight_decay;  ///< of SGD
  std::string out;
};

/// --epochs to --threads, and --resume, --load, --save, --export-onnx, --tensorboard, --report,
/// --profile, --summary, --out.
void add_training_options(Program& program, const TrainingDefaults& defaults);

/// Loss and accuracy over the images added.
struct Score {
  reel::io::MeanMeter loss;
  reel::io::AccuracyMeter accuracy;

  void add(const reel::Tensor& batch_loss, const reel::Tensor& outputs,
           const reel::Tensor& targets);
  int64_t images() const { return accuracy.total(); }
  double percent() const { return 100 * accuracy.value(); }
};

/// In evaluation mode, over all batches; what each image was taken for goes into the table.
template <class Batches>
Score evaluate(reel::nn::Sequential& model, const Batches& batches,
               const reel::nn::CrossEntropyLoss& criterion,
               reel::io::ConfusionTable* confusion = nullptr) {
  const reel::NoGradGuard no_grad;
  Score score;
  model->eval();
  for (auto& [images, targets] : batches.epoch(0)) {
    const reel::Tensor outputs = model(images);
    score.add(criterion(outputs, targets), outputs, targets);
    if (confusion) confusion->add(targets, outputs.argmax(1));
  }
  return score;
}

/// Images of bytes (N, C, H, W) to mean 0 and deviation 1 in each channel. In front of a network,
/// so that its files hold what it must know of the data, as buffers.
struct StandardizeImpl : reel::nn::Cloneable<StandardizeImpl> {
  explicit StandardizeImpl(const reel::data::Normalize& o);
  reel::Tensor forward(const reel::Tensor& images) const;
  reel::data::Normalize options;
  reel::nn::Buffer mean, deviation;
};
REEL_MODULE(Standardize);

/// One pass over the training images, and what it led to; accuracies from 0 to 1.
struct EpochResult {
  double epoch, learning_rate, seconds, images;
  double train_loss, train_accuracy, test_loss, test_accuracy;
};

/// The passes so far, which a checkpoint keeps.
struct History {
  reel::io::StateDict state_dict() const;
  void load_state_dict(const reel::io::StateDict& state);
  std::vector<EpochResult> epochs;
};

/// Writes a trace of the calling thread from where it is made to its end, unless `path` is empty.
class ProfiledPart {
 public:
  ProfiledPart(std::string path, bool prints_table);
  ~ProfiledPart();
  ProfiledPart(const ProfiledPart&) = delete;
  ProfiledPart& operator=(const ProfiledPart&) = delete;

 private:
  std::string path_;
  bool prints_table_;
  std::unique_ptr<reel::autograd::Profiler> profiler_;
};

/// A run of such a program, as its options want it.
class TrainingRun {
 public:
  /// Sets the number of threads and seeds the generator, before data are read and a model is made.
  TrainingRun(const Arguments& given, const TrainingDefaults& defaults);

  int64_t epochs() const { return given_.integer("epochs"); }
  int64_t batch_size() const { return given_.integer("batch-size"); }
  uint64_t seed() const { return static_cast<uint64_t>(given_.integer("seed")); }
  double learning_rate() const;
  /// The one of --optimizer, for the parameters of the model that begin() got.
  std::unique_ptr<reel::optim::Optimizer> make_optimizer() const;
  /// A progress bar for an epoch, from 0; silent under --quiet.
  reel::io::ProgressOptions bar(int64_t epoch) const;

  /// Prints the model, and loads its weights where --load says so. `example` is a batch as the
  /// model takes it.
  void begin(const reel::nn::Sequential& model, const reel::Tensor& example);
  /// In the first epoch, and for --profile, records what happens while it lives.
  ProfiledPart profile(int64_t epoch) const;
  /// Trains and tests, epoch after epoch, each of which ends with a line of the log and a
  /// checkpoint; under --resume from the last checkpoint on.
  void train(reel::optim::Optimizer& optimizer, reel::optim::LRScheduler& schedule,
             const std::function<Score(int64_t epoch)>& train_epoch,
             const std::function<Score()>& test);
  /// Saves and exports the model and writes the report; after no epoch, only what was asked for.
  /// `images` are test images, uint8 or from 0 to 1, some of which are shown; `outputs` is what the
  /// model makes of them.
  void finish(const Score& test, const reel::io::ConfusionTable& confusion,
              const reel::Tensor& images, const reel::Tensor& targets, const reel::Tensor& outputs);

 private:
  void start_log();
  void note(const EpochResult& result);
  void show(const EpochResult& result);
  void draw_curves() const;

  Arguments given_;
  TrainingDefaults defaults_;
  reel::nn::Sequential model_;
  reel::Tensor example_;
  std::optional<reel::io::CsvLog> log_;
  std::optional<reel::io::SummaryWriter> board_;
  reel::io::Report report_;
  History history_;
  double seconds_ = 0;
};

}  // namespace program
