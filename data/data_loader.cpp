#include <reel/data/data_loader.h>

namespace reel::data {

void check_loader(const DataLoaderOptions& options) {
  REEL_CHECK(options.batch_size() > 0, "data loader: the batch size is 0; it must be at least 1.");
}

void throw_unknown_size() {
  throw_argument_error(
      "data loader: the data set does not know its size; a sampler of all its examples needs it. "
      "[give a sampler of your own]");
}

void throw_loader_at_end() {
  throw_argument_error("data loader: there is no batch at the end; compare with end() first.");
}

}  // namespace reel::data
