#pragma once
// Module: a part of a model, with parameters, buffers and children that it knows by name.

#include <reel/core/ordered_dict.h>
#include <reel/nn/parameter.h>

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

namespace reel::nn {

class Module;

/// Called before forward; may replace inputs.
using ForwardPreHook = std::function<void(Module&, TensorList& inputs)>;
/// Called after forward; may replace the output.
using ForwardHook = std::function<void(Module&, const TensorList& inputs, Tensor& output)>;
/// Called in backward with the gradient of the output; may replace it.
using BackwardPreHook = std::function<void(Module&, TensorList& grad_outputs)>;
/// Called in backward with the gradients of the inputs, undefined for those that take none; may
/// replace them.
using BackwardHook =
    std::function<void(Module&, TensorList& grad_inputs, const TensorList& grad_outputs)>;

struct ModuleHooks;

/// What a state and a module did not have in common.
struct IncompatibleKeys {
  std::vector<std::string> missing_keys;     ///< of the module, and not in the state
  std::vector<std::string> unexpected_keys;  ///< the other way round
};

/// Base of every model and layer. Derive, register parameters and children as members are
/// initialised, and write `forward`; docs/modules.md has an example.
///
///     struct Net : nn::Module {
///       nn::Linear fc = register_module("fc", nn::Linear(8, 2));
///       nn::Parameter scale = register_parameter("scale", ones({2}));
///       Tensor forward(const Tensor& x) { return fc(x) * scale; }
///     };
class Module : public std::enable_shared_from_this<Module> {
 public:
  Module();
  /// Prints under this name instead of its type's.
  explicit Module(std::string name);
  virtual ~Module();

  // --- what belongs to it: names are unique in a module, not empty, and have no dot ---

  /// Makes `value` a parameter, and a leaf that requires grad. An undefined tensor reserves the
  /// name.
  Parameter register_parameter(std::string name, Tensor value, bool requires_grad = true);
  /// Makes `value` part of the module's state that is not trained, such as running statistics.
  Buffer register_buffer(std::string name, Tensor value);
  /// Makes `module`, a holder or a shared pointer, a child. Returns it.
  template <class M>
  M register_module(std::string name, M module) {
    add_child(std::move(name), as_pointer(module));
    return module;
  }
  /// Puts `module` in the place of a child. Returns it.
  template <class M>
  M replace_module(const std::string& name, M module) {
    replace_child(name, as_pointer(module));
    return module;
  }
  /// Puts `value` in the place of a parameter or buffer. The tensor that a member holds, and an
  /// optimizer, stay what they were.
  Parameter replace_parameter(const std::string& name, Tensor value, bool requires_grad = true);
  Buffer replace_buffer(const std::string& name, Tensor value);
  /// Throws: ArgumentError when there is no such name.
  void unregister_module(const std::string& name) { set_child(name, nullptr); }
  /// Takes a parameter or a buffer off the module's lists; its own member still holds the tensor.
  Tensor unregister_parameter(const std::string& name);
  Tensor unregister_buffer(const std::string& name);

  // --- walking the tree: the module's own first, then its children's, in order of registration.
  // What is reached twice appears once, undefined tensors not at all. Names are dotted paths. ---

  TensorList parameters(bool recurse = true) const;
  OrderedDict<std::string, Tensor> named_parameters(bool recurse = true) const;
  TensorList buffers(bool recurse = true) const;
  OrderedDict<std::string, Tensor> named_buffers(bool recurse = true) const;
  std::vector<std::shared_ptr<Module>> children() const;
  OrderedDict<std::string, std::shared_ptr<Module>> named_children() const;
  std::vector<std::shared_ptr<Module>> modules(bool include_self = true) const;
  OrderedDict<std::string, std::shared_ptr<Module>> named_modules(const std::string& prefix = {},
                                                                  bool include_self = true) const;
  /// Calls `function` with this module and all below it.
  void apply(const std::function<void(Module&)>& function);
  void apply(const std::function<void(const std::string& name, Module&)>& function,
             const std::string& prefix = {});
  void apply(const std::function<void(const std::shared_ptr<Module>&)>& function);
  void apply(
      const std::function<void(const std::string& name, const std::shared_ptr<Module>&)>& function,
      const std::string& prefix = {});
  int64_t num_parameters() const;

  // --- modes and state, of the whole tree ---

  virtual void train(bool on = true);
  void eval() { train(false); }
  bool is_training() const { return training_; }
  /// Converts floating-point parameters, gradients and buffers in place.
  virtual void to(Dtype dtype);
  /// There is one device, and nothing to wait for.
  void to(Device, bool = false) {}
  void to(Device, Dtype dtype, bool = false) { to(dtype); }
  void to(Dtype dtype, bool) { to(dtype); }
  /// Forgets the gradients, or fills them with zeros.
  virtual void zero_grad(bool set_to_none = true);
  /// Freezes (false) or unfreezes all parameters.
  void requires_grad_(bool value = true);
  /// Parameters and buffers by their paths, as PyTorch names and orders them: module by module, and
  /// what is registered twice under both names. Shared, not copied.
  OrderedDict<std::string, Tensor> state_dict() const;
  /// Copies the values in, converted to the dtypes here. Throws: ArgumentError, changing nothing,
  /// on another shape, and if strict on names that are missing or unknown; names the nearest.
  IncompatibleKeys load_state_dict(const OrderedDict<std::string, Tensor>& state,
                                   bool strict = true);
  /// An independent copy of the same type. Throws: ArgumentError unless the type derives from
  /// Cloneable.
  std::shared_ptr<Module> clone() const;

