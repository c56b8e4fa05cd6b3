#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops/products.h>
#include <reel/autograd/ops/shapes.h>
#include <reel/autograd/profile_range.h>
#include <reel/core/creation.h>
#include <reel/optim/lbfgs.h>
#include <reel/optim/line_search.h>

#include <algorithm>
#include <cmath>

namespace reel::optim {

std::unique_ptr<OptimizerOptions> LBFGSOptions::clone() const {
  return std::make_unique<LBFGSOptions>(*this);
}

std::vector<std::pair<const char*, double*>> LBFGSOptions::numbers() {
  return {
      {"lr", &lr_}, {"tolerance_grad", &tolerance_grad_}, {"tolerance_change", &tolerance_change_}};
}

void LBFGSOptions::check() const {
  check_not_negative("LBFGS", "lr", lr_);
  check_not_negative("LBFGS", "tolerance_grad", tolerance_grad_);
  check_not_negative("LBFGS", "tolerance_change", tolerance_change_);
  const int64_t calls = max_eval_.value_or(1);
  REEL_CHECK(max_iter_ > 0 && calls > 0 && history_size_ > 0, "LBFGS: max_iter is ", max_iter_,
             ", max_eval ", calls, ", history_size ", history_size_, "; they must be above 0.");
  REEL_CHECK(line_search_fn_.empty() || line_search_fn_ == "strong_wolfe",
             "LBFGS: line_search_fn is '", line_search_fn_,
             "'; it must be 'strong_wolfe' or none.");
}

LBFGS::LBFGS(TensorList parameters, const LBFGSOptions& defaults)
    : LBFGS(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(parameters))},
            defaults) {}

LBFGS::LBFGS(std::vector<OptimizerParamGroup> groups, const LBFGSOptions& defaults)
    : Optimizer("LBFGS", {}, defaults.clone()) {
  add_param_groups(std::move(groups));
}

const LBFGSOptions& LBFGS::options() const {
  return static_cast<const LBFGSOptions&>(param_groups()[0].options());
}

// --- all parameters as one vector ---

Tensor LBFGS::flat_parameters() const {
  TensorList flat;
  for (const Tensor& p : param_groups()[0].params()) flat.push_back(p.detach().flatten());
  return cat(flat);
}

void LBFGS::set_parameters(const Tensor& flat) const {
  int64_t from = 0;
  for (const Tensor& p : param_groups()[0].params()) {
    p.copy_(flat.narrow(0, from, p.numel()).view(p.sizes()));
    from += p.numel();
  }
}

Tensor LBFGS::flat_gradient() const {
  TensorList flat;
  for (const Tensor& p : param_groups()[0].params())
    flat.push_back(p.grad().defined() ? p.grad().detach().flatten()
                                      : zeros({p.numel()}, p.dtype()));
  return options().maximize() ? cat(flat).neg() : cat(flat);
}

double LBFGS::loss_of(const Tensor& loss) const {
  REEL_CHECK(loss.defined() && loss.numel() == 1,
             "LBFGS: the closure returned no single number; it must return the loss.");
  return options().maximize() ? -loss.item<double>() : loss.item<double>();
}

namespace {

double product(const Tensor& a, const Tensor& b) { return dot(a, b).item<double>(); }

double largest(const Tensor& x) { return x.numel() == 0 ? 0 : x.abs().max().item<double>(); }

}  // namespace

// --- the history, and the direction that it gives ---

void LBFGS::remember(const Tensor& gradient) {
  History& h = history_;
  const Tensor y = gradient - h.prev_flat_grad, s = h.d * h.t;
  const double ys = product(y, s);
  if (!(ys > 1e-10)) return;  // curvature that would make H indefinite
  if (static_cast<int64_t>(h.ro.size()) == options().history_size()) {
    h.old_dirs.erase(h.old_dirs.begin());
    h.old_stps.erase(h.old_stps.begin());
    h.ro.erase(h.ro.begin());
  }
  h.old_dirs.push_back(y);
  h.old_stps.push_back(s);
  h.ro.push_back(1 / ys);
  h.H_diag = ys / product(y, y);
}

Tensor LBFGS::direction(const Tensor& gradient) const {
  const History& h = history_;
  const size_t n = h.ro.size();
  std::vector<double> al(n);
  Tensor q = gradient.neg();
  for (size_t i = n; i-- > 0;) {
    al[i] = product(h.old_stps[i], q) * h.ro[i];
    q.add_(h.old_dirs[i], -al[i]);
  }
  q.mul_(h.H_diag);
  for (size_t i = 0; i < n; ++i) q.add_(h.old_stps[i], al[i] - product(h.old_dirs[i], q) * h.ro[i]);
  return q;
}

// The parameters may have been converted since.
void LBFGS::convert_history(Dtype dtype) {
  History& h = history_;
  if (!h.d.defined() || h.d.dtype() == dtype) return;
  for (Tensor* x : {&h.d, &h.prev_flat_grad}) *x = x->to(dtype);
  for (TensorList* list : {&h.old_dirs, &h.old_stps})
    for (Tensor& x : *list) x = x.to(dtype);
}

// --- the step ---

