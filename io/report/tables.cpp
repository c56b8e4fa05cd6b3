#include <reel/io/report/tables.h>

#include <reel/core/error.h>
#include <reel/core/shape.h>
#include <reel/io/report/html.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace reel::io {
namespace {

// With as many classes the map has room beside a table; with more than the second it is a picture.
constexpr int64_t kMaxBeside = 12;
constexpr int64_t kMaxCells = 30;

std::string percent(double rate) {
  char text[16];
  std::snprintf(text, sizeof text, "%.1f", 100 * rate);
  return text;
}

const std::string& name(const ConfusionTable& table, int64_t index) {
  return table.names()[static_cast<std::size_t>(index)];
}

/// How strong a colour marks a part of a class: its root, so that rare mistakes show.
double strength(const ConfusionTable& table, int64_t row, int64_t column) {
  const int64_t all = table.support(row);
  const int64_t n = table.count(row, column);
  return all == 0 ? 0 : std::sqrt(static_cast<double>(n) / static_cast<double>(all));
}

std::string cell_html(const ConfusionTable& table, int64_t row, int64_t column) {
  const int64_t n = table.count(row, column);
  if (n == 0) return "<td class=\"none\">·</td>";
  const double part = strength(table, row, column);
  char alpha[16];
  std::snprintf(alpha, sizeof alpha, "%.2f", part);
  return as_text("<td class=\"", row == column ? "hit" : "miss", part > 0.6 ? " strong" : "",
                 "\" style=\"--part:", alpha, "\">", whole_number(n), "</td>");
}

std::string cells_html(const ConfusionTable& table) {
  // Long names stand upright, so that the cells stay squares.
  std::size_t longest = 0;
  for (int64_t i = 0; i < table.num_classes(); ++i)
    longest = std::max(longest, name(table, i).size());
  const char* open =
      longest > 4 ? "<th scope=\"col\" class=\"upright\"><span>" : "<th scope=\"col\"><span>";
  std::string html =
      "<div class=\"scroll\"><table class=\"heat\"><caption>Rows are the true classes, columns "
      "what they were taken for.</caption><thead><tr><th scope=\"col\">true \\ predicted</th>";
  for (int64_t i = 0; i < table.num_classes(); ++i)
    html += as_text(open, escaped(name(table, i)), "</span></th>");
  html += "</tr></thead><tbody>";
  for (int64_t row = 0; row < table.num_classes(); ++row) {
    html += as_text("<tr><th scope=\"row\">", escaped(name(table, row)), "</th>");
    for (int64_t column = 0; column < table.num_classes(); ++column)
      html += cell_html(table, row, column);
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

/// A pixel a cell, on whatever ground the page has.
std::string map_html(const ConfusionTable& table) {
  const auto side = static_cast<int>(std::min<int64_t>(table.num_classes(), 1000));
  Image image{side, side, 4, {}};
  for (int64_t row = 0; row < side; ++row) {
    for (int64_t column = 0; column < side; ++column) {
      const auto alpha = static_cast<uint8_t>(255 * strength(table, row, column));
      const uint8_t hit[] = {45, 125, 210, alpha}, miss[] = {214, 94, 0, alpha};
      const uint8_t* pixel = row == column ? hit : miss;
      image.pixels.insert(image.pixels.end(), pixel, pixel + 4);
    }
  }
  std::string html =
      as_text("<figure class=\"map\"><img src=\"", png_uri(image), "\" alt=\"Confusion matrix of ",
              table.num_classes(), " classes as a picture; ", percent(table.accuracy()),
              " % lie on the diagonal.\"><figcaption>A row for each true class, a column for what "
              "it was taken for.");
  if (side < table.num_classes()) html += as_text(" The first ", side, " classes.");
  return html + "</figcaption></figure>\n";
}

std::string mistakes_html(const ConfusionTable& table, std::size_t most) {
  struct Mistake {
    int64_t count, target, prediction;
  };
  std::vector<Mistake> mistakes;
  for (int64_t row = 0; row < table.num_classes(); ++row)
    for (int64_t column = 0; column < table.num_classes(); ++column)
      if (row != column && table.count(row, column) > 0)
        mistakes.push_back({table.count(row, column), row, column});
  if (mistakes.empty()) return "";
  std::stable_sort(mistakes.begin(), mistakes.end(),
                   [](const Mistake& a, const Mistake& b) { return a.count > b.count; });
  mistakes.resize(std::min(mistakes.size(), most));
  std::string html =
      "<div class=\"scroll\"><table><caption>Most frequent mistakes</caption><thead><tr><th "
      "scope=\"col\">is</th><th scope=\"col\">taken for</th><th scope=\"col\">times</th><th "
      "scope=\"col\">% of class</th></tr></thead><tbody>";
  for (const Mistake& m : mistakes) {
    const double part = static_cast<double>(m.count) / static_cast<double>(table.support(m.target));
    html += as_text("<tr><th scope=\"row\">", escaped(name(table, m.target)), "</th><td>",
                    escaped(name(table, m.prediction)), "</td><td>", whole_number(m.count),
                    "</td><td>", percent(part), "</td></tr>");
  }
  return html + "</tbody></table></div>\n";
}

std::string rates_row(const std::string& head, const ClassRates& rates, int64_t support) {
  return as_text("<tr><th scope=\"row\">", head, "</th><td>", percent(rates.precision), "</td><td>",
                 percent(rates.recall), "</td><td>", percent(rates.f1), "</td><td>",
                 whole_number(support), "</td></tr>");
}

std::string rates_html(const ConfusionTable& table) {
  std::string html =
      "<div class=\"scroll\"><table><caption>Rates in percent</caption><thead><tr><th "
      "scope=\"col\">class</th><th scope=\"col\">precision</th><th scope=\"col\">recall</th><th "
      "scope=\"col\">F1</th><th scope=\"col\">samples</th></tr></thead><tbody>";
  for (int64_t i = 0; i < table.num_classes(); ++i)
    html += rates_row(escaped(name(table, i)), table.rates(i), table.support(i));
  return as_text(
      html, "</tbody><tfoot>", rates_row("macro mean", table.macro_rates(), table.total()),
      rates_row("micro mean", table.micro_rates(), table.total()), "</tfoot></table></div>\n");
}

}  // namespace

std::string confusion_html(const ConfusionTable& table) {
  const auto columns = [](const std::string& left, const std::string& right) {
    return as_text("<div class=\"columns\"><div>", left, "</div><div>", right, "</div></div>\n");
  };
  const bool beside = table.num_classes() <= kMaxBeside;
  const std::string rates = rates_html(table), mistakes = mistakes_html(table, beside ? 4 : 10);
  if (beside) return columns(cells_html(table) + mistakes, rates);
  if (table.num_classes() <= kMaxCells) return cells_html(table) + columns(rates, mistakes);
  return columns(map_html(table), mistakes + "<details><summary>Rates of the classes</summary>" +
                                      rates + "</details>");
}

std::string model_html(const nn::ModelSummary& summary) {
  std::string html =
      "<div class=\"scroll\"><table class=\"layers\"><thead><tr><th scope=\"col\">layer</th><th "
      "scope=\"col\">output</th><th scope=\"col\">parameters</th><th "
      "scope=\"col\">multiply-adds</th></tr></thead><tbody>";
  for (const nn::LayerSummary& layer : summary.layers) {
    const std::string path =
        layer.path.empty() ? "" : as_text("<small>", escaped(layer.path), "</small> ");
    html += as_text("<tr><th scope=\"row\" style=\"padding-left:",
                    1.1 * static_cast<double>(layer.depth), "rem\">", path, escaped(layer.name));
    if (layer.calls > 1) html += as_text(" <small>×", layer.calls, "</small>");
    html +=
        as_text("</th><td>", layer.calls == 0 ? "–" : as_text(layer.output), "</td><td>",
                layer.parameters == 0 ? "" : whole_number(layer.parameters), "</td><td>",
                layer.multiply_adds == 0 ? "" : whole_number(layer.multiply_adds), "</td></tr>\n");
  }
  return as_text(html, "</tbody><tfoot><tr><th scope=\"row\">total, of which ",
                 whole_number(summary.trainable_parameters),
                 " parameters are trained</th><td></td><td>", whole_number(summary.parameters),
                 "</td><td>", whole_number(summary.multiply_adds),
                 "</td></tr></tfoot></table></div>\n");
}

std::string pairs_html(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string html = "<dl class=\"pairs\">";
  for (const auto& [key, value] : pairs)
    html += as_text("<div><dt>", escaped(key), "</dt><dd>", escaped(value), "</dd></div>");
  return html + "</dl>\n";
}

}  // namespace reel::io
