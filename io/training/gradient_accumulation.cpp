#include <reel/io/training/gradient_accumulation.h>

#include <reel/core/error.h>

#include <algorithm>

namespace reel::io {

GradientAccumulation::GradientAccumulation(int64_t window, int64_t batches)
    : window_(window), batches_(batches) {
  REEL_CHECK(window >= 1 && batches >= 1, "GradientAccumulation: a window of ", window, " of ",
             batches, " batches; both must be positive.");
}

Tensor GradientAccumulation::scaled(const Tensor& loss) {
  const int64_t begin = seen_ / window_ * window_;
  const int64_t size = std::min(window_, batches_ - begin);
  ++seen_;
  complete_ = seen_ == begin + size;
  if (seen_ == batches_) seen_ = 0;
  return size == 1 ? loss : loss / size;
}

void GradientAccumulation::reset() {
  seen_ = 0;
  complete_ = false;
}

}  // namespace reel::io
