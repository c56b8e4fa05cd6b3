#include <reel/nn/sequential.h>

namespace reel::nn {

SequentialImpl::SequentialImpl(std::initializer_list<NamedModule> modules) {
  for (const NamedModule& m : modules) push_back(m.name, m.module);
}

Tensor SequentialImpl::forward(const Tensor& x) {
  Tensor y = x;
  for (const AnyModule& module : modules_) y = module.forward(y);
  return y;
}

void SequentialImpl::push_back(AnyModule module) {
  push_back(std::to_string(size()), std::move(module));
}

void SequentialImpl::push_back(std::string name, AnyModule module) {
  register_module(std::move(name), module.ptr());
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
  auto copy = std::make_shared<SequentialImpl>();
  const auto names = named_children().keys();
  for (size_t i = 0; i < size(); ++i) copy->push_back(names[i], modules_[i].clone());
  copy_state_to(*copy);
  return copy;
}

}  // namespace reel::nn
