#pragma once
// What batch and instance normalization have in common: parameters and running statistics.

#include <reel/nn/holder.h>

namespace reel::nn {

/// Base of both. Parameters, if affine: weight (ones), bias (zeros). Buffers, if statistics are
/// tracked: running_mean (zeros), running_var (ones), num_batches_tracked.
template <class Derived>
class RunningNormImpl : public Cloneable<Derived> {
 public:
  void reset_parameters();
  void reset_running_stats();

  Parameter weight, bias;
  Buffer running_mean, running_var, num_batches_tracked;

 protected:
  /// Registers them, for the constructor.
  void register_state(int64_t num_features, bool affine, bool track_running_stats);
};

}  // namespace reel::nn
