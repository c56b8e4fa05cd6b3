#pragma once
// The type of members that hold a module's parameters and buffers.

#include <reel/core/tensor.h>

namespace reel::nn {

class Module;

/// A tensor that a module knows by name, as register_parameter and register_buffer return it. It
/// takes part wherever a Tensor does, but no other tensor can be assigned to it: the module, and an
/// optimizer, would go on with the old one. Write its values with copy_ or set_data.
class Registered : public Tensor {
 public:
  Registered() = default;
  Registered(const Registered&) = default;
  Registered(Registered&&) = default;
  Registered& operator=(const Registered&) = delete;
  Registered& operator=(const Tensor&) =
      delete;  // [write weight.copy_(values), or weight.set_data(values)]
  /// For `weight = register_parameter("weight", ...)`.
  Registered& operator=(Registered&&) = default;

 private:
  friend class Module;
  explicit Registered(Tensor x) : Tensor(std::move(x)) {}
};

using Parameter = Registered;
using Buffer = Registered;

}  // namespace reel::nn
