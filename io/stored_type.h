#pragma once
// How files hold elements.

#include <reel/core/tensor.h>

#include <memory>

namespace reel::io {

/// An element type of files. Those that no dtype stands for are widened to one that holds all
/// their values.
enum class StoredType : uint8_t {
  kBool,
  kUInt8,
  kInt8,
  kInt16,
  kUInt16,
  kInt32,
  kUInt32,
  kInt64,
  kFloat16,
  kBFloat16,
  kFloat32,
  kFloat64
};

size_t size_of(StoredType type);
/// The dtype that its tensors have: float32 for both halves, int32 for uint16, int64 for uint32.
Dtype widened(StoredType type);
/// The type that a dtype is stored as.
StoredType stored(Dtype dtype);

/// Elements that lie row by row at `bytes`, which `owner` keeps alive: a view of them where they
/// can be used as they are (read only if the bytes are), else a copy. `swapped`: the bytes of each
/// are in the order of another machine.
Tensor tensor_of_bytes(std::shared_ptr<void> owner, const char* bytes, StoredType type,
                       IntArrayRef sizes, bool swapped = false);

}  // namespace reel::io
