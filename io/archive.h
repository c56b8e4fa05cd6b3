#pragma once
// Tensors put into a file one by one, under names and in nested groups: libtorch's archives.

#include <reel/io/save.h>

#include <string>
#include <vector>

namespace reel::serialize {

/// Collects tensors by name, shared and not copied, until they are saved. Archives within it put
/// their names behind a dot: "encoder.weight".
class OutputArchive {
 public:
  /// Throws: ArgumentError when the key is taken, is empty, or the tensor is undefined. is_buffer
  /// makes no difference to a file.
  void write(const std::string& key, const Tensor& tensor, bool is_buffer = false);
  void write(const std::string& key, const OutputArchive& nested);
  /// Adds all that the module, optimizer or schedule has, under its own names.
  template <class T>
  void write_state(const T& from) {
    add({}, io::state_of(from));
  }

  /// Writes in the format of safetensors, whole or not at all. Throws: IoError.
  void save_to(const std::string& path) const { io::save_state(tensors_, path); }
  void save_to(std::ostream& stream) const { io::save_state(tensors_, stream); }

 private:
  void add(const std::string& prefix, const io::StateDict& tensors);
  io::StateDict tensors_{"tensor of the archive"};
};

/// What such a file holds, or any that io::load reads.
class InputArchive {
 public:
  /// Throws: IoError for a damaged file.
  void load_from(const std::string& path) { load(path); }
  void load_from(const std::string& path, const Device&) { load(path); }  ///< there is one
  void load_from(std::istream& stream) { load(stream); }

  /// Puts the tensor of that name in the place of `tensor`'s data, or makes it `tensor` where that
  /// is undefined. False, and nothing done, when there is none.
  bool try_read(const std::string& key, Tensor& tensor, bool is_buffer = false) const;
  bool try_read(const std::string& key, InputArchive& nested) const;
  /// Throws: ArgumentError when there is none, with the names there are.
  void read(const std::string& key, Tensor& tensor, bool is_buffer = false) const;
  void read(const std::string& key, InputArchive& nested) const;
  /// The first parts of the names, in order.
  std::vector<std::string> keys() const;
  const io::StateDict& tensors() const { return tensors_; }

 private:
  void load(const io::LoadSource& from);
  [[noreturn]] void throw_missing(const std::string& key) const;
  io::StateDict tensors_{"tensor of the archive"};
};

/// For who knows archives by name only, as data sets and samplers do.
void write_tensor(OutputArchive& archive, const std::string& key, const Tensor& x);
Tensor read_tensor(const InputArchive& archive, const std::string& key);

/// `archive << model`, `archive << optimizer`.
template <class T>
OutputArchive& operator<<(OutputArchive& archive, const T& from) {
  archive.write_state(from);
  return archive;
}

/// `archive >> model` puts all of it into the module. Throws: ArgumentError unless names and shapes
/// agree.
InputArchive& operator>>(InputArchive& archive, nn::Module& module);
template <class M>
requires requires(const M& m) { m.ptr(); }
InputArchive& operator>>(InputArchive& archive, const M& holder) {
  return archive >> *holder.ptr();
}

}  // namespace reel::serialize
