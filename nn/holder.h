#pragma once
// Holders: modules with the syntax of values and the sharing of pointers.

#include <reel/core/shape.h>
#include <reel/nn/call.h>
#include <reel/nn/cloneable.h>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace reel::nn {

[[noreturn]] void throw_empty_holder(const std::type_info& type);

/// A shared pointer to a module that constructs it and can be called: `nn::Linear fc(8, 2); y =
/// fc(x);`. Copies share the module. Made from nullptr it is empty.
template <class Contained>
class ModuleHolder {
 public:
  using ContainedType = Contained;

  ModuleHolder() : impl_(make_module<Contained>()) {}
  ModuleHolder(std::nullptr_t) {}
  ModuleHolder(std::shared_ptr<Contained> module) : impl_(std::move(module)) {}
  template <class Head, class... Tail>
  requires(std::is_constructible_v<Contained, Head, Tail...> &&
           (sizeof...(Tail) > 0 ||
            !std::is_base_of_v<ModuleHolder,
                               std::remove_cvref_t<Head>>)) explicit ModuleHolder(Head&& head,
                                                                                  Tail&&... tail)
      : impl_(make_module<Contained>(std::forward<Head>(head), std::forward<Tail>(tail)...)) {}

  /// forward(args...), with hooks and the module's path in errors.
  template <class... Args, class M = Contained>
  auto operator()(Args&&... args) const
      -> decltype(std::declval<M&>().forward(std::forward<Args>(args)...)) {
    return nn::call(**this, std::forward<Args>(args)...);
  }
  /// (*holder)[key], of containers.
  template <class Key, class M = Contained>
  auto operator[](Key&& key) const -> decltype(std::declval<M&>()[std::forward<Key>(key)]) {
    return (**this)[std::forward<Key>(key)];
  }

  Contained* operator->() const { return &**this; }
  Contained& operator*() const {
    if (!impl_) [[unlikely]]
      throw_empty_holder(typeid(Contained));
    return *impl_;
  }
  const std::shared_ptr<Contained>& ptr() const { return impl_; }
  Contained* get() const { return impl_.get(); }
  bool is_empty() const { return !impl_; }
  explicit operator bool() const { return !is_empty(); }

 private:
  std::shared_ptr<Contained> impl_;
};

template <class Contained>
std::ostream& operator<<(std::ostream& out, const ModuleHolder<Contained>& holder) {
  return out << static_cast<const Module&>(*holder);
}

}  // namespace reel::nn

/// In a class derived from ModuleHolder<Impl> that has constructors of its own besides: the
/// holder's, and clone(), an independent copy of a module that is Cloneable.
#define REEL_HOLDER(Name)            \
  template <class Holder = Name>     \
  Holder clone() const {             \
    return Holder((**this).clone()); \
  }                                  \
  using ::reel::nn::ModuleHolder<Impl>::ModuleHolder

/// Declares the holder `Name` of the module `NameImpl`.
#define REEL_MODULE(Name)                                    \
  class Name : public ::reel::nn::ModuleHolder<Name##Impl> { \
   public:                                                   \
    using Impl = Name##Impl;                                 \
    REEL_HOLDER(Name);                                       \
  }

/// Declares, for D = 1, 2 and 3, the module Name<D>dImpl of the template NameImpl<D, Derived> and
/// its holder, which has a constructor of those parameters besides, so that a `Size` can be `3` or
/// `{3, 5}`.
#define REEL_MODULES_OF_DIMENSIONS(Name, ...)     \
  REEL_MODULE_OF_DIMENSION(Name, 1, __VA_ARGS__); \
  REEL_MODULE_OF_DIMENSION(Name, 2, __VA_ARGS__); \
  REEL_MODULE_OF_DIMENSION(Name, 3, __VA_ARGS__)
#define REEL_MODULE_OF_DIMENSION(Name, D, ...)                         \
  struct Name##D##dImpl final : Name##Impl<D, Name##D##dImpl> {        \
    using Name##Impl<D, Name##D##dImpl>::Name##Impl;                   \
  };                                                                   \
  class Name##D##d : public ::reel::nn::ModuleHolder<Name##D##dImpl> { \
   public:                                                             \
    using Impl = Name##D##dImpl;                                       \
    using Size = ::reel::ExpandingArray<D>;                            \
    REEL_HOLDER(Name##D##d);                                           \
    explicit Name##D##d(__VA_ARGS__);                                  \
  }
