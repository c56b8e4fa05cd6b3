#pragma once
// A value of any type: what goes through modules whose types are known at run time only.

#include <reel/core/tensor.h>

#include <memory>
#include <typeinfo>

namespace reel::nn {

/// Holds a value of any type, which can be read and not changed; copies share it. A parameter or
/// buffer of a module is held as the Tensor that it is.
class AnyValue {
 public:
  AnyValue() = default;
  template <class T>
  requires(!std::is_same_v<std::remove_cvref_t<T>, AnyValue>) explicit AnyValue(T&& value)
      : AnyValue(std::make_shared<Held<T>>(std::forward<T>(value)), typeid(Held<T>)) {}

  bool is_empty() const { return !value_; }
  const std::type_info& type_info() const { return *type_; }
  /// The value, or null when it is no T.
  template <class T>
  const T* try_get() const {
    return *type_ == typeid(T) ? static_cast<const T*>(value_.get()) : nullptr;
  }
  /// Throws: ArgumentError when it is no T.
  template <class T>
  const T& get() const {
    const T* value = try_get<T>();
    if (!value) [[unlikely]]
      throw_wrong_type(typeid(T));
    return *value;
  }

 private:
  template <class T>
  using Held =
      std::conditional_t<std::is_base_of_v<Tensor, std::decay_t<T>>, Tensor, std::decay_t<T>>;
  AnyValue(std::shared_ptr<const void> value, const std::type_info& type)
      : value_(std::move(value)), type_(&type) {}
  [[noreturn]] void throw_wrong_type(const std::type_info& wanted) const;

  std::shared_ptr<const void> value_;
  const std::type_info* type_ = &typeid(void);
};

/// The result of `forward(x, y)`, which names none: a Tensor.
struct Unnamed {};
template <class Result>
using ResultOf = std::conditional_t<std::is_same_v<Result, Unnamed>, Tensor, Result>;
/// Whether a call is another one than that from a Tensor to a Tensor.
template <class Result, class... Inputs>
inline constexpr bool kAreOthers = !std::is_same_v<Result, Unnamed> || sizeof...(Inputs) != 1 ||
                                   !(std::is_convertible_v<Inputs, const Tensor&> && ...);

}  // namespace reel::nn
