#pragma once
// The hooks of a module.

#include <reel/nn/module.h>

#include <cstdint>
#include <vector>

namespace reel::nn {

/// A hook and the handle by which it is removed.
template <class Function>
struct HookEntry {
  uint32_t handle;
  Function function;
  bool is_observer = false;  ///< of a hook of forward: that only looks
};

/// Shared with the tape, which may outlive the module: `module` is then null, and nothing is
/// called.
struct ModuleHooks {
  explicit ModuleHooks(Module* m) : module(m) {}
  bool empty() const;

  Module* module;
  std::vector<HookEntry<ForwardPreHook>> forward_pre;
  std::vector<HookEntry<ForwardHook>> forward;
  std::vector<HookEntry<BackwardPreHook>> backward_pre;
  std::vector<HookEntry<BackwardHook>> backward;
};

}  // namespace reel::nn
