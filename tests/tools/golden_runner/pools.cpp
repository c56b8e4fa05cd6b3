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
void add_max_pool_with_indices(OperationTable& table, const std::string& name, Function pool) {
  table[name + "_with_indices"] = [pool](Call& c) -> TensorList {
    const auto [y, indices] =
        pool(c["x"], c.integers("kernel_size"), c.integers("stride"), c.integers("padding"),
             c.integers("dilation"), c.flag("ceil_mode"));
    return {y, indices};
  };
}

template <class Function>
void add_max_unpool(OperationTable& table, const std::string& name, Function unpool) {
  table[name] = [unpool](Call& c) -> TensorList {
    return {unpool(c["x"], c["indices"], c.integers("output_size"))};
  };
}

template <class Function>
void add_lp_pool(OperationTable& table, const std::string& name, Function pool) {
  table[name] = [pool](Call& c) -> TensorList {
    return {pool(c["x"], c.number("norm_type"), c.integers("kernel_size"), c.integers("stride"),
                 c.flag("ceil_mode"))};
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

template <class Function>
void add_adaptive_max_pool(OperationTable& table, const std::string& name, Function pool) {
  table[name] = [pool](Call& c) -> TensorList {
    return {std::get<0>(pool(c["x"], c.integers("output_size")))};
  };
  table[name + "_with_indices"] = [pool](Call& c) -> TensorList {
    const auto [y, indices] = pool(c["x"], c.integers("output_size"));
    return {y, indices};
  };
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
  add_adaptive_max_pool(table, "adaptive_max_pool1d", adaptive_max_pool1d);
  add_adaptive_max_pool(table, "adaptive_max_pool2d", adaptive_max_pool2d);
  add_adaptive_max_pool(table, "adaptive_max_pool3d", adaptive_max_pool3d);
  add_max_pool_with_indices(table, "max_pool1d", max_pool1d_with_indices);
  add_max_pool_with_indices(table, "max_pool2d", max_pool2d_with_indices);
  add_max_pool_with_indices(table, "max_pool3d", max_pool3d_with_indices);
  add_max_unpool(table, "max_unpool1d", max_unpool1d);
  add_max_unpool(table, "max_unpool2d", max_unpool2d);
  add_max_unpool(table, "max_unpool3d", max_unpool3d);
  add_lp_pool(table, "lp_pool1d", lp_pool1d);
  add_lp_pool(table, "lp_pool2d", lp_pool2d);
  add_lp_pool(table, "lp_pool3d", lp_pool3d);
}

}  // namespace golden
