#include <reel/autograd/module_path.h>
#include <reel/autograd/operation_scope.h>
#include <reel/core/fork.h>

#include <unordered_set>

namespace reel {

namespace {
thread_local const char* running = nullptr;
}

const char* current_module_path() { return running; }

const char* intern_path(const std::string& path) {
  static ForkMutex& mutex = *new ForkMutex;
  static auto& paths = *new std::unordered_set<std::string>;
  std::lock_guard lock(mutex);
  return paths.insert(path).first->c_str();
}

ModulePathScope::ModulePathScope(const char* path) : previous_(running) {
  running = path;
  if (active_recorder) [[unlikely]]
    note_module_begin(path);
}

ModulePathScope::~ModulePathScope() {
  if (active_recorder) [[unlikely]]
    note_module_end(running);
  running = previous_;
}

}  // namespace reel
