#pragma once
// A test for modules: gradients, registration, modes and clones, in one call.

#include <reel/autograd/gradcheck.h>
#include <reel/nn/tensor_forward.h>

#include <initializer_list>
#include <iosfwd>
#include <string>
#include <vector>

namespace reel::nn {

struct CheckModuleOptions {
  GradcheckOptions gradcheck = {};
  /// Above this many elements of parameters and inputs, gradients are compared along one random
  /// direction each instead of one by one.
  int64_t max_elements = 2000;
};

/// What check_module found; converts to whether all was right, and to_string explains it.
struct CheckModuleReport {
  std::string module;
  std::vector<std::string> problems;
  std::vector<std::string> remarks;  ///< what could not be checked, or looks odd but may be meant
  int64_t parameters = 0;            ///< that are trained
  int64_t inputs = 0;                ///< that are floating-point
  int64_t gradients = 0;             ///< compared with differences
  explicit operator bool() const { return problems.empty(); }
};
std::string to_string(const CheckModuleReport& report);
std::ostream& operator<<(std::ostream& out, const CheckModuleReport& report);

/// A tensor or several: what a module's forward is called with.
struct ModuleInputs {
  ModuleInputs(Tensor input) : tensors{std::move(input)} {}
  ModuleInputs(TensorList inputs) : tensors(std::move(inputs)) {}
  ModuleInputs(std::initializer_list<Tensor> inputs) : tensors(inputs) {}
  TensorList tensors;
};

/// check_module for any type of module.
CheckModuleReport check_any_module(Module& module, TensorForward forward, bool cloneable,
                                   const TensorList& inputs, const CheckModuleOptions& options);

/// Runs a module on `inputs` in training and in evaluation, and checks that
/// - every parameter gets a gradient, and it is right, as is that of every floating input;
/// - all that is trained is registered;
/// - evaluation repeats itself and leaves buffers alone;
/// - a clone computes the same and shares nothing.
/// Gradients are compared in float64. The module is left as it was.
template <class M>
requires std::is_base_of_v<Module, M> CheckModuleReport
check_module(M& module, const ModuleInputs& inputs, const CheckModuleOptions& options = {}) {
  constexpr bool kCloneable = !std::is_same_v<decltype(module.clone()), std::shared_ptr<Module>>;
  return check_any_module(module, &tensor_forward<M>, kCloneable, inputs.tensors, options);
}
template <class M>
CheckModuleReport check_module(const ModuleHolder<M>& holder, const ModuleInputs& inputs,
                               const CheckModuleOptions& options = {}) {
  return check_module(*holder, inputs, options);
}
template <class M>
CheckModuleReport check_module(const std::shared_ptr<M>& module, const ModuleInputs& inputs,
                               const CheckModuleOptions& options = {}) {
  return check_module(*module, inputs, options);
}

}  // namespace reel::nn
