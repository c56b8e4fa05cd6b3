#include <reel/io/report/line_chart.h>

#include <reel/core/error.h>
#include <reel/io/axis.h>
#include <reel/io/report/decimate.h>
#include <reel/io/report/html.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

namespace reel::io {
namespace {

// Heights in CSS pixels; widths are parts of what the page gives, in thousandths.
constexpr double kHeight = 220;
constexpr double kWidth = 1000;
constexpr int kXTicks = 8;
constexpr int kYTicks = 6;
constexpr std::size_t kBuckets = 400;
constexpr std::size_t kMeans = 100;
// Beyond this many points dots would hide the line, and dashes its course.
constexpr std::size_t kMaxDots = 25;
constexpr std::size_t kMaxDashed = 200;
constexpr std::size_t kColors = 6;
constexpr std::size_t kMaxRows = 200;

std::string fixed(double value, int decimals) {
  char text[40];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  std::string digits = text;
  if (digits.find('.') != std::string::npos) {
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.back() == '.') digits.pop_back();
  }
  return digits == "-0" ? "0" : digits;
}

/// What is known of a line without looking at the drawing.
struct Course {
  std::optional<std::size_t> last, lowest, highest, first_gap;
  std::size_t gaps = 0;
};

Course course_of(const Series& line) {
  Course course;
  for (std::size_t i = 0; i < line.ys.size(); ++i) {
    const double y = line.ys[i];
    if (!std::isfinite(y) || !std::isfinite(line.xs[i])) {
      if (course.gaps++ == 0) course.first_gap = i;
      continue;
    }
    course.last = i;
    if (!course.lowest || y < line.ys[*course.lowest]) course.lowest = i;
    if (!course.highest || y > line.ys[*course.highest]) course.highest = i;
  }
  return course;
}

class Chart {
 public:
  Chart(const std::string& title, const ChartOptions& options, const std::vector<Series>& lines)
      : title_(title), options_(options), lines_(lines), x_(options.log_x), y_(options.log_y) {
    for (const Series& line : lines) {
      courses_.push_back(course_of(line));
      for (std::size_t i = 0; i < line.xs.size(); ++i) {
        if (!shows(line, i)) continue;
        x_.add(line.xs[i]);
        y_.add(line.ys[i]);
      }
    }
    x_.end_at_values(kXTicks);
    y_.end_at_ticks(kYTicks);
  }

  std::string html() const {
    return as_text("<figure class=\"chart\">\n", caption(), plot(), notes(), numbers(),
                   "</figure>\n");
  }

 private:
  bool shows(const Series& line, std::size_t i) const {
    return x_.shows(line.xs[i]) && y_.shows(line.ys[i]);
  }
  double x_at(double x) const { return kWidth * x_.place(x); }
  double y_at(double y) const { return kHeight * (1 - y_.place(y)); }

  static std::string style_of(std::size_t index) { return as_text("s", index % kColors); }

  std::string caption() const {
    std::string html = as_text("<figcaption><h3>", escaped(title_), "</h3>");
    if (!options_.y_label.empty())
      html += as_text("<span class=\"unit\">", escaped(options_.y_label), "</span>");
    html += "<ul class=\"legend\">";
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      html += as_text("<li class=\"", style_of(i), dashed(i),
                      "\"><svg width=\"22\" height=\"10\" aria-hidden=\"true\"><line x1=\"1\" "
                      "x2=\"21\" y1=\"5\" y2=\"5\"/></svg><span class=\"name\">",
                      escaped(lines_[i].name), "</span>");
      if (courses_[i].last)
        html += as_text(" <b>", short_number(lines_[i].ys[*courses_[i].last]), "</b>");
      html += "</li>";
    }
    return html + "</ul></figcaption>\n";
  }

  std::string dashed(std::size_t index) const {
    return lines_[index].xs.size() <= kMaxDashed ? " dashed" : " dense";
  }

