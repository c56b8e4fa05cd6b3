#include <reel/autograd/grad_mode.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>
#include <reel/optim/optimizer.h>

namespace reel::optim {

double* OptimizerOptions::find(const std::string& name) {
  for (const auto& [known, value] : numbers())
    if (known == name) return value;
  return nullptr;
}

double OptimizerOptions::get_lr() const { return *const_cast<OptimizerOptions*>(this)->find("lr"); }

void OptimizerOptions::set_lr(double lr) { *find("lr") = lr; }

Optimizer::Optimizer(const char* name, std::vector<std::string> buffer_names,
                     std::unique_ptr<OptimizerOptions> defaults)
    : name_(name), buffer_names_(std::move(buffer_names)), defaults_(std::move(defaults)) {
  defaults_->check();
}

void Optimizer::add_param_groups(std::vector<OptimizerParamGroup> groups) {
  for (OptimizerParamGroup& group : groups) add_param_group(std::move(group));
  REEL_CHECK(
      !states_.empty(), name_,
      ": it was given no parameters; there is nothing to train. [does the model register its "
      "modules and parameters?]");
}

void Optimizer::check_parameter(const Tensor& parameter, size_t index) const {
  REEL_CHECK(parameter.defined(), name_, ": parameter ", index, " is undefined.");
  REEL_CHECK(parameter.is_leaf(), name_, ": parameter ", index, " ", parameter,
             " was computed and has a history; only leaves collect gradients. [use detach()]");
  REEL_CHECK(parameter.is_floating_point(), name_, ": parameter ", index, " is ", parameter.dtype(),
             "; only float32 and float64 can be trained.");
}

void Optimizer::add_param_group(OptimizerParamGroup group) {
  if (!group.has_options()) group.options_ = defaults_->clone();
  REEL_CHECK(accepts(group.options()), name_,
             ": a group of parameters has the options of another optimizer; use those of ", name_,
             ".");
  group.options().check();
  TensorList known = parameters();
  for (const Tensor& p : group.params_) {
    check_parameter(p, known.size());
    for (size_t i = 0; i < known.size(); ++i)
      REEL_CHECK(!known[i].is_same(p), name_, ": parameter ", known.size(), " ", p,
                 " is also parameter ", i, "; it would be updated twice.");
    known.push_back(p);
  }
  states_.resize(known.size());
  for (OptimizerParamState& state : states_) state.buffers.resize(buffer_names_.size());
  groups_.push_back(std::move(group));
}

TensorList Optimizer::parameters() const {
  TensorList all;
  for (const OptimizerParamGroup& group : groups_)
    all.insert(all.end(), group.params_.begin(), group.params_.end());
  return all;
}

Tensor Optimizer::step(const LossClosure& closure) {
  Tensor loss;
  if (closure) {
    const AutoGradMode recording(true);
    loss = closure();
  }
  const NoGradGuard no_grad;
  size_t index = 0;
  for (const OptimizerParamGroup& group : groups_)
    for (const Tensor& parameter : group.params_) update_if_graded(group, index++, parameter);
  return loss;
}

void Optimizer::update_if_graded(const OptimizerParamGroup& group, size_t index,
                                 const Tensor& parameter) {
  const Tensor& gradient = parameter.grad();
  if (!gradient.defined()) return;
  REEL_CHECK(gradient.sizes() == parameter.sizes() && gradient.dtype() == parameter.dtype(), name_,
             ": the gradient of parameter ", index, " is ", gradient, " of ", gradient.dtype(),
             ", the parameter ", parameter, " of ", parameter.dtype(), "; they must agree.");
  OptimizerParamState& state = states_[index];
  ++state.step;
  const Tensor values = parameter.contiguous();  // usually the parameter itself
  update(group.options(), values, gradient.detach().contiguous(), state);
  if (!values.is_same(parameter)) copy_values(values, parameter);
  ++parameter.impl()->storage->version;
}

Tensor Optimizer::buffer(OptimizerParamState& state, size_t i, const Tensor& parameter) const {
  Tensor& buffer = state.buffers[i];
  if (!buffer.defined()) buffer = zeros(parameter.sizes(), parameter.dtype());
  REEL_CHECK(buffer.sizes() == parameter.sizes(), name_, ": the ", buffer_names_[i],
             " of a parameter is ", buffer, ", but the parameter is now ", parameter,
             "; the shapes must be equal. [make a new optimizer when shapes change]");
  if (buffer.dtype() != parameter.dtype()) buffer = buffer.to(parameter.dtype());
  return buffer;
}

void Optimizer::zero_grad(bool set_to_none) {
  for (const OptimizerParamGroup& group : groups_)
    for (const Tensor& p : group.params_) {
      if (!p.grad().defined()) continue;
      if (set_to_none)
        p.mutable_grad() = Tensor();
      else
        p.mutable_grad() = p.grad().detach().zero_();
    }
}

const OptimizerParamState& Optimizer::state(const Tensor& parameter) const {
  const TensorList all = parameters();
  for (size_t i = 0; i < all.size(); ++i)
    if (all[i].is_same(parameter)) return states_[i];
  throw_argument_error(concat(name_, ": the tensor ", parameter, " is none of its parameters."));
}

}  // namespace reel::optim
