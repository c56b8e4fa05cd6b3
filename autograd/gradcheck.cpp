#include <reel/autograd/engine.h>
#include <reel/autograd/gradcheck.h>
#include <reel/autograd/node.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace reel {

namespace {

constexpr size_t kWorst = 5;
constexpr double kSteps[] = {1, 0.1, 0.01};  // a kink within the first may be outside the last

using Values = std::vector<double>;

// Away from zero, so that no output or direction is left out.
Values random_weights(size_t n, Generator& random) {
  Values values(n);
  for (double& v : values) {
    const double unit = static_cast<double>(random.next64() >> 11) * 0x1p-53;
    v = unit < 0.5 ? 0.5 + 2 * unit : 0.5 - 2 * unit;
  }
  return values;
}

Tensor tensor_of(const double* values, IntArrayRef sizes) {
  Tensor x = empty(sizes, kFloat64);
  std::copy_n(values, x.numel(), x.data_ptr<double>());
  return x;
}

Shape index_of(int64_t element, const Shape& sizes) {
  Shape index = Shape::filled(sizes.size(), 0);
  for (size_t d = sizes.size(); d-- > 0; element /= sizes[d]) index[d] = element % sizes[d];
  return index;
}

int64_t offset_of(int64_t element, const Shape& sizes, const Shape& strides) {
  int64_t offset = 0;
  for (size_t d = sizes.size(); d-- > 0; element /= sizes[d])
    offset += element % sizes[d] * strides[d];
  return offset;
}

// Writes to an input's memory as it lies: a held layout stays held, a strided view strided.
class Varied {
 public:
  explicit Varied(const Tensor& x)
      : x_(x), strides_(physical_strides(x)), original_(x.to_vector()) {}
  ~Varied() { restore(); }
  Varied(const Varied&) = delete;
  Varied& operator=(const Varied&) = delete;

  double value(int64_t element) const { return original_[static_cast<size_t>(element)]; }
  void set(int64_t element, double value) {
    physical_data<double>(x_)[offset_of(element, x_.sizes(), strides_)] = value;
    ++x_.impl()->storage->version;
  }
  void move(const Values& direction, double step) {
    for (int64_t i = 0; i < x_.numel(); ++i)
      set(i, value(i) + step * direction[static_cast<size_t>(i)]);
  }
  void restore() {
    for (int64_t i = 0; i < x_.numel(); ++i) set(i, value(i));
  }

 private:
  const Tensor& x_;
  Shape strides_;
  Values original_;
};

// The differences of all outputs along one line, to the right and to the left of the inputs as
// given.
struct Differences {
  Values right, left;
  double step;
};

// Weights on the outputs: all of them, or one output alone.
struct Row {
  const Values* weights;
  int64_t output = -1;

  template <class F>
  double sum(size_t n, F&& term) const {
    if (output >= 0) return term(static_cast<size_t>(output), 1.0);
    double total = 0;
    for (size_t j = 0; j < n; ++j) total += term(j, (*weights)[j]);
    return total;
  }
};

class Checker {
 public:
  Checker(const TensorListFunction& fn, const TensorList& inputs, const GradcheckOptions& options)
      : fn_(fn), inputs_(inputs), options_(options), random_(options.seed) {}

  GradcheckReport run();

 private:
  void check_inputs();
  void check_overlap();
  Values evaluate(TensorList* outputs = nullptr);
  bool repeatable(const TensorList& outputs);
  std::vector<Values> analytic(const TensorList& outputs, const Values& weights);
  void check_elements(const std::vector<Row>& rows,
                      const std::vector<std::vector<Values>>& gradients);
  void check_direction(const Row& row, const std::vector<Values>& gradients);
  template <class Move>
  Differences differences(double step, Move&& move);
  template <class Line>
  void compare(const Row& row, GradcheckElement element, Line&& line);
  void conclude();
  void fail(std::string reason) { report_.reason = std::move(reason); }

