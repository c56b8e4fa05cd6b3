#include <reel/io/report/report.h>

#include <reel/core/error.h>
#include <reel/core/isa.h>
#include <reel/io/atomic_file.h>
#include <reel/io/report/html.h>
#include <reel/io/report/line_chart.h>
#include <reel/io/report/page.h>
#include <reel/io/report/pictures.h>
#include <reel/io/report/tables.h>

#include <cmath>
#include <cstdio>
#include <ctime>
#include <utility>

namespace reel::io {
namespace {

/// The element of that name, made if there is none.
template <class T>
T& named(std::vector<T>& list, const std::string& name) {
  for (T& item : list)
    if (item.name == name) return item;
  list.emplace_back();
  list.back().name = name;
  return list.back();
}

void set(std::vector<std::pair<std::string, std::string>>& pairs, const std::string& name,
         const std::string& html) {
  for (auto& pair : pairs) {
    if (pair.first != name) continue;
    pair.second = html;
    return;
  }
  pairs.emplace_back(name, html);
}

std::string now() {
  const std::time_t seconds = std::time(nullptr);
  std::tm parts = {};
  gmtime_r(&seconds, &parts);
  char text[40];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts);
  return text;
}

std::string shown(const LogValue& value) {
  using Kind = LogValue::Kind;
  constexpr double kExact = 9007199254740992;  // 2^53
  if (value.kind() == Kind::kReal) return short_number(value.number());
  if (value.kind() == Kind::kInteger && std::abs(value.number()) < kExact)
    return whole_number(static_cast<int64_t>(value.number()));
  return value.kind() == Kind::kBool ? (value.number() != 0 ? "yes" : "no") : value.text();
}

}  // namespace

struct Report::Content {
  struct Chart {
    std::string name;
    ChartOptions options;
    std::vector<Series> lines;
  };

  struct Section {
    std::string id, heading, html;
  };

  std::string title;
  std::vector<std::pair<std::string, std::string>> results, settings;
  std::vector<Chart> charts;
  std::string confusion, samples, filters_name, filters, model;
  std::vector<Section> others;
};

Report::Report(std::string title) : content_(std::make_unique<Content>()) {
  content_->title = std::move(title);
}

Report::~Report() = default;
Report::Report(Report&& other) noexcept = default;
Report& Report::operator=(Report&& other) noexcept = default;

Report& Report::result(const std::string& name, const LogValue& value, const std::string& unit) {
  std::string html = escaped(shown(value));
  if (!unit.empty()) html += as_text(" <span>", escaped(unit), "</span>");
  set(content_->results, name, html);
  return *this;
}

Report& Report::setting(const std::string& name, const LogValue& value) {
  // As it was given, but for digits that come of a computation.
  char text[40];
  std::snprintf(text, sizeof text, "%.6g", value.number());
  using Kind = LogValue::Kind;
  set(content_->settings, name,
      value.kind() == Kind::kBool   ? shown(value)
      : value.kind() == Kind::kReal ? text
                                    : value.text());
  return *this;
}

Report& Report::scalar(const std::string& chart, const std::string& series, double x, double y) {
  Series& line = named(named(content_->charts, chart).lines, series);
  line.xs.push_back(x);
  line.ys.push_back(y);
  return *this;
}

Report& Report::chart(const std::string& name, const ChartOptions& options) {
  named(content_->charts, name).options = options;
  return *this;
}

Report& Report::confusion(const ConfusionTable& table) {
  content_->confusion = confusion_html(table);
  return *this;
}

Report& Report::samples(const Tensor& images, const Tensor& targets, const Tensor& probabilities,
                        const std::vector<std::string>& class_names) {
  content_->samples = samples_html(images, targets, probabilities, class_names);
  return *this;
}

Report& Report::filters(const Tensor& weight, const std::string& name) {
  content_->filters = filters_html(weight);
  content_->filters_name = name;
  return *this;
}

Report& Report::model(const nn::ModelSummary& summary) {
  content_->model = model_html(summary);
  return *this;
}

Report& Report::text(const std::string& heading, const std::string& text) {
  content_->others.push_back({as_text("part-", content_->others.size() + 1), heading,
                              as_text("<pre>", escaped(text), "</pre>\n")});
  return *this;
}

Report& Report::picture(const std::string& heading, const Image& image,
                        const std::string& description) {
  content_->others.push_back({as_text("part-", content_->others.size() + 1), heading,
                              as_text("<img class=\"picture\" src=\"", png_uri(image), "\" alt=\"",
                                      escaped(description), "\">\n")});
  return *this;
}

std::string Report::html() const {
  const Content& c = *content_;
  std::vector<Content::Section> sections;
  const auto add = [&](const char* id, const std::string& heading, const std::string& html) {
    if (!html.empty()) sections.push_back({id, heading, html});
  };
  std::string charts;
  for (const Content::Chart& chart : c.charts)
    if (!chart.lines.empty()) charts += line_chart(chart.name, chart.options, chart.lines);
  add("curves", "Curves", charts.empty() ? "" : "<div class=\"charts\">" + charts + "</div>\n");
  add("confusion", "Confusion matrix", c.confusion);
  add("predictions", "Predictions", c.samples);
  add("filters", "Filters: " + c.filters_name, c.filters);
  add("model", "Model", c.model);
  add("settings", "Settings", c.settings.empty() ? "" : pairs_html(c.settings));
  sections.insert(sections.end(), c.others.begin(), c.others.end());

  std::string body = as_text("<header>\n<h1>", escaped(c.title), "</h1>\n<p class=\"meta\">", now(),
                             " · ", escaped(describe()), "</p>\n");
  if (!c.results.empty()) {
    body += "<dl class=\"results\">";
    for (const auto& [name, html] : c.results)
      body += as_text("<div><dt>", escaped(name), "</dt><dd>", html, "</dd></div>");
    body += "</dl>\n";
  }
  if (sections.size() > 1) {
    body += "<nav aria-label=\"On this page\">";
    for (const Content::Section& s : sections)
      body += as_text("<a href=\"#", s.id, "\">", escaped(s.heading), "</a>");
    body += "</nav>\n";
  }
  body += "</header>\n";
  for (const Content::Section& s : sections)
    body += as_text("<section id=\"", s.id, "\">\n<h2>", escaped(s.heading), "</h2>\n", s.html,
                    "</section>\n");
  return page_html(c.title, body);
}

void Report::save(const std::string& path) const {
  const std::string page = html();
  AtomicFile file("Report.save", path);
  file.write(page.data(), page.size());
  file.commit();
}

}  // namespace reel::io
