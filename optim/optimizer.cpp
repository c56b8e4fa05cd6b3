#include <reel/autograd/grad_mode.h>
#include <reel/autograd/profile_range.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>
#include <reel/optim/optimizer.h>

#include <typeinfo>

namespace reel::optim {

double* OptimizerOptions::find(const std::string& name) {
  for (const auto& [known, value] : numbers())
    if (known == name) return value;
  return nullptr;
}

double OptimizerOptions::get_lr() const { return *const_cast<OptimizerOptions*>(this)->find("lr"); }

void OptimizerOptions::set_lr(double lr) { *find("lr") = lr; }

void OptimizerOptions::check_not_negative(const char* optimizer, const char* option, double value) {
  REEL_CHECK(value >= 0, optimizer, ": ", option, " is ", value, "; it must be at least 0.");
}

void OptimizerOptions::check_betas(const char* optimizer, double beta1, double beta2) {
  REEL_CHECK(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1, optimizer, ": betas are ", beta1,
             ", ", beta2, "; they must be at least 0 and below 1.");
}

OptimizerOptions& OptimizerParamGroup::options() {
  REEL_CHECK(options_,
             "optimizer: a group of parameters has no options; it gets the defaults when it is "
             "added to an optimizer. [use set_options, or give it options when it is made]");
  return *options_;
}

const OptimizerOptions& OptimizerParamGroup::options() const {
  return const_cast<OptimizerParamGroup*>(this)->options();
}

Optimizer::Optimizer(const char* name, std::vector<std::string> buffer_names,
                     std::unique_ptr<OptimizerOptions> defaults, const char* product_name)
    : name_(name),
      product_name_(product_name),
      buffer_names_(std::move(buffer_names)),
      defaults_(std::move(defaults)) {
  defaults_->check();
  REEL_ASSERT(buffer_names_.size() <= Segment::kMostBuffers);
}

void Optimizer::add_param_groups(std::vector<OptimizerParamGroup> groups) {
  for (OptimizerParamGroup& group : groups) add_param_group(std::move(group));
  REEL_CHECK(
      !states_.empty(), name_,
      ": it was given no parameters; there is nothing to train. [does the model register its "
      "modules and parameters?]");
}

void Optimizer::check_parameter(const Tensor& parameter, const TensorList& known) const {
  const size_t index = known.size();
  REEL_CHECK(parameter.defined(), name_, ": parameter ", index, " is undefined.");
  REEL_CHECK(parameter.is_leaf(), name_, ": parameter ", index, " ", parameter,
             " was computed and has a history; only leaves collect gradients. [use detach()]");
  REEL_CHECK(parameter.is_floating_point(), name_, ": parameter ", index, " is ", parameter.dtype(),
             "; only float32 and float64 can be trained.");
  check_shape(parameter, index);
  for (size_t i = 0; i < index; ++i)
    REEL_CHECK(!known[i].is_same(parameter), name_, ": parameter ", index, " ", parameter,
               " is also parameter ", i, "; it would be updated twice.");
}

void Optimizer::add_param_group(OptimizerParamGroup group) {
  if (!group.has_options()) group.options_ = defaults_->clone();
  REEL_CHECK(typeid(group.options()) == typeid(*defaults_), name_,
             ": a group of parameters has the options of another optimizer; use those of ", name_,
             ".");
  group.options().check();
  TensorList known = parameters();
  for (const Tensor& p : group.params_) {
    check_parameter(p, known);
    known.push_back(p);
  }
  states_.resize(known.size());
  for (OptimizerParamState& state : states_) state.buffers.resize(buffer_names_.size());
  groups_.push_back(std::move(group));
}

void Optimizer::add_parameters(const TensorList& added) {
  TensorList known = parameters();
  for (const Tensor& p : added) {
    check_parameter(p, known);
    known.push_back(p);
  }
  TensorList& first = groups_[0].params_;
  OptimizerParamState fresh;
  fresh.buffers.resize(buffer_names_.size());
  states_.insert(states_.begin() + static_cast<std::ptrdiff_t>(first.size()), added.size(), fresh);
  first.insert(first.end(), added.begin(), added.end());
}

TensorList Optimizer::parameters() const {
  TensorList all;
  for (const OptimizerParamGroup& group : groups_)
    all.insert(all.end(), group.params_.begin(), group.params_.end());
  return all;
}

Tensor Optimizer::call(const LossClosure& closure) {
  if (!closure) return {};
  const autograd::ProfileRange range("closure", autograd::ProfileCategory::kForward);
  const AutoGradMode recording(true);
  return closure();
}

Tensor Optimizer::step(const LossClosure& closure) {
  Tensor loss = call(closure);
  const autograd::ProfileRange range(name_, autograd::ProfileCategory::kOptimizer);
  const NoGradGuard no_grad;
  clear_batch();  // of a step that threw
  // All checks come before the first change: a step that throws leaves everything as it was.
  size_t index = 0;
  for (const OptimizerParamGroup& group : groups_)
    for (const Tensor& parameter : group.params_) check_gradient(group, index++, parameter);
  index = 0;
  for (const OptimizerParamGroup& group : groups_) {
    for (const Tensor& parameter : group.params_) add_to_batch(group, index++, parameter);
    update_batch(group);
  }
  return loss;
}

void Optimizer::check_gradient(const OptimizerParamGroup& group, size_t index,
                               const Tensor& parameter) const {
  const Tensor& gradient = parameter.grad();
  if (!gradient.defined()) return;
  REEL_CHECK(gradient.sizes() == parameter.sizes() && gradient.dtype() == parameter.dtype(), name_,
             ": the gradient of parameter ", index, " is ", gradient, " of ", gradient.dtype(),
             ", the parameter ", parameter, " of ", parameter.dtype(), "; they must agree.");
  const TensorList& buffers = states_[index].buffers;
  for (size_t i = 0; i < buffers.size(); ++i)
    REEL_CHECK(!buffers[i].defined() || buffers[i].sizes() == parameter.sizes() ||
                   !uses(group.options(), i),
               name_, ": the ", buffer_names_[i], " of a parameter is ", buffers[i],
               ", but the parameter is now ", parameter,
               "; the shapes must be equal. [make a new optimizer when shapes change]");
}

void Optimizer::add_to_batch(const OptimizerParamGroup& group, size_t index,
                             const Tensor& parameter) {
  const Tensor& gradient = parameter.grad();
  if (!gradient.defined()) return;
  OptimizerParamState& state = states_[index];
  const bool first = make_buffers(group.options(), state, parameter);
  parameter.impl()->present();
  gradient.impl()->present();
  // Memory that others look at too may be another parameter's, and a copy is to be written back at
  // once: these pass alone.
  const bool in_place = is_plain(parameter);
  const bool alone = !in_place || parameter.impl()->storage->use_count() > 1;
  ++state.step;
  state.product *= factor(group.options(), state.step);
  if (alone || batch_.dtype != parameter.dtype() || batch_.step != state.step ||
      batch_.first != first || batch_.product != state.product)
    update_batch(group);
  batch_.dtype = parameter.dtype();
  batch_.step = state.step;
  batch_.first = first;
  batch_.product = state.product;
  const auto memory = [this](const Tensor& x) {
    return is_plain(x) ? x.data_ptr() : copies_.emplace_back(x.contiguous()).data_ptr();
  };
  Segment segment{parameter.numel(), memory(gradient), memory(parameter), {}};
  for (size_t i = 0; i < state.buffers.size(); ++i)
    if (uses(group.options(), i)) segment.buffer[i] = state.buffers[i].data_ptr();
  batch_.segments.push_back(segment);
  batch_.parameters.push_back(&parameter);
  if (alone) {
    const Tensor written = in_place ? Tensor() : copies_.back();
    update_batch(group);
    if (!in_place) copy_values(written, parameter);
  }
  ++parameter.impl()->storage->version;
}

// Whether one was made.
bool Optimizer::make_buffers(const OptimizerOptions& options, OptimizerParamState& state,
                             const Tensor& parameter) const {
  bool made = false;
  for (size_t i = 0; i < state.buffers.size(); ++i) {
    Tensor& buffer = state.buffers[i];
    if (!uses(options, i)) continue;
    made |= !buffer.defined();
    if (!buffer.defined()) buffer = full(parameter.sizes(), initial(options, i), parameter.dtype());
    if (buffer.dtype() != parameter.dtype()) buffer = buffer.to(parameter.dtype());
  }
  return made;
}

void Optimizer::update_batch(const OptimizerParamGroup& group) {
  if (!batch_.segments.empty()) update(group.options(), batch_);
  clear_batch();
}

void Optimizer::clear_batch() {
  batch_.segments.clear();
  batch_.parameters.clear();
  copies_.clear();
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
  throw_argument_error(as_text(name_, ": the tensor ", parameter, " is none of its parameters."));
}

}  // namespace reel::optim
