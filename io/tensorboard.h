#pragma once
// What TensorBoard shows of a run. docs/tensorboard.md.

#include <reel/core/tensor.h>
#include <reel/io/png.h>

#include <string>

namespace reel::nn {
class Module;
}

namespace reel::io {

/// Writes events into a new file of a folder, as torch.utils.tensorboard.SummaryWriter does: runs
/// are compared by giving each a folder below that of `tensorboard --logdir`. An event is in the
/// file when the call returns. Throws: IoError when it can not be written.
class SummaryWriter {
 public:
  /// Makes the folder.
  explicit SummaryWriter(const std::string& folder, const std::string& filename_suffix = {});
  ~SummaryWriter();
  SummaryWriter(const SummaryWriter&) = delete;
  SummaryWriter& operator=(const SummaryWriter&) = delete;

  void add_scalar(const std::string& tag, double value, int64_t step = 0);
  /// Of the finite elements, in buckets that grow by a tenth.
  void add_histogram(const std::string& tag, const Tensor& values, int64_t step = 0);
  void add_image(const std::string& tag, const Image& image, int64_t step = 0);
  /// Shapes: (H, W), or (C, H, W) of 1 to 4 channels; uint8, or floating from 0 to 1, clipped.
  void add_image(const std::string& tag, const Tensor& image, int64_t step = 0);
  /// Markdown.
  void add_text(const std::string& tag, const std::string& text, int64_t step = 0);
  /// The module as it prints, under texts.
  void add_model(const nn::Module& module, const std::string& tag = "model");

  const std::string& path() const { return path_; }

 private:
  /// An event with one value, whose fields after the tag are in `value`.
  void add_value(const std::string& tag, const std::string& value, int64_t step);
  void write(const std::string& event);

  std::string path_;
  int descriptor_ = -1;
};

}  // namespace reel::io
