// Pooling.

#include "tests/tools/golden_runner/check.h"

#include <reel/autograd/ops/pools.h>

namespace golden {

namespace {

using namespace reel;

template <class Function>
void add_max_pool(OperationTable& table, const std::string& name, Function pool) {
  table[name] = [pool](Call& c) -> TensorList {
    return {pool(c["x"], c.integers("kernel_size"), c.integers("stride"), c.integers("padding"),
                 c.integers("dilation"), c.flag("ceil_mode"))};
  };
}

template <class Function>
void add_avg_pool(OperationTable& table, const std::string& name, Function pool) {
  table[name] = [pool](Call& c) -> TensorList {
    return {pool(c["x"], c.integers("kernel_size"), c.integers("stride"), c.integers("padding"),
                 c.flag("ceil_mode"), c.flag("count_include_pad"))};
  };
}

template <class Function>
void add_adaptive_pool(OperationTable& table, const std::string& name, Function pool) {
  table[name] = [pool](Call& c) -> TensorList { return {pool(c["x"], c.integers("output_size"))}; };
}

}  // namespace

void add_pools(OperationTable& table) {
  add_max_pool(table, "max_pool1d", max_pool1d);
  add_max_pool(table, "max_pool2d", max_pool2d);
  add_max_pool(table, "max_pool3d", max_pool3d);
  add_avg_pool(table, "avg_pool1d", avg_pool1d);
  add_avg_pool(table, "avg_pool2d", [](auto&&... a) { return avg_pool2d(a...); });
  add_avg_pool(table, "avg_pool3d", [](auto&&... a) { return avg_pool3d(a...); });
  add_adaptive_pool(table, "adaptive_avg_pool1d", adaptive_avg_pool1d);
  add_adaptive_pool(table, "adaptive_avg_pool2d", adaptive_avg_pool2d);
  add_adaptive_pool(table, "adaptive_avg_pool3d", adaptive_avg_pool3d);
}

}  // namespace golden
