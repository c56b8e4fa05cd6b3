#include <reel/data/data_loader.h>

#include <reel/core/random.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace reel::data {

namespace {

// Some 35 years. Clocks count nanoseconds, in 64 bits.
constexpr int64_t kLongestTimeout = int64_t{1} << 40;

}  // namespace

int64_t Timeout::rounded_up(double milliseconds) {
  // Away from 0: neither a short time nor a negative one may become "for ever".
  const double whole = milliseconds < 0 ? std::floor(milliseconds) : std::ceil(milliseconds);
  if (std::abs(whole) < 0x1p62) return static_cast<int64_t>(whole);
  return std::numeric_limits<int64_t>::max();  // which is refused, as what is no number
}

PrefetchOptions check_loader(const DataLoaderOptions& options, bool shares_work) {
  REEL_CHECK(options.batch_size() > 0, "data loader: the batch size is 0; it must be at least 1.");
  const int64_t timeout_ms = options.timeout().milliseconds();
  REEL_CHECK(timeout_ms >= 0 && timeout_ms <= kLongestTimeout, "data loader: the timeout is ",
             timeout_ms, " ms; it must be from 0, which is for ever, to ", kLongestTimeout, ".");
  REEL_CHECK(!options.max_jobs() || *options.max_jobs() > 0,
             "data loader: max_jobs is 0; it must be at least 1.");
  // A -1 that became a size_t is told as -1.
  PrefetchOptions prefetch = prefetch_options(static_cast<int64_t>(options.workers()),
                                              static_cast<int64_t>(options.prefetch()));
  if (!shares_work) prefetch.workers = std::min<size_t>(prefetch.workers, 1);
  if (options.max_jobs()) prefetch.ahead = *options.max_jobs();
  prefetch.ordered = options.enforce_ordering();
  prefetch.timeout_ms = timeout_ms;
  return prefetch;
}

void throw_unknown_size() {
  throw_argument_error(
      "data loader: the data set does not know its size; a sampler of all its examples needs it. "
      "[give a sampler of your own]");
}

uint64_t draw_loader_seed() { return default_generator().next64(); }

}  // namespace reel::data
