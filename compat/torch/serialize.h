#pragma once
// torch::save and torch::load: of tensors, modules and optimizers, as safetensors files.

#include <reel/io/safetensors.h>
#include <reel/nn/holder.h>
#include <reel/optim/optimizer.h>

#include <memory>
#include <string>
#include <vector>

namespace torch {

namespace serialize {

inline void write(const reel::OrderedDict<std::string, reel::Tensor>& tensors,
                  const std::string& path) {
  std::vector<reel::io::NamedTensor> named;
  for (const auto& item : tensors) named.push_back({item.key(), item.value()});
  reel::io::save_safetensors(path, named);
}

inline reel::OrderedDict<std::string, reel::Tensor> read(const std::string& path) {
  reel::OrderedDict<std::string, reel::Tensor> tensors("tensor");
  for (const auto& item : reel::io::load_safetensors(path).tensors)
    tensors.insert(item.name, item.tensor);
  return tensors;
}

inline reel::OrderedDict<std::string, reel::Tensor> state_of(const reel::nn::Module& module) {
  auto state = module.named_parameters();
  state.update(module.named_buffers());
  return state;
}

}  // namespace serialize

inline void save(const reel::Tensor& tensor, const std::string& path) {
  reel::io::save_safetensors(path, {{"tensor", tensor}});
}
inline void load(reel::Tensor& tensor, const std::string& path) {
  tensor = serialize::read(path)["tensor"];
}

inline void save(const std::vector<reel::Tensor>& tensors, const std::string& path) {
  std::vector<reel::io::NamedTensor> named;
  for (size_t i = 0; i < tensors.size(); ++i) named.push_back({std::to_string(i), tensors[i]});
  reel::io::save_safetensors(path, named);
}
inline void load(std::vector<reel::Tensor>& tensors, const std::string& path) {
  const auto read = serialize::read(path);
  tensors.clear();
  for (size_t i = 0; i < read.size(); ++i) tensors.push_back(read[std::to_string(i)]);
}

inline void save(const reel::nn::Module& module, const std::string& path) {
  serialize::write(serialize::state_of(module), path);
}
/// Throws: ArgumentError when a parameter or buffer is missing in the file or has another shape.
inline void load(reel::nn::Module& module, const std::string& path) {
  const auto read = serialize::read(path);
  const reel::NoGradGuard no_grad;
  for (const auto& item : serialize::state_of(module)) {
    const reel::Tensor& from = read[item.key()];
    REEL_CHECK(from.sizes() == item->sizes(), "load: '", item.key(), "' is ", from, " in ", path,
               ", but ", item.value(), " in the module; the shapes must be equal.");
    item->copy_(from);
  }
}
template <class M>
void save(const std::shared_ptr<M>& module, const std::string& path) {
  save(static_cast<const reel::nn::Module&>(*module), path);
}
template <class M>
void load(const std::shared_ptr<M>& module, const std::string& path) {
  load(static_cast<reel::nn::Module&>(*module), path);
}
template <class M>
void save(const reel::nn::ModuleHolder<M>& module, const std::string& path) {
  save(static_cast<const reel::nn::Module&>(*module), path);
}
template <class M>
void load(const reel::nn::ModuleHolder<M>& module, const std::string& path) {
  load(static_cast<reel::nn::Module&>(*module), path);
}

inline void save(const reel::optim::Optimizer& optimizer, const std::string& path) {
  serialize::write(optimizer.state_dict(), path);
}
inline void load(reel::optim::Optimizer& optimizer, const std::string& path) {
  optimizer.load_state_dict(serialize::read(path));
}

}  // namespace torch
