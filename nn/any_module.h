#pragma once
// Modules whose type is known at run time only.

#include <reel/nn/any_value.h>
#include <reel/nn/holder.h>

#include <functional>

namespace reel::nn {

/// A function as a module: `nn::Functional(relu)`, `nn::Functional(F::leaky_relu, 0.1)`, or a
/// lambda.
class FunctionalImpl : public Cloneable<FunctionalImpl> {
 public:
  using Function = std::function<Tensor(const Tensor&)>;
  explicit FunctionalImpl(Function function) : options(std::move(function)) {}
  /// Binds the arguments that follow the tensor.
  template <class F, class First, class... More>
  requires std::is_invocable_v<F, const Tensor&, First, More...> FunctionalImpl(F function,
                                                                                First first,
                                                                                More... more)
      : options([=](const Tensor& x) -> Tensor { return function(x, first, more...); }) {}
  Tensor forward(const Tensor& x) { return options(x); }
  void pretty_print(std::ostream& stream) const override;
  Function options;
};
REEL_MODULE(Functional);

/// How a module of a type that is forgotten is called.
struct ModuleCalls {
  Tensor (*tensor)(Module&, const Tensor&) = nullptr;  ///< null unless it maps a Tensor to a Tensor
  AnyValue (*values)(Module&, const AnyValue* inputs, size_t n) = nullptr;  ///< null if that is all
};

[[noreturn]] void throw_wrong_input(const Module& module, size_t i, const AnyValue& input,
                                    const std::type_info& wanted);
[[noreturn]] void throw_wrong_input_count(const Module& module, size_t n);

/// Calls an M with the types that its forward declares; fewer inputs where the rest have defaults.
template <class M, class Result, class... Inputs>
struct ValueCall {
  template <class Input>
  static Input convert(const Module& module, const AnyValue* inputs, size_t i) {
    using Value = std::remove_cvref_t<Input>;
    const Value* value = inputs[i].try_get<Value>();
    if (!value) throw_wrong_input(module, i, inputs[i], typeid(Value));
    return static_cast<Input>(const_cast<Value&>(*value));
  }
  template <size_t... I>
  static bool call(M& module, const AnyValue* inputs, size_t n, AnyValue& result,
                   std::index_sequence<I...>) {
    if constexpr (requires { module.forward(std::declval<Select<I>>()...); })
      if (n == sizeof...(I)) {
        result = AnyValue(nn::call(module, convert<Select<I>>(module, inputs, I)...));
        return true;
      }
    return false;
  }
  template <size_t... N>
  static AnyValue run(M& module, const AnyValue* inputs, size_t n, std::index_sequence<N...>) {
    AnyValue result;
    if (!(call(module, inputs, n, result, std::make_index_sequence<N>()) || ...))
      throw_wrong_input_count(module, n);
    return result;
  }
  static AnyValue call_values(Module& module, const AnyValue* inputs, size_t n) {
    return run(static_cast<M&>(module), inputs, n,
               std::make_index_sequence<sizeof...(Inputs) + 1>());
  }

 private:
  template <size_t I>
  using Select = std::tuple_element_t<I, std::tuple<Inputs...>>;
};

/// Holds a module of any type: a holder, a shared pointer, a module itself, or a function, which
/// becomes a Functional. `any.forward(x)` if it maps a Tensor to a Tensor; else
/// `any.forward<Result>(x, y)`, with inputs of exactly the types that the module's forward
/// declares.
class AnyModule {
 public:
  AnyModule() = default;
  template <class M>
  AnyModule(std::shared_ptr<M> module) : AnyModule(std::move(module), calls_of<M>()) {}
  template <class M>
  AnyModule(const ModuleHolder<M>& holder) : AnyModule(holder.ptr()) {}
  template <class M>
  requires(std::is_base_of_v<Module, M>&& std::is_move_constructible_v<M>) AnyModule(M module)
      : AnyModule(std::make_shared<M>(std::move(module))) {}
  template <class F>
  requires(std::is_invocable_r_v<Tensor, F&, const Tensor&> && !std::is_base_of_v<Module, F> &&
           !requires(F & f) { f.ptr(); }) AnyModule(F function)
      : AnyModule(Functional(FunctionalImpl::Function(std::move(function)))) {}

  Tensor forward(const Tensor& x) const;
  /// Throws: ArgumentError when the number or the types of inputs, or the result's, are others.
  template <class Result = Unnamed, class... Inputs>
  requires kAreOthers<Result, Inputs...> ResultOf<Result> forward(Inputs&&... inputs)
  const {
    const AnyValue values[sizeof...(Inputs) + 1] = {AnyValue(std::forward<Inputs>(inputs))...};
    return forward_values(values, sizeof...(Inputs)).template get<ResultOf<Result>>();
  }
  AnyValue forward_values(const AnyValue* inputs, size_t n) const;
  Tensor operator()(const Tensor& x) const { return forward(x); }
  bool maps_tensors() const { return calls_.tensor; }

  const std::shared_ptr<Module>& ptr() const { return module_; }
  bool is_empty() const { return !module_; }
  /// The module as an M, or in the holder M. Throws: ArgumentError when it is none.
  template <class M>
  decltype(auto) get() const {
    if constexpr (requires { typename M::ContainedType; })
      return M(ptr<typename M::ContainedType>());
    else
      return static_cast<M&>(*ptr<M>());
  }
  template <class M>
  std::shared_ptr<M> ptr() const {
    auto module = std::dynamic_pointer_cast<M>(module_);
    if (!module) throw_wrong_type(typeid(M));
    return module;
  }
  const std::type_info& type_info() const;
  AnyModule clone() const;
  /// Another module of the same type, called in the same way.
  AnyModule with(std::shared_ptr<Module> module) const {
    return AnyModule(std::move(module), calls_);
  }

 private:
  AnyModule(std::shared_ptr<Module> module, ModuleCalls calls);
  [[noreturn]] void throw_wrong_type(const std::type_info& wanted) const;

  template <class M>
  static Tensor call_tensor(Module& module, const Tensor& x) {
    return nn::call(static_cast<M&>(module), x);
  }
  template <class M, class C, class Result, class... Inputs>
  static constexpr ModuleCalls with_values(ModuleCalls calls, Result (C::*)(Inputs...)) {
    static_assert(!std::is_void_v<Result>, "a module's forward must return something");
    if (!calls.tensor || sizeof...(Inputs) > 1)
      calls.values = &ValueCall<M, Result, Inputs...>::call_values;
    return calls;
  }
  template <class M, class C, class Result, class... Inputs>
  static constexpr ModuleCalls with_values(ModuleCalls calls, Result (C::*)(Inputs...) const) {
    return with_values<M>(calls, static_cast<Result (C::*)(Inputs...)>(nullptr));
  }
  template <class M>
  static constexpr ModuleCalls calls_of() {
    ModuleCalls calls;
    if constexpr (requires(M & m, const Tensor& x) { static_cast<Tensor>(m.forward(x)); })
      calls.tensor = &call_tensor<M>;
    if constexpr (requires { &M::forward; }) {
      return with_values<M>(calls, &M::forward);
    } else {
      static_assert(
          requires(M & m, const Tensor& x) { m.forward(x); },
          "a module with several forwards needs one that maps a Tensor to a Tensor");
      return calls;
    }
  }

  std::shared_ptr<Module> module_;
  ModuleCalls calls_;
};

}  // namespace reel::nn
