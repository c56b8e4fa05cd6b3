// Modules as text.

#include <reel/nn/module_list.h>
#include <reel/nn/type_name.h>

#include <ostream>
#include <sstream>

namespace reel::nn {

namespace {

std::string with_count(std::string text, const Module& module) {
  const int64_t count = module.num_parameters();
  return count ? as_text(text, "  # ", count, count == 1 ? " parameter" : " parameters") : text;
}

// Lines after the first are indented.
std::string indented(const std::string& text) {
  std::string result;
  for (const char c : text) {
    result += c;
    if (c == '\n') result += "  ";
  }
  return result;
}

std::string tree_of(const Module& module) {
  std::ostringstream line;
  module.pretty_print(line);
  std::string text = line.str();
  const auto children = module.named_children();
  if (children.is_empty()) return with_count(text == module.name() ? text + "()" : text, module);
  std::vector<std::string> texts;
  for (const auto& child : children) texts.push_back(tree_of(*child.value()));
  const bool is_list = dynamic_cast<const ModuleListImpl*>(&module);
  text += "(\n";
  for (size_t first = 0, last; first < texts.size(); first = last + 1) {
    // In a list, equals are written once.
    for (last = first; is_list && last + 1 < texts.size() && texts[last + 1] == texts[first];)
      ++last;
    text += "  (" + children[first].key();
    if (last > first) text += as_text("-", children[last].key());
    text += "): ";
    if (last > first) text += as_text(last - first + 1, " x ");
    text += indented(texts[first]) + "\n";
  }
  return with_count(text + ")", module);
}

}  // namespace

std::string Module::name() const { return name_.empty() ? type_name(typeid(*this)) : name_; }

void Module::pretty_print(std::ostream& stream) const { stream << name(); }

std::ostream& operator<<(std::ostream& out, const Module& module) { return out << tree_of(module); }

std::string to_string(const Module& module) { return tree_of(module); }

}  // namespace reel::nn
