#include <reel/autograd/anomaly_check.h>
#include <reel/autograd/function.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

#include <algorithm>

namespace reel::autograd {

namespace {

bool contains(const variable_list& list, const Tensor& x) {
  return std::any_of(list.begin(), list.end(), [&](const Tensor& y) { return y.is_same(x); });
}

}  // namespace

// GCC writes "... [with T = space::Name<int>; ...]", Clang "... [T = space::Name<int>]".
std::string type_in(const char* signature) {
  const std::string text = signature;
  const size_t begin = text.find("T = ") + 4, end = text.find_first_of(";]", begin);
  const std::string type = text.substr(begin, end - begin);
  const size_t colons = type.rfind("::", type.find('<'));
  return colons == std::string::npos ? type : type.substr(colons + 2);
}

const SavedValue& SavedValue::checked(const char* wanted) const {
  REEL_CHECK(kind_ == std::string(wanted), "saved_data: the value is a ", kind_, ", not the ",
             wanted, " asked for.");
  return *this;
}

SavedValue& SavedData::operator[](const std::string& name) {
  for (auto& item : values_)
    if (item.first == name) return item.second;
  return values_.emplace_back(name, SavedValue()).second;
}

variable_list AutogradContext::get_saved_variables() const {
  if (!node_ || !node_->call_) return to_save_;
  variable_list tensors;
  for (size_t i = 0; i < node_->saved_.size(); ++i)
    tensors.push_back(node_->saved_[i].unpack(*node_, as_text(i).c_str()));
  return tensors;
}

void AutogradContext::mark_dirty(const variable_list& inputs) {
  dirty_ = inputs;
  const AutoGradMode mode(node_->recorded_);
  for (const Tensor& x : inputs) {
    REEL_CHECK(node_->argument_of(x), node_->name(), ": mark_dirty names a tensor ", x,
               " that is no argument of forward; only arguments can be.");
    check_in_place(node_->name(), x);
  }
}

bool AutogradContext::needs_input_grad(size_t i) const {
  REEL_CHECK(i < node_->arguments_.size() && node_->arguments_[i].is_tensor, node_->name(),
             ": needs_input_grad(", i, ") is no tensor; forward has ", node_->arguments_.size(),
             " arguments after the context.");
  const FunctionNode::Argument& argument = node_->arguments_[i];
  return node_->call_ ? argument.wanted && node_->call_->wanted(argument.edge) : argument.wanted;
}

bool AutogradContext::needs_input_grad(std::initializer_list<IndexRange> ranges) const {
  bool needed = false;
  for (const auto& [first, end] : ranges)
    for (size_t i = first; i < end; ++i) needed |= needs_input_grad(i);
  return needed;
}

namespace {

struct PassNoGradient : Function<PassNoGradient> {
  static variable_list forward(AutogradContext*, const variable_list& inputs) { return inputs; }
  static variable_list backward(AutogradContext*, variable_list gradients) {
    return variable_list(gradients.size());
  }
};

}  // namespace

variable_list UndefinedGrad::apply(variable_list inputs) const {
  return PassNoGradient::apply(inputs);
}

const FunctionNode::Argument* FunctionNode::argument_of(const Tensor& x) const {
  for (const Argument& a : arguments_)
    if (a.is_tensor && a.tensor.is_same(x)) return &a;
  return nullptr;
}

void FunctionNode::start(AutogradContext& context) {
  context_ = &context;
  context.node_ = this;
  std::vector<const Tensor*> inputs;
  for (Argument& a : arguments_) {
    if (!a.is_tensor) continue;
    a.edge = static_cast<uint32_t>(inputs.size());
    inputs.push_back(&a.tensor);
    if (!a.tensor.defined()) continue;
    a.sizes = a.tensor.sizes();
    a.dtype = a.tensor.dtype();
  }
  recorded_ = needs_recording({name(), inputs.data(), inputs.size()});
  if (!recorded_) return;
  link(*this, inputs.data(), inputs.size());
  for (Argument& a : arguments_) a.wanted = a.is_tensor && Node::wanted(a.edge);
}

// An output handle that is the function's own: returning an argument must not give that its
// history.
Tensor FunctionNode::wrap(const Tensor& y, uint32_t nr) {
  if (contains(context_->dirty_, y)) {
    ++y.impl()->storage->version;
    if (!recorded_) return y;
    // A view goes on by itself; its base notices.
    y.impl()->base.reset();
    y.impl()->view_kind = ViewKind::kNone;
    y.impl()->recorded_writes = ++y.impl()->storage->recorded_writes;
    set_history(y, Ref<Node>(this), nr);
    return y;
  }
  const bool foreign = argument_of(y) || y.requires_grad();
  const bool constant = !y.is_floating_point() || contains(context_->constants_, y);
  const Tensor own = foreign ? y.detach() : y;
  if (!recorded_ || constant) return own;
  if (foreign) own.impl()->recorded_writes = y.impl()->recorded_writes;
  set_history(own, Ref<Node>(this), nr);
  const Tensor& first = arguments_.front().tensor;
  shares_input_ |= first.defined() && first.impl()->storage == own.impl()->storage;
  return own;
}

variable_list FunctionNode::finish(variable_list outputs) {
  for (const Tensor& x : context_->dirty_)
    REEL_CHECK(contains(outputs, x), name(), ": forward marked an argument ", x,
               " as dirty and did not return it; what it wrote would be lost on the tape.");
  if (TapeMode::get() & TapeMode::kDetectsAnomalies) [[unlikely]]
    watch(outputs);
  if (active_recorder) [[unlikely]]
    for (const Tensor& y : outputs) note_saved(y);
  const variable_list returned = outputs;
  num_outputs = static_cast<uint32_t>(outputs.size());
  for (uint32_t nr = 0; nr < num_outputs; ++nr) {
    Tensor& y = outputs[nr];
    outputs_.push_back(y.defined() ? Output{y.sizes(), y.dtype()} : Output{{}, kFloat32});
    if (y.defined()) y = wrap(y, nr);
  }
  if (recorded_) save(returned);
  for (Argument& a : arguments_) a.tensor = Tensor();
  context_->to_save_.clear();
  context_->dirty_.clear();
  context_->constants_.clear();
  return outputs;
}

void FunctionNode::watch(const variable_list& outputs) const {
  std::vector<const Tensor*> tensors;
  for (const Tensor& y : outputs) tensors.push_back(&y);
  const size_t n = tensors.size();
  for (const Argument& a : arguments_)
    if (a.is_tensor && !contains(context_->dirty_, a.tensor)) tensors.push_back(&a.tensor);
  check_forward(name(), {tensors.data(), n, tensors.data() + n, tensors.size() - n});
}

void FunctionNode::save(const variable_list& outputs) {
  for (const Tensor& x : context_->to_save_) {
    saved_.emplace_back();
    if (!x.defined()) continue;
    const auto output = std::find_if(outputs.begin(), outputs.end(),
                                     [&](const Tensor& y) { return y.defined() && y.is_same(x); });
    // An argument that forward returns as it was is saved as the argument.
    if (output == outputs.end() || (argument_of(x) && !contains(context_->dirty_, x)))
      saved_.back().save(x);
    else
      saved_.back().save_output(x, static_cast<uint32_t>(output - outputs.begin()));
  }
}

void FunctionNode::backward(BackwardCall& call) {
  variable_list gradients;
  for (uint32_t i = 0; i < num_outputs; ++i) {
    const Tensor& g = call.grad_output(i);
    gradients.push_back(
        g.defined() || !context_->materialize_ ? g : zeros(outputs_[i].sizes, outputs_[i].dtype));
  }
  call_ = &call;
  struct Reset {
    const BackwardCall*& call;
    ~Reset() { call = nullptr; }
  } reset{call_};
  const variable_list result = run_backward(std::move(gradients));
  const size_t n = arguments_.size();
  const bool extra_undefined =
      result.size() >= n && std::none_of(result.begin() + static_cast<std::ptrdiff_t>(n),
                                         result.end(), [](const Tensor& g) { return g.defined(); });
  REEL_CHECK(
      extra_undefined, name(), ": backward returned ", result.size(),
      " gradients, but forward has ", n,
      " arguments after the context; there must be one each. [an undefined Tensor() for those that "
      "take none]");
  for (size_t i = 0; i < n; ++i) {
    const Argument& a = arguments_[i];
    const Tensor& g = result[i];
    if (!g.defined()) continue;
    REEL_CHECK(a.is_tensor, name(), ": backward returned a gradient ", g, " for argument ", i,
               ", which is no tensor; it must be undefined there.");
    if (!a.wanted) continue;
    REEL_CHECK(g.sizes() == a.sizes, name(), ": backward returned a gradient ", g, " for argument ",
               i, " ", a.sizes, "; the shapes must be equal.");
    REEL_CHECK(g.dtype() == a.dtype, name(), ": backward returned a gradient of ", g.dtype(),
               " for argument ", i, " of ", a.dtype, "; the dtypes must be equal.");
    call.set_grad_input(a.edge, g);
  }
}

void FunctionNode::release_saved() {
  saved_.clear();
  context_ = nullptr;
  drop_context();
}

}  // namespace reel::autograd
