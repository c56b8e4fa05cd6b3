#include <reel/io/plot.h>

#include <reel/core/error.h>
#include <reel/io/canvas.h>
#include <reel/io/font.h>
#include <reel/io/png.h>
#include <reel/io/ticks.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
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

/// The smallest and the largest finite value of what was added.
struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void add(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }

  /// A range that an axis can show: neither empty nor a single value.
  Range spread() const {
    if (low > high) return {0, 1};
    const double least = std::max(std::abs(low), std::abs(high)) * 1e-6;
    if (high - low > least) return *this;
    const double margin = low == 0 && high == 0 ? 1 : std::max(std::abs(low), std::abs(high)) / 2;
    return {low - margin, high + margin};
  }
};

/// Where values lie on the canvas.
struct Scale {
  double from, to, pixel_from, pixel_to;
  double operator()(double value) const {
    return pixel_from + (value - from) / (to - from) * (pixel_to - pixel_from);
  }
};

bool is_finite(double x, double y) { return std::isfinite(x) && std::isfinite(y); }

bool is_whole(double value) { return value == std::floor(value); }

Color series_color(std::size_t index) { return kSeriesColors[index % kSeriesColors.size()]; }

/// Draws one panel into its area of the canvas.
class PanelPainter {
 public:
  PanelPainter(Canvas& canvas, const Panel& panel, const Rect& area, double scale)
      : canvas_(canvas), panel_(panel), scale_(scale), inner_(area) {
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
        if (!is_finite(series.xs[i], series.ys[i])) continue;
        x_range_.add(series.xs[i]);
        y_range_.add(series.ys[i]);
        x_is_whole_ = x_is_whole_ && is_whole(series.xs[i]);
      }
    }
    x_range_ = x_range_.spread();
    y_range_ = y_range_.spread();
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
    y_ticks_ = ticks_around(y_range_.low, y_range_.high, tick_count(plot_.height(), kTickSpacingY));
    double widest = 0;
    for (const std::string& label : y_ticks_.labels) {
      widest = std::max(widest, text_width(label, text_height()));
    }
    if (!panel_.y_label().empty()) plot_.left += text_height() + points(kGap);
    plot_.left = std::round(plot_.left + widest + points(kGap));
    plot_.bottom = std::round(plot_.bottom);
    x_ticks_ = ticks_within(x_range_.low, x_range_.high, tick_count(plot_.width(), kTickSpacingX),
                            x_is_whole_);
    // Room for the dots at both ends.
    x_ = {x_range_.low, x_range_.high, plot_.left + points(kGap), plot_.right - points(kGap)};
    y_ = {y_ticks_.values.front(), y_ticks_.values.back(), plot_.bottom, plot_.top};
  }

  int tick_count(double pixels, double spacing) const {
    return std::max(2, static_cast<int>(pixels / points(spacing)) + 1);
  }

  void paint_grid() {
    const double thickness = std::max(1.0, std::round(points(1)));
    for (const double value : x_ticks_.values) {
      const double x = std::round(x_(value) - thickness / 2);
      canvas_.fill({x, plot_.top, x + thickness, plot_.bottom}, kGridColor);
    }
    for (const double value : y_ticks_.values) {
      const double y = std::round(y_(value) - thickness / 2);
      const bool at_bottom = value == y_ticks_.values.front();
      canvas_.fill({plot_.left, y, plot_.right, y + thickness},
                   at_bottom ? kAxisColor : kGridColor);
    }
  }

  void paint_series(const Series& series, Color color) {
    const bool with_dots = series.xs.size() <= kMaxDots;
    std::vector<Point> run;
    for (std::size_t i = 0; i <= series.xs.size(); ++i) {
      if (i < series.xs.size() && is_finite(series.xs[i], series.ys[i])) {
        run.push_back({x_(series.xs[i]), y_(series.ys[i])});
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
    for (std::size_t i = 0; i < x_ticks_.values.size(); ++i) {
      canvas_.text(x_ticks_.labels[i], text_height(),
                   {x_(x_ticks_.values[i]), plot_.bottom + points(kGap)}, 0.5, 0, kLabelColor);
    }
    for (std::size_t i = 0; i < y_ticks_.values.size(); ++i) {
      canvas_.text(y_ticks_.labels[i], text_height(),
                   {plot_.left - points(kGap), y_(y_ticks_.values[i])}, 1, 0.5, kLabelColor);
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
  Range x_range_, y_range_;
  bool x_is_whole_ = true;
  Ticks x_ticks_, y_ticks_;
  Scale x_ = {}, y_ = {};
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
