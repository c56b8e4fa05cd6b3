#include <reel/nn/parameter_dict.h>

#include <ostream>

namespace reel::nn {

namespace {

void print_parameters(std::ostream& stream, const char* name,
                      const OrderedDict<std::string, Tensor>& parameters) {
  stream << name << '(';
  for (const auto& item : parameters) {
    stream << "\n  (" << item.key() << "): Parameter containing: [";
    if (item->defined()) {
      stream << name_of(item->dtype()) << " of size ";
      for (int64_t d = 0; d < item->dim(); ++d) stream << (d ? "x" : "") << item->size(d);
    } else {
      stream << "undefined";
    }
    stream << ']';
  }
  stream << (parameters.empty() ? ")" : "\n)");
}

Tensor copy_of(const Tensor& x) { return x.defined() ? x.detach().clone() : x; }

}  // namespace

ParameterDictImpl::ParameterDictImpl(const Dict& parameters) { update(parameters); }

Tensor ParameterDictImpl::insert(const std::string& name, Tensor value) {
  const bool requires_grad = value.requires_grad();
  if (contains(name)) return replace_parameter(name, std::move(value), requires_grad);
  return register_parameter(name, std::move(value), requires_grad);
}

void ParameterDictImpl::update(const Dict& parameters) {
  const Dict kept = parameters;  // it may be this one's
  for (const auto& item : kept) insert(item.key(), item.value());
}

Tensor ParameterDictImpl::pop(const std::string& name) {
  Tensor value = get(name);
  unregister_parameter(name);
  return value;
}

void ParameterDictImpl::clear() {
  for (const std::string& name : keys()) unregister_parameter(name);
}

void ParameterDictImpl::update(const ParameterDictImpl& other) { update(other.dict()); }

std::vector<std::string> ParameterDictImpl::keys() const { return dict().keys(); }
TensorList ParameterDictImpl::values() const { return dict().values(); }
bool ParameterDictImpl::contains(const std::string& name) const { return dict().contains(name); }
size_t ParameterDictImpl::size() const { return dict().size(); }
ParameterDictImpl::Iterator ParameterDictImpl::begin() const { return dict().begin(); }
ParameterDictImpl::Iterator ParameterDictImpl::end() const { return dict().end(); }
const Tensor& ParameterDictImpl::get(const std::string& name) const { return dict()[name]; }

ParameterDictImpl::Items ParameterDictImpl::items() const {
  Items items;
  for (const auto& item : dict()) items.emplace_back(item.key(), item.value());
  return items;
}

void ParameterDictImpl::pretty_print(std::ostream& stream) const {
  print_parameters(stream, "ParameterDict", dict());
}

std::shared_ptr<Module> ParameterDictImpl::clone_module() const {
  auto copy = make_module<ParameterDictImpl>();
  for (const auto& item : dict()) copy->insert(item.key(), copy_of(item.value()));
  copy_state_to(*copy);
  return copy;
}

ParameterListImpl::ParameterListImpl(const TensorList& parameters) { extend(parameters); }

void ParameterListImpl::append(const Dict::Item& item) { append(item.value()); }
void ParameterListImpl::extend(const ParameterListImpl& other) { extend(other.dict().values()); }
size_t ParameterListImpl::size() const { return dict().size(); }
ParameterListImpl::Iterator ParameterListImpl::begin() const { return dict().begin(); }
ParameterListImpl::Iterator ParameterListImpl::end() const { return dict().end(); }
const Tensor& ParameterListImpl::at(size_t i) const { return dict()[i].value(); }

void ParameterListImpl::append(Tensor value) {
  const bool requires_grad = value.requires_grad();
  register_parameter(std::to_string(size()), std::move(value), requires_grad);
}

void ParameterListImpl::extend(const TensorList& parameters) {
  for (const Tensor& p : parameters) append(p);
}

void ParameterListImpl::pretty_print(std::ostream& stream) const {
  print_parameters(stream, "ParameterList", dict());
}

std::shared_ptr<Module> ParameterListImpl::clone_module() const {
  auto copy = make_module<ParameterListImpl>();
  for (const auto& item : dict()) copy->append(copy_of(item.value()));
  copy_state_to(*copy);
  return copy;
}

}  // namespace reel::nn
