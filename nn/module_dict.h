#pragma once
// Modules by name.

#include <reel/nn/holder.h>

#include <string>
#include <utility>
#include <vector>

namespace reel::nn {

/// Holds modules of any type as children under names, in the order in which they were inserted. It
/// has no forward: who owns it calls them. Source: torch.nn.ModuleDict.
class ModuleDictImpl : public Cloneable<ModuleDictImpl> {
 public:
  using Items = std::vector<std::pair<std::string, std::shared_ptr<Module>>>;
  using Dict = OrderedDict<std::string, std::shared_ptr<Module>>;
  using Iterator = std::vector<Dict::Item>::const_iterator;

  ModuleDictImpl() = default;
  explicit ModuleDictImpl(const Items& modules);
  explicit ModuleDictImpl(const Dict& modules);

  /// Adds a holder or a shared pointer, or puts it in the place of what has that name. Returns it.
  template <class M>
  M insert(const std::string& name, M module) {
    put(name, as_pointer(module));
    return module;
  }
  /// Inserts all of them.
  void update(const Items& modules);
  void update(const Dict& modules);
  void update(const ModuleDictImpl& other);
  /// Removes a module and returns it. Throws: ArgumentError when there is no such name.
  std::shared_ptr<Module> pop(const std::string& name);
  void clear();

  Items items() const;
  std::vector<std::string> keys() const;
  std::vector<std::shared_ptr<Module>> values() const;
  bool contains(const std::string& name) const;
  size_t size() const;
  bool empty() const { return size() == 0; }
  bool is_empty() const { return size() == 0; }
  Iterator begin() const;
  Iterator end() const;
  /// Throws: ArgumentError when there is no such name.
  const std::shared_ptr<Module>& ptr(const std::string& name) const;
  const std::shared_ptr<Module>& operator[](const std::string& name) const { return ptr(name); }
  /// Throws: ArgumentError also when it is no M.
  template <class M>
  M& at(const std::string& name) const {
    return *ptr<M>(name);
  }
  template <class M>
  std::shared_ptr<M> ptr(const std::string& name) const {
    auto module = std::dynamic_pointer_cast<M>(ptr(name));
    if (!module) throw_wrong_type(name, typeid(M));
    return module;
  }

 protected:
  std::shared_ptr<Module> clone_module() const override;

 private:
  const Dict& dict() const { return registered_children(); }
  void put(const std::string& name, std::shared_ptr<Module> module);
  [[noreturn]] void throw_wrong_type(const std::string& name, const std::type_info& wanted) const;
};
REEL_MODULE(ModuleDict);

}  // namespace reel::nn