  const TensorListFunction& fn_;
  const TensorList& inputs_;
  const GradcheckOptions& options_;
  Generator random_;
  std::vector<size_t> wanted_;  // the inputs that require grad
  Values y_;                    // all outputs at the inputs as given
  bool any_nonzero_ = false;
  GradcheckReport report_;
};

void Checker::check_inputs() {
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const Tensor& x = inputs_[i];
    if (!x.defined()) continue;
    REEL_CHECK(!x.is_floating_point() || x.dtype() == kFloat64, "gradcheck: input ", i, " ", x,
               " is ", x.dtype(), "; differences need float64. [use to(kFloat64)]");
    if (x.requires_grad()) wanted_.push_back(i);
  }
  REEL_CHECK(!wanted_.empty(), "gradcheck: none of the ", inputs_.size(),
             " inputs requires grad; nothing would be checked. [call requires_grad_() on them]");
  check_overlap();
}

// Two elements in one place would vary together.
void Checker::check_overlap() {
  struct Place {
    const Storage* storage;
    int64_t offset;
    size_t input;
    auto key() const { return std::pair(storage, offset); }
  };
  std::vector<Place> places;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const Tensor& x = inputs_[i];
    if (!x.defined() || !x.is_floating_point()) continue;
    const Shape strides = physical_strides(x);
    for (int64_t e = 0; e < x.numel(); ++e)
      places.push_back(
          {x.impl()->storage.get(), x.impl()->offset + offset_of(e, x.sizes(), strides), i});
  }
  std::sort(places.begin(), places.end(),
            [](const Place& a, const Place& b) { return a.key() < b.key(); });
  const auto twice =
      std::adjacent_find(places.begin(), places.end(),
                         [](const Place& a, const Place& b) { return a.key() == b.key(); });
  if (twice == places.end()) return;
  const size_t a = std::min(twice[0].input, twice[1].input),
               b = std::max(twice[0].input, twice[1].input);
  REEL_CHECK(a != b, "gradcheck: several elements of input ", a, " ", inputs_[a],
             " share one place in memory; each must have its own. [clone it first]");
  REEL_CHECK(a == b, "gradcheck: inputs ", a, " ", inputs_[a], " and ", b, " ", inputs_[b],
             " share memory; each must have its own. [clone one first]");
}

Values Checker::evaluate(TensorList* outputs) {
  TensorList ys = fn_(inputs_);
  Values values;
  for (size_t i = 0; i < ys.size(); ++i) {
    if (!ys[i].defined() || !ys[i].is_floating_point()) continue;
    REEL_CHECK(ys[i].dtype() == kFloat64, "gradcheck: output ", i, " ", ys[i], " is ",
               ys[i].dtype(), "; the function must compute in float64.");
    const Values y = ys[i].to_vector();
    values.insert(values.end(), y.begin(), y.end());
  }
  if (outputs) *outputs = std::move(ys);
  return values;
}

bool Checker::repeatable(const TensorList& outputs) {
  const Values again = evaluate();
  if (again.size() != y_.size()) {
    fail(as_text("the function is not repeatable: it gave ", y_.size(), " output elements, then ",
                 again.size()));
    return false;
  }
  for (size_t j = 0; j < y_.size(); ++j)
    if (y_[j] != again[j] && !(std::isnan(y_[j]) && std::isnan(again[j]))) {
      fail(as_text("the function is not repeatable: output element ", j, " is ", y_[j], ", then ",
                   again[j], " for the same inputs"));
      return false;
    }
  bool recorded = false;
  for (const Tensor& y : outputs) recorded |= y.requires_grad();
  if (!recorded) fail("no output requires grad: the function recorded nothing");
  return recorded;
}

// The gradient of the weighted sum of outputs by each wanted input; zero where none came.
std::vector<Values> Checker::analytic(const TensorList& outputs, const Values& weights) {
  TensorList ys, cotangents, xs;
  size_t first = 0;
  for (const Tensor& y : outputs) {
    if (!y.defined() || !y.is_floating_point()) continue;
    if (y.requires_grad()) {
      ys.push_back(y);
      cotangents.push_back(tensor_of(weights.data() + first, y.sizes()));
    }
    first += static_cast<size_t>(y.numel());
  }
  for (size_t i : wanted_) xs.push_back(inputs_[i]);
  const TensorList gradients = autograd::grad(ys, xs, cotangents, /*retain_graph=*/true,
                                              /*create_graph=*/false, /*allow_unused=*/true);
  std::vector<Values> result;
  for (size_t k = 0; k < xs.size(); ++k) {
    const Tensor& g = gradients[k];
    result.push_back(g.defined() ? g.to_vector() : Values(static_cast<size_t>(xs[k].numel())));
    if (g.defined() && g.sizes() != xs[k].sizes())
      fail(as_text("the gradient of input ", wanted_[k], " has shape ", g, ", the input ", xs[k]));
  }
  return result;
}

