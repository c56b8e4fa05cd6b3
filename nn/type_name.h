#pragma once
// What a type is called in messages.

#include <string>
#include <typeinfo>

namespace reel::nn {

/// The type's name without namespaces and `Impl`: "Linear" for reel::nn::LinearImpl.
std::string type_name(const std::type_info& type);

}  // namespace reel::nn
