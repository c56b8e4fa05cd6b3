#pragma once

#include "temporary_folder.h"

namespace reel {

/// A temporary folder that is the current one while it lives, so that messages name files without
/// a path.
class WorkingFolder : public TemporaryFolder {
 public:
  WorkingFolder() { std::filesystem::current_path(file("")); }
  ~WorkingFolder() { std::filesystem::current_path(home_); }

 private:
  std::filesystem::path home_ = std::filesystem::current_path();
};

}  // namespace reel
