#pragma once
// clone() for modules.

#include <reel/core/random.h>
#include <reel/nn/module.h>

#include <type_traits>

namespace reel::nn {

/// Gives a module clone(): `struct NetImpl : nn::Cloneable<NetImpl>`. The copy is made by the
/// constructor that takes the module's member `options`, or by the default constructor, and gets
/// the parameters, buffers and modes by name. A module that overrides reset(), which must register
/// everything, is instead copied member by member and reset, as in libtorch. Hooks are not copied.
template <class Derived>
class Cloneable : public Module {
 public:
  using Module::Module;
  virtual void reset() {}
  std::shared_ptr<Derived> clone() const {
    return std::static_pointer_cast<Derived>(clone_module());
  }

 protected:
  std::shared_ptr<Module> clone_module() const override {
    const auto& original = static_cast<const Derived&>(*this);
    const Generator untouched =
        default_generator();  // initialization draws numbers that are not used
    std::shared_ptr<Derived> copy;
    if constexpr (kResets) {
      copy = std::make_shared<Derived>(original);
      copy->forget_registered();
      copy->reset();
    } else if constexpr (requires { Derived(original.options); }) {
      copy = std::make_shared<Derived>(original.options);
    } else {
      static_assert(
          std::is_default_constructible_v<Derived>,
          "clone() needs a constructor without arguments or from a member `options`, or reset()");
      copy = std::make_shared<Derived>();
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
