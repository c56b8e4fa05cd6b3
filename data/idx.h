#pragma once
// The IDX format, in which MNIST and its relatives are published.

#include <reel/core/tensor.h>

#include <string>

namespace reel::data {

/// The array of an IDX file, plain or gzip. The format's int8 and int16, which tensors do not have,
/// become int32; uint8, int32, float32 and float64 stay what they are. Memory grows with what is
/// really there, not by what the header claims. Throws: IoError with the path and the position,
/// unless the file is exactly one array of 1 to 8 dimensions. Source: the format section of
/// http://yann.lecun.com/exdb/mnist/
Tensor read_idx(const std::string& path);

}  // namespace reel::data
