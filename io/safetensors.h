#pragma once
// Tensors in files that Python reads as well: https://github.com/huggingface/safetensors (format).

#include <reel/core/tensor.h>

#include <string>
#include <utility>
#include <vector>

namespace reel::io {

/// A tensor and its name in a file.
struct NamedTensor {
  std::string name;
  Tensor tensor;
};

using Metadata = std::vector<std::pair<std::string, std::string>>;

/// What a file holds, in its order.
struct TensorFile {
  std::vector<NamedTensor> tensors;
  Metadata metadata;

  /// Throws: ArgumentError when there is no such tensor.
  const Tensor& at(const std::string& name) const;
  /// The text, or an empty one.
  std::string metadata_of(const std::string& key) const;
};
using SafetensorsFile = TensorFile;

/// Writes the tensors' values, whole or not at all. Throws: ArgumentError on a name that comes
/// twice, is "__metadata__" or no UTF-8, IoError when the file can not be written.
void save_safetensors(const std::string& path, const std::vector<NamedTensor>& tensors,
                      const Metadata& metadata = {});

/// Half-precision tensors become float32, uint16 int32, uint32 int64. Throws: IoError naming the
/// path and what is wrong: cut short, no JSON, an unknown dtype, offsets that do not match the
/// shape, overlap or leave the file.
SafetensorsFile load_safetensors(const std::string& path);

}  // namespace reel::io
