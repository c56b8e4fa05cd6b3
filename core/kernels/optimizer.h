#pragma once

#include <reel/core/segment.h>

#include <cstdint>

namespace reel::kernels {

struct SgdStep {
  double lr, momentum, dampening, weight_decay;
  bool nesterov, maximize;
  bool first;  ///< the velocity starts as the gradient
};

struct AdamStep {
  double lr, beta1, beta2, eps, weight_decay;
  double correction1, correction2;  ///< 1 - beta^step
  bool decoupled;  ///< weight decay acts on the parameter (AdamW), not the gradient
  bool amsgrad, maximize;
};

/// Elements of the chunks that sum_of_squares adds up one at a time.
inline constexpr int64_t kSquaresChunk = 32768;

/// One pass over `count` parameters of type T with their gradients and what is remembered of them;
/// docs/optim.md has the formulas. What becomes of a parameter does not depend on the others.
template <class T>
struct OptimizerStep {
  /// Buffer 0 is the velocity, null without momentum.
  void (*sgd)(int64_t count, const Segment* segments, SgdStep step);
  /// Buffers 0 and 1 are the moments; 2, the largest second one so far, is null without amsgrad.
  void (*adam)(int64_t count, const Segment* segments, AdamStep step);
  /// x += share * (g - x); buffers are not read.
  void (*lerp)(int64_t count, const Segment* segments, double share);
  /// x *= factor; neither gradients nor buffers are read.
  void (*scale)(int64_t count, const Segment* segments, double factor);
  /// partial[c] = sum of the squares of chunk c of g; the chunks of a segment follow those of the
  /// one before.
  void (*sum_of_squares)(int64_t count, const Segment* segments, double* partial);
};

}  // namespace reel::kernels
