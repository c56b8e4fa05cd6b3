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

/// Passes its input through its children in order; without children it returns the input. Children
/// are modules, holders or functions, named by their position unless given a name. Neighbours
/// without hooks may run as one, with equal results: docs/performance.md says which.
class SequentialImpl : public Cloneable<SequentialImpl> {
 public:
  using Iterator = std::vector<AnyModule>::const_iterator;

  SequentialImpl() = default;
  explicit SequentialImpl(std::initializer_list<NamedModule> modules);
  template <class... Modules>
  requires(sizeof...(Modules) > 0 && (std::is_constructible_v<AnyModule, Modules> &&
                                      ...)) explicit SequentialImpl(Modules... modules) {
    (push_back(AnyModule(std::move(modules))), ...);
  }

  Tensor forward(const Tensor& x);

  void push_back(AnyModule module);
  void push_back(std::string name, AnyModule module);
  /// Appends the modules of another.
  void extend(const SequentialImpl& other);

  size_t size() const { return modules_.size(); }
  bool is_empty() const { return modules_.empty(); }
  Iterator begin() const { return modules_.begin(); }
  Iterator end() const { return modules_.end(); }
  /// Throws: ArgumentError when there is no i-th module.
  const std::shared_ptr<Module>& ptr(size_t i) const { return checked(i).ptr(); }
  const std::shared_ptr<Module>& operator[](size_t i) const { return ptr(i); }
  template <class M>
  M& at(size_t i) const {
    return checked(i).get<M>();
  }

 protected:
  std::shared_ptr<Module> clone_module() const override;

 private:
  enum class Kind : uint8_t { kOther, kReLU, kMaxPool };
  const AnyModule& checked(size_t i) const;
  /// What follows module i, as far as it may run together with it.
  Kind next_kind(size_t i) const;
  std::vector<AnyModule> modules_;
  std::vector<Kind> kinds_;
};

class Sequential : public ModuleHolder<SequentialImpl> {
 public:
  using Impl = SequentialImpl;
  using ModuleHolder<SequentialImpl>::ModuleHolder;
  Sequential() = default;
  Sequential(std::initializer_list<NamedModule> modules)
      : ModuleHolder(make_module<SequentialImpl>(modules)) {}
};

}  // namespace reel::nn
