#pragma once
// Parameters by name, and by number.

#include <reel/nn/holder.h>

#include <string>
#include <utility>
#include <vector>

namespace reel::nn {

/// Holds parameters under names, in the order in which they were inserted; whether they require
/// grad is left as it is. Source: torch.nn.ParameterDict.
class ParameterDictImpl : public Cloneable<ParameterDictImpl> {
 public:
  using Dict = OrderedDict<std::string, Tensor>;
  using Items = std::vector<std::pair<std::string, Tensor>>;
  using Iterator = std::vector<Dict::Item>::const_iterator;

  ParameterDictImpl() = default;
  explicit ParameterDictImpl(const Dict& parameters);

  /// Adds a leaf, or puts it in the place of what has that name. Returns it.
  Tensor insert(const std::string& name, Tensor value);
  /// Inserts all of them.
  void update(const Dict& parameters);
  void update(const ParameterDictImpl& other);
  /// Removes a parameter and returns it. Throws: ArgumentError when there is no such name.
  Tensor pop(const std::string& name);
  void clear();

  Items items() const;
  std::vector<std::string> keys() const;
  TensorList values() const;
  bool contains(const std::string& name) const;
  size_t size() const;
  bool empty() const { return size() == 0; }
  bool is_empty() const { return empty(); }
  Iterator begin() const;
  Iterator end() const;
  /// Throws: ArgumentError when there is no such name.
  const Tensor& get(const std::string& name) const;
  const Tensor& operator[](const std::string& name) const { return get(name); }
  void pretty_print(std::ostream& stream) const override;

 protected:
  std::shared_ptr<Module> clone_module() const override;

 private:
  const Dict& dict() const { return registered_parameters(); }
};
REEL_MODULE(ParameterDict);

/// Holds parameters "0", "1", ...; whether they require grad is left as it is. Its items have a key
/// and a value. Source: torch.nn.ParameterList.
class ParameterListImpl : public Cloneable<ParameterListImpl> {
 public:
  using Dict = OrderedDict<std::string, Tensor>;
  using Iterator = std::vector<Dict::Item>::const_iterator;

  ParameterListImpl() = default;
  template <class... Tensors>
  requires(sizeof...(Tensors) > 0 && (std::is_convertible_v<Tensors, Tensor> &&
                                      ...)) explicit ParameterListImpl(const Tensors&... tensors) {
    (append(tensors), ...);
  }
  explicit ParameterListImpl(const TensorList& parameters);

  /// Adds a leaf at the end.
  void append(Tensor value);
  void append(const Dict::Item& item);
  void extend(const TensorList& parameters);
  void extend(const ParameterListImpl& other);

  size_t size() const;
  bool is_empty() const { return size() == 0; }
  bool empty() const { return is_empty(); }
  Iterator begin() const;
  Iterator end() const;
  /// Throws: ArgumentError when there is no i-th parameter.
  const Tensor& at(size_t i) const;
  const Tensor& operator[](size_t i) const { return at(i); }
  void pretty_print(std::ostream& stream) const override;

 protected:
  std::shared_ptr<Module> clone_module() const override;

 private:
  const Dict& dict() const { return registered_parameters(); }
};
REEL_MODULE(ParameterList);

}  // namespace reel::nn
