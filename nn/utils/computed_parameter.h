#pragma once
// A parameter that is computed from others before each forward: what weight norm and spectral norm
// share. Included by their sources only.

#include <reel/autograd/grad_mode.h>
#include <reel/autograd/variable.h>
#include <reel/nn/module.h>

#include <string>

namespace reel::nn::utils {

/// The parameter of that name, to be computed from now on. Throws: ArgumentError when there is
/// none.
Tensor parameter_to_compute(const char* op, const Module& module, const std::string& name);

/// Makes `w` stand for what `compute` returns, on the tape in any mode: who then calls forward, and
/// not the module, gets right gradients or an error, and never none.
template <class Compute>
void compute_parameter(const Tensor& w, const Compute& compute) {
  const AutoGradMode recording(true);
  stand_in(w, compute());
}

/// Makes `w` a parameter of the module again, with that value.
void restore_parameter(Module& module, const std::string& name, const Tensor& w,
                       const Tensor& value);

[[noreturn]] void throw_no_hook(const char* op, const Module& module, const std::string& name);

/// Removes the pre-hook of type Hook for the parameter `name`, and returns it. Throws:
/// ArgumentError when there is none.
template <class Hook>
Hook take_hook(const char* op, Module& module, const std::string& name) {
  Hook found;
  const uint32_t handle = module.find_forward_pre_hook([&](const ForwardPreHook& hook) {
    const Hook* ours = hook.target<Hook>();
    if (!ours || ours->name != name) return false;
    found = *ours;
    return true;
  });
  if (handle == 0) throw_no_hook(op, module, name);
  module.remove_forward_hook(handle);
  return found;
}

}  // namespace reel::nn::utils