  // --- hooks, run by calls through a holder or nn::call; docs/modules.md ---

  uint32_t register_forward_pre_hook(ForwardPreHook hook);
  uint32_t register_forward_hook(ForwardHook hook);
  /// Hooks that only look, before forward and after. Where forward gives no Tensor, and can have no
  /// hooks, neither is called.
  uint32_t register_forward_pre_observer(ForwardPreHook observer);
  uint32_t register_forward_observer(ForwardHook observer);
  uint32_t register_full_backward_pre_hook(BackwardPreHook hook);
  uint32_t register_full_backward_hook(BackwardHook hook);
  /// Removes a hook of any kind by the handle that registering it returned.
  void remove_hook(uint32_t handle);
  void remove_forward_hook(uint32_t handle) { remove_hook(handle); }
  /// The handle of the first forward pre-hook that `is` says yes to; 0 when there is none.
  uint32_t find_forward_pre_hook(const std::function<bool(const ForwardPreHook&)>& is) const;

  // --- fusion ---

  /// relu(forward(x)) in one pass, of a module that has such a pass; undefined from others.
  /// Sequential calls it where a ReLU follows and neither has hooks.
  virtual Tensor forward_relu(const Tensor& x);

  // --- names ---

  /// Its type's name, without namespace and `Impl`, or the name given to the constructor.
  std::string name() const;
  /// The dotted path from the outermost module that it is registered in, or null when it is in
  /// none.
  const char* path() const { return path_; }
  /// One line that describes it, without its children: "Linear(in_features=8, out_features=2)".
  virtual void pretty_print(std::ostream& stream) const;

  /// The module as a T, a layer (nn::LinearImpl) or its holder (nn::Linear); null if it is none.
  template <class T>
  auto* as() {
    if constexpr (requires { typename T::ContainedType; })
      return dynamic_cast<typename T::ContainedType*>(this);
    else
      return dynamic_cast<T*>(this);
  }
  template <class T>
  const auto* as() const {
    return const_cast<Module*>(this)->as<T>();
  }

 protected:
  /// Shares what is registered. Hooks are not copied.
  Module(const Module& other);
  Module& operator=(const Module&) = delete;
  /// Of a holder or a shared pointer.
  template <class M>
  static std::shared_ptr<Module> as_pointer(const M& module) {
    if constexpr (requires { module.ptr(); })
      return module.ptr();
    else
      return module;
  }
  virtual std::shared_ptr<Module> clone_module() const;
  /// For clone_module of containers: a copy of a child, the same for all places that hold it.
  static std::shared_ptr<Module> clone_child(const Module& child);
  /// For clone_module: gives `copy`, freshly made with the same structure, this module's state.
  void copy_state_to(Module& copy) const;
  /// What containers look at: undefined parameters are among them.
  const OrderedDict<std::string, std::shared_ptr<Module>>& registered_children() const {
    return children_;
  }
  const OrderedDict<std::string, Tensor>& registered_parameters() const { return parameters_; }
  /// For containers: n as the name of a child, or the next number that is free.
  std::string free_name(size_t n) const;
  /// Puts `child` in the place of the one of that name; null takes it off the list. A container
  /// that has a list of its own changes that as well.
  virtual void set_child(const std::string& name, std::shared_ptr<Module> child);
  /// For clone_module: makes a copy forget what it shares with its original.
  void forget_registered();

 private:
  friend struct ModuleCall;
  void add_state(const std::string& prefix, OrderedDict<std::string, Tensor>& state) const;

  void add_child(std::string name, std::shared_ptr<Module> child);
  void replace_child(const std::string& name, std::shared_ptr<Module> child);
  void adopt(const std::string& name, Module& child);
  ModuleHooks& hooks();
  void check_name(const char* op, const std::string& name) const;
  void set_path(const std::string& path);

  OrderedDict<std::string, Tensor> parameters_{"parameter"}, buffers_{"buffer"};
  OrderedDict<std::string, std::shared_ptr<Module>> children_{"child"};
  std::shared_ptr<ModuleHooks> hooks_;  // none while there is no hook
  std::string name_;
  const char* path_ = nullptr;
  bool training_ = true;
};

/// The module as a tree, with what each part holds in parameters.
std::string to_string(const Module& module);
std::ostream& operator<<(std::ostream& out, const Module& module);

}  // namespace reel::nn
