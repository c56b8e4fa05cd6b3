#pragma once

#include <reel/optim/lr_scheduler.h>

namespace reel::optim {

enum class Anneal : uint8_t { kCosine, kLinear };

/// Options of OneCycleLR: `OneCycleLROptions(0.1, epochs * batches).pct_start(0.2)`.
struct OneCycleLROptions {
  OneCycleLROptions(double max_lr, int64_t total_steps)
      : max_lr_(max_lr), total_steps_(total_steps) {}
  REEL_ARG(double, max_lr);
  REEL_ARG(int64_t, total_steps);
  /// The share of the steps that the rate rises in.
  REEL_ARG(double, pct_start) = 0.3;
  REEL_ARG(Anneal, anneal_strategy) = Anneal::kCosine;
  /// Whether momentum (beta1 of Adam) falls while the rate rises, and back.
  REEL_ARG(bool, cycle_momentum) = true;
  REEL_ARG(double, base_momentum) = 0.85;
  REEL_ARG(double, max_momentum) = 0.95;
  /// The rate begins at max_lr / div_factor and ends at that over final_div_factor.
  REEL_ARG(double, div_factor) = 25;
  REEL_ARG(double, final_div_factor) = 1e4;
  /// Falls as long as it rose, then on to the end, instead of in one sweep.
  REEL_ARG(bool, three_phase) = false;
};

/// One rise and fall of the learning rate over total_steps; step() after each batch.
/// Throws: ArgumentError when stepped further.
/// Source: Smith, Topin 2017, arXiv 1708.07120.
class OneCycleLR : public LRScheduler {
 public:
  OneCycleLR(Optimizer& optimizer, const OneCycleLROptions& options);
  OneCycleLR(Optimizer& optimizer, double max_lr, int64_t total_steps)
      : OneCycleLR(optimizer, OneCycleLROptions(max_lr, total_steps)) {}

 protected:
  void apply() override;

 private:
  void apply_momentum();
  OneCycleLROptions options_;
};

}  // namespace reel::optim
