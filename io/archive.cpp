#include <reel/io/archive.h>

namespace reel::serialize {

void OutputArchive::write(const std::string& key, const Tensor& tensor, bool) {
  REEL_CHECK(!key.empty(), "archive: the key is empty; tensors are found by it.");
  REEL_CHECK(tensor.defined(), "archive: the tensor '", key,
             "' is undefined; there is nothing to write.");
  tensors_.insert(key, tensor);
}

void OutputArchive::write(const std::string& key, const OutputArchive& nested) {
  REEL_CHECK(!key.empty(), "archive: the key is empty; tensors are found by it.");
  add(key + ".", nested.tensors_);
}

void OutputArchive::add(const std::string& prefix, const io::StateDict& tensors) {
  for (const auto& item : tensors) tensors_.insert(prefix + item.key(), item.value());
}

void InputArchive::load(const io::LoadSource& from) {
  io::StateDict loaded("tensor of the archive");
  for (io::NamedTensor& item : io::load_tensors(from).tensors)
    loaded.insert(std::move(item.name), std::move(item.tensor));
  tensors_ = std::move(loaded);
}

bool InputArchive::try_read(const std::string& key, Tensor& tensor, bool) const {
  const Tensor* found = tensors_.find(key);
  if (!found) return false;
  if (tensor.defined())
    tensor.set_data(found->clone());
  else
    tensor = *found;
  return true;
}

bool InputArchive::try_read(const std::string& key, InputArchive& nested) const {
  io::StateDict inside("tensor of the archive");
  const std::string prefix = key + ".";
  for (const auto& item : tensors_)
    if (item.key().starts_with(prefix)) inside.insert(item.key().substr(prefix.size()), *item);
  if (inside.is_empty()) return false;
  nested.tensors_ = std::move(inside);
  return true;
}

void InputArchive::read(const std::string& key, Tensor& tensor, bool is_buffer) const {
  if (!try_read(key, tensor, is_buffer)) throw_missing(key);
}

void InputArchive::read(const std::string& key, InputArchive& nested) const {
  if (!try_read(key, nested)) throw_missing(key);
}

std::vector<std::string> InputArchive::keys() const {
  std::vector<std::string> list;
  for (const auto& item : tensors_) {
    std::string first = item.key().substr(0, item.key().find('.'));
    if (list.empty() || list.back() != first) list.push_back(std::move(first));
  }
  return list;
}

void InputArchive::throw_missing(const std::string& key) const {
  std::string names;
  for (const std::string& name : keys()) names += (names.empty() ? "" : ", ") + name;
  throw_argument_error(as_text("archive: there is no '", key, "'; there is ",
                               names.empty() ? std::string("nothing") : names, "."));
}

void write_tensor(OutputArchive& archive, const std::string& key, const Tensor& x) {
  archive.write(key, x, true);
}

Tensor read_tensor(const InputArchive& archive, const std::string& key) {
  Tensor x;
  archive.read(key, x, true);
  return x;
}

InputArchive& operator>>(InputArchive& archive, nn::Module& module) {
  module.load_state_dict(archive.tensors());
  return archive;
}

}  // namespace reel::serialize
