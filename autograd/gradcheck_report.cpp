#include <reel/autograd/gradcheck.h>

#include <cmath>
#include <cstdio>
#include <ostream>

namespace reel {

namespace {

void append_digits(std::string& out, double v) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", v);
  out += text;
}

void append_element(std::string& out, const GradcheckElement& e) {
  out += as_text("input ", e.input, " ", e.shape);
  out += e.index.size() == e.shape.size() ? as_text(" at ", e.index)
                                          : std::string(" along a direction");
  if (e.output >= 0) out += as_text(", output element ", e.output);
  out += ": analytic ";
  append_digits(out, e.analytic);
  out += ", numeric ";
  append_digits(out, e.numeric);
  out += as_text(", relative error ", e.relative_error());
}

}  // namespace

double GradcheckElement::error() const { return std::fabs(analytic - numeric); }

double GradcheckElement::relative_error() const {
  return analytic == numeric ? 0 : error() / std::fmax(std::fabs(analytic), std::fabs(numeric));
}

std::string to_string(const GradcheckReport& r) {
  std::string out = as_text("gradcheck: ", r.op, ": ",
                            r.passed ? as_text(r.checked, " gradients are right") : r.reason, ".");
  if (r.passed && r.kinks > 0) out += as_text(" At kinks, and left out: ", r.kinks, ".");
  if (r.passed) {
    if (r.worst.empty()) return out;
    out += "\n  least exact: ";
    append_element(out, r.worst.front());
    return out;
  }
  for (const GradcheckElement& e : r.worst) {
    if (e.error() <= e.tolerance) break;
    out += &e == &r.worst.front() ? "\n  worst: " : "\n         ";
    append_element(out, e);
  }
  return out;
}

std::ostream& operator<<(std::ostream& out, const GradcheckReport& report) {
  return out << to_string(report);
}

}  // namespace reel
