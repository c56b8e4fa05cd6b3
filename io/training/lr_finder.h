#pragma once
// Which learning rate to train with.

#include <reel/nn/holder.h>
#include <reel/optim/optimizer.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace reel::io {

struct LRFinderOptions {
  double start = 1e-6;
  double end = 10;
  /// Batches at most, the rate growing by the same factor each.
  int64_t steps = 100;
  /// How much of the smoothed loss stays at each step.
  double smoothing = 0.9;
  /// Stops when the smoothed loss is so many times the lowest, or not finite.
  double divergence = 4;
};

/// Losses at learning rates that grow.
struct LRCurve {
  std::vector<double> rates, losses, smoothed;
  bool diverged = false;

  /// Where the smoothed loss falls steepest over the logarithm of the rate, the first tenth left
  /// out; none when it falls nowhere. The lowest loss is at a rate that is too high already.
  std::optional<double> suggestion() const;
  /// Draws losses over rates, with the suggestion, as PNG. Throws: ArgumentError without steps,
  /// IoError.
  void save_plot(const std::string& path) const;
};

/// Trains with rates that grow exponentially from start to end; other groups keep their ratio to
/// the first. `loss` computes that of the next batch. Afterwards parameters, buffers, gradients,
/// modes, the optimizer and the thread's random numbers are as before, also if `loss` throws.
/// Throws: ArgumentError for options that make no sense.
/// Source: Smith 2017, "Cyclical learning rates for training neural networks", arXiv 1506.01186.
LRCurve find_lr(nn::Module& module, optim::Optimizer& optimizer,
                const std::function<Tensor()>& loss, const LRFinderOptions& options = {});
LRCurve find_lr(const std::shared_ptr<nn::Module>& module, optim::Optimizer& optimizer,
                const std::function<Tensor()>& loss, const LRFinderOptions& options = {});
template <class M>
requires requires(const M& m) { m.ptr(); }
LRCurve find_lr(const M& holder, optim::Optimizer& optimizer, const std::function<Tensor()>& loss,
                const LRFinderOptions& options = {}) {
  return find_lr(std::shared_ptr<nn::Module>(holder.ptr()), optimizer, loss, options);
}

}  // namespace reel::io