  std::string plot() const {
    std::size_t widest = 1;
    for (const std::string& label : y_.ticks().labels) widest = std::max(widest, label.size());
    std::string html = as_text("<div class=\"plot\" style=\"padding-left:", 7 * widest + 14,
                               "px\">", "<svg class=\"axes\" role=\"img\" aria-label=\"",
                               escaped(description()), "\" width=\"100%\" height=\"246\">");
    for (std::size_t i = 0; i < y_.ticks().values.size(); ++i) {
      const std::string y = fixed(y_at(y_.ticks().values[i]), 1);
      html += as_text("<line class=\"", i == 0 ? "base" : "grid", "\" x1=\"0\" x2=\"100%\" y1=\"",
                      y, "\" y2=\"", y, "\"/><text class=\"y\" x=\"-8\" y=\"", y,
                      "\" dy=\".32em\">", escaped(y_.ticks().labels[i]), "</text>");
    }
    for (std::size_t i = 0; i < x_.ticks().values.size(); ++i) {
      const std::string x = fixed(100 * x_.place(x_.ticks().values[i]), 2);
      html += as_text("<line class=\"grid\" x1=\"", x, "%\" x2=\"", x, "%\" y1=\"0\" y2=\"",
                      fixed(kHeight, 0), "\"/><text class=\"x\" x=\"", x, "%\" y=\"240\">",
                      escaped(x_.ticks().labels[i]), "</text>");
    }
    // Stretched to the width; strokes and text keep their size.
    html += as_text("<svg class=\"lines\" width=\"100%\" height=\"", fixed(kHeight, 0),
                    "\" viewBox=\"0 0 ", fixed(kWidth, 0), " ", fixed(kHeight, 0),
                    "\" preserveAspectRatio=\"none\">");
    std::string points;
    for (std::size_t i = 0; i < lines_.size(); ++i) html += path(i, points);
    html += "</svg></svg>";
    if (!options_.x_label.empty())
      html += as_text("<div class=\"x-label\">", escaped(options_.x_label), "</div>");
    return as_text(html, "<template class=\"points\" data-axes=\"", real(x_.low()), ",",
                   real(x_.high()), ",", options_.log_x ? 1 : 0, "\" data-lines=\"", points,
                   "\"></template></div>\n");
  }

  static std::string real(double value) {
    char text[40];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
  }

  /// The drawing of a line; its numbers, for who points at them, are added to `points`.
  std::string path(std::size_t index, std::string& points) const {
    const Series& line = lines_[index];
    std::string d, dots;
    bool in_run = false;
    if (index > 0) points += ';';
    for (const std::size_t i : decimated(line.ys, kBuckets)) {
      if (!shows(line, i)) {
        in_run = false;
        continue;
      }
      const std::string at = fixed(x_at(line.xs[i]), 1) + " " + fixed(y_at(line.ys[i]), 1);
      d += (in_run ? "L" : "M") + at;
      // A line of no length, whose round ends are a dot that is not stretched.
      dots += "M" + at + "h0";
      in_run = true;
      if (!points.empty() && points.back() != ';') points += ' ';
      points += real(line.xs[i]) + "," + real(line.ys[i]);
    }
    const bool thinned = line.xs.size() > 5 * kBuckets;
    std::string html = as_text("<path class=\"", style_of(index), dashed(index),
                               thinned ? " faint" : "", "\" d=\"", d, "\"/>");
    if (thinned) html += as_text("<path class=\"", style_of(index), "\" d=\"", means(line), "\"/>");
    if (line.xs.size() <= kMaxDots)
      html += as_text("<path class=\"dots ", style_of(index), "\" d=\"", dots, "\"/>");
    return html;
  }

  /// A line through the mean of each stretch, for a course that all the values would hide.
  std::string means(const Series& line) const {
    std::string d;
    const std::size_t count = line.xs.size(), stretch = count / kMeans;
    for (std::size_t begin = 0; begin + stretch <= count; begin += stretch) {
      double x = 0, y = 0, n = 0;
      for (std::size_t i = begin; i < begin + stretch; ++i) {
        if (!shows(line, i)) continue;
        x += line.xs[i];
        y += line.ys[i];
        n += 1;
      }
      if (n == 0) continue;
      d += as_text(d.empty() ? "M" : "L", fixed(x_at(x / n), 1), " ", fixed(y_at(y / n), 1));
    }
    return d;
  }

