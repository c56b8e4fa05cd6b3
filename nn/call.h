#pragma once
// Calling a module: its hooks, and its path in errors.

#include <reel/autograd/module_path.h>
#include <reel/nn/module.h>

#include <type_traits>
#include <utility>

namespace reel::nn {

struct HookedCall;

/// What every call does, whatever the type of the module.
struct ModuleCall {
  static bool has_hooks(const Module& module) { return module.hooks_ != nullptr; }
  /// Runs the hooks before forward, and prepares the inputs for those in backward.
  static std::shared_ptr<HookedCall> begin(Module& module, TensorList& inputs);
  /// Runs the hooks after forward, and prepares the output.
  static void end(Module& module, const std::shared_ptr<HookedCall>& call, const TensorList& inputs,
                  Tensor& output);
  [[noreturn]] static void reject_hooks(const Module& module);
  /// Throws the error being handled again, with the module's path unless an inner module added its
  /// own.
  [[noreturn]] static void rethrow(const Module& module);

  template <class M, size_t... I>
  static Tensor with_hooks(M& module, TensorList inputs, std::index_sequence<I...>) {
    const std::shared_ptr<HookedCall> call = begin(module, inputs);
    Tensor output = module.forward(inputs[I]...);
    end(module, call, inputs, output);
    return output;
  }
};

/// module.forward(args...), with the module's hooks; errors thrown inside name the module. Hooks
/// need a forward from Tensors to a Tensor.
template <class M, class... Args>
auto call(M& module, Args&&... args) -> decltype(module.forward(std::forward<Args>(args)...)) {
  const ModulePathScope scope(module.path());
  try {
    if (ModuleCall::has_hooks(module)) [[unlikely]] {
      if constexpr ((std::is_convertible_v<Args, const Tensor&> && ...) &&
                    std::is_same_v<decltype(module.forward(std::forward<Args>(args)...)), Tensor>)
        return ModuleCall::with_hooks(module, TensorList{args...},
                                      std::index_sequence_for<Args...>());
      else
        ModuleCall::reject_hooks(module);
    }
    return module.forward(std::forward<Args>(args)...);
  } catch (const Error&) {
    ModuleCall::rethrow(module);
  }
}

/// module.forward_relu(x); errors name the module.
Tensor call_relu(Module& module, const Tensor& x);

}  // namespace reel::nn
