#pragma once
// The safetensors format, apart from where its bytes are.

#include <reel/io/mapped_file.h>
#include <reel/io/safetensors.h>

#include <functional>
#include <memory>

namespace reel::io {

/// Takes bytes, one after the other.
using ByteSink = std::function<void(const void* data, std::size_t size)>;

/// Errors are reported for `op`.
void write_safetensors(const std::string& op, const ByteSink& sink,
                       const std::vector<NamedTensor>& tensors, const Metadata& metadata);

/// Bytes to read, which `owner` keeps alive, and what to do when they are wrong.
struct ByteSource {
  std::shared_ptr<void> owner;
  const char* data;
  std::size_t size;
  std::function<void(const std::string& what)> fail;  ///< throws
};
ByteSource source_of(std::shared_ptr<MappedFile> file);

/// Tensors that lie in the source where its bytes can be used as they are: not to be written.
TensorFile view_safetensors(const ByteSource& source);

/// The metadata alone.
Metadata view_safetensors_metadata(const ByteSource& source);

}  // namespace reel::io
