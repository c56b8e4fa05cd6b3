#pragma once
// Which module is running, so that errors on the tape can name it.

#include <string>

namespace reel {

/// The dotted path of the running module on this thread, or null.
const char* current_module_path();

/// A copy of the path that lives as long as the program: nodes may outlive their modules.
const char* intern_path(const std::string& path);

/// Names the running module while it lives. `path` must be interned.
class ModulePathScope {
 public:
  explicit ModulePathScope(const char* path);
  ~ModulePathScope();
  ModulePathScope(const ModulePathScope&) = delete;
  ModulePathScope& operator=(const ModulePathScope&) = delete;

 private:
  const char* previous_;
};

}  // namespace reel
