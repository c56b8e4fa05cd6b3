#include <reel/autograd/variable.h>
#include <reel/nn/activation.h>
#include <reel/nn/pool.h>
#include <reel/nn/sequential.h>

#include <algorithm>
#include <typeinfo>

namespace reel::nn {

SequentialImpl::SequentialImpl(std::initializer_list<NamedModule> modules) {
  for (const NamedModule& m : modules) push_back(m.name, m.module);
}

SequentialImpl::SequentialImpl(const OrderedDict<std::string, AnyModule>& modules) {
  for (const auto& item : modules) push_back(item.key(), item.value());
}

Tensor SequentialImpl::forward(const Tensor& x) {
  if (is_empty()) return x;
  size_t i = 0;
  Tensor y = run_tensors(i, x);
  if (i == size()) [[likely]]
    return y;
  const AnyValue value(i == 0 ? x : y);
  return run_values(i, &value, 1).get<Tensor>();
}

AnyValue SequentialImpl::forward_values(const AnyValue* inputs, size_t n) {
  REEL_CHECK(!is_empty() || n == 1, "sequential: ", n,
             " inputs to one without modules, which returns its input; there must be one.");
  return is_empty() ? inputs[0] : run_values(0, inputs, n);
}

AnyValue SequentialImpl::run_values(size_t i, const AnyValue* inputs, size_t n) {
  AnyValue value;
  while (i < size()) {
    const Tensor* x = n == 1 ? inputs->try_get<Tensor>() : nullptr;
    if (x && kinds_[i] != Kind::kNoTensors)
      value = AnyValue(run_tensors(i, *x));
    else
      value = modules_[i++].forward_values(inputs, n);
    inputs = &value;
    n = 1;
  }
  return value;
}

Tensor SequentialImpl::run_tensors(size_t& i, const Tensor& x) {
  Tensor y;
  for (const Tensor* in = &x; i < size() && kinds_[i] != Kind::kNoTensors; ++i, in = &y) {
    const Kind next = next_kind(i);
    if (next == Kind::kReLU) {
      if (Tensor fused = call_relu(*modules_[i].ptr(), *in); fused.defined()) {
        y = std::move(fused);
        ++i;
        continue;
      }
    }
    // The greatest of what ReLU leaves is what ReLU leaves of the greatest, gradients included, and
    // the pool's output is the smaller one. In place, somebody may look at what ReLU leaves.
    if (kinds_[i] == Kind::kReLU && next == Kind::kMaxPool &&
        !static_cast<const ReLUImpl&>(*modules_[i].ptr()).options.inplace()) {
      y = modules_[i].forward(modules_[i + 1].forward(*in));
      ++i;
      continue;
    }
    // What nobody else holds or will look at can be written over.
    if (kinds_[i] == Kind::kReLU && in == &y && !GradMode::is_enabled() && is_exclusive(y) &&
        y.is_floating_point() && !ModuleCall::has_hooks(*modules_[i].ptr()))
      y.relu_();
    else
      y = modules_[i].forward(*in);
  }
  return y;
}

SequentialImpl::Kind SequentialImpl::next_kind(size_t i) const {
  if (i + 1 == size() || (kinds_[i + 1] != Kind::kReLU && kinds_[i + 1] != Kind::kMaxPool))
    return Kind::kOther;
  if (ModuleCall::has_hooks(*modules_[i].ptr()) || ModuleCall::has_hooks(*modules_[i + 1].ptr()))
    return Kind::kOther;
  return kinds_[i + 1];
}

void SequentialImpl::push_back(AnyModule module) {
  push_back(free_name(size()), std::move(module));
}

void SequentialImpl::push_back(std::string name, AnyModule module) {
  register_module(name, module.ptr());
  names_.push_back(std::move(name));
  kinds_.push_back(kind_of(module));
  modules_.push_back(std::move(module));
}

SequentialImpl::Kind SequentialImpl::kind_of(const AnyModule& module) {
  if (!module.maps_tensors()) return Kind::kNoTensors;
  Module& m = *module.ptr();
  if (m.as<ReLU>()) return Kind::kReLU;
  return m.as<MaxPool1d>() || m.as<MaxPool2d>() || m.as<MaxPool3d>() ? Kind::kMaxPool
                                                                     : Kind::kOther;
}

size_t SequentialImpl::place_of(const std::string& name) const {
  return static_cast<size_t>(std::find(names_.begin(), names_.end(), name) - names_.begin());
}

void SequentialImpl::replace(const std::string& name, AnyModule module) {
  REEL_CHECK(!module.is_empty(), "replace_module: '", name,
             "' is an empty pointer or holder; there is no module to register.");
  Module::set_child(name, module.ptr());
  const size_t i = place_of(name);
  if (i == size()) return;  // a child of a derived class
  kinds_[i] = kind_of(module);
  modules_[i] = std::move(module);
}

void SequentialImpl::set_child(const std::string& name, std::shared_ptr<Module> child) {
  const size_t i = place_of(name);
  if (child && i < size()) {
    const Module& replacement = *child;
    REEL_CHECK(typeid(replacement) == modules_[i].type_info(), "replace_module: '", name,
               "' of a Sequential is a ", modules_[i].ptr()->name(), ", its replacement a ",
               child->name(),
               "; through a Module& they must be of one type. [call replace_module of the "
               "Sequential, which sees the type]");
    return replace(name, modules_[i].with(std::move(child)));
  }
  Module::set_child(name, std::move(child));
  if (i == size()) return;
  const auto at = static_cast<std::ptrdiff_t>(i);
  names_.erase(names_.begin() + at);
  modules_.erase(modules_.begin() + at);
  kinds_.erase(kinds_.begin() + at);
}

void SequentialImpl::extend(const SequentialImpl& other) {
  const std::vector<AnyModule> modules = other.modules_;  // other may be this
  for (const AnyModule& module : modules) push_back(module);
}

const AnyModule& SequentialImpl::checked(size_t i) const {
  REEL_CHECK(i < size(), "sequential: index ", i, " of ", size(),
             " modules; it must be below that.");
  return modules_[i];
}

std::shared_ptr<Module> SequentialImpl::clone_module() const {
  auto copy = make_module<SequentialImpl>();
  for (size_t i = 0; i < size(); ++i)
    copy->push_back(names_[i], modules_[i].with(clone_child(*modules_[i].ptr())));
  copy_state_to(*copy);
  return copy;
}

}  // namespace reel::nn
