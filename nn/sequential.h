#pragma once
// Modules called one after the other.

#include <reel/nn/any_module.h>

#include <initializer_list>
#include <string>
#include <vector>

namespace reel::nn {

/// A name for a child of a Sequential: `{"conv", nn::Conv2d(1, 8, 3)}`.
struct NamedModule {
  template <class M>
  requires std::is_constructible_v<AnyModule, M> NamedModule(std::string n, M m)
      : name(std::move(n)), module(std::move(m)) {}
  std::string name;
  AnyModule module;
};

using NamedAnyModule = NamedModule;

/// Passes its input through its children in order; without children it returns the input. Children
/// are modules, holders or functions, named by their position unless given a name. It takes what
/// the first child takes, and hands each result to the next. Neighbours without hooks may run as
/// one, with equal results: docs/performance.md says which.
class SequentialImpl : public Cloneable<SequentialImpl> {
 public:
  using Iterator = std::vector<AnyModule>::const_iterator;

  SequentialImpl() = default;
  explicit SequentialImpl(std::initializer_list<NamedModule> modules);
  explicit SequentialImpl(const OrderedDict<std::string, AnyModule>& modules);
  template <class... Modules>
  requires(sizeof...(Modules) > 0 && (std::is_constructible_v<AnyModule, Modules> &&
                                      ...)) explicit SequentialImpl(Modules... modules) {
    (push_back(AnyModule(std::move(modules))), ...);
  }

  Tensor forward(const Tensor& x);
  /// For several inputs, or another result than a Tensor. Throws: ArgumentError when the types are
  /// others than those of the modules.
  template <class Result = Unnamed, class... Inputs>
  requires kAreOthers<Result, Inputs...> ResultOf<Result> forward(Inputs&&... inputs) {
    const AnyValue values[sizeof...(Inputs) + 1] = {AnyValue(std::forward<Inputs>(inputs))...};
    return forward_values(values, sizeof...(Inputs)).template get<ResultOf<Result>>();
  }
  AnyValue forward_values(const AnyValue* inputs, size_t n);

  void push_back(AnyModule module);
  void push_back(std::string name, AnyModule module);
  void push_back(NamedModule module) {
    push_back(std::move(module.name), std::move(module.module));
  }
  /// Appends the modules of another.
  void extend(const SequentialImpl& other);
  /// Puts a module, a holder or a function in the place of a child. Returns it. Through a Module&,
  /// which does not tell how it is called, only a module of the same type.
  template <class M>
  M replace_module(const std::string& name, M module) {
    replace(name, AnyModule(module));
    return module;
  }

  size_t size() const { return modules_.size(); }
  bool is_empty() const { return modules_.empty(); }
  bool empty() const { return is_empty(); }
  Iterator begin() const { return modules_.begin(); }
  Iterator end() const { return modules_.end(); }
  /// Throws: ArgumentError when there is no i-th module.
  const std::shared_ptr<Module>& ptr(size_t i) const { return checked(i).ptr(); }
  const std::shared_ptr<Module>& operator[](size_t i) const { return ptr(i); }
  /// Throws: ArgumentError also when it is no M.
  template <class M>
  decltype(auto) at(size_t i) const {
    return checked(i).get<M>();
  }
  template <class M>
  std::shared_ptr<M> ptr(size_t i) const {
    return checked(i).ptr<M>();
  }

 protected:
  std::shared_ptr<Module> clone_module() const override;
  void set_child(const std::string& name, std::shared_ptr<Module> child) override;

 private:
  enum class Kind : uint8_t { kOther, kReLU, kMaxPool, kNoTensors };
  static Kind kind_of(const AnyModule& module);
  const AnyModule& checked(size_t i) const;
  /// Of the module called so; size() when there is none.
  size_t place_of(const std::string& name) const;
  void replace(const std::string& name, AnyModule module);
  /// What follows module i, as far as it may run together with it.
  Kind next_kind(size_t i) const;
  /// Runs the modules from i on that map tensors to tensors, and moves i behind them.
  Tensor run_tensors(size_t& i, const Tensor& x);
  /// Runs all modules from i on.
  AnyValue run_values(size_t i, const AnyValue* inputs, size_t n);
  std::vector<std::string> names_;  // under which the modules are children
  std::vector<AnyModule> modules_;
  std::vector<Kind> kinds_;
};

class Sequential : public ModuleHolder<SequentialImpl> {
 public:
  using Impl = SequentialImpl;
  REEL_HOLDER(Sequential);
  Sequential() = default;
  Sequential(std::initializer_list<NamedModule> modules)
      : ModuleHolder(make_module<SequentialImpl>(modules)) {}
};

}  // namespace reel::nn
