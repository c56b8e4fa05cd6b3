#pragma once
// Modules of any type that map a Tensor to a Tensor.

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

/// Holds a module of any type whose forward takes a Tensor to a Tensor: a holder, a shared pointer,
/// or a function, which becomes a Functional.
class AnyModule {
 public:
  AnyModule() = default;
  template <class M>
  AnyModule(std::shared_ptr<M> module) : module_(module), call_(&call_as<M>) {
    static_assert(std::is_invocable_r_v<Tensor, decltype(&call_as<M>), Module&, const Tensor&>);
    check_not_empty();
  }
  template <class M>
  AnyModule(const ModuleHolder<M>& holder) : AnyModule(holder.ptr()) {}
  template <class F>
  requires(std::is_invocable_r_v<Tensor, F&, const Tensor&> && !requires(F & f) { f.ptr(); })
      AnyModule(F function)
      : AnyModule(Functional(FunctionalImpl::Function(std::move(function)))) {}

  Tensor forward(const Tensor& x) const;
  Tensor operator()(const Tensor& x) const { return forward(x); }
  const std::shared_ptr<Module>& ptr() const { return module_; }
  bool is_empty() const { return !module_; }
  /// The module as an M. Throws: ArgumentError when it is none.
  template <class M>
  M& get() const {
    M* module = dynamic_cast<M*>(module_.get());
    if (!module) throw_wrong_type(typeid(M));
    return *module;
  }
  AnyModule clone() const;

 private:
  template <class M>
  static Tensor call_as(Module& module, const Tensor& x) {
    return nn::call(static_cast<M&>(module), x);
  }
  void check_not_empty() const;
  [[noreturn]] void throw_wrong_type(const std::type_info& wanted) const;

  std::shared_ptr<Module> module_;
  Tensor (*call_)(Module&, const Tensor&) = nullptr;
};

}  // namespace reel::nn
