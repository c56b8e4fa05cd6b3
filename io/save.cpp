#include <reel/autograd/grad_mode.h>
#include <reel/io/atomic_file.h>
#include <reel/io/formats.h>
#include <reel/io/save.h>

#include <istream>
#include <iterator>
#include <ostream>
#include <unordered_set>

namespace reel::io {

namespace {

const nn::Module& checked(const char* op, const std::shared_ptr<nn::Module>& module) {
  REEL_CHECK(module, op, ": the pointer or holder is empty; there is no module in it.");
  return *module;
}

std::vector<NamedTensor> named(const StateDict& state) {
  std::vector<NamedTensor> tensors;
  for (const auto& item : state) tensors.push_back({item.key(), item.value()});
  return tensors;
}

StateDict dict_of(const TensorFile& file) {
  StateDict state("state");
  for (const auto& [name, tensor] : file.tensors) state.insert(name, tensor);
  return state;
}

}  // namespace

StateDict state_of(const Tensor& x) { return StateDict({{"tensor", x}}); }

StateDict state_of(const TensorList& list) {
  StateDict state;
  for (size_t i = 0; i < list.size(); ++i) state.insert(as_text(i), list[i]);
  return state;
}

StateDict state_of(const StateDict& state) { return state; }
StateDict state_of(const nn::Module& module) { return module.state_dict(); }
StateDict state_of(const std::shared_ptr<nn::Module>& module) {
  return checked("save", module).state_dict();
}

void save_state(const StateDict& state, const std::string& path, const Metadata& metadata) {
  AtomicFile file("save", path);
  write_safetensors(
      "save", [&](const void* data, size_t size) { file.write(data, size); }, named(state),
      metadata);
  file.commit();
}

void save_state(const StateDict& state, std::ostream& stream, const Metadata& metadata) {
  write_safetensors(
      "save",
      [&](const void* data, size_t size) {
        stream.write(static_cast<const char*>(data), static_cast<std::streamsize>(size));
      },
      named(state), metadata);
  if (!stream.flush()) throw_io_error("save: cannot write to the stream: it is in a failed state.");
}

namespace {

ByteSource open_source(const std::string& path, std::istream* stream) {
  if (!stream) return source_of(std::make_shared<FileContent>("load", path));
  if (!*stream) throw_io_error("load: cannot read from the stream: it is in a failed state.");
  auto bytes = std::make_shared<std::string>(std::istreambuf_iterator<char>(*stream),
                                             std::istreambuf_iterator<char>());
  return {bytes, bytes->data(), bytes->size(),
          [](const std::string& what) { throw_io_error(as_text("load: the stream: ", what)); }};
}

}  // namespace

TensorFile LoadSource::view(const LoadOptions& options) const {
  TensorFile file = view_any(open_source(path_, stream_));
  const NoGradGuard no_grad;
  std::unordered_set<std::string> names;
  for (NamedTensor& t : file.tensors) {
    t.name = options.renamed(t.name);
    REEL_CHECK(names.insert(t.name).second, "rename: two tensors would be called '", t.name,
               "'; every tensor needs a name of its own.");
    if (options.dtype() && t.tensor.is_floating_point()) t.tensor = t.tensor.to(*options.dtype());
  }
  return file;
}

Metadata LoadSource::metadata() const {
  const ByteSource source = open_source(path_, stream_);
  return is_safetensors(source) ? view_safetensors_metadata(source) : view_any(source).metadata;
}

TensorFile load_tensors(const LoadSource& from, const LoadOptions& options) {
  TensorFile file = from.view(options);
  for (NamedTensor& t : file.tensors) t.tensor = owned(t.tensor);
  return file;
}

Metadata load_metadata(const LoadSource& from) { return from.metadata(); }

nn::IncompatibleKeys load(nn::Module& module, const LoadSource& from, const LoadOptions& options) {
  return module.load_state_dict(dict_of(from.view(options)), options.strict());
}

nn::IncompatibleKeys load(const std::shared_ptr<nn::Module>& module, const LoadSource& from,
                          const LoadOptions& options) {
  return load(const_cast<nn::Module&>(checked("load", module)), from, options);
}

void load(Tensor& x, const LoadSource& from, const LoadOptions& options) {
  const TensorFile file = from.view(options);
  REEL_CHECK(file.tensors.size() == 1, "load: the file holds ", file.tensors.size(),
             " tensors; one can be loaded only from a file of one. [load a StateDict, or call "
             "load_tensors]");
  x = owned(file.tensors[0].tensor);
}

void load(TensorList& list, const LoadSource& from, const LoadOptions& options) {
  const StateDict state = dict_of(from.view(options));
  TensorList loaded;
  for (size_t i = 0; i < state.size(); ++i) {
    const Tensor* x = state.find(as_text(i));
    REEL_CHECK(x, "load: the file has no tensor '", i, "' among its ", state.size(),
               "; those of a list are called 0, 1, ... [load a StateDict, or call load_tensors]");
    loaded.push_back(owned(*x));
  }
  list = std::move(loaded);
}

void load(StateDict& state, const LoadSource& from, const LoadOptions& options) {
  StateDict loaded("state");
  for (const auto& [name, tensor] : from.view(options).tensors) loaded.insert(name, owned(tensor));
  state = std::move(loaded);
}

}  // namespace reel::io
