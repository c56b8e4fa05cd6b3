#include <reel/autograd/module_path.h>
#include <reel/autograd/variable.h>
#include <reel/nn/module.h>

#include <unordered_set>

namespace reel::nn {

namespace {

std::string join(const std::string& prefix, const std::string& name) {
  return prefix.empty() ? name : prefix + "." + name;
}

// Calls visit(path, module) for a module and all below it, each once.
template <class Visit>
void walk(const std::string& path, Module& module, const Visit& visit,
          std::unordered_set<const Module*>& seen) {
  if (!seen.insert(&module).second) return;
  visit(path, module);
  for (const auto& child : module.named_children())
    walk(join(path, child.key()), *child.value(), visit, seen);
}

template <class Visit>
void walk(const std::string& path, const Module& module, const Visit& visit) {
  std::unordered_set<const Module*> seen;
  walk(path, const_cast<Module&>(module), visit, seen);
}

// A module that no shared pointer owns, such as one on the stack, is pointed to without owning it.
std::shared_ptr<Module> pointer_to(Module& module) {
  std::shared_ptr<Module> pointer = module.weak_from_this().lock();
  return pointer ? pointer : std::shared_ptr<Module>(std::shared_ptr<void>(), &module);
}

// Collects the defined tensors of modules, each once, under their paths.
class Collector {
 public:
  explicit Collector(const char* what) : named_(what) {}
  void add(const std::string& path, const OrderedDict<std::string, Tensor>& tensors) {
    for (const auto& item : tensors)
      if (item->defined() && seen_.insert(item->impl()).second)
        named_.insert(join(path, item.key()), item.value());
  }
  OrderedDict<std::string, Tensor> take() { return std::move(named_); }

