#include <reel/nn/activation.h>
#include <reel/nn/pool.h>
#include <reel/nn/sequential.h>

namespace reel::nn {

SequentialImpl::SequentialImpl(std::initializer_list<NamedModule> modules) {
  for (const NamedModule& m : modules) push_back(m.name, m.module);
}

Tensor SequentialImpl::forward(const Tensor& x) {
  if (modules_.empty()) return x;
  Tensor y;
  for (size_t i = 0; i < size(); ++i) {
    const Tensor& in = i == 0 ? x : y;
    const Kind next = next_kind(i);
    if (next == Kind::kReLU) {
      if (Tensor fused = call_relu(*modules_[i].ptr(), in); fused.defined()) {
        y = std::move(fused);
        ++i;
        continue;
      }
    }
    // The greatest of what ReLU leaves is what ReLU leaves of the greatest, gradients included, and
    // the pool's output is the smaller one. In place, somebody may look at what ReLU leaves.
    if (kinds_[i] == Kind::kReLU && next == Kind::kMaxPool &&
        !static_cast<const ReLUImpl&>(*modules_[i].ptr()).options.inplace()) {
      y = modules_[i].forward(modules_[i + 1].forward(in));
      ++i;
      continue;
    }
    y = modules_[i].forward(in);
  }
  return y;
}

SequentialImpl::Kind SequentialImpl::next_kind(size_t i) const {
  if (i + 1 == size() || kinds_[i + 1] == Kind::kOther) return Kind::kOther;
  if (ModuleCall::has_hooks(*modules_[i].ptr()) || ModuleCall::has_hooks(*modules_[i + 1].ptr()))
    return Kind::kOther;
  return kinds_[i + 1];
}

void SequentialImpl::push_back(AnyModule module) {
  push_back(std::to_string(size()), std::move(module));
}

void SequentialImpl::push_back(std::string name, AnyModule module) {
  register_module(std::move(name), module.ptr());
  Module& m = *module.ptr();
  const bool pool = m.as<MaxPool1d>() || m.as<MaxPool2d>() || m.as<MaxPool3d>();
  kinds_.push_back(m.as<ReLU>() ? Kind::kReLU : pool ? Kind::kMaxPool : Kind::kOther);
  modules_.push_back(std::move(module));
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
  const auto names = named_children().keys();
  for (size_t i = 0; i < size(); ++i) copy->push_back(names[i], modules_[i].clone());
  copy_state_to(*copy);
  return copy;
}

}  // namespace reel::nn
