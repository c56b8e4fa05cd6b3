#include <reel/io/plot.h>

#include <reel/core/error.h>
#include <reel/io/axis.h>
#include <reel/io/canvas.h>
#include <reel/io/font.h>
#include <reel/io/png.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace reel::io {
namespace {

constexpr Color kBackground = {255, 255, 255};
constexpr Color kTitleColor = {32, 33, 36};
constexpr Color kLabelColor = {95, 99, 104};
constexpr Color kGridColor = {232, 234, 237};
constexpr Color kAxisColor = {154, 160, 166};

// Okabe and Ito's palette, which stays distinct for colour-blind readers, without its yellow and
// black.
constexpr std::array<Color, 6> kSeriesColors = {{
    {0, 114, 178},
    {213, 94, 0},
    {0, 158, 115},
    {204, 121, 167},
    {230, 159, 0},
    {86, 180, 233},
}};

// Lengths in points.
constexpr double kMargin = 20;
constexpr double kTitleHeight = 19;
constexpr double kTextHeight = 14;
constexpr double kGap = 8;
constexpr double kLineWidth = 2;
constexpr double kDotDiameter = 6;
constexpr double kSwatchWidth = 18;
constexpr double kTickSpacingX = 60;
constexpr double kTickSpacingY = 45;
constexpr int kMinSize = 200;

// Beyond this many points dots would hide the line.
constexpr std::size_t kMaxDots = 25;

Color series_color(std::size_t index) { return kSeriesColors[index % kSeriesColors.size()]; }

/// Draws one panel into its area of the canvas.
class PanelPainter {
 public:
  PanelPainter(Canvas& canvas, const Panel& panel, const Rect& area, double scale)
      : canvas_(canvas),
        panel_(panel),
        scale_(scale),
        inner_(area),
        x_(panel.has_log_x()),
        y_(panel.has_log_y()) {
    inner_.left += points(kMargin);
    inner_.top += points(kMargin);
    inner_.right -= points(kMargin);
    inner_.bottom -= points(kMargin);
  }

  void paint() {
    measure();
    paint_header();
    lay_out();
    paint_grid();
    for (std::size_t i = 0; i < panel_.series().size(); ++i) {
      paint_series(panel_.series()[i], series_color(i));
    }
    paint_labels();
  }

 private:
  double points(double length) const { return length * scale_; }
  double text_height() const { return points(kTextHeight); }

  void measure() {
    for (const Series& series : panel_.series()) {
      for (std::size_t i = 0; i < series.xs.size(); ++i) {
        if (!shows(series, i)) continue;
        x_.add(series.xs[i]);
        y_.add(series.ys[i]);
      }
    }
  }

  /// Title and legend; what remains below them is left in inner_.
  void paint_header() {
    if (!panel_.title().empty()) {
      canvas_.text(panel_.title(), points(kTitleHeight), {inner_.left, inner_.top}, 0, 0,
                   kTitleColor);
      inner_.top += points(kTitleHeight + kGap);
    }
    Point at = {inner_.left, inner_.top};
    for (std::size_t i = 0; i < panel_.series().size(); ++i) {
      const std::string& name = panel_.series()[i].name;
      if (name.empty()) continue;
      const double width = points(kSwatchWidth + kGap) + text_width(name, text_height());
      if (at.x > inner_.left && at.x + width > inner_.right) {
        at = {inner_.left, at.y + text_height() + points(kGap / 2)};
      }
      paint_legend_entry(name, series_color(i), at);
      at.x += width + points(2 * kGap);
      inner_.top = at.y + text_height() + points(kGap);
    }
    inner_.top += points(kGap);
  }

  void paint_legend_entry(const std::string& name, Color color, Point at) {
    const double middle = at.y + text_height() / 2;
    const double inset = points(kLineWidth) / 2;
    canvas_.stroke({{at.x + inset, middle}, {at.x + points(kSwatchWidth) - inset, middle}},
                   points(kLineWidth), color, everywhere());
    canvas_.text(name, text_height(), {at.x + points(kSwatchWidth + kGap), at.y}, 0, 0,
                 kTitleColor);
  }

  /// Splits inner_ into labels and plot.
  void lay_out() {
    plot_ = inner_;
    plot_.bottom -= text_height() + points(kGap);
    if (!panel_.x_label().empty()) plot_.bottom -= text_height() + points(kGap);
    y_.end_at_ticks(tick_count(plot_.height(), kTickSpacingY));
    double widest = 0;
    for (const std::string& label : y_.ticks().labels) {
      widest = std::max(widest, text_width(label, text_height()));
    }
    if (!panel_.y_label().empty()) plot_.left += text_height() + points(kGap);
    plot_.left = std::round(plot_.left + widest + points(kGap));
    plot_.bottom = std::round(plot_.bottom);
    x_.end_at_values(tick_count(plot_.width(), kTickSpacingX));
  }

  bool shows(const Series& series, std::size_t i) const {
    return x_.shows(series.xs[i]) && y_.shows(series.ys[i]);
  }