template <class Move>
Differences Checker::differences(double step, Move&& move) {
  Differences d{{}, {}, step};
  move(step);
  d.right = evaluate();
  move(-step);
  d.left = evaluate();
  for (size_t j = 0; j < y_.size(); ++j) {
    d.right[j] = (d.right[j] - y_[j]) / step;
    d.left[j] = (y_[j] - d.left[j]) / step;
  }
  return d;
}

// Takes smaller steps while the gradients differ. At a kink the slopes to both sides stay as far
// apart however small the step, and the analytic gradient lies between them.
template <class Line>
void Checker::compare(const Row& row, GradcheckElement element, Line&& line) {
  const size_t m = y_.size();
  const double size_of_y = row.sum(m, [&](size_t j, double v) { return std::fabs(v * y_[j]); });
  bool kink = false;
  double first_spread = 0;
  for (const double factor : kSteps) {
    const Differences& d = line(factor);
    const double numeric =
        row.sum(m, [&](size_t j, double v) { return v * (d.right[j] + d.left[j]) / 2; });
    const double spread =
        row.sum(m, [&](size_t j, double v) { return std::fabs(v * (d.right[j] - d.left[j])) / 2; });
    const double rounding = std::numeric_limits<double>::epsilon() * size_of_y / d.step;
    const double larger = std::fmax(std::fabs(element.analytic), std::fabs(numeric));
    const double tolerance = options_.atol + options_.rtol * larger + rounding;
    const double error = std::fabs(element.analytic - numeric);
    const bool right = error <= tolerance;
    if (factor == kSteps[0]) first_spread = spread;
    if (factor == kSteps[0] || right) {
      element.numeric = numeric;
      element.tolerance = tolerance;
    }
    kink = !right && spread > tolerance && spread < 2 * first_spread && error <= spread + tolerance;
    if (right) break;
  }
  if (kink) {
    ++report_.kinks;
    return;
  }
  ++report_.checked;
  any_nonzero_ |= element.analytic != 0 || std::fabs(element.numeric) > element.tolerance;
  if (!(element.error() <= element.tolerance)) ++report_.wrong;
  const auto further = [](const GradcheckElement& a, const GradcheckElement& b) {
    const double x = a.error() / a.tolerance, y = b.error() / b.tolerance;
    return std::isnan(x) ? !std::isnan(y) : x > y;
  };
  auto& worst = report_.worst;
  worst.insert(std::upper_bound(worst.begin(), worst.end(), element, further), element);
  if (worst.size() > kWorst) worst.pop_back();
}

void Checker::check_elements(const std::vector<Row>& rows,
                             const std::vector<std::vector<Values>>& gradients) {
  for (size_t k = 0; k < wanted_.size(); ++k) {
    const Tensor& x = inputs_[wanted_[k]];
    Varied varied(x);
    for (int64_t i = 0; i < x.numel(); ++i) {
      const double value = varied.value(i), scale = std::fmax(1.0, std::fabs(value));
      // The steps of one element serve all rows.
      std::vector<Differences> steps;
      const auto line = [&](double factor) -> const Differences& {
        for (const Differences& d : steps)
          if (d.step == options_.eps * scale * factor) return d;
        steps.push_back(differences(options_.eps * scale * factor,
                                    [&](double step) { varied.set(i, value + step); }));
        varied.set(i, value);
        return steps.back();
      };
      for (size_t r = 0; r < rows.size(); ++r)
        compare(rows[r],
                {wanted_[k], x.sizes(), index_of(i, x.sizes()), rows[r].output,
                 gradients[r][k][static_cast<size_t>(i)], 0, 0},
                line);
    }
  }
}

void Checker::check_direction(const Row& row, const std::vector<Values>& gradients) {
  for (size_t k = 0; k < wanted_.size(); ++k) {
    const Tensor& x = inputs_[wanted_[k]];
    const auto n = static_cast<size_t>(x.numel());
    Values direction = random_weights(n, random_);
    double along = 0, length = 0;
    for (double d : direction) length += d * d;
    for (double& d : direction) d /= std::sqrt(length);
    for (size_t i = 0; i < n; ++i) along += direction[i] * gradients[k][i];
    Varied varied(x);
    Differences now;
    const auto line = [&](double factor) -> const Differences& {
      now = differences(options_.eps * factor, [&](double step) { varied.move(direction, step); });
      return now;
    };
    compare(row, {wanted_[k], x.sizes(), {}, -1, along, 0, 0}, line);
  }
}

