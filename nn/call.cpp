#include <reel/autograd/operation_scope.h>
#include <reel/nn/call.h>
#include <reel/nn/holder.h>
#include <reel/nn/module_hooks.h>
#include <reel/nn/type_name.h>

#include <cstring>

namespace reel::nn {

void ModuleCall::reject_hooks(const Module& module) {
  const ModuleHooks& hooks = *module.hooks_;
  bool observed = hooks.backward_pre.empty() && hooks.backward.empty();
  for (const auto& hook : hooks.forward_pre) observed = observed && hook.is_observer;
  for (const auto& hook : hooks.forward) observed = observed && hook.is_observer;
  if (observed) return;
  throw_argument_error(as_text(
      "forward hook: ", module.name(),
      " has hooks, but its forward is not from Tensors to a Tensor; only those can be hooked."));
}

namespace {

template <class E>
[[noreturn]] void rethrow_as(const E& error, const Module& module) {
  constexpr const char* kMarker = " (in module ";
  if (std::strstr(error.what(), kMarker)) throw;
  throw E(as_text(error.what(), kMarker, module.path() ? std::string(module.path()) : module.name(),
                  ")"));
}

}  // namespace

void ModuleCall::rethrow(const Module& module) {
  try {
    throw;
  } catch (const ArgumentError& e) {
    rethrow_as(e, module);
  } catch (const AnomalyError& e) {
    rethrow_as(e, module);
  } catch (const GraphError& e) {
    rethrow_as(e, module);
  } catch (const IoError& e) {
    rethrow_as(e, module);
  } catch (const InternalError& e) {
    rethrow_as(e, module);
  }
}

Tensor call_relu(Module& module, const Tensor& x) {
  const ModulePathScope scope(module.path());
  try {
    Tensor y = module.forward_relu(x);
    if (!y.defined() && active_recorder) [[unlikely]]
      note_module_skipped();
    return y;
  } catch (const Error&) {
    ModuleCall::rethrow(module);
  }
}

void throw_empty_holder(const std::type_info& type) {
  throw_argument_error(as_text("module holder: it holds no ", type_name(type),
                               "; it was made from nullptr. [assign a module to it first]"));
}

}  // namespace reel::nn
