#include <reel/data/batch_order.h>

#include <reel/core/error.h>
#include <reel/data/permutation.h>

#include <algorithm>
#include <numeric>

namespace reel::data {

BatchOrder::BatchOrder(int64_t num_samples, const BatchOptions& options, uint64_t epoch)
    : batch_size_(options.batch_size()) {
  REEL_CHECK(num_samples >= 0, "BatchOrder: ", num_samples, " samples; there must be at least 0.");
  REEL_CHECK(batch_size_ > 0, "BatchOrder: a batch size of ", batch_size_,
             "; it must be positive.");
  const int64_t whole = num_samples / batch_size_;
  const bool has_rest = num_samples % batch_size_ != 0;
  num_batches_ = whole + (has_rest && !options.drop_last() ? 1 : 0);
  if (options.shuffle()) {
    samples_ = permutation(num_samples, options.seed(), epoch);
  } else {
    samples_.resize(static_cast<std::size_t>(num_samples));
    std::iota(samples_.begin(), samples_.end(), int64_t{0});
  }
}

std::vector<int64_t> BatchOrder::indices(int64_t batch) const {
  REEL_CHECK(batch >= 0 && batch < num_batches_, "BatchOrder: batch ", batch,
             "; it must be in [0, ", num_batches_, ").");
  const int64_t begin = batch * batch_size_;
  const int64_t count = std::min(batch_size_, static_cast<int64_t>(samples_.size()) - begin);
  return {samples_.begin() + begin, samples_.begin() + begin + count};
}

}  // namespace reel::data
