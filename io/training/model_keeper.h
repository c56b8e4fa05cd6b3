#pragma once
// The best models of a run, and the last, in files.

#include <reel/io/save.h>
#include <reel/io/training/goal.h>

#include <functional>
#include <string>
#include <vector>

namespace reel::io {

struct ModelKeeperOptions {
  /// How many of the best are kept.
  int64_t best = 1;
  /// Whether the last one is kept too.
  bool last = true;
  Goal goal = Goal::kMin;
};

/// Saves in a folder, whole or not at all: the best as best-<step>.safetensors, each with its
/// "step" and "value" as metadata, and last.safetensors. Those that are there already belong to it,
/// so that a run that goes on keeps the best of both.
class ModelKeeper {
 public:
  struct Kept {
    int64_t step;
    double value;
    std::string path;
  };

  /// Makes the folder if need be. Throws: IoError if it cannot, or for a file best-*.safetensors
  /// that it can not read; ArgumentError for a negative number to keep, or nothing to keep.
  explicit ModelKeeper(std::string folder, ModelKeeperOptions options = {});

  /// Saves `x`, whatever io::save takes or a Checkpoint, if its value is among the best; of equal
  /// ones the earlier stays. Returns whether it is the very best. A value that is not finite is
  /// only kept as the last. Throws: ArgumentError for a negative step, IoError.
  template <class T>
  bool update(const T& x, double value, int64_t step) {
    return update_by(
        [&](const std::string& path, const Metadata& metadata) {
          if constexpr (requires { x.save(path, metadata); })
            x.save(path, metadata);
          else
            save(x, path, metadata);
        },
        value, step);
  }

  /// The best first.
  const std::vector<Kept>& best() const { return best_; }
  /// For load(net, keeper.best_path()). Throws: ArgumentError if none is kept.
  const std::string& best_path() const;
  std::string last_path() const;

 private:
  using Save = std::function<void(const std::string& path, const Metadata& metadata)>;
  bool update_by(const Save& save, double value, int64_t step);
  void find_kept();
  void insert(Kept kept);

  std::string folder_;
  ModelKeeperOptions options_;
  std::vector<Kept> best_;
};

}  // namespace reel::io