Tensor LBFGS::step(const LossClosure& closure) {
  REEL_CHECK(closure, "LBFGS: step was given no closure; it needs one that zeroes the gradients, ",
             "computes the loss, calls backward and returns the loss.");
  REEL_CHECK(param_groups().size() == 1, "LBFGS: there are ", param_groups().size(),
             " groups of parameters; it can have only one.");
  const autograd::ProfileRange range("LBFGS", autograd::ProfileCategory::kOptimizer);
  const NoGradGuard no_grad;
  const LBFGSOptions& o = options();
  for (const Tensor& p : param_groups()[0].params())
    REEL_CHECK(p.dtype() == param_groups()[0].params()[0].dtype(),
               "LBFGS: a parameter is of another dtype than the first; all must be of one.");
  History& h = history_;
  const int64_t max_eval = o.max_eval().value_or(o.max_iter() * 5 / 4);

  const Tensor first_loss = call(closure);
  double loss = loss_of(first_loss);
  int64_t calls = 1;
  ++h.func_evals;
  Tensor gradient = flat_gradient();
  REEL_CHECK(!h.d.defined() || h.d.sizes() == gradient.sizes(), "LBFGS: the parameters have ",
             gradient.numel(), " elements, but ", h.d.numel(),
             " in the steps before; they can not change. [make a new optimizer]");
  convert_history(gradient.dtype());
  if (largest(gradient) <= o.tolerance_grad()) return first_loss;

  for (int64_t i = 1; i <= o.max_iter(); ++i) {
    ++h.n_iter;
    if (h.n_iter > 1) remember(gradient);
    h.d = direction(gradient);
    h.prev_flat_grad = gradient.clone();
    h.prev_loss = loss;
    h.t = h.n_iter == 1 ? std::min(1.0, 1 / gradient.abs().sum().item<double>()) * o.lr() : o.lr();
    const double slope = product(gradient, h.d);
    if (slope > -o.tolerance_change()) break;

    const Tensor from = flat_parameters();
    const auto look = [&](double t) {
      set_parameters(from + h.d * t);
      LinePoint point{.t = t, .loss = loss_of(call(closure)), .gradient = flat_gradient()};
      point.slope = product(point.gradient, h.d);
      ++calls;
      ++h.func_evals;
      return point;
    };
    if (!o.line_search_fn().empty()) {
      const LinePoint found = strong_wolfe(look, {0, loss, slope, gradient.clone()}, h.t,
                                           largest(h.d), o.tolerance_change(), max_eval - calls);
      h.t = found.t;
      loss = found.loss;
      gradient = found.gradient;
      set_parameters(from + h.d * h.t);
    } else if (i < o.max_iter()) {
      const LinePoint found = look(h.t);
      loss = found.loss;
      gradient = found.gradient;
    } else {
      set_parameters(from + h.d * h.t);  // the loss there is the next step's first
    }

    if (calls >= max_eval || largest(gradient) <= o.tolerance_grad()) break;
    if (largest(h.d) * std::abs(h.t) <= o.tolerance_change()) break;
    if (std::abs(loss - h.prev_loss) < o.tolerance_change()) break;
  }
  return first_loss;
}

// --- saving ---

OrderedDict<std::string, Tensor> LBFGS::state_dict() const {
  OrderedDict<std::string, Tensor> dict = Optimizer::state_dict();
  const History& h = history_;
  dict.insert("lbfgs.func_evals", full({}, h.func_evals, kInt64));
  dict.insert("lbfgs.n_iter", full({}, h.n_iter, kInt64));
  dict.insert("lbfgs.t", full({}, h.t, kFloat64));
  dict.insert("lbfgs.prev_loss", full({}, h.prev_loss, kFloat64));
  dict.insert("lbfgs.H_diag", full({}, h.H_diag, kFloat64));
  dict.insert("lbfgs.ro", from_vector(h.ro));
  if (h.d.defined()) {
    dict.insert("lbfgs.d", h.d);
    dict.insert("lbfgs.prev_flat_grad", h.prev_flat_grad);
  }
  if (!h.ro.empty()) {
    dict.insert("lbfgs.old_dirs", stack(h.old_dirs));
    dict.insert("lbfgs.old_stps", stack(h.old_stps));
  }
  return dict;
}

void LBFGS::load_state_dict(const OrderedDict<std::string, Tensor>& state) {
  const NoGradGuard no_grad;
  History h;
  h.func_evals = state["lbfgs.func_evals"].item<int64_t>();
  h.n_iter = state["lbfgs.n_iter"].item<int64_t>();
  h.t = state["lbfgs.t"].item<double>();
  h.prev_loss = state["lbfgs.prev_loss"].item<double>();
  h.H_diag = state["lbfgs.H_diag"].item<double>();
  h.ro = state["lbfgs.ro"].to_vector();
  const Tensor flat = flat_parameters();
  const auto rows = static_cast<int64_t>(h.ro.size());
  const auto take = [&](const char* name, IntArrayRef sizes) {
    const Tensor& saved = state[std::string("lbfgs.") + name];
    REEL_CHECK(saved.sizes() == sizes, "LBFGS: 'lbfgs.", name, "' is ", saved, "; it must be ",
               Shape(sizes), ", for these parameters.");
    return saved.to(flat.dtype()).clone();
  };
  if (h.n_iter > 0) {
    h.d = take("d", flat.sizes());
    h.prev_flat_grad = take("prev_flat_grad", flat.sizes());
  }
  if (rows > 0) {
    const Tensor dirs = take("old_dirs", {rows, flat.numel()}),
                 steps = take("old_stps", {rows, flat.numel()});
    for (int64_t i = 0; i < rows; ++i) {
      h.old_dirs.push_back(dirs[i]);
      h.old_stps.push_back(steps[i]);
    }
  }
  OrderedDict<std::string, Tensor> rest("optimizer state");
  for (const auto& item : state)
    if (item.key().rfind("lbfgs.", 0) != 0) rest.insert(item.key(), item.value());
  Optimizer::load_state_dict(rest);
  history_ = std::move(h);
}

}  // namespace reel::optim
