#pragma once
// report.html: what a run was, in one file for a browser. docs/report.md.

#include <reel/core/tensor.h>
#include <reel/io/png.h>
#include <reel/io/training/confusion.h>
#include <reel/io/training/log_value.h>

#include <memory>
#include <string>
#include <vector>

namespace reel::nn {
struct ModelSummary;
}

namespace reel::io {

/// How a chart of a report is drawn.
struct ChartOptions {
  std::string x_label = "epoch";
  std::string y_label = {};
  /// A logarithmic axis; values that are not positive leave gaps there.
  bool log_x = false;
  bool log_y = false;
};

/// Collects what is worth seeing of a run and writes it as a page that needs nothing but itself:
/// no network, no other file, no JavaScript. Whatever was not added is not on the page, and all
/// may come in any order; saving after each epoch lets one watch. All text is escaped.
class Report {
 public:
  explicit Report(std::string title);
  ~Report();
  Report(Report&& other) noexcept;
  Report& operator=(Report&& other) noexcept;

  /// One of the few numbers at the top: `result("test accuracy", 98.71, "%")`. A name that was
  /// given before gets the new value, here and of settings.
  Report& result(const std::string& name, const LogValue& value, const std::string& unit = "");
  /// What the run was told: `setting("batch size", 64)`.
  Report& setting(const std::string& name, const LogValue& value);

  /// A point of a line: `scalar("Loss", "train", epoch, loss)`. Charts and lines appear in the
  /// order of their first points; a value that is not finite leaves a gap and is told below.
  Report& scalar(const std::string& chart, const std::string& series, double x, double y);
  /// Axes of a chart, whether it has points already or not.
  Report& chart(const std::string& name, const ChartOptions& options);

  /// The table as it is now, in the place of one that was given before.
  Report& confusion(const ConfusionTable& table);
  /// Pictures with what the model takes them for. Shapes: images (N, C, H, W) or (N, H, W) of 1 to
  /// 4 channels, uint8 or floating-point from 0 to 1; targets (N) int64; probabilities
  /// (N, classes) from 0 to 1. Replaces those given before; shows the first 60.
  /// Throws: ArgumentError for other shapes, dtypes, classes or probabilities.
  Report& samples(const Tensor& images, const Tensor& targets, const Tensor& probabilities,
                  const std::vector<std::string>& class_names = {});
  /// A convolution's filters: weight (out, in, h, w), each as a picture in colour where `in` is 3,
  /// else each of its planes in grey; the first 256. Replaces those given before.
  Report& filters(const Tensor& weight, const std::string& name = "First layer");
  /// A table of layers: `model(nn::summary(net, {1, 1, 28, 28}))`.
  Report& model(const nn::ModelSummary& summary);
  /// A text of its own, as it stands; a picture of its own, with what it shows.
  Report& text(const std::string& heading, const std::string& text);
  Report& picture(const std::string& heading, const Image& image, const std::string& description);

  /// The page.
  std::string html() const;
  /// Writes the page, whole or not at all. Throws: IoError.
  void save(const std::string& path) const;

 private:
  struct Content;
  std::unique_ptr<Content> content_;
};

}  // namespace reel::io
