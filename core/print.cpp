#include <reel/core/layout.h>
#include <reel/core/print.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace reel {

namespace {

constexpr int64_t kSummarised = 1000;  // elements
constexpr int64_t kEdge = 3;           // entries shown at either end of a summarised dimension

// One way of writing that fits all values: whole numbers, four decimals, or four with an exponent.
class Format {
 public:
  explicit Format(const std::vector<Scalar>& values) {
    double least = HUGE_VAL, most = 0;
    for (const Scalar& v : values) {
      const double a = std::fabs(v.to<double>());
      if (!v.is_floating_point() || !std::isfinite(a) || a == 0) continue;
      least = std::min(least, a);
      most = std::max(most, a);
      whole_ = whole_ && a == std::floor(a);
    }
    exponent_ = most > 1e8 || (!whole_ && least < 1e-4);
    for (const Scalar& v : values) width_ = std::max(width_, text(v).size());
  }

  size_t width() const { return width_; }
  /// The value, with spaces in front where others are wider.
  std::string operator()(Scalar v) const {
    const std::string t = text(v);
    return std::string(t.size() < width_ ? width_ - t.size() : 0, ' ') + t;
  }

 private:
  std::string text(Scalar v) const {
    if (v.dtype() == kBool) return v.to<bool>() ? "true" : "false";
    if (!v.is_floating_point()) return as_text(v);
    const auto a = v.to<double>();
    if (std::isnan(a)) return "nan";
    if (std::isinf(a)) return a < 0 ? "-inf" : "inf";
    char out[32];  // whole numbers up to 1e8, decimals up to 1e8, or an exponent
    std::snprintf(out, sizeof out, exponent_ ? "%.4e" : whole_ ? "%.0f." : "%.4f", a);
    return out;
  }

  bool whole_ = true, exponent_ = false;
  size_t width_ = 0;
};

class Printer {
 public:
  explicit Printer(const Tensor& x)
      : x_(x), strides_(physical_strides(x)), summarised_(is_summarised(x)) {}

  std::string print(size_t indent) {
    std::vector<Scalar> shown;
    collect(0, 0, shown);
    const Format format(shown);
    next_ = shown.data();
    std::string out;
    write(0, indent, format, out);
    return out;
  }

 private:
  // The entries of dimension d that are shown; -1 stands for those that are not.
  std::vector<int64_t> entries(size_t d) const {
    const int64_t n = x_.sizes()[d];
    const bool cut = summarised_ && n > 2 * kEdge;
    std::vector<int64_t> shown;
    for (int64_t i = 0; i < n; ++i) {
      if (cut && i == kEdge) {
        shown.push_back(-1);
        i = n - kEdge;
      }
      shown.push_back(i);
    }
    return shown;
  }

  void collect(size_t d, int64_t at, std::vector<Scalar>& shown) const {
    if (d == x_.sizes().size()) {
      visit_stored(x_.dtype(),
                   [&](auto zero) { shown.emplace_back(physical_data<decltype(zero)>(x_)[at]); });
      return;
    }
    for (int64_t i : entries(d))
      if (i >= 0) collect(d + 1, at + i * strides_[d], shown);
  }

  void write(size_t d, size_t indent, const Format& format, std::string& out) {
    const size_t dims = x_.sizes().size();
    if (d == dims) {
      out += format(*next_++);
      return;
    }
    out += '[';
    const bool innermost = d + 1 == dims;
    const size_t room = kPrintWidth > indent + 1 ? kPrintWidth - indent - 1 : 0;
    const size_t per_line = std::max<size_t>(1, room / (format.width() + 2));
    size_t count = 0;
    for (int64_t i : entries(d)) {
      if (count > 0) {
        out += ',';
        if (!innermost)
          out += std::string(dims - d - 1, '\n') + std::string(indent + 1, ' ');
        else if (count % per_line == 0)
          out += '\n' + std::string(indent + 1, ' ');
        else
          out += ' ';
      }
      ++count;
      if (i < 0)
        out += "...";
      else
        write(d + 1, indent + 1, format, out);
    }
    out += ']';
  }

  const Tensor& x_;
  const Shape strides_;
  const bool summarised_;
  const Scalar* next_ = nullptr;
};

}  // namespace

bool is_summarised(const Tensor& x) {
  if (x.numel() < kSummarised) return false;
  for (int64_t n : x.sizes())
    if (n > 2 * kEdge) return true;
  return false;
}

std::string text_of_values(const Tensor& x, size_t indent) {
  return x.numel() == 0 ? "[]" : Printer(x).print(indent);
}

}  // namespace reel
