#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/random.h>
#include <reel/io/onnx/passes.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <unordered_map>

namespace reel::io::onnx {

namespace {

// --- the inputs ---

// The example with so many samples; 0: as many as it has.
Tensor with_batch(const Tensor& example, int64_t batch) {
  const NoGradGuard no_grad;
  if (batch == 0 || example.dim() == 0) return example.detach().clone();
  const Tensor rows = arange(batch, kInt64);
  for (int64_t i = 0; i < batch; ++i) rows.data_ptr<int64_t>()[i] %= example.size(0);
  return example.detach().index_select(0, rows);
}

// Which values: the example's, or drawn from the lower part of their range, its upper part, or a
// wider one that takes in 0.
enum class Values { kGiven, kLower, kUpper, kWider };

struct Range {
  double low = INFINITY, high = -INFINITY;
};

// Of the finite values. One value alone leaves open what others there may be: up to 0, or to 1.
Range range_of(const std::vector<double>& values, Dtype dtype) {
  Range r;
  for (double v : values)
    if (std::isfinite(v)) r = {std::min(r.low, v), std::max(r.high, v)};
  if (dtype == kBool) return {0, 1};
  if (r.low == r.high) r = {std::min(r.low, 0.0), std::max(r.high, r.low == 0 ? 1.0 : 0.0)};
  return r;
}

bool has_one_value(const Tensor& x) {
  const std::vector<double> v = x.to_vector();
  return std::all_of(v.begin(), v.end(), [&](double e) { return e == v[0]; });
}

double draw_real(const Range& r, Values values, double u) {
  const double span = r.high - r.low;
  if (values == Values::kWider) return r.low - span / 2 + 2 * span * u;
  return r.low + span * ((values == Values::kLower ? 0.05 : 0.25) + 0.7 * u);
}

// Integers are often indices: none above the highest is tried, nor below the lowest but for 0.
double draw_integer(Range r, Values values, double u) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  r = {std::max(r.low, -kExact), std::min(r.high, kExact)};
  if (values == Values::kLower) r.high = std::max(r.low, r.high - 1);
  if (values == Values::kUpper) r.low = std::min(r.high, r.low + 1);
  if (values == Values::kWider) {
    if (u < 0.25 && r.high >= 0) return 0;
    r.low = std::min(r.low, 0.0);
    u = u < 0.25 ? u * 4 : (u - 0.25) / 0.75;
  }
  return std::min(r.high, r.low + std::floor((r.high - r.low + 1) * u));
}

Tensor with_values(const Tensor& x, Values values, Generator& generator) {
  if (values == Values::kGiven) return x;
  std::vector<double> v = x.to_vector();
  const Range range = range_of(v, x.dtype());
  for (double& e : v) {
    const double u = static_cast<double>(generator.next64() >> 11) * 0x1p-53;
    if (std::isfinite(e))
      e = x.is_floating_point() ? draw_real(range, values, u) : draw_integer(range, values, u);
  }
  return tensor(v, kFloat64).reshape(x.sizes()).to(x.dtype());
}

// --- the calls ---

class Calls {
 public:
  Calls(const TensorList& examples, const Forward& forward)
      : examples_(examples), forward_(forward) {}

  Pass operator()(int64_t batch, Values values) {
    Pass pass;
    pass.batch = batch;
    for (const Tensor& x : examples_) {
      const Tensor input = with_values(with_batch(x, batch), values, generator_);
      pass.inputs.push_back(input.requires_grad_(x.is_floating_point()));
    }
    Trace trace;
    pass.outputs = forward_(pass.inputs);
    for (const Tensor& y : pass.outputs)
      pass.made.push_back(y.defined() ? gradient_edge(y) : Edge{});
    pass.operations = trace.take();
    return pass;
  }

  // With values that the example does not have, which the network may refuse.
  Pass with_others(int64_t batch, Values values) try {
    return operator()(batch, values);
  } catch (const std::exception& error) {
    for (size_t i = 0; i < examples_.size(); ++i)
      REEL_CHECK(examples_[i].is_floating_point() || !has_one_value(examples_[i]),
                 "export_onnx: the example input ", i, " ", examples_[i], " of ",
                 examples_[i].dtype(), " is ", examples_[i].flatten()[0].item<double>(),
                 " everywhere, and with other values the network throws '", error.what(),
                 "'; other values must be known. [an example with at least two different values]");
    throw;
  }

  Pass wider_or_upper(int64_t batch) {
    try {
      return operator()(batch, Values::kWider);
    } catch (const std::exception&) {
      return with_others(batch, Values::kUpper);
    }
  }

 private:
  const TensorList& examples_;
  const Forward& forward_;
  Generator generator_{1};
};

// --- what they have in common ---

// What an operand came from: an operation's output, or none's (-1).
struct Source {
  int64_t operation = -1;
  uint32_t output_nr = 0;
  bool operator==(const Source&) const = default;
};

// The operations in order. Where only what is computed counts, those that arrange the same elements
// anew are seen through: they depend on which sizes are 1.
class Sequence {
 public:
  Sequence(const Pass& pass, bool computed_only) {
    for (const TracedOperation& op : pass.operations) {
      const bool arranges = computed_only && is_arrangement(op.node->name());
      at_[op.node.get()] = {
          arranges ? source(op.node->edge(0)) : Source{static_cast<int64_t>(operations.size()), 0},
          arranges};
      if (!arranges) operations.push_back(&op);
    }
  }

