#include <reel/core/dtype.h>
#include <reel/core/error.h>

#include <ostream>

namespace reel {

const char* name_of(Dtype dtype) {
  switch (dtype) {
    case Dtype::kBool:
      return "bool";
    case Dtype::kUInt8:
      return "uint8";
    case Dtype::kInt8:
      return "int8";
    case Dtype::kInt16:
      return "int16";
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

void throw_not_computed_in(Dtype dtype) {
  throw_argument_error(as_text("dtype: the operation does not take ", name_of(dtype),
                               "; it must be bool, uint8, int32, int64 or floating-point. [use "
                               "to(kInt32)]"));
}

void append_text(std::string& out, Dtype dtype) { out += name_of(dtype); }
std::ostream& operator<<(std::ostream& out, Dtype dtype) { return out << name_of(dtype); }

}  // namespace reel