  /// With room for the dots at both ends.
  double x_at(double value) const {
    return plot_.left + points(kGap) + x_.place(value) * (plot_.width() - 2 * points(kGap));
  }
  double y_at(double value) const { return plot_.bottom - y_.place(value) * plot_.height(); }

  int tick_count(double pixels, double spacing) const {
    return std::max(2, static_cast<int>(pixels / points(spacing)) + 1);
  }

  void paint_grid() {
    const double thickness = std::max(1.0, std::round(points(1)));
    for (const double value : x_.ticks().values) {
      const double x = std::round(x_at(value) - thickness / 2);
      canvas_.fill({x, plot_.top, x + thickness, plot_.bottom}, kGridColor);
    }
    for (const double value : y_.ticks().values) {
      const double y = std::round(y_at(value) - thickness / 2);
      const bool at_bottom = value == y_.ticks().values.front();
      canvas_.fill({plot_.left, y, plot_.right, y + thickness},
                   at_bottom ? kAxisColor : kGridColor);
    }
  }

  void paint_series(const Series& series, Color color) {
    const bool with_dots = series.xs.size() <= kMaxDots;
    std::vector<Point> run;
    for (std::size_t i = 0; i <= series.xs.size(); ++i) {
      if (i < series.xs.size() && shows(series, i)) {
        run.push_back({x_at(series.xs[i]), y_at(series.ys[i])});
        continue;
      }
      canvas_.stroke(run, points(kLineWidth), color, everywhere());
      if (with_dots) {
        for (const Point& dot : run)
          canvas_.stroke({dot}, points(kDotDiameter), color, everywhere());
      }
      run.clear();
    }
  }

  void paint_labels() {
    const Ticks &x = x_.ticks(), &y = y_.ticks();
    for (std::size_t i = 0; i < x.values.size(); ++i) {
      canvas_.text(x.labels[i], text_height(), {x_at(x.values[i]), plot_.bottom + points(kGap)},
                   0.5, 0, kLabelColor);
    }
    for (std::size_t i = 0; i < y.values.size(); ++i) {
      canvas_.text(y.labels[i], text_height(), {plot_.left - points(kGap), y_at(y.values[i])}, 1,
                   0.5, kLabelColor);
    }
    canvas_.text(panel_.x_label(), text_height(), {(plot_.left + plot_.right) / 2, inner_.bottom},
                 0.5, 1, kTitleColor);
    canvas_.text(panel_.y_label(), text_height(), {inner_.left, (plot_.top + plot_.bottom) / 2}, 0,
                 0.5, kTitleColor, TextDirection::kUpward);
  }

  Rect everywhere() const {
    return {0, 0, double(canvas_.image().width), double(canvas_.image().height)};
  }

  Canvas& canvas_;
  const Panel& panel_;
  double scale_;
  Rect inner_;
  Rect plot_;
  Axis x_, y_;
};

}  // namespace

Panel::Panel(std::string title, std::string x_label, std::string y_label)
    : title_(std::move(title)), x_label_(std::move(x_label)), y_label_(std::move(y_label)) {}

Panel& Panel::line(std::string name, std::vector<double> xs, std::vector<double> ys) {
  REEL_CHECK(xs.size() == ys.size(), "line: '", name, "' has ", xs.size(), " x values and ",
             ys.size(), " y values; every point needs one of each.");
  series_.push_back({std::move(name), std::move(xs), std::move(ys)});
  return *this;
}

Panel& Panel::log_x() {
  log_x_ = true;
  return *this;
}

Panel& Panel::log_y() {
  log_y_ = true;
  return *this;
}

Figure::Figure(FigureOptions options) : options_(options) {
  REEL_CHECK(options.panel_width >= kMinSize && options.panel_height >= kMinSize,
             "Figure: panels of ", options.panel_width, "x", options.panel_height,
             " points; at least ", kMinSize, "x", kMinSize, " is needed.");
  REEL_CHECK(options.columns >= 1, "Figure: ", options.columns, " columns; at least 1 is needed.");
  REEL_CHECK(options.scale > 0, "Figure: scale ", options.scale, "; it must be positive.");
}

Panel& Figure::panel(std::string title, std::string x_label, std::string y_label) {
  panels_.push_back(
      std::make_unique<Panel>(std::move(title), std::move(x_label), std::move(y_label)));
  return *panels_.back();
}

void Figure::save(const std::string& path) const {
  REEL_CHECK(!panels_.empty(), "Figure: nothing to save; add a panel first.");
  const int count = static_cast<int>(panels_.size());
  const int columns = std::min(options_.columns, count);
  const int rows = (count + columns - 1) / columns;
  const double width = options_.panel_width * options_.scale;
  const double height = options_.panel_height * options_.scale;
  Canvas canvas(static_cast<int>(columns * width), static_cast<int>(rows * height), kBackground);
  for (int i = 0; i < count; ++i) {
    const double left = i % columns * width;
    const double top = i / columns * height;
    const Rect area = {left, top, left + width, top + height};
    PanelPainter(canvas, *panels_[static_cast<std::size_t>(i)], area, options_.scale).paint();
  }
  write_png(path, canvas.image());
}

}  // namespace reel::io