void Checker::conclude() {
  const int64_t all = report_.checked + report_.kinks;
  if (!report_.reason.empty()) return;
  if (all == 0)
    fail("inputs or outputs are empty: nothing was compared");
  else if (report_.wrong > 0)
    fail(as_text(report_.wrong, " of ", report_.checked, " gradients are wrong"));
  else if (static_cast<double>(report_.kinks) > options_.max_kinks * static_cast<double>(all))
    fail(as_text(report_.kinks, " of ", all, " elements sit at a kink, more than the ",
                 options_.max_kinks * 100, " % that may be left out"));
  else if (!any_nonzero_ && !options_.allow_zero)
    fail("every gradient is zero both ways: the check would show nothing");
  else
    report_.passed = true;
}

GradcheckReport Checker::run() {
  check_inputs();
  TensorList outputs;
  y_ = evaluate(&outputs);
  report_.op = options_.name;
  for (const Tensor& y : outputs)
    if (report_.op.empty() && y.defined() && y.grad_fn()) report_.op = y.grad_fn()->name();
  if (report_.op.empty()) report_.op = "function";
  if (!repeatable(outputs)) return report_;

  std::vector<Row> rows;
  std::vector<std::vector<Values>> gradients;
  Values weights = random_weights(y_.size(), random_);
  if (options_.mode == GradcheckMode::kJacobian) {
    for (size_t j = 0; j < y_.size(); ++j) {
      std::fill(weights.begin(), weights.end(), 0);
      weights[j] = 1;
      rows.push_back({nullptr, static_cast<int64_t>(j)});
      gradients.push_back(analytic(outputs, weights));
    }
  } else {
    rows.push_back({&weights});
    gradients.push_back(analytic(outputs, weights));
  }
  outputs.clear();
  if (!report_.reason.empty()) return report_;
  if (options_.mode == GradcheckMode::kDirectional)
    check_direction(rows[0], gradients[0]);
  else
    check_elements(rows, gradients);
  conclude();
  return report_;
}

TensorListFunction listed(const TensorFunction& fn) {
  return [&fn](const TensorList& inputs) { return TensorList{fn(inputs)}; };
}

}  // namespace

GradcheckReport gradcheck(const TensorListFunction& fn, const TensorList& inputs,
                          const GradcheckOptions& options) {
  return Checker(fn, inputs, options).run();
}

GradcheckReport gradcheck(const TensorFunction& fn, const TensorList& inputs,
                          const GradcheckOptions& options) {
  return gradcheck(listed(fn), inputs, options);
}

GradcheckReport gradgradcheck(const TensorListFunction& fn, const TensorList& inputs,
                              const GradcheckOptions& options) {
  const size_t n = inputs.size();
  TensorList all = inputs;
  Generator random(options.seed + 1);
  GradcheckOptions named = options;
  for (const Tensor& y : fn(inputs)) {
    if (!y.requires_grad()) continue;
    const Values weights = random_weights(static_cast<size_t>(y.numel()), random);
    all.push_back(tensor_of(weights.data(), y.sizes()));
    all.back().set_requires_grad(true);
    if (named.name.empty())
      named.name = as_text("gradient of ", y.grad_fn() ? y.grad_fn()->name() : "function");
  }
  const auto gradients = [&](const TensorList& xs) {
    const auto middle = xs.begin() + static_cast<std::ptrdiff_t>(n);
    const TensorList own(xs.begin(), middle), cotangents(middle, xs.end());
    TensorList ys, wanted;
    for (const Tensor& y : fn(own))
      if (y.requires_grad()) ys.push_back(y);
    for (const Tensor& x : own)
      if (x.requires_grad()) wanted.push_back(x);
    return autograd::grad(ys, wanted, cotangents, /*retain_graph=*/true, /*create_graph=*/true,
                          /*allow_unused=*/true);
  };
  return gradcheck(TensorListFunction(gradients), all, named);
}

GradcheckReport gradgradcheck(const TensorFunction& fn, const TensorList& inputs,
                              const GradcheckOptions& options) {
  return gradgradcheck(listed(fn), inputs, options);
}

}  // namespace reel
