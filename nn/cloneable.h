#pragma once
// clone() for modules.

#include <reel/core/random.h>
#include <reel/nn/module.h>

#include <type_traits>
#include <utility>

namespace reel::nn {

/// A shared pointer to what `new` returned, of one type for all modules.
std::shared_ptr<Module> share(Module* module);

/// std::make_shared for modules. The standard's writes functions for each type, 5 KB of a program.
template <class M, class... Args>
std::shared_ptr<M> make_module(Args&&... args) {
  return std::static_pointer_cast<M>(share(new M(std::forward<Args>(args)...)));
}

/// Gives a module clone(): `struct NetImpl : nn::Cloneable<NetImpl>`. The copy is made by the
/// constructor that takes the module's member `options`, or by the default constructor, and gets
/// the parameters, buffers and modes by name. A module that overrides reset(), which must register
/// everything, is instead copied member by member and reset, as in libtorch. Hooks are not copied.
template <class Derived>
class Cloneable : public Module {
 public:
  using Module::Module;
  /// Of a layer: starts its parameters anew.
  virtual void reset() {
    if constexpr (requires(Derived & layer) { layer.reset_parameters(); })
      static_cast<Derived&>(*this).reset_parameters();
  }
  std::shared_ptr<Derived> clone() const {
    return std::static_pointer_cast<Derived>(Module::clone());
  }

 protected:
  std::shared_ptr<Module> clone_module() const override {
    const auto& original = static_cast<const Derived&>(*this);
    const Generator untouched =
        default_generator();  // initialization draws numbers that are not used
    std::shared_ptr<Derived> copy;
    if constexpr (kResets) {
      copy = make_module<Derived>(original);
      copy->forget_registered();
      copy->reset();
    } else if constexpr (requires { Derived(original.options); }) {
      copy = make_module<Derived>(original.options);
    } else {
      static_assert(
          std::is_default_constructible_v<Derived>,
          "clone() needs a constructor without arguments or from a member `options`, or reset()");
      copy = make_module<Derived>();
    }
    default_generator() = untouched;
    this->copy_state_to(*copy);
    return copy;
  }

 private:
  static constexpr bool kResets = requires {
    requires std::is_same_v<decltype(&Derived::reset), void (Derived::*)()>;
  };
};

}  // namespace reel::nn
