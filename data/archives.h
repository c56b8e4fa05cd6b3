#pragma once
// The archives of io/archive.h, as far as what is saved in them must know of them.

#include <string>

namespace reel {
class Tensor;
}

namespace reel::serialize {

class OutputArchive;
class InputArchive;

void write_tensor(OutputArchive& archive, const std::string& key, const Tensor& x);
/// Throws: ArgumentError when there is none of that name.
Tensor read_tensor(const InputArchive& archive, const std::string& key);

}  // namespace reel::serialize