 private:
  OrderedDict<std::string, Tensor> named_;
  std::unordered_set<const TensorImpl*> seen_;
};

}  // namespace

Module::Module() = default;
Module::Module(std::string name) : name_(std::move(name)) {}
Module::Module(const Module& other)
    : std::enable_shared_from_this<Module>(),
      parameters_(other.parameters_),
      buffers_(other.buffers_),
      children_(other.children_),
      name_(other.name_),
      path_(other.path_),
      training_(other.training_) {}

void Module::check_name(const char* op, const std::string& name) const {
  REEL_CHECK(!name.empty(), op, ": the name is empty; paths are made of it.");
  REEL_CHECK(name.find('.') == std::string::npos, op, ": the name '", name,
             "' has a dot; dots separate the names of a path.");
  REEL_CHECK(!parameters_.contains(name) && !buffers_.contains(name) && !children_.contains(name),
             op, ": '", name, "' is already registered in ", this->name(),
             "; names are unique in a module.");
}

namespace {

void make_parameter(const char* op, const std::string& name, const Tensor& value,
                    bool requires_grad) {
  if (!value.defined()) return;
  REEL_CHECK_GRAPH(value.is_leaf(), op, ": '", name, "' ", value,
                   " was computed and has a history; a parameter is a leaf. [use detach()]");
  value.set_requires_grad(requires_grad);
}

}  // namespace

Parameter Module::register_parameter(std::string name, Tensor value, bool requires_grad) {
  check_name("register_parameter", name);
  make_parameter("register_parameter", name, value, requires_grad);
  return Parameter(parameters_.insert(std::move(name), std::move(value)));
}

Parameter Module::replace_parameter(const std::string& name, Tensor value, bool requires_grad) {
  Tensor& place = parameters_[name];
  make_parameter("replace_parameter", name, value, requires_grad);
  return Parameter(place = std::move(value));
}

Buffer Module::replace_buffer(const std::string& name, Tensor value) {
  return Buffer(buffers_[name] = std::move(value));
}

Buffer Module::register_buffer(std::string name, Tensor value) {
  check_name("register_buffer", name);
  return Buffer(buffers_.insert(std::move(name), std::move(value)));
}

void Module::adopt(const std::string& name, Module& child) {
  walk({}, child, [&](const std::string&, const Module& below) {
    REEL_CHECK(&below != this, "register_module: '", name, "' contains the module ", this->name(),
               " that it is registered in; modules form a tree.");
  });
  child.set_path(path_ ? join(path_, name) : name);
}

void Module::add_child(std::string name, std::shared_ptr<Module> child) {
  check_name("register_module", name);
  REEL_CHECK(child, "register_module: '", name,
             "' is an empty pointer or holder; there is no module to register.");
  adopt(name, *child);
  children_.insert(std::move(name), std::move(child));
}

void Module::replace_child(const std::string& name, std::shared_ptr<Module> child) {
  REEL_CHECK(child, "replace_module: '", name,
             "' is an empty pointer or holder; there is no module to register.");
  set_child(name, std::move(child));
}

void Module::set_child(const std::string& name, std::shared_ptr<Module> child) {
  std::shared_ptr<Module>& place = children_[name];
  if (!child) return children_.erase(name);
  adopt(name, *child);
  place = std::move(child);
}

std::string Module::free_name(size_t n) const {
  while (children_.contains(std::to_string(n))) ++n;
  return std::to_string(n);
}

Tensor Module::unregister_parameter(const std::string& name) { return parameters_.pop(name); }
Tensor Module::unregister_buffer(const std::string& name) { return buffers_.pop(name); }

void Module::set_path(const std::string& path) {
  path_ = intern_path(path);
  for (const auto& child : children_) child.value()->set_path(join(path, child.key()));
}

OrderedDict<std::string, Tensor> Module::named_parameters(bool recurse) const {
  Collector collected("parameter");
  if (!recurse)
    collected.add({}, parameters_);
  else
    walk({}, *this,
         [&](const std::string& path, const Module& m) { collected.add(path, m.parameters_); });
  return collected.take();
}

OrderedDict<std::string, Tensor> Module::named_buffers(bool recurse) const {
  Collector collected("buffer");
  if (!recurse)
    collected.add({}, buffers_);
  else
    walk({}, *this,
         [&](const std::string& path, const Module& m) { collected.add(path, m.buffers_); });
  return collected.take();
}

TensorList Module::parameters(bool recurse) const { return named_parameters(recurse).values(); }
TensorList Module::buffers(bool recurse) const { return named_buffers(recurse).values(); }
std::vector<std::shared_ptr<Module>> Module::children() const { return children_.values(); }
OrderedDict<std::string, std::shared_ptr<Module>> Module::named_children() const {
  return children_;
}

OrderedDict<std::string, std::shared_ptr<Module>> Module::named_modules(const std::string& prefix,
                                                                        bool include_self) const {
  OrderedDict<std::string, std::shared_ptr<Module>> found("module");
  walk(prefix, *this, [&](const std::string& path, Module& m) {
    if (&m != this || include_self) found.insert(path, pointer_to(m));
  });
  return found;
}

std::vector<std::shared_ptr<Module>> Module::modules(bool include_self) const {
  return named_modules({}, include_self).values();
}

void Module::apply(const std::function<void(Module&)>& function) {
  walk({}, *this, [&](const std::string&, Module& m) { function(m); });
}

void Module::apply(const std::function<void(const std::string&, Module&)>& function,
                   const std::string& prefix) {
  walk(prefix, *this, function);
}

void Module::apply(const std::function<void(const std::shared_ptr<Module>&)>& function) {
  walk({}, *this, [&](const std::string&, Module& m) { function(pointer_to(m)); });
}

void Module::apply(
    const std::function<void(const std::string&, const std::shared_ptr<Module>&)>& function,
    const std::string& prefix) {
  walk(prefix, *this, [&](const std::string& path, Module& m) { function(path, pointer_to(m)); });
}

int64_t Module::num_parameters() const {
  int64_t count = 0;
  for (const Tensor& p : parameters()) count += p.numel();
  return count;
}

void Module::train(bool on) {
  training_ = on;
  for (const auto& child : children_) child.value()->train(on);
}

void Module::to(Dtype dtype) {
  REEL_CHECK(is_floating_point(dtype), "to: ", dtype,
             " can not hold parameters; float32 and float64 can.");
  for (const auto& child : children_) child.value()->to(dtype);
  const NoGradGuard no_grad;
  for (const Tensor& p : parameters(false))
    if (p.is_floating_point()) {
      p.set_data(p.to(dtype));
      if (p.grad().defined()) p.mutable_grad() = p.grad().to(dtype);
    }
  for (const Tensor& b : buffers(false))
    if (b.is_floating_point()) b.set_data(b.to(dtype));
}

void Module::zero_grad(bool set_to_none) {
  for (const Tensor& p : parameters()) {
    if (!p.grad().defined()) continue;
    if (set_to_none)
      p.mutable_grad() = Tensor();
    else
      p.mutable_grad() = p.grad().detach().zero_();
  }
}

void Module::requires_grad_(bool value) {
  for (const Tensor& p : parameters()) p.set_requires_grad(value);
}

Tensor Module::forward_relu(const Tensor&) { return {}; }

}  // namespace reel::nn
