#include <reel/nn/module_list.h>
#include <reel/nn/type_name.h>

#include <algorithm>

namespace reel::nn {

ModuleListImpl::ModuleListImpl(const std::vector<std::shared_ptr<Module>>& modules) {
  for (const auto& module : modules) append(module);
}

void ModuleListImpl::append(std::shared_ptr<Module> module) {
  std::string name = free_name(size());
  register_module(name, module);
  names_.push_back(std::move(name));
  modules_.push_back(std::move(module));
}

void ModuleListImpl::insert_pointer(size_t i, std::shared_ptr<Module> module) {
  REEL_CHECK(i <= size(), "module list: insert at ", i, " of ", size(),
             " modules; it must be at most that.");
  append(std::move(module));  // refuses what can not be a child before others move
  std::vector<std::shared_ptr<Module>> moved(modules_.begin() + static_cast<std::ptrdiff_t>(i),
                                             modules_.end());
  std::rotate(moved.begin(), moved.end() - 1, moved.end());
  while (size() > i) unregister_module(names_.back());
  for (const auto& m : moved) append(m);
}

void ModuleListImpl::set_child(const std::string& name, std::shared_ptr<Module> child) {
  const auto i = std::find(names_.begin(), names_.end(), name) - names_.begin();
  Module::set_child(name, child);
  if (static_cast<size_t>(i) == size()) return;  // a child of a derived class
  if (child) {
    modules_[static_cast<size_t>(i)] = std::move(child);
    return;
  }
  names_.erase(names_.begin() + i);
  modules_.erase(modules_.begin() + i);
}

void ModuleListImpl::extend(const ModuleListImpl& other) {
  const auto modules = other.modules_;  // other may be this
  for (const auto& module : modules) append(module);
}

const std::shared_ptr<Module>& ModuleListImpl::ptr(size_t i) const {
  REEL_CHECK(i < size(), "module list: index ", i, " of ", size(),
             " modules; it must be below that.");
  return modules_[i];
}

std::shared_ptr<Module> ModuleListImpl::clone_module() const {
  auto copy = make_module<ModuleListImpl>();
  for (const auto& module : modules_) copy->append(clone_child(*module));
  copy_state_to(*copy);
  return copy;
}

void ModuleListImpl::throw_wrong_type(size_t i, const std::type_info& wanted) const {
  throw_argument_error(as_text("module list: module ", i, " is a ", modules_[i]->name(),
                               ", not the ", type_name(wanted), " asked for."));
}

}  // namespace reel::nn
