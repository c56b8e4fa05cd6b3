#pragma once
// The format of tests/golden: families of cases, read from safetensors files.

#include <reel/core/creation.h>
#include <reel/core/tensor.h>
#include <reel/io/safetensors.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace golden {

using Json = nlohmann::ordered_json;
using reel::Dtype;
using reel::Tensor;
using reel::TensorList;

/// One case of a family, with the tensors that it names.
class Case {
 public:
  Case(Json json, const reel::io::SafetensorsFile& file, Dtype dtype)
      : json_(std::move(json)), file_(file), dtype_(dtype) {}

  std::string id() const { return json_.at("id"); }
  std::string op() const { return json_.at("op"); }
  const Json& json() const { return json_; }
  /// Floating tensors are computed in this type.
  Dtype dtype() const { return dtype_; }

  /// A tensor of the file by its name, floating ones in dtype().
  Tensor tensor(const std::string& name) const;
  /// The same, as it lies in the file.
  const Tensor& exact(const std::string& name) const { return file_.at(name); }
  bool has_tensor(const std::string& name) const;
  /// The names of all tensors whose name starts so.
  std::vector<std::string> names_after(const std::string& prefix) const;

  /// The object under a key, empty when there is none: names of tensors by argument.
  const Json& group(const char* key) const;
  /// Whether the object under `key` has this name.
  bool lists(const char* key, const std::string& name) const { return group(key).contains(name); }

 private:
  Json json_;
  const reel::io::SafetensorsFile& file_;
  Dtype dtype_;
};

/// Options by name.
class Arguments {
 public:
  explicit Arguments(const Json& args) : args_(args) {}
  bool has(const char* arg) const { return args_.contains(arg) && !args_.at(arg).is_null(); }
  bool is_text(const char* arg) const { return has(arg) && args_.at(arg).is_string(); }
  // Without an `otherwise` the case must have the argument.
  double number(const char* arg, std::optional<double> otherwise = {}) const;
  int64_t integer(const char* arg, std::optional<int64_t> otherwise = {}) const;
  bool flag(const char* arg, std::optional<bool> otherwise = {}) const;
  std::string text(const char* arg, std::optional<std::string> otherwise = {}) const;
  std::optional<double> maybe(const char* arg) const;
  /// One number or several.
  std::vector<int64_t> integers(const char* arg) const;
  std::vector<double> numbers(const char* arg) const;

 private:
  const Json& args_;
};

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

/// What an operation is called with: options, inputs, and state that it changes.
class Call : public Arguments {
 public:
  Call(const Json& args, NamedTensors inputs, NamedTensors state)
      : Arguments(args), inputs_(std::move(inputs)), state_(std::move(state)) {}

  /// Undefined when there is no such input.
  Tensor operator[](const std::string& name) const { return find(inputs_, name); }
  TensorList all() const;
  Tensor state(const std::string& name) const { return find(state_, name); }
  /// Puts the input's values into a module's parameter, which is then differentiated in its place.
  void use(const std::string& name, const Tensor& parameter);

 private:
  static Tensor find(const NamedTensors& tensors, const std::string& name);
  NamedTensors inputs_, state_;
};

struct Family {
  std::string name;
  reel::io::SafetensorsFile file;
  std::vector<Json> cases;
};

/// Reads DIR/*.safetensors, in the order of their names, or only the one called `family`.
std::vector<Family> read_families(const std::string& folder, const std::string& family);

}  // namespace golden