  /// For who does not see the drawing.
  std::string description() const {
    std::string text =
        as_text(title_, ", a chart of ", lines_.size(), lines_.size() == 1 ? " line" : " lines");
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      const Series& line = lines_[i];
      const Course& c = courses_[i];
      text += as_text(i == 0 ? ": " : "; ", line.name, " ");
      if (!c.last) {
        text += "without a finite value";
        continue;
      }
      text += as_text("ends at ", short_number(line.ys[*c.last]), ", lowest ",
                      short_number(line.ys[*c.lowest]), " at ", short_number(line.xs[*c.lowest]),
                      ", highest ", short_number(line.ys[*c.highest]), " at ",
                      short_number(line.xs[*c.highest]));
    }
    return text + ".";
  }

  std::string notes() const {
    std::string html;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      const Course& c = courses_[i];
      const std::size_t count = lines_[i].xs.size();
      if (count > 5 * kBuckets)
        html += as_text("<p class=\"note\"><b>", escaped(lines_[i].name), "</b>: faint, ",
                        whole_number(static_cast<int64_t>(count)),
                        " values, thinned with their extremes kept; strong, the mean of each ",
                        whole_number(static_cast<int64_t>(count / kMeans)), ".</p>\n");
      if (c.gaps == 0) continue;
      html += as_text("<p class=\"note\"><b>", escaped(lines_[i].name),
                      "</b>: ", whole_number(static_cast<int64_t>(c.gaps)),
                      c.gaps == 1 ? " value is" : " values are", " not finite, the first (",
                      short_number(lines_[i].ys[*c.first_gap]), ") at ",
                      short_number(lines_[i].xs[*c.first_gap]), ".</p>\n");
    }
    return html;
  }

  std::string numbers() const {
    return as_text("<details class=\"numbers\"><summary>Numbers</summary>\n", courses_table(),
                   values_table(), "</details>\n");
  }

  std::string courses_table() const {
    const auto at = [&](const Series& line, std::optional<std::size_t> i) {
      return !i ? std::string("<td>–</td>")
                : as_text("<td>", short_number(line.ys[*i]), " <small>at ",
                          short_number(line.xs[*i]), "</small></td>");
    };
    std::string html =
        "<div class=\"scroll\"><table><thead><tr><th scope=\"col\"></th><th "
        "scope=\"col\">points</th><th scope=\"col\">last</th><th scope=\"col\">lowest</th><th "
        "scope=\"col\">highest</th></tr></thead><tbody>";
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      const Series& line = lines_[i];
      html += as_text("<tr><th scope=\"row\">", escaped(line.name), "</th><td>",
                      whole_number(static_cast<int64_t>(line.xs.size())), "</td>",
                      at(line, courses_[i].last), at(line, courses_[i].lowest),
                      at(line, courses_[i].highest), "</tr>");
    }
    return html + "</tbody></table></div>\n";
  }

  /// A row for each x, or for some of many.
  std::string values_table() const {
    std::vector<double> xs;
    for (const Series& line : lines_)
      for (const double x : line.xs)
        if (!std::isnan(x)) xs.push_back(x);
    std::sort(xs.begin(), xs.end());
    xs.erase(std::unique(xs.begin(), xs.end()), xs.end());
    const std::size_t every = (xs.size() + kMaxRows - 1) / kMaxRows;
    std::string html = as_text("<div class=\"scroll\"><table><thead><tr><th scope=\"col\">",
                               escaped(options_.x_label), "</th>");
    for (const Series& line : lines_)
      html += as_text("<th scope=\"col\">", escaped(line.name), "</th>");
    html += "</tr></thead><tbody>";
    std::vector<std::vector<std::pair<double, double>>> sorted;
    for (const Series& line : lines_) sorted.push_back(by_x(line));
    for (std::size_t row = 0; row < xs.size(); row += every) {
      html += as_text("<tr><th scope=\"row\">", short_number(xs[row]), "</th>");
      for (const auto& points : sorted) {
        const auto found = std::lower_bound(
            points.begin(), points.end(), xs[row],
            [](const std::pair<double, double>& p, double x) { return p.first < x; });
        const bool here = found != points.end() && found->first == xs[row];
        html += as_text("<td>", here ? short_number(found->second) : "", "</td>");
      }
      html += "</tr>";
    }
    html += "</tbody></table></div>\n";
    if (every > 1) html += as_text("<p class=\"note\">One row of ", every, " is shown.</p>\n");
    return html;
  }

  static std::vector<std::pair<double, double>> by_x(const Series& line) {
    std::vector<std::pair<double, double>> points;
    for (std::size_t i = 0; i < line.xs.size(); ++i)
      if (!std::isnan(line.xs[i])) points.emplace_back(line.xs[i], line.ys[i]);
    std::stable_sort(points.begin(), points.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    return points;
  }

  const std::string& title_;
  const ChartOptions& options_;
  const std::vector<Series>& lines_;
  std::vector<Course> courses_;
  Axis x_, y_;
};

}  // namespace

std::string line_chart(const std::string& title, const ChartOptions& options,
                       const std::vector<Series>& lines) {
  return Chart(title, options, lines).html();
}

}  // namespace reel::io
