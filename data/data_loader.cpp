#include <reel/data/data_loader.h>

#include <reel/core/random.h>

#include <algorithm>
#include <limits>

namespace reel::data {

namespace {

int64_t signed_count(size_t n) {
  return static_cast<int64_t>(
      std::min(n, static_cast<size_t>(std::numeric_limits<int64_t>::max())));
}

}  // namespace

PrefetchOptions check_loader(const DataLoaderOptions& options, bool shares_work) {
  REEL_CHECK(options.batch_size() > 0, "data loader: the batch size is 0; it must be at least 1.");
  REEL_CHECK(options.timeout().milliseconds() >= 0, "data loader: the timeout is ",
             options.timeout().milliseconds(), " ms; it must not be negative.");
  REEL_CHECK(!options.max_jobs() || *options.max_jobs() > 0,
             "data loader: max_jobs is 0; it must be at least 1.");
  PrefetchOptions prefetch =
      prefetch_options(signed_count(options.workers()), signed_count(options.prefetch()));
  if (!shares_work) prefetch.workers = std::min<size_t>(prefetch.workers, 1);
  if (options.max_jobs()) prefetch.ahead = *options.max_jobs();
  prefetch.ordered = options.enforce_ordering();
  prefetch.timeout_ms = options.timeout().milliseconds();
  return prefetch;
}

void throw_unknown_size() {
  throw_argument_error(
      "data loader: the data set does not know its size; a sampler of all its examples needs it. "
      "[give a sampler of your own]");
}

uint64_t draw_loader_seed() { return default_generator().next64(); }

}  // namespace reel::data
