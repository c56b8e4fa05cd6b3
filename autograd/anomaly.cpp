#include <reel/autograd/anomaly.h>
#include <reel/autograd/anomaly_check.h>
#include <reel/autograd/module_path.h>

#include <algorithm>
#include <cmath>

namespace reel {

namespace {

thread_local bool anomaly_enabled = false;
thread_local const char* running_function = nullptr;

// What there is to know of a tensor's values.
struct Values {
  int64_t nans = 0, infinities = 0, finite = 0;
  double least = HUGE_VAL, most = -HUGE_VAL, mean = 0;

  void add(double v) {
    if (std::isnan(v)) {
      ++nans;
    } else if (std::isinf(v)) {
      ++infinities;
    } else {
      ++finite;
      least = std::min(least, v);
      most = std::max(most, v);
      mean += (v - mean) / static_cast<double>(finite);
    }
  }
};

// Its operations are not watched either: who calls this has an AnomalyPause.
Tensor plain(const Tensor& x) {
  const NoGradGuard no_grad;
  return x.detach().contiguous();
}

Values values_of(const Tensor& x) {
  const Tensor dense = plain(x);
  Values values;
  visit_stored(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* data = dense.data_ptr<T>();
    for (int64_t i = 0, n = dense.numel(); i < n; ++i) values.add(static_cast<double>(data[i]));
  });
  return values;
}

// What is wrong with values; the worse of several.
enum class Anomaly { kNone, kInfinity, kNaN };

Anomaly anomaly_of(const Tensor& x) {
  if (!x.defined() || !x.is_floating_point()) return Anomaly::kNone;
  const Tensor dense = plain(x);
  return visit_floating(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* data = dense.data_ptr<T>();
    Anomaly worst = Anomaly::kNone;
    for (int64_t i = 0, n = dense.numel(); i < n; ++i) {
      if (std::isfinite(data[i])) continue;
      if (std::isnan(data[i])) return Anomaly::kNaN;
      worst = Anomaly::kInfinity;
    }
    return worst;
  });
}

// "input 0 [2, 3] of 0 NaN, 1 Inf, 5 finite from -1 to 2 with mean 0.25"
std::string describe(const char* what, size_t i, const Tensor& x) {
  const Values v = values_of(x);
  std::string text =
      as_text(what, " ", i, " ", x.sizes(), " of ", v.nans, " NaN, ", v.infinities, " Inf");
  if (v.finite > 0)
    text +=
        as_text(", ", v.finite, " finite from ", v.least, " to ", v.most, " with mean ", v.mean);
  return text;
}

void describe_next(std::string& text, const char* what, size_t i, const Tensor& x) {
  if (x.defined()) text += (text.empty() ? "" : "; ") + describe(what, i, x);
}

std::string place(const char* module_path) {
  std::string text;
  if (running_function) text += as_text(" (in function ", running_function, ")");
  if (module_path) text += as_text(" (in module ", module_path, ")");
  return text;
}

const char* name_of(Anomaly anomaly) { return anomaly == Anomaly::kNaN ? "NaN" : "Inf"; }
const char* without(Anomaly anomaly) {
  return anomaly == Anomaly::kNaN ? "values without NaN" : "finite values";
}

std::string origin_of(const Tensor& x) {
  if (x.is_leaf()) return "a leaf, nothing recorded made it";
  return as_text("made by ", x.grad_fn()->name(), " while nothing was watched");
}

}  // namespace

FunctionScope::FunctionScope(const char* name) : previous_(running_function) {
  running_function = name;
}
FunctionScope::~FunctionScope() { running_function = previous_; }

void check_forward(const char* op, const ForwardTensors& t) {
  const AnomalyPause pause;
  Anomaly made = Anomaly::kNone;
  for (size_t i = 0; i < t.num_outputs; ++i) made = std::max(made, anomaly_of(*t.outputs[i]));
  if (made == Anomaly::kNone) return;
  const std::string where = place(current_module_path());
  std::string values;
  for (size_t i = 0; i < t.num_outputs; ++i) describe_next(values, "output", i, *t.outputs[i]);
  for (size_t i = 0; i < t.overwritten; ++i)
    values += as_text("; input ", i, " ", *t.inputs[i], " was overwritten");
  Anomaly brought = Anomaly::kNone;
  for (size_t i = t.overwritten; i < t.num_inputs; ++i) {
    const Tensor& x = *t.inputs[i];
    const Anomaly here = anomaly_of(x);
    if (here == Anomaly::kNaN)
      throw AnomalyError(as_text(op, ": a NaN came in with input ", i, where, "; it is ",
                                 origin_of(x), ". [", describe("input", i, x), "]"));
    brought = std::max(brought, here);
    describe_next(values, "input", i, x);
  }
  // An infinity that came in may go out; what becomes NaN of it is made here.
  if (brought >= made) return;
  throw AnomalyError(as_text(op, ": the forward made ", name_of(made), " of ", without(made), where,
                             "; no operation should. [", values, "]"));
}

void note_forward(Node& node, const Tensor* const* inputs, size_t n) {
  const AnomalyPause pause;
  std::string text;
  for (size_t i = 0; i < n; ++i) describe_next(text, "input", i, *inputs[i]);
  node.extras().forward_values = std::move(text);
}

void check_backward(const Node& node, const TensorList& arrived, const Tensor* made,
                    const bool* wanted) {
  const AnomalyPause pause;
  const std::string where = place(node.module_path);
  Anomaly in = Anomaly::kNone, out = Anomaly::kNone;
  std::string values;
  for (size_t i = 0; i < arrived.size(); ++i) {
    const Anomaly here = anomaly_of(arrived[i]);
    if (here == Anomaly::kNaN)
      throw AnomalyError(as_text(
          node.name(), ": a NaN came in with the gradient of output ", i, " in backward", where,
          "; it was given to backward, came from a hook, or is a sum of gradients. [",
          describe("gradient of output", i, arrived[i]), "]"));
    in = std::max(in, here);
  }
  for (size_t i = 0; i < node.num_inputs(); ++i)
    if (wanted[i]) {
      out = std::max(out, anomaly_of(made[i]));
      describe_next(values, "gradient of input", i, made[i]);
    }
  if (in >= out) return;
  for (size_t i = 0; i < arrived.size(); ++i)
    describe_next(values, "gradient of output", i, arrived[i]);
  const Node::Extras* extras = node.find_extras();
  if (extras && !extras->forward_values.empty())
    values += "; in the forward: " + extras->forward_values;
  throw AnomalyError(as_text(node.name(), ": the backward made ", name_of(out), " of ",
                             without(out), where, "; no operation should. [", values, "]"));
}

}  // namespace reel

namespace reel::autograd {

bool AnomalyMode::is_enabled() { return anomaly_enabled; }
bool AnomalyMode::should_check_nan() { return TapeMode::get() & TapeMode::kDetectsAnomalies; }
void AnomalyMode::set_enabled(bool enabled, bool check_nan) {
  anomaly_enabled = enabled;
  TapeMode::set(TapeMode::kDetectsAnomalies, enabled && check_nan);
}

DetectAnomalyGuard::DetectAnomalyGuard(bool check_nan)
    : was_enabled_(AnomalyMode::is_enabled()), checked_nan_(AnomalyMode::should_check_nan()) {
  AnomalyMode::set_enabled(true, check_nan);
}
DetectAnomalyGuard::~DetectAnomalyGuard() { AnomalyMode::set_enabled(was_enabled_, checked_nan_); }

}  // namespace reel::autograd
