#include <reel/autograd/engine.h>
#include <reel/autograd/node.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/nn/check_module.h>
#include <reel/nn/module_state.h>

#include <ostream>
#include <unordered_set>

namespace reel::nn {

namespace {

using Names = std::vector<std::string>;

// Copies of the inputs, in which floating ones are leaves that take a gradient.
TensorList fresh_inputs(const TensorList& inputs, std::optional<Dtype> dtype = {}) {
  TensorList fresh;
  for (const Tensor& x : inputs) {
    if (!x.defined() || !x.is_floating_point()) {
      fresh.push_back(x);
      continue;
    }
    fresh.push_back(x.detach().to(dtype.value_or(x.dtype())).clone().set_requires_grad(true));
  }
  return fresh;
}

// An end of the tape, and the first node that was found to lead to it.
struct Leaf {
  const Node* end;
  const Node* user;
};
std::vector<Leaf> leaves_below(const TensorList& outputs) {
  std::vector<Leaf> leaves;
  std::unordered_set<const Node*> seen;
  std::vector<const Node*> stack;
  for (const Tensor& y : outputs)
    if (y.defined() && y.requires_grad()) stack.push_back(gradient_edge(y).node.get());
  while (!stack.empty()) {
    const Node* node = stack.back();
    stack.pop_back();
    if (!seen.insert(node).second) continue;
    for (size_t i = 0; i < node->num_inputs(); ++i) {
      const Node* next = node->edge(i).node.get();
      if (!next) continue;
      if (!next->is_accumulator())
        stack.push_back(next);
      else if (seen.insert(next).second)
        leaves.push_back({next, node});
    }
  }
  return leaves;
}

// Takes the leaf that `x` is out of the list; whether it was there.
bool take(std::vector<Leaf>& leaves, const Tensor& x) {
  const Node* end = gradient_edge(x).node.get();
  return std::erase_if(leaves, [=](const Leaf& leaf) { return leaf.end == end; }) > 0;
}

bool is_zero(const Tensor& x) {
  for (double v : x.to_vector())
    if (v != 0) return false;
  return true;
}

// Weights on the outputs, away from zero.
TensorList random_cotangents(const TensorList& outputs, Generator& generator) {
  TensorList cotangents;
  for (const Tensor& y : outputs)
    cotangents.push_back(rand(y.sizes(), generator, y.dtype()).add_(0.5));
  return cotangents;
}

bool same_values(const TensorList& a, const TensorList& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].defined() != b[i].defined()) return false;
    if (!a[i].defined()) continue;
    if (a[i].sizes() != b[i].sizes()) return false;
    const std::vector<double> x = a[i].detach().to_vector(), y = b[i].detach().to_vector();
    for (size_t e = 0; e < x.size(); ++e)
      if (x[e] != y[e] && (x[e] == x[e] || y[e] == y[e])) return false;
  }
  return true;
}

class Check {
 public:
  Check(Module& module, TensorForward forward, const TensorList& inputs,
        const CheckModuleOptions& options)
      : module_(module), forward_(forward), inputs_(inputs), options_(options), guard_(module) {
    report_.module = module.name();
  }

  void run(bool cloneable);
  CheckModuleReport report() { return std::move(report_); }

 private:
  // Runs a part; an error in it is a problem of the module's.
  template <class Part>
  void attempt(const char* what, Part&& part) {
    try {
      part();
    } catch (const Error& e) {
      problem(what, ": ", e.what());
    }
  }
  template <class... Values>
  void problem(const Values&... values) {
    report_.problems.push_back(as_text(values...));
  }

  TensorList call(Module& module, const TensorList& inputs) {
    guard_.rewind();
    return forward_(module, inputs);
  }
  void check_tape();
  void check_not_zero(const TensorList& outputs,
                      const OrderedDict<std::string, Tensor>& parameters);
  void check_evaluation();
  void check_gradients(const char* mode);
  void explain(const char* mode, const GradcheckReport& gradients, const Names& names);
  void check_clone();

  Module& module_;
  TensorForward forward_;
  const TensorList& inputs_;
  const CheckModuleOptions& options_;
  ModuleStateGuard guard_;
  CheckModuleReport report_;
};

// In training, one backward pass must reach every parameter, and nothing else that is trained.
void Check::check_tape() {
  const TensorList inputs = fresh_inputs(inputs_);
  TensorList outputs = call(module_, inputs);
  std::erase_if(outputs, [](const Tensor& y) { return !y.defined() || !y.requires_grad(); });
  auto leaves = leaves_below(outputs);
  OrderedDict<std::string, Tensor> reached;
  for (const auto& p : module_.named_parameters()) {
    if (!p->requires_grad()) continue;
    ++report_.parameters;
    if (take(leaves, p.value()))
      reached.insert(p.key(), p.value());
    else
      problem("parameter '", p.key(), "' ", p.value(),
              " gets no gradient: forward does not use it, or detaches it. [was its member given "
              "another tensor?]");
  }
  for (const Tensor& x : inputs)
    if (x.requires_grad()) {
      ++report_.inputs;
      take(leaves, x);
    }
  for (const Leaf& leaf : leaves)
    problem("a tensor that requires grad is used by ", leaf.user->name(),
            leaf.user->module_path ? as_text(" in module ", leaf.user->module_path) : std::string(),
            ", but is neither a registered parameter nor an input; no optimizer will see it. [use "
            "register_parameter or register_module]");
  if (report_.parameters == 0 && report_.inputs == 0)
    problem("there is no parameter to train and no floating-point input; nothing can be checked.");
  if (!options_.gradcheck.allow_zero) check_not_zero(outputs, reached);
}

