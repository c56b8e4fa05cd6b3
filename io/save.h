#pragma once
// save and load: tensors, modules, optimizers and what else has a state, in files. docs/models.md.

#include <reel/io/load_options.h>
#include <reel/io/safetensors.h>
#include <reel/nn/module.h>

#include <iosfwd>
#include <memory>
#include <type_traits>

namespace reel::io {

/// Tensors by name, as a module's state_dict() returns them.
using StateDict = OrderedDict<std::string, Tensor>;

/// What remembers things by name, and is no module.
template <class T>
concept HasState =
    !std::is_base_of_v<nn::Module, T> && requires(const T& saved, T& x, const StateDict& state) {
  StateDict(saved.state_dict());
  x.load_state_dict(state);
};

// --- what is saved, by its names in the file: tensors are shared, not copied ---

StateDict state_of(const Tensor& x);         ///< "tensor"
StateDict state_of(const TensorList& list);  ///< "0", "1", ...
StateDict state_of(const StateDict& state);
StateDict state_of(const nn::Module& module);
StateDict state_of(const std::shared_ptr<nn::Module>& module);
/// Of an optimizer, a schedule, an average of weights, Lookahead, or a class of yours.
template <HasState T>
StateDict state_of(const T& x) {
  return x.state_dict();
}
/// Of a holder.
template <class M>
requires requires(const M& m) { m.ptr(); }
StateDict state_of(const M& holder) { return state_of(std::shared_ptr<nn::Module>(holder.ptr())); }

/// Writes in the format of safetensors, whole or not at all. Throws: IoError.
void save_state(const StateDict& state, const std::string& path, const Metadata& metadata = {});
void save_state(const StateDict& state, std::ostream& stream, const Metadata& metadata = {});

/// `save(x, path)` of a tensor, a list of them, a StateDict, a module or its holder, or anything
/// with state_dict() and load_state_dict(). `path` may be a std::ostream.
template <class T>
void save(const T& x, const std::string& path, const Metadata& metadata = {}) {
  save_state(state_of(x), path, metadata);
}
template <class T>
void save(const T& x, std::ostream& stream, const Metadata& metadata = {}) {
  save_state(state_of(x), stream, metadata);
}

// --- what is loaded ---

/// A file, or all that is left of a stream.
class LoadSource {
 public:
  LoadSource(const char* path) : path_(path) {}
  LoadSource(std::string path) : path_(std::move(path)) {}
  LoadSource(std::istream& stream) : stream_(&stream) {}
  /// What it holds, of any of the formats; not to be written, as it may lie in the file.
  TensorFile view(const LoadOptions& options) const;
  Metadata metadata() const;

 private:
  std::string path_;
  std::istream* stream_ = nullptr;
};

/// Every tensor, under the names that the options make, in memory of its own. The format is known
/// by its first bytes. Throws: IoError naming the path, the place and what is wrong.
TensorFile load_tensors(const LoadSource& from, const LoadOptions& options = {});
/// The texts that were saved along, without looking at the tensors.
Metadata load_metadata(const LoadSource& from);

/// `load(x, path)` puts a file's values into `x`, all or none; `x` keeps its dtypes. Returns what a
/// load that is not strict left out. Throws: IoError for a damaged file, ArgumentError for one that
/// does not fit, with what is missing, unknown or of another shape.
nn::IncompatibleKeys load(nn::Module& module, const LoadSource& from,
                          const LoadOptions& options = {});
nn::IncompatibleKeys load(const std::shared_ptr<nn::Module>& module, const LoadSource& from,
                          const LoadOptions& options = {});
template <class M>
requires requires(const M& m) { m.ptr(); }
nn::IncompatibleKeys load(const M& holder, const LoadSource& from,
                          const LoadOptions& options = {}) {
  return load(std::shared_ptr<nn::Module>(holder.ptr()), from, options);
}
/// Puts tensors of the file in the place of `x`: its only one, those called "0", "1", ..., or all.
void load(Tensor& x, const LoadSource& from, const LoadOptions& options = {});
void load(nn::Registered& x, const LoadSource& from, const LoadOptions& options = {}) =
    delete;  // [load the module, or a Tensor and then x.copy_(it)]
void load(TensorList& list, const LoadSource& from, const LoadOptions& options = {});
void load(StateDict& state, const LoadSource& from, const LoadOptions& options = {});

template <HasState T>
void load(T& x, const LoadSource& from, const LoadOptions& options = {}) {
  StateDict state;
  load(state, from, options);
  x.load_state_dict(state);
}

}  // namespace reel::io

namespace reel {

using io::load;
using io::save;

}  // namespace reel
