#include "tests/tools/golden_runner/golden_case.h"

#include <algorithm>
#include <filesystem>

namespace golden {

namespace {

const Json kNothing = Json::object();

template <class T>
T argument(const Json& args, const char* arg, const std::optional<T>& otherwise) {
  if (args.contains(arg) && !args.at(arg).is_null()) return args.at(arg).get<T>();
  if (!otherwise) throw std::runtime_error(std::string("the case lacks the argument ") + arg);
  return *otherwise;
}

}  // namespace

Tensor Case::tensor(const std::string& name) const {
  const Tensor& x = file_.at(name);
  return x.is_floating_point() ? x.to(dtype_) : x;
}

bool Case::has_tensor(const std::string& name) const {
  return std::any_of(file_.tensors.begin(), file_.tensors.end(),
                     [&](const auto& t) { return t.name == name; });
}

std::vector<std::string> Case::names_after(const std::string& prefix) const {
  std::vector<std::string> names;
  for (const auto& t : file_.tensors)
    if (t.name.starts_with(prefix)) names.push_back(t.name);
  return names;
}

const Json& Case::group(const char* key) const {
  return json_.contains(key) ? json_.at(key) : kNothing;
}

Tensor Call::operator[](const std::string& name) const {
  for (const auto& [key, x] : inputs_)
    if (key == name) return x;
  return {};
}

TensorList Call::all() const {
  TensorList tensors;
  for (const auto& [name, x] : inputs_) tensors.push_back(x);
  return tensors;
}

double Call::number(const char* arg, std::optional<double> otherwise) const {
  return argument(args_, arg, otherwise);
}
int64_t Call::integer(const char* arg, std::optional<int64_t> otherwise) const {
  return argument(args_, arg, otherwise);
}
bool Call::flag(const char* arg, std::optional<bool> otherwise) const {
  return argument(args_, arg, otherwise);
}
std::string Call::text(const char* arg, std::optional<std::string> otherwise) const {
  return argument(args_, arg, otherwise);
}

std::vector<int64_t> Call::integers(const char* arg, std::vector<int64_t> otherwise) const {
  if (!has(arg)) return otherwise;
  const Json& value = args_.at(arg);
  if (value.is_array()) return value.get<std::vector<int64_t>>();
  return {value.get<int64_t>()};
}

std::vector<Family> read_families(const std::string& folder, const std::string& family) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".safetensors" &&
        (family.empty() || entry.path().stem() == family))
      paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<Family> families;
  for (const auto& path : paths) {
    Family f{path.stem().string(), reel::io::load_safetensors(path.string()), {}};
    if (const std::string format = f.file.metadata_of("format"); format != "1")
      throw std::runtime_error(path.string() + ": has format '" + format +
                               "'; this program reads 1");
    for (Json& c : Json::parse(f.file.metadata_of("cases")).get_ref<Json::array_t&>())
      f.cases.push_back(std::move(c));
    families.push_back(std::move(f));
  }
  return families;
}

}  // namespace golden