  Source source(const Edge& edge) const {
    const auto found = at_.find(edge.node.get());
    if (found == at_.end()) return {};
    const auto& [source, arranged] = found->second;
    return arranged ? source : Source{source.operation, edge.output_nr};
  }

  std::vector<const TracedOperation*> operations;

 private:
  static bool is_arrangement(const char* name) {
    for (const char* known : {"clone", "view", "permute", "expand"})
      if (std::strcmp(name, known) == 0) return true;
    return false;
  }
  std::unordered_map<const reel::Node*, std::pair<Source, bool>> at_;
};

bool told_the_same(const TracedOperation& a, const TracedOperation& b) {
  return std::equal(
      a.values.begin(), a.values.end(), b.values.begin(), b.values.end(),
      [](const TracedValue& x, const TracedValue& y) {
        return (x.number == y.number || (std::isnan(x.number) && std::isnan(y.number))) &&
               x.integers == y.integers;
      });
}

bool alike(const TracedOperation& a, const TracedOperation& b, const Sequence& of_a,
           const Sequence& of_b) {
  if (std::strcmp(a.node->name(), b.node->name()) != 0 || a.inputs.size() != b.inputs.size() ||
      a.outputs.size() != b.outputs.size() || a.node->num_inputs() != b.node->num_inputs())
    return false;
  for (size_t i = 0; i < a.node->num_inputs(); ++i)
    if (of_a.source(a.node->edge(i)) != of_b.source(b.node->edge(i))) return false;
  return true;
}

struct Difference {
  bool found = false;
  std::string where;
};

Difference difference(const Pass& a, const Pass& b, bool computed_only = false) {
  const Sequence of_a(a, computed_only), of_b(b, computed_only);
  const size_t n = std::min(of_a.operations.size(), of_b.operations.size());
  size_t i = 0;
  while (i < n && alike(*of_a.operations[i], *of_b.operations[i], of_a, of_b) &&
         (!computed_only || told_the_same(*of_a.operations[i], *of_b.operations[i])))
    ++i;
  const bool all = i == of_a.operations.size() && i == of_b.operations.size();
  return {!all || a.outputs.size() != b.outputs.size(),
          as_text(i, i < n ? as_text(" (", of_a.operations[i]->node->name(), ")") : std::string())};
}

void check_alike(const Pass& a, const Pass& b) {
  const Difference d = difference(a, b);
  REEL_CHECK(!d.found,
             "export_onnx: the network computes something else for other values or another batch, "
             "from its operation ",
             d.where,
             " on; its forward must not choose by them. [dynamic_batch(false), if by the batch]");
}

// What it computes for a batch of 1, `one`, however it lays out memory for that.
void check_computes_alike(const Pass& a, const Pass& one) {
  const Difference d = difference(a, one, true);
  REEL_CHECK(!d.found,
             "export_onnx: the network computes something else for a batch of 1, from its "
             "operation ",
             d.where, " on; its forward must not choose by the batch. [dynamic_batch(false)]");
}

// `a` and `b` are of a batch of 2 and 3.
void check_outputs_alike(const Pass& a, const Pass& b, const Pass& one) {
  for (size_t i = 0; i < a.outputs.size(); ++i) {
    const Tensor &x = a.outputs[i], &y = b.outputs[i], &z = one.outputs[i];
    if (!x.defined() || !y.defined() || !z.defined()) continue;
    bool good = x.dim() == z.dim() && x.dim() == y.dim();
    for (int64_t k = 0; good && k < x.dim(); ++k)
      good = z.size(k) == (x.size(k) == y.size(k) ? x.size(k) : x.size(k) / a.batch);
    REEL_CHECK(good, "export_onnx: output ", i, " is ", z, " for a batch of 1 and ", x,
               " for one of ", a.batch, "; sizes must be fixed, or proportional to the batch. [",
               x.dim() == z.dim() ? "" : "squeeze(dim) for squeeze(), or ",
               "dynamic_batch(false)]");
  }
}

}  // namespace

Passes call_with(const TensorList& examples, bool dynamic_batch, const Forward& forward) {
  Calls call(examples, forward);
  Passes p;
  p.first = call(dynamic_batch ? 2 : 0, Values::kGiven);
  p.second = call.with_others(dynamic_batch ? 3 : 0, Values::kLower);
  check_alike(p.first, p.second);
  if (dynamic_batch) {
    try {
      p.third = call.wider_or_upper(1);
    } catch (const std::exception&) {  // a network may need more than one sample
    }
    if (p.third.batch == 1) {
      const bool arranged = difference(p.first, p.third).found;
      if (arranged) check_computes_alike(p.first, p.third);
      check_outputs_alike(p.first, p.second, p.third);
      if (arranged) p.third.batch = 0;
    }
  }
  if (p.third.batch == 0) p.third = call.wider_or_upper(dynamic_batch ? 4 : 0);
  check_alike(p.first, p.third);
  return p;
}

}  // namespace reel::io::onnx
