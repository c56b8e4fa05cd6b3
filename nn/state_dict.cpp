// A module's parameters and buffers by name, out and in.

#include <reel/autograd/grad_mode.h>
#include <reel/nn/module.h>

#include <algorithm>
#include <numeric>
#include <unordered_set>

namespace reel::nn {

namespace {

using State = OrderedDict<std::string, Tensor>;
using Names = std::vector<std::string>;

constexpr size_t kMostListed = 8;  // names of each kind in a message

// Insertions, deletions and replacements that make one word of the other.
size_t distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0]++;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

// " (nearest: 'a', 'b')": those of `candidates` that a slip, or a prefix, may have made of `name`.
std::string nearest(const std::string& name, const Names& candidates) {
  std::vector<std::pair<size_t, std::string>> found;
  for (const std::string& candidate : candidates) {
    const bool longer = candidate.size() >= name.size();
    const std::string &whole = longer ? candidate : name, &part = longer ? name : candidate;
    const size_t d = whole.ends_with("." + part) ? 0 : distance(name, candidate);
    if (d <= std::max<size_t>(2, name.size() / 2)) found.emplace_back(d, candidate);
  }
  std::sort(found.begin(), found.end());
  std::string text;
  for (size_t i = 0; i < std::min<size_t>(2, found.size()); ++i)
    text += as_text(i ? ", '" : " (nearest: '", found[i].second, "'");
  return text.empty() ? text : text + ")";
}

std::string list(const char* what, const Names& items) {
  std::string text = as_text(" ", what);
  const size_t shown = std::min(items.size(), kMostListed);
  for (size_t i = 0; i < shown; ++i) text += as_text(i ? ", " : " ", items[i]);
  if (shown < items.size()) text += as_text(" and ", items.size() - shown, " more");
  return text + ";";
}

// The p for which `longer` has p + name for each name; empty when there is none.
std::string common_prefix(const Names& names, const Names& longer) {
  const std::unordered_set<std::string> known(longer.begin(), longer.end());
  if (names.empty()) return {};
  for (const std::string& candidate : longer) {
    if (!candidate.ends_with("." + names[0])) continue;
    const std::string prefix = candidate.substr(0, candidate.size() - names[0].size());
    if (std::all_of(names.begin(), names.end(),
                    [&](const std::string& name) { return known.count(prefix + name); }))
      return prefix;
  }
  return {};
}

std::string hint(const IncompatibleKeys& keys) {
  if (const auto prefix = common_prefix(keys.missing_keys, keys.unexpected_keys); !prefix.empty())
    return as_text(" [the state's names begin with '", prefix,
                   "'; when loading a file, rename_prefix", "(\"", prefix,
                   "\", \"\") takes that away]");
  if (const auto prefix = common_prefix(keys.unexpected_keys, keys.missing_keys); !prefix.empty())
    return as_text(" [the module's names begin with '", prefix,
                   "'; when loading a file, rename_prefix(\"\", \"", prefix, "\") adds that]");
  return " [without strict, names that are missing or unknown are left out]";
}

}  // namespace

void Module::add_state(const std::string& prefix, State& state) const {
  for (const auto* tensors : {&parameters_, &buffers_})
    for (const auto& item : *tensors)
      if (item->defined()) state.insert(prefix + item.key(), item.value());
  for (const auto& child : children_) child.value()->add_state(prefix + child.key() + ".", state);
}

State Module::state_dict() const {
  State state("state");
  add_state({}, state);
  return state;
}

IncompatibleKeys Module::load_state_dict(const State& state, bool strict) {
  const State own = state_dict();
  IncompatibleKeys keys;
  Names different;
  std::vector<std::pair<const Tensor*, const Tensor*>> copies;
  for (const auto& item : own) {
    const Tensor* saved = state.find(item.key());
    if (!saved || !saved->defined()) {
      keys.missing_keys.push_back(item.key());
      continue;
    }
    if (saved->sizes() != item->sizes())
      different.push_back(
          as_text("'", item.key(), "' ", saved->sizes(), " instead of ", item->sizes()));
    else if (saved->is_floating_point() && !item->is_floating_point())
      different.push_back(
          as_text("'", item.key(), "' ", saved->dtype(), " instead of ", item->dtype()));
    copies.emplace_back(saved, &item.value());
  }
  for (const auto& item : state)
    if (!own.contains(item.key())) keys.unexpected_keys.push_back(item.key());

  const bool names_differ = !keys.missing_keys.empty() || !keys.unexpected_keys.empty();
  if (!different.empty() || (strict && names_differ)) {
    std::string text = as_text("load_state_dict: the state does not fit ", name(), ":");
    const auto described = [&](const Names& names, const Names& candidates, bool sizes) {
      Names items;
      for (const std::string& n : names) {
        const bool shown = items.size() < kMostListed;
        std::string item = as_text("'", n, "'");
        if (sizes) item += as_text(" ", own[n].sizes());
        items.push_back(shown ? item + nearest(n, candidates) : item);
      }
      return items;
    };
    if (strict && !keys.missing_keys.empty())
      text += list("it lacks", described(keys.missing_keys, keys.unexpected_keys, true));
    if (strict && !keys.unexpected_keys.empty())
      text += list("it has unknown", described(keys.unexpected_keys, keys.missing_keys, false));
    if (!different.empty()) text += list("of another shape or type are", different);
    text += " names and shapes must agree.";
    if (strict && names_differ) text += hint(keys);
    throw_argument_error(text);
  }
  const NoGradGuard no_grad;
  for (const auto& [saved, target] : copies) target->copy_(saved->detach());
  return keys;
}

}  // namespace reel::nn
