#include <reel/io/report/pictures.h>

#include <reel/core/error.h>
#include <reel/io/report/html.h>
#include <reel/io/tensor_image.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace reel::io {
namespace {

constexpr int64_t kMaxSamples = 60;
constexpr int64_t kMaxFilters = 256;
constexpr std::size_t kBars = 3;

std::string percent_text(double part) {
  char text[24];
  std::snprintf(text, sizeof text, "%.1f", 100 * part);
  return text;
}

void check_samples(const Tensor& images, const Tensor& targets, const Tensor& probabilities,
                   std::size_t names) {
  REEL_CHECK(images.dim() == 3 || images.dim() == 4, "Report.samples: images ", images.sizes(),
             "; they must be (N, C, H, W) or (N, H, W).");
  REEL_CHECK(
      probabilities.dim() == 2 && probabilities.is_floating_point() && probabilities.size(1) >= 1,
      "Report.samples: probabilities ", probabilities.sizes(), " of ", probabilities.dtype(),
      "; they must be floating-point (N, classes).");
  REEL_CHECK(targets.dim() == 1 && targets.dtype() == kInt64, "Report.samples: targets ",
             targets.sizes(), " of ", targets.dtype(), "; they must be int64 (N).");
  const int64_t n = images.size(0), classes = probabilities.size(1);
  REEL_CHECK(targets.size(0) == n && probabilities.size(0) == n, "Report.samples: ", n, " images, ",
             targets.size(0), " targets and ", probabilities.size(0),
             " rows of probabilities; there must be as many of each.");
  REEL_CHECK(names == 0 || static_cast<int64_t>(names) == classes, "Report.samples: ", names,
             " names for ", classes, " classes; each class needs one.");
}

/// One sample's probabilities, the likeliest class first; empty if one is NaN.
std::vector<std::size_t> ranking(const std::vector<double>& p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (std::any_of(p.begin(), p.end(), [](double v) { return std::isnan(v); })) return {};
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p[a] > p[b]; });
  return order;
}

std::string bars_html(const std::vector<double>& p, const std::vector<std::size_t>& order,
                      const std::vector<std::string>& names) {
  std::string html = "<ol class=\"bars\">";
  for (std::size_t i = 0; i < std::min(order.size(), kBars); ++i) {
    const std::string part = percent_text(p[order[i]]);
    html += as_text("<li><span class=\"name\">", escaped(names[order[i]]),
                    "</span><span class=\"bar\" style=\"--part:", part, "%\"></span><span>", part,
                    " %</span></li>");
  }
  return html + "</ol>";
}

std::string sample_html(const Image& image, std::size_t target, const std::vector<double>& p,
                        const std::vector<std::string>& names) {
  const std::vector<std::size_t> order = ranking(p);
  const bool right = !order.empty() && order[0] == target;
  const std::string taken =
      order.empty() ? "no prediction (NaN)" : as_text("taken for ", names[order[0]]);
  const std::string alt = as_text("A picture of ", names[target], ", ", taken, ".");
  const std::string verdict =
      right ? as_text("✓ ", names[target])
            : as_text("✗ ", order.empty() ? "NaN" : names[order[0]], ", is ", names[target]);
  return as_text("<figure class=\"sample ", right ? "right" : "wrong", "\"><img src=\"",
                 png_uri(image), "\" alt=\"", escaped(alt), "\" width=\"", image.width,
                 "\" height=\"", image.height, "\"><figcaption><span class=\"verdict\">",
                 escaped(verdict), "</span>", bars_html(p, order, names),
                 "</figcaption></figure>\n");
}

}  // namespace

std::string samples_html(const Tensor& images, const Tensor& targets, const Tensor& probabilities,
                         const std::vector<std::string>& class_names) {
  check_samples(images, targets, probabilities, class_names.size());
  const int64_t n = images.size(0), classes = probabilities.size(1);
  std::vector<std::string> names = class_names;
  for (int64_t i = 0; names.size() < static_cast<std::size_t>(classes); ++i)
    names.push_back(std::to_string(i));
  const int64_t shown = std::min(n, kMaxSamples);
  const std::vector<double> labels = targets.detach().slice(0, 0, shown).to_vector();
  std::string html;
  int64_t wrong = 0;
  for (int64_t i = 0; i < shown; ++i) {
    const double label = labels[static_cast<std::size_t>(i)];
    REEL_CHECK(label >= 0 && label < static_cast<double>(classes), "Report.samples: target ", label,
               "; classes are 0 to ", classes - 1, ".");
    const std::vector<double> p = probabilities.detach().select(0, i).to_vector();
    for (const double v : p)
      REEL_CHECK(std::isnan(v) || (v >= 0 && v <= 1), "Report.samples: a probability of ", v,
                 "; it must be from 0 to 1. [softmax(outputs, 1)]");
    const Image image = image_of("Report.samples", images.select(0, i));
    const auto target = static_cast<std::size_t>(label);
    html += sample_html(image, target, p, names);
    const std::vector<std::size_t> order = ranking(p);
    wrong += order.empty() || order[0] != target;
  }
  std::string head =
      as_text("<p class=\"lead\">", shown, shown == 1 ? " picture, " : " pictures, ");
  if (shown < n) head = as_text("<p class=\"lead\">The first ", shown, " of ", n, " pictures, ");
  return as_text(head, wrong, " of them taken for something else.</p><div class=\"samples\">", html,
                 "</div>\n");
}

std::string filters_html(const Tensor& weight) {
  REEL_CHECK(weight.dim() == 4 && weight.is_floating_point() && weight.numel() > 0,
             "Report.filters: weight ", weight.sizes(), " of ", weight.dtype(),
             "; it must be floating-point (out, in, h, w) with elements.");
  const int64_t out = weight.size(0), in = weight.size(1);
  const int64_t h = weight.size(2), w = weight.size(3);
  const bool colored = in == 3;
  const int64_t planes = colored ? 1 : in, shown = std::min(out * planes, kMaxFilters);
  const std::vector<double> values =
      weight.detach().slice(0, 0, (shown + planes - 1) / planes).to_vector();
  double largest = 0;
  for (const double v : values)
    if (std::isfinite(v)) largest = std::max(largest, std::abs(v));
  const auto pixel = [&](int64_t filter, int64_t channel, int64_t at) {
    const double v = values[static_cast<std::size_t>((filter * in + channel) * h * w + at)];
    if (!std::isfinite(v) || largest == 0) return uint8_t{128};
    return static_cast<uint8_t>(std::lround(127.5 + 127.5 * v / largest));
  };
  std::string html =
      as_text("<p class=\"lead\">", out, " filters of ", in, "×", h, "×", w, ". Grey is 0, white ",
              short_number(largest), ", black −", short_number(largest), ".");
  if (shown < out * planes)
    html += as_text(" The first ", shown, " of ", out * planes, " pictures.");
  html += "</p><div class=\"filters\">";
  for (int64_t i = 0; i < shown; ++i) {
    const int64_t filter = i / planes, plane = i % planes;
    Image image{static_cast<int>(w), static_cast<int>(h), colored ? 3 : 1, {}};
    for (int64_t at = 0; at < h * w; ++at)
      for (int64_t c = 0; c < image.channels; ++c)
        image.pixels.push_back(pixel(filter, colored ? c : plane, at));
    const std::string alt =
        planes == 1 ? as_text("filter ", filter) : as_text("filter ", filter, ", input ", plane);
    html += as_text("<img src=\"", png_uri(image), "\" alt=\"", alt, "\" title=\"", alt, "\">");
  }
  return html + "</div>\n";
}

}  // namespace reel::io
