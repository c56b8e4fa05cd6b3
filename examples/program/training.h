#pragma once
// What programs that train a classifier of images have in common: their options, and what a run
// shows and leaves behind. The loop itself stands in each program.

#include <program/program.h>
#include <reel/autograd/profiler.h>
#include <reel/io/report/report.h>
#include <reel/io/tensorboard.h>
#include <reel/io/training/accuracy.h>
#include <reel/io/training/csv_log.h>
#include <reel/io/training/meters.h>
#include <reel/reel.h>

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

/// --epochs to --threads, and --load, --save, --export-onnx, --tensorboard, --report, --profile,
/// --summary, --out.
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

/// One pass over the training images, and what it led to.
struct EpochResult {
  int64_t epoch;
  double learning_rate, seconds;
  Score train, test;
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

  /// Prints the model, loads its weights where --load says so, and makes the folder for results.
  /// `example` is a batch as the model takes it.
  void begin(const reel::nn::Sequential& model, const reel::Tensor& example);
  /// In the first epoch, and for --profile, records what happens while it lives.
  ProfiledPart profile(int64_t epoch) const;
  void add(const EpochResult& result);
  /// Saves and exports the model and writes the report; after no epoch, only what was asked for.
  /// `images` are test images, uint8 or from 0 to 1, some of which are shown; `outputs` is what the
  /// model makes of them.
  void finish(const Score& test, const reel::io::ConfusionTable& confusion,
              const reel::Tensor& images, const reel::Tensor& targets, const reel::Tensor& outputs);

 private:
  void draw_curves() const;

  Arguments given_;
  TrainingDefaults defaults_;
  reel::nn::Sequential model_;
  reel::Tensor example_;
  std::optional<reel::io::CsvLog> log_;
  std::optional<reel::io::SummaryWriter> board_;
  reel::io::Report report_;
  std::vector<EpochResult> results_;
  double seconds_ = 0;
};

}  // namespace program
