#pragma once
// A list of modules.

#include <reel/nn/holder.h>

#include <string>
#include <vector>

namespace reel::nn {

/// Holds modules of any type as children "0", "1", ... It has no forward: who owns it calls them.
class ModuleListImpl : public Cloneable<ModuleListImpl> {
 public:
  using Iterator = std::vector<std::shared_ptr<Module>>::const_iterator;

  ModuleListImpl() = default;
  template <class... Modules>
  requires(sizeof...(Modules) > 0) explicit ModuleListImpl(Modules... modules) {
    (push_back(std::move(modules)), ...);
  }

  explicit ModuleListImpl(const std::vector<std::shared_ptr<Module>>& modules);

  /// Appends a holder or a shared pointer.
  template <class M>
  void push_back(const M& module) {
    append(as_pointer(module));
  }
  /// Puts it before the i-th. Throws: ArgumentError when i is more than size().
  template <class M>
  void insert(size_t i, const M& module) {
    insert_pointer(i, as_pointer(module));
  }
  /// Appends the modules of another, or of a vector of holders or shared pointers.
  void extend(const ModuleListImpl& other);
  template <class M>
  void extend(const std::vector<M>& modules) {
    for (const M& module : modules) push_back(module);
  }

  size_t size() const { return modules_.size(); }
  bool is_empty() const { return modules_.empty(); }
  bool empty() const { return is_empty(); }
  Iterator begin() const { return modules_.begin(); }
  Iterator end() const { return modules_.end(); }
  /// Throws: ArgumentError when there is no i-th module.
  const std::shared_ptr<Module>& ptr(size_t i) const;
  const std::shared_ptr<Module>& operator[](size_t i) const { return ptr(i); }
  /// The i-th module as an M. Throws: ArgumentError also when it is none.
  template <class M>
  M& at(size_t i) const {
    return *ptr<M>(i);
  }
  template <class M>
  std::shared_ptr<M> ptr(size_t i) const {
    auto module = std::dynamic_pointer_cast<M>(ptr(i));
    if (!module) throw_wrong_type(i, typeid(M));
    return module;
  }

 protected:
  std::shared_ptr<Module> clone_module() const override;
  void set_child(const std::string& name, std::shared_ptr<Module> child) override;

 private:
  void append(std::shared_ptr<Module> module);
  void insert_pointer(size_t i, std::shared_ptr<Module> module);
  [[noreturn]] void throw_wrong_type(size_t i, const std::type_info& wanted) const;
  std::vector<std::string> names_;  // under which the modules are children
  std::vector<std::shared_ptr<Module>> modules_;
};
REEL_MODULE(ModuleList);

}  // namespace reel::nn
