#include <reel/nn/cloneable.h>

#include <unordered_map>

namespace reel::nn {

std::shared_ptr<Module> share(Module* module) { return std::shared_ptr<Module>(module); }

std::shared_ptr<Module> Module::clone_module() const {
  throw_argument_error(as_text("clone: ", name(),
                               " does not say how it is copied; derive it from nn::Cloneable<",
                               name(), "> instead of nn::Module."));
}

namespace {

// The copies of what the containers below a module hold, while that module is cloned.
struct Copies {
  std::unordered_map<const Module*, std::shared_ptr<Module>> of;
  Copies* const before;
  static thread_local Copies* current;
  Copies() : before(std::exchange(current, this)) {}
  ~Copies() { current = before; }
};
thread_local Copies* Copies::current = nullptr;

}  // namespace

std::shared_ptr<Module> Module::clone() const {
  const Copies copies;
  return clone_module();
}

std::shared_ptr<Module> Module::clone_child(const Module& child) {
  if (!Copies::current) return child.clone();
  std::shared_ptr<Module>& copy = Copies::current->of[&child];
  if (!copy) copy = child.clone_module();
  return copy;
}

void Module::forget_registered() {
  parameters_.clear();
  buffers_.clear();
  children_.clear();
  path_ = nullptr;
}

namespace {

void copy_tensors(const Module& from, const char* what,
                  const OrderedDict<std::string, Tensor>& source,
                  const OrderedDict<std::string, Tensor>& target) {
  for (const auto& item : source) {
    const Tensor* to = target.find(item.key());
    REEL_CHECK(to, "clone: ", what, " '", item.key(), "' is not in a newly made ", from.name(),
               "; clone() makes one and copies the state by name.");
    REEL_CHECK(to->sizes() == item->sizes(), "clone: ", what, " '", item.key(), "' is ",
               item.value(), ", but ", *to, " in a newly made ", from.name(),
               "; the options must tell the shapes.");
    to->set_data(item->detach().clone());
    if (to->requires_grad() != item->requires_grad()) to->set_requires_grad(item->requires_grad());
  }
  REEL_CHECK(source.size() == target.size(), "clone: ", from.name(), " has ", source.size(), " ",
             what, "s, a newly made one ", target.size(), "; they must agree.");
}

}  // namespace

void Module::copy_state_to(Module& copy) const {
  copy_tensors(*this, "parameter", named_parameters(), copy.named_parameters());
  copy_tensors(*this, "buffer", named_buffers(), copy.named_buffers());
  const auto theirs = copy.named_modules();
  for (const auto& mine : named_modules())
    if (const auto* same = theirs.find(mine.key())) (*same)->training_ = mine.value()->training_;
}

}  // namespace reel::nn
