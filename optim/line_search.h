#pragma once
// How far to go along a direction.

#include <reel/core/tensor.h>

#include <functional>

namespace reel::optim {

/// A place along a direction: its distance, and the loss, its slope and the whole gradient there.
struct LinePoint {
  double t = 0, loss = 0, slope = 0;
  Tensor gradient;
};

/// A place where the loss is lower than at `start` by at least 1e-4 of what the slope there
/// promises, and the slope at most 0.9 of that in size; the best place met when `most_looks` after
/// the first have not found it, or when what is left between two places moves no parameter by
/// tolerance_change. `first` is the first distance to try, `largest` the largest element of the
/// direction. Source: Nocedal, Wright 2006, algorithms 3.5 and 3.6, with cubic interpolation.
LinePoint strong_wolfe(const std::function<LinePoint(double t)>& look, const LinePoint& start,
                       double first, double largest, double tolerance_change, int64_t most_looks);

}  // namespace reel::optim
