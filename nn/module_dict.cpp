#include <reel/nn/module_dict.h>
#include <reel/nn/type_name.h>

namespace reel::nn {

ModuleDictImpl::ModuleDictImpl(const Items& modules) { update(modules); }
ModuleDictImpl::ModuleDictImpl(const Dict& modules) { update(modules); }

void ModuleDictImpl::put(const std::string& name, std::shared_ptr<Module> module) {
  if (contains(name))
    replace_module(name, std::move(module));
  else
    register_module(name, std::move(module));
}

void ModuleDictImpl::update(const Items& modules) {
  for (const auto& [name, module] : modules) put(name, module);
}

void ModuleDictImpl::update(const Dict& modules) {
  const Dict kept = modules;  // it may be this one's
  for (const auto& item : kept) put(item.key(), item.value());
}

std::shared_ptr<Module> ModuleDictImpl::pop(const std::string& name) {
  std::shared_ptr<Module> module = ptr(name);
  unregister_module(name);
  return module;
}

void ModuleDictImpl::clear() {
  for (const std::string& name : keys()) unregister_module(name);
}

void ModuleDictImpl::update(const ModuleDictImpl& other) { update(other.items()); }

std::vector<std::string> ModuleDictImpl::keys() const { return dict().keys(); }
std::vector<std::shared_ptr<Module>> ModuleDictImpl::values() const { return dict().values(); }
bool ModuleDictImpl::contains(const std::string& name) const { return dict().contains(name); }
size_t ModuleDictImpl::size() const { return dict().size(); }
ModuleDictImpl::Iterator ModuleDictImpl::begin() const { return dict().begin(); }
ModuleDictImpl::Iterator ModuleDictImpl::end() const { return dict().end(); }
const std::shared_ptr<Module>& ModuleDictImpl::ptr(const std::string& name) const {
  return dict()[name];
}

ModuleDictImpl::Items ModuleDictImpl::items() const {
  Items items;
  for (const auto& item : dict()) items.emplace_back(item.key(), item.value());
  return items;
}

std::shared_ptr<Module> ModuleDictImpl::clone_module() const {
  auto copy = make_module<ModuleDictImpl>();
  for (const auto& item : dict()) copy->put(item.key(), clone_child(*item.value()));
  copy_state_to(*copy);
  return copy;
}

void ModuleDictImpl::throw_wrong_type(const std::string& name, const std::type_info& wanted) const {
  throw_argument_error(as_text("module dict: '", name, "' is a ", ptr(name)->name(), ", not the ",
                               type_name(wanted), " asked for."));
}

}  // namespace reel::nn
