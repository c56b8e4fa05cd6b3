#pragma once
// What the cases of layers share.

#include "tests/tools/golden_runner/check.h"

#include <reel/autograd/padding.h>

namespace golden {

inline reel::PaddingMode mode_of(const std::string& name) {
  if (name == "zeros" || name == "constant") return reel::kZeros;
  if (name == "reflect") return reel::kReflect;
  if (name == "replicate") return reel::kReplicate;
  if (name == "circular") return reel::kCircular;
  throw Mismatch("there is no padding mode " + name);
}

// Runs a module on the case's parameters and buffers.
template <class Module>
TensorList run(Call& c, Module module) {
  for (auto& parameter : module->named_parameters()) c.use(parameter.key(), parameter.value());
  for (auto& buffer : module->named_buffers()) buffer.value().set_data(c.state(buffer.key()));
  module->train(c.flag("training", true));
  return {module(c["x"])};
}

}  // namespace golden
