#include <reel/nn/module_list.h>
#include <reel/nn/type_name.h>

namespace reel::nn {

ModuleListImpl::ModuleListImpl(const std::vector<std::shared_ptr<Module>>& modules) {
  for (const auto& module : modules) append(module);
}

void ModuleListImpl::append(std::shared_ptr<Module> module) {
  register_module(std::to_string(size()), module);
  modules_.push_back(std::move(module));
}

void ModuleListImpl::insert_pointer(size_t i, std::shared_ptr<Module> module) {
  REEL_CHECK(i <= size(), "module list: insert at ", i, " of ", size(),
             " modules; it must be at most that.");
  const std::vector<std::shared_ptr<Module>> behind(
      modules_.begin() + static_cast<std::ptrdiff_t>(i), modules_.end());
  for (size_t k = i; k < size(); ++k) unregister_module(std::to_string(k));
  modules_.resize(i);
  append(std::move(module));
  for (const auto& m : behind) append(m);
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
  for (const auto& module : modules_) copy->append(module->clone());
  copy_state_to(*copy);
  return copy;
}

void ModuleListImpl::throw_wrong_type(size_t i, const std::type_info& wanted) const {
  throw_argument_error(concat("module list: module ", i, " is a ", modules_[i]->name(),
                              ", not the ", type_name(wanted), " asked for."));
}

}  // namespace reel::nn
