#pragma once
// The formats of tensors in files, apart from where their bytes are.

#include <reel/io/file_content.h>
#include <reel/io/safetensors.h>

#include <functional>
#include <memory>

namespace reel::io {

/// Takes bytes, one after the other.
using ByteSink = std::function<void(const void* data, std::size_t size)>;

/// Bytes to read, which `owner` keeps alive, and what to do when they are wrong.
struct ByteSource {
  std::shared_ptr<void> owner;
  const char* data;
  std::size_t size;
  std::function<void(const std::string& what)> report;  ///< throws IoError

  [[noreturn]] void fail(const std::string& what) const;
  bool starts_with(const std::string& text) const;
};
ByteSource source_of(std::shared_ptr<FileContent> file);

// What follows gives tensors that lie in the source where its bytes can be used as they are: not to
// be written, and to be copied by who keeps them. Throws what source.fail does.

TensorFile view_safetensors(const ByteSource& source);
Metadata view_safetensors_metadata(const ByteSource& source);
Tensor view_npy(const ByteSource& source);
/// The entries of a zip archive that end in .npy, without that ending.
TensorFile view_npz(const ByteSource& source);

/// What torch.save wrote of tensors in dictionaries and lists: names are paths, numbers become
/// tensors without dimensions, texts metadata.
TensorFile view_torch(const ByteSource& source);
bool is_torch(const ByteSource& zip);

/// Of any format above, known by its first bytes. A format without names calls its tensor "tensor".
TensorFile view_any(const ByteSource& source);
/// Whether it begins as such a file, which has no first bytes of its own.
bool is_safetensors(const ByteSource& source);

/// A contiguous copy in memory of its own.
Tensor owned(const Tensor& view);

/// Errors are reported for `op`.
void write_safetensors(const std::string& op, const ByteSink& sink,
                       const std::vector<NamedTensor>& tensors, const Metadata& metadata);

}  // namespace reel::io
