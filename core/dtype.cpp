#include <reel/core/dtype.h>

#include <ostream>

namespace reel {

const char* name_of(Dtype dtype) {
  switch (dtype) {
    case Dtype::kBool:
      return "bool";
    case Dtype::kUInt8:
      return "uint8";
    case Dtype::kInt32:
      return "int32";
    case Dtype::kInt64:
      return "int64";
    case Dtype::kFloat32:
      return "float32";
    default:
      return "float64";
  }
}

void append_text(std::string& out, Dtype dtype) { out += name_of(dtype); }
std::ostream& operator<<(std::ostream& out, Dtype dtype) { return out << name_of(dtype); }

}  // namespace reel
