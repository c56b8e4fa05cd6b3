#pragma once
// What a module holds, put aside and put back.

#include <reel/core/random.h>
#include <reel/nn/module.h>

#include <memory>
#include <string>
#include <vector>

namespace reel::nn {

/// Keeps the modes, training or evaluation, of a module and all below it.
class ModesGuard {
 public:
  explicit ModesGuard(const Module& module);
  ~ModesGuard();
  ModesGuard(const ModesGuard&) = delete;
  ModesGuard& operator=(const ModesGuard&) = delete;

 private:
  struct Mode {
    std::shared_ptr<Module> module;
    bool training;
  };
  std::vector<Mode> modes_;
};

/// Keeps a module's parameters, buffers, gradients and modes, and the random numbers, while it
/// lives: the module goes on with copies, and gets all of it back at the end.
class ModuleStateGuard {
 public:
  explicit ModuleStateGuard(Module& module);
  ~ModuleStateGuard();
  ModuleStateGuard(const ModuleStateGuard&) = delete;
  ModuleStateGuard& operator=(const ModuleStateGuard&) = delete;

  /// Sets buffers and random numbers to where they were, so that a call repeats itself.
  void rewind() const;
  /// The name of a buffer that differs from what it was; empty when none does.
  std::string changed_buffer() const;

 private:
  struct Kept {
    std::string name;
    Tensor tensor, data, grad;
  };
  static void put_aside(const OrderedDict<std::string, Tensor>& tensors, std::vector<Kept>& kept);

  std::vector<Kept> parameters_, buffers_;
  ModesGuard modes_;
  Generator generator_;
};

/// Makes all floating-point parameters that are leaves require grad while it lives, so that what is
/// computed with frozen ones is recorded too.
class RequireGradGuard {
 public:
  explicit RequireGradGuard(const Module& module);
  ~RequireGradGuard();
  RequireGradGuard(const RequireGradGuard&) = delete;
  RequireGradGuard& operator=(const RequireGradGuard&) = delete;

 private:
  TensorList frozen_;
};

}  // namespace reel::nn
