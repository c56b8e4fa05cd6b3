// Modules as text.

#include <reel/nn/module.h>
#include <reel/nn/type_name.h>

#include <ostream>
#include <sstream>

namespace reel::nn {

namespace {

void print_tree(std::ostream& out, const Module& module, const std::string& indent) {
  module.pretty_print(out);
  const auto children = module.named_children();
  if (!children.is_empty()) {
    out << "(\n";
    for (const auto& child : children) {
      out << indent << "  (" << child.key() << "): ";
      print_tree(out, *child.value(), indent + "  ");
      out << '\n';
    }
    out << indent << ')';
  }
  if (const int64_t count = module.num_parameters())
    out << "  # " << count << (count == 1 ? " parameter" : " parameters");
}

}  // namespace

std::string Module::name() const { return name_.empty() ? type_name(typeid(*this)) : name_; }

void Module::pretty_print(std::ostream& stream) const { stream << name(); }

std::ostream& operator<<(std::ostream& out, const Module& module) {
  print_tree(out, module, "");
  return out;
}

std::string to_string(const Module& module) {
  std::ostringstream out;
  out << module;
  return out.str();
}

}  // namespace reel::nn
