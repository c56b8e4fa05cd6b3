#pragma once

#include <reel/optim/lr_scheduler.h>

#include <optional>

namespace reel::optim {

/// How the peaks of cycles change: not, each half as high as the one before, or by gamma^step.
enum class CyclicMode : uint8_t { kTriangular, kTriangular2, kExpRange };

/// Options of CyclicLR: `CyclicLROptions(1e-3, 0.1).step_size_up(500)`.
struct CyclicLROptions {
  CyclicLROptions(double base_lr, double max_lr) : base_lr_(base_lr), max_lr_(max_lr) {}
  REEL_ARG(double, base_lr);
  REEL_ARG(double, max_lr);
  REEL_ARG(int64_t, step_size_up) = 2000;
  /// None: as long as up.
  REEL_ARG(std::optional<int64_t>, step_size_down) = {};
  REEL_ARG(CyclicMode, mode) = CyclicMode::kTriangular;
  REEL_ARG(double, gamma) = 1;
  /// Whether momentum (beta1 of Adam) falls while the rate rises, and back.
  REEL_ARG(bool, cycle_momentum) = true;
  REEL_ARG(double, base_momentum) = 0.8;
  REEL_ARG(double, max_momentum) = 0.9;
};

/// Rises evenly from base_lr to max_lr and falls back, again and again; step() after each batch.
/// Source: Smith 2015, arXiv 1506.01186.
class CyclicLR : public LRScheduler {
 public:
  CyclicLR(Optimizer& optimizer, const CyclicLROptions& options);
  CyclicLR(Optimizer& optimizer, double base_lr, double max_lr)
      : CyclicLR(optimizer, CyclicLROptions(base_lr, max_lr)) {}

 protected:
  void apply() override;

 private:
  void apply_momentum();
  CyclicLROptions options_;
};

}  // namespace reel::optim
