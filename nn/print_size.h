#pragma once
// How options appear when a module is printed; as PyTorch prints them.

#include <reel/core/shape.h>

#include <string>

namespace reel::nn {

/// "2" when all values are equal, else "(2, 3)".
std::string print_size(IntArrayRef values);
/// "(2, 3)", "(2,)"
std::string print_tuple(IntArrayRef values);
/// "True", "False"
inline const char* print_bool(bool value) { return value ? "True" : "False"; }

}  // namespace reel::nn