// A gradient that is zero everywhere would agree with any mistake.
void Check::check_not_zero(const TensorList& outputs,
                           const OrderedDict<std::string, Tensor>& parameters) {
  if (parameters.is_empty()) return;
  Generator generator(options_.gradcheck.seed);
  const TensorList gradients =
      autograd::grad(outputs, parameters.values(), random_cotangents(outputs, generator), {}, false,
                     /*allow_unused=*/true);
  for (size_t i = 0; i < gradients.size(); ++i)
    if (!gradients[i].defined() || is_zero(gradients[i]))
      problem("the gradient of parameter '", parameters[i].key(),
              "' is zero everywhere; the check would show nothing about it. [try other inputs, or "
              "set gradcheck.allow_zero]");
}

// Evaluation is a function of its input.
void Check::check_evaluation() {
  const TensorList first = call(module_, fresh_inputs(inputs_));
  const std::string changed = guard_.changed_buffer();
  if (!changed.empty()) problem("evaluation changes the buffer '", changed, "'.");
  // No rewinding: other random numbers must not matter.
  if (!same_values(first, forward_(module_, fresh_inputs(inputs_))))
    problem(
        "evaluation gives other values for the same input. [does something random ignore "
        "is_training()?]");
}

void Check::check_gradients(const char* mode) {
  TensorList variables = fresh_inputs(inputs_, kFloat64);
  Names names;
  int64_t elements = 0;
  for (size_t i = 0; i < variables.size(); ++i) names.push_back(as_text("input ", i));
  for (const auto& p : module_.named_parameters()) {
    variables.push_back(p.value());
    names.push_back(as_text("parameter '", p.key(), "'"));
  }
  for (const Tensor& x : variables)
    if (x.requires_grad()) elements += x.numel();
  GradcheckOptions options = options_.gradcheck;
  if (elements > options_.max_elements) options.mode = GradcheckMode::kDirectional;
  const size_t arguments = inputs_.size();
  const TensorListFunction forward = [&](const TensorList& x) {
    return call(module_, TensorList(x.begin(), x.begin() + static_cast<ptrdiff_t>(arguments)));
  };
  explain(mode, gradcheck(forward, variables, options), names);
}

void Check::explain(const char* mode, const GradcheckReport& gradients, const Names& names) {
  report_.gradients += gradients.checked;
  if (gradients.passed) return;
  std::string text = as_text("in ", mode, ", ", gradients.reason);
  for (const GradcheckElement& e : gradients.worst) {
    if (gradients.wrong == 0 || e.error() <= e.tolerance) continue;
    text += as_text("\n    ", names[e.input], " ", e.shape);
    if (e.index.size() == e.shape.size()) text += as_text(" at ", e.index);
    text += as_text(": analytic ", e.analytic, ", numeric ", e.numeric, ", relative error ",
                    e.relative_error());
  }
  report_.problems.push_back(std::move(text));
}

// A clone computes the same, and changing it changes nothing in the original.
void Check::check_clone() {
  const TensorList inputs = fresh_inputs(inputs_);
  const std::shared_ptr<Module> copy = module_.clone();
  const auto mine = module_.named_parameters(), theirs = copy->named_parameters();
  if (mine.keys() != theirs.keys()) return problem("a clone has other parameters.");
  const TensorList expected = call(module_, inputs);
  guard_.rewind();
  if (!same_values(expected, forward_(*copy, inputs)))
    problem(
        "a clone gives other values for the same input. [is there state that is no parameter, "
        "buffer or option?]");
  const NoGradGuard no_grad;
  for (const auto& item : theirs) item->fill_(0);
  for (const auto& item : copy->named_buffers()) item->fill_(0);
  if (!same_values(expected, call(module_, inputs)))
    problem("a clone shares memory with its original: changing the one changed the other.");
}

void Check::run(bool cloneable) {
  module_.train();
  attempt("training", [&] { check_tape(); });
  if (!report_.problems.empty()) return;  // what follows would say the same in more words
  module_.eval();
  attempt("evaluation", [&] { check_evaluation(); });
  if (cloneable)
    attempt("clone", [&] { check_clone(); });
  else
    report_.remarks.push_back("it can not be cloned: it does not derive from nn::Cloneable.");
  module_.to(kFloat64);
  for (const char* mode : {"training", "evaluation"}) {
    module_.train(mode == std::string("training"));
    attempt(mode, [&] { check_gradients(mode); });
  }
}

}  // namespace

CheckModuleReport check_any_module(Module& module, TensorForward forward, bool cloneable,
                                   const TensorList& inputs, const CheckModuleOptions& options) {
  Check check(module, forward, inputs, options);
  check.run(cloneable);
  return check.report();
}

std::string to_string(const CheckModuleReport& r) {
  std::string out = as_text("check_module: ", r.module, ": ");
  if (r.problems.empty())
    out += as_text("all is right: ", r.parameters, " parameters, ", r.inputs, " inputs, ",
                   r.gradients, " gradients compared.");
  else
    out += as_text(r.problems.size(), r.problems.size() == 1 ? " problem." : " problems.");
  for (const std::string& problem : r.problems) out += "\n  " + problem;
  for (const std::string& remark : r.remarks) out += "\n  note: " + remark;
  return out;
}

std::ostream& operator<<(std::ostream& out, const CheckModuleReport& report) {
  return out << to_string(report);
}

}  // namespace reel::nn
