#include <reel/autograd/variable.h>
#include <reel/nn/call.h>
#include <reel/nn/module_hooks.h>

#include <atomic>

namespace reel::nn {

bool ModuleHooks::empty() const {
  return forward_pre.empty() && forward.empty() && backward_pre.empty() && backward.empty();
}

Module::~Module() {
  if (hooks_) hooks_->module = nullptr;
}

ModuleHooks& Module::hooks() {
  if (!hooks_) hooks_ = std::make_shared<ModuleHooks>(this);
  return *hooks_;
}

namespace {

// One row of handles for all kinds of hooks.
uint32_t next_handle() {
  static std::atomic<uint32_t> handles{0};
  return ++handles;
}

template <class Function>
uint32_t add_hook(std::vector<HookEntry<Function>>& list, const char* op, Function function) {
  REEL_CHECK(function, op, ": the function is empty; there is nothing to call.");
  const uint32_t handle = next_handle();
  list.push_back({handle, std::move(function)});
  return handle;
}

void check_replaced(const char* kind, const char* what, const TensorList& before,
                    const TensorList& after) {
  REEL_CHECK(after.size() == before.size(), kind, ": it left ", after.size(), " ", what, " of ",
             before.size(), "; it may replace ", what, ", not add or remove them.");
}

}  // namespace

uint32_t Module::register_forward_pre_hook(ForwardPreHook hook) {
  return add_hook(hooks().forward_pre, "register_forward_pre_hook", std::move(hook));
}
uint32_t Module::register_forward_hook(ForwardHook hook) {
  return add_hook(hooks().forward, "register_forward_hook", std::move(hook));
}
uint32_t Module::register_forward_pre_observer(ForwardPreHook observer) {
  const uint32_t handle = register_forward_pre_hook(std::move(observer));
  hooks_->forward_pre.back().is_observer = true;
  return handle;
}
uint32_t Module::register_forward_observer(ForwardHook observer) {
  const uint32_t handle = register_forward_hook(std::move(observer));
  hooks_->forward.back().is_observer = true;
  return handle;
}
uint32_t Module::register_full_backward_pre_hook(BackwardPreHook hook) {
  return add_hook(hooks().backward_pre, "register_full_backward_pre_hook", std::move(hook));
}
uint32_t Module::register_full_backward_hook(BackwardHook hook) {
  return add_hook(hooks().backward, "register_full_backward_hook", std::move(hook));
}

uint32_t Module::find_forward_pre_hook(const std::function<bool(const ForwardPreHook&)>& is) const {
  if (hooks_)
    for (const auto& hook : hooks_->forward_pre)
      if (is(hook.function)) return hook.handle;
  return 0;
}

void Module::remove_hook(uint32_t handle) {
  if (!hooks_) return;
  const auto is_it = [&](const auto& hook) { return hook.handle == handle; };
  std::erase_if(hooks_->forward_pre, is_it);
  std::erase_if(hooks_->forward, is_it);
  std::erase_if(hooks_->backward_pre, is_it);
  std::erase_if(hooks_->backward, is_it);
  // Without hooks, calls are fast again. Who runs these now keeps them alive.
  if (hooks_->empty()) hooks_.reset();
}

namespace {

// What the hooks of one call see in backward: the output's gradient is kept from where it arrives
// until those of the inputs are complete.
struct HookedCall {
  std::shared_ptr<ModuleHooks> hooks;
  size_t num_inputs = 0;
  bool watches_inputs = false;  // some input takes a gradient
  TensorList grad_outputs;

  void run_backward_pre() {
    if (!hooks->module) return;
    const auto list = hooks->backward_pre;  // a hook may remove itself
    for (const auto& hook : list) {
      const TensorList before = grad_outputs;
      hook.function(*hooks->module, grad_outputs);
      check("backward pre-hook", "output", before, grad_outputs);
    }
  }
  void run_backward(TensorList& grad_inputs) {
    if (hooks->module) {
      const auto list = hooks->backward;
      for (const auto& hook : list) {
        const TensorList before = grad_inputs;
        hook.function(*hooks->module, grad_inputs, grad_outputs);
        check("backward hook", "input", before, grad_inputs);
      }
    }
    grad_outputs.clear();
  }

