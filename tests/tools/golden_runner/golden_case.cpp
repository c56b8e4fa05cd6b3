#include "tests/tools/golden_runner/golden_case.h"

#include <algorithm>
#include <cmath>
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

double Arguments::number(const char* arg, std::optional<double> otherwise) const {
  // JSON has no infinity.
  if (is_text(arg) && args_.at(arg) == "inf") return HUGE_VAL;
  return argument(args_, arg, otherwise);
}
int64_t Arguments::integer(const char* arg, std::optional<int64_t> otherwise) const {
  return argument(args_, arg, otherwise);
}
bool Arguments::flag(const char* arg, std::optional<bool> otherwise) const {
  return argument(args_, arg, otherwise);
}
std::string Arguments::text(const char* arg, std::optional<std::string> otherwise) const {
  return argument(args_, arg, otherwise);
}

std::optional<double> Arguments::maybe(const char* arg) const {
  if (!has(arg)) return {};
  return number(arg);
}

std::vector<int64_t> Arguments::integers(const char* arg) const {
  if (has(arg) && args_.at(arg).is_array()) return args_.at(arg).get<std::vector<int64_t>>();
  return {integer(arg)};
}

std::vector<double> Arguments::numbers(const char* arg) const {
  if (has(arg) && args_.at(arg).is_array()) return args_.at(arg).get<std::vector<double>>();
  return {number(arg)};
}

Tensor Call::find(const NamedTensors& tensors, const std::string& name) {
  for (const auto& [key, x] : tensors)
    if (key == name) return x;
  return {};
}

TensorList Call::all() const {
  TensorList tensors;
  for (const auto& [name, x] : inputs_) tensors.push_back(x);
  return tensors;
}

void Call::use(const std::string& name, const Tensor& parameter) {
  for (auto& [key, x] : inputs_)
    if (key == name) {
      parameter.set_data(x.detach());
      x = parameter;
      return;
    }
  throw std::runtime_error("the case has no input for the parameter " + name);
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
    const Json cases = Json::parse(f.file.metadata_of("cases"));
    f.cases.assign(cases.begin(), cases.end());
    families.push_back(std::move(f));
  }
  return families;
}

}  // namespace golden
