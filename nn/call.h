#pragma once
// Calling a module: its hooks, and its path in errors.

#include <reel/autograd/module_path.h>
#include <reel/nn/module.h>

#include <type_traits>
#include <utility>

namespace reel::nn {

/// What every call does, whatever the type of the module.
struct ModuleCall {
  using Forward = Tensor (*)(Module& module, const TensorList& inputs);

  static bool has_hooks(const Module& module) { return module.hooks_ != nullptr; }
  /// Calls forward between the hooks.
  static Tensor with_hooks(Module& module, TensorList inputs, Forward forward);
  /// Throws unless all hooks are observers.
  static void reject_hooks(const Module& module);
  /// Throws the error being handled again, with the module's path unless an inner module added its
  /// own.
  [[noreturn]] static void rethrow(const Module& module);

  template <class M, size_t... I>
  static Forward forward_of(std::index_sequence<I...>) {
    return [](Module& module, const TensorList& inputs) -> Tensor {
      return static_cast<M&>(module).forward(inputs[I]...);
    };
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
        return ModuleCall::with_hooks(
            module, TensorList{args...},
            ModuleCall::forward_of<M>(std::index_sequence_for<Args...>()));
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