 private:
  static void check(const char* kind, const char* of, const TensorList& before,
                    const TensorList& after) {
    check_replaced(kind, "gradients", before, after);
    for (size_t i = 0; i < before.size(); ++i) {
      const Tensor &was = before[i], &is = after[i];
      if (!is.defined()) continue;
      REEL_CHECK(was.defined(), kind, ": it gave ", of, " ", i, " a gradient ", is,
                 ", which takes none; it must stay undefined.");
      REEL_CHECK(is.sizes() == was.sizes() && is.dtype() == was.dtype(), kind, ": it replaced the ",
                 was.dtype(), " gradient ", was, " of ", of, " ", i, " by a ", is.dtype(), " one ",
                 is, "; shape and dtype must stay.");
    }
  }
};

// Stands between a module's inputs and its forward: its turn comes when all gradients that the
// forward sends back have arrived.
struct HookedInputs final : NodeOf<HookedInputs> {
  static constexpr const char* kName = "backward_hook";
  std::shared_ptr<HookedCall> hooked;
  bool is_view() const override { return true; }
  void backward(BackwardCall& call) override {
    TensorList grad_inputs;
    for (size_t i = 0; i < hooked->num_inputs; ++i) grad_inputs.push_back(call.grad_output(i));
    if (hooked->grad_outputs.empty()) hooked->grad_outputs.resize(1);
    hooked->run_backward(grad_inputs);
    for (size_t i = 0; i < hooked->num_inputs; ++i)
      if (call.wanted(i)) call.set_grad_input(i, std::move(grad_inputs[i]));
  }
  void release_saved() override { hooked.reset(); }
};

// Stands behind a module's output.
struct HookedOutput final : NodeOf<HookedOutput> {
  static constexpr const char* kName = "backward_hook";
  std::shared_ptr<HookedCall> hooked;
  bool is_view() const override { return true; }
  void backward(BackwardCall& call) override {
    hooked->grad_outputs = {call.take_grad_output()};
    hooked->run_backward_pre();
    call.set_grad_input(0, hooked->grad_outputs[0]);
    if (hooked->watches_inputs) return;
    TensorList none(hooked->num_inputs);
    hooked->run_backward(none);
  }
  void release_saved() override { hooked.reset(); }
};

// The same tensor with a place of its own on the tape.
Tensor alias_of(const Tensor& x) {
  Tensor alias = x.detach();
  alias.impl()->recorded_writes = x.impl()->recorded_writes;
  return alias;
}

void watch_inputs(const std::shared_ptr<HookedCall>& call, TensorList& inputs) {
  call->num_inputs = inputs.size();
  std::vector<const Tensor*> pointers;
  for (const Tensor& x : inputs) {
    if (x.defined()) check_history(HookedInputs::kName, x);
    call->watches_inputs |= x.requires_grad();
    pointers.push_back(&x);
  }
  if (!call->watches_inputs) return;
  const Ref<HookedInputs> node = make_ref<HookedInputs>();
  link(*node, pointers.data(), pointers.size());
  node->num_outputs = static_cast<uint32_t>(inputs.size());
  node->hooked = call;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].requires_grad()) continue;
    Tensor alias = alias_of(inputs[i]);
    set_history(alias, node, static_cast<uint32_t>(i));
    inputs[i] = std::move(alias);
  }
}

void watch_output(const std::shared_ptr<HookedCall>& call, Tensor& output) {
  if (!output.requires_grad()) return;
  Tensor alias = alias_of(output);
  if (auto* node = record<HookedOutput>(alias, output)) {
    node->hooked = call;
    output = std::move(alias);
  }
}

}  // namespace

Tensor ModuleCall::with_hooks(Module& module, TensorList inputs, Forward forward) {
  const auto pre = module.hooks_->forward_pre;
  for (const auto& hook : pre) {
    const TensorList before = inputs;
    hook.function(module, inputs);
    check_replaced("forward pre-hook", "inputs", before, inputs);
  }
  std::shared_ptr<HookedCall> call;
  if (const std::shared_ptr<ModuleHooks> hooks = module.hooks_;
      hooks && !(hooks->backward_pre.empty() && hooks->backward.empty()) &&
      GradMode::is_enabled()) {
    call = std::make_shared<HookedCall>();
    call->hooks = hooks;
    watch_inputs(call, inputs);
  }
  Tensor output = forward(module, inputs);
  if (module.hooks_) {
    const auto list = module.hooks_->forward;
    for (const auto& hook : list) hook.function(module, inputs, output);
  }
  if (call && output.defined()) watch_output(call, output);
  return output;
}

}  // namespace reel::nn
