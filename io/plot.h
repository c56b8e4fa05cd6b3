#pragma once
// Line charts as PNG files: `Figure fig; fig.panel("Loss", "epoch", "loss").line("train", epochs,
// losses);`

#include <memory>
#include <string>
#include <vector>

namespace reel::io {

/// The points of one line and its name in the legend.
struct Series {
  std::string name;
  std::vector<double> xs;
  std::vector<double> ys;
};

/// One chart of a figure, with a line for each series.
class Panel {
 public:
  Panel(std::string title, std::string x_label, std::string y_label);

  /// Adds a line through (xs[i], ys[i]), named in the legend. A value that is not finite leaves a
  /// gap; short series get a dot at each point. Throws: ArgumentError unless xs and ys have the
  /// same length.
  Panel& line(std::string name, std::vector<double> xs, std::vector<double> ys);

  /// Makes an axis logarithmic; a value that is not positive leaves a gap there.
  Panel& log_x();
  Panel& log_y();

  const std::string& title() const { return title_; }
  const std::string& x_label() const { return x_label_; }
  const std::string& y_label() const { return y_label_; }
  const std::vector<Series>& series() const { return series_; }
  bool has_log_x() const { return log_x_; }
  bool has_log_y() const { return log_y_; }

 private:
  std::string title_;
  std::string x_label_;
  std::string y_label_;
  std::vector<Series> series_;
  bool log_x_ = false;
  bool log_y_ = false;
};

/// Sizes are in points; a point is `scale` pixels wide, so that text stays sharp on dense screens.
struct FigureOptions {
  int panel_width = 560;
  int panel_height = 380;
  /// Panels side by side before a new row begins.
  int columns = 2;
  double scale = 2;
};

/// Charts side by side in one picture.
class Figure {
 public:
  /// Throws: ArgumentError unless the sizes are at least 200 points, the columns and the scale
  /// positive.
  explicit Figure(FigureOptions options = {});
  /// Adds a chart; the reference stays valid as long as the figure.
  Panel& panel(std::string title, std::string x_label, std::string y_label);
  /// Throws: ArgumentError if there is no panel, IoError if the file cannot be written.
  void save(const std::string& path) const;

 private:
  FigureOptions options_;
  std::vector<std::unique_ptr<Panel>> panels_;
};

}  // namespace reel::io
