#include <reel/autograd/grad_mode.h>
#include <reel/nn/module_state.h>

namespace reel::nn {

void ModuleStateGuard::put_aside(const OrderedDict<std::string, Tensor>& tensors,
                                 std::vector<Kept>& kept) {
  for (const auto& item : tensors) {
    const Tensor& x = item.value();
    kept.push_back({item.key(), x, x.detach(), x.grad()});
    x.set_data(x.detach().clone());
    x.mutable_grad() = Tensor();
  }
}

ModesGuard::ModesGuard(const Module& module) {
  for (auto& m : module.modules()) modes_.push_back({m, m->is_training()});
}

ModesGuard::~ModesGuard() {
  // From the root down, so that a mode that differs from its parent's has the last word.
  for (const Mode& mode : modes_) mode.module->train(mode.training);
}

ModuleStateGuard::ModuleStateGuard(Module& module)
    : modes_(module), generator_(default_generator()) {
  put_aside(module.named_parameters(), parameters_);
  put_aside(module.named_buffers(), buffers_);
}

ModuleStateGuard::~ModuleStateGuard() {
  for (const auto* kept : {&parameters_, &buffers_})
    for (const Kept& k : *kept) {
      k.tensor.set_data(k.data);
      k.tensor.mutable_grad() = k.grad;
    }
  default_generator() = generator_;
}

void ModuleStateGuard::rewind() const {
  const NoGradGuard no_grad;
  // New memory and not the old written over: a tape may have saved the old.
  for (const Kept& b : buffers_) b.tensor.set_data(b.data.to(b.tensor.dtype()).clone());
  default_generator() = generator_;
}

RequireGradGuard::RequireGradGuard(const Module& module) {
  for (const Tensor& p : module.parameters())
    if (p.is_floating_point() && p.is_leaf() && !p.requires_grad())
      frozen_.push_back(p.set_requires_grad(true));
}

RequireGradGuard::~RequireGradGuard() {
  for (const Tensor& p : frozen_) p.set_requires_grad(false);
}

std::string ModuleStateGuard::changed_buffer() const {
  const NoGradGuard no_grad;
  for (const Kept& b : buffers_)
    if (b.tensor.to_vector() != b.data.to_vector()) return b.name;
  return {};
}

}  // namespace reel::nn
