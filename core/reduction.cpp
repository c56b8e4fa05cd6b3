#include <reel/core/creation.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/layout.h>
#include <reel/core/reduction.h>
#include <reel/core/scratch.h>

#include <algorithm>
#include <type_traits>

namespace reel {

namespace {

constexpr int64_t kChunkElements = 16384;
constexpr int64_t kMostChunks = 64;

// Dimensions of more than one element, by physical stride, smallest first.
struct Order {
  size_t dims[kMaxDims];
  int size = 0;
};

Order by_stride(IntArrayRef sizes, IntArrayRef strides) {
  Order order;
  for (size_t d = sizes.size(); d-- > 0;) {
    if (sizes[d] == 1) continue;
    int at = order.size++;
    for (; at > 0 && strides[d] < strides[order.dims[at - 1]]; --at)
      order.dims[at] = order.dims[at - 1];
    order.dims[at] = d;
  }
  return order;
}

int64_t chunk_count(const kernels::ReduceNest& g) {
  if (g.kept == 0) return 1;
  const int64_t row = g.columns ? g.kept_size[0] : 1;
  const int64_t tiles = (row + kernels::kReduceTile - 1) / kernels::kReduceTile;
  const int64_t units = g.kept / row * tiles;
  const int64_t wanted = std::min(g.kept * g.reduced / kChunkElements / units, g.reduced);
  return std::clamp<int64_t>(wanted, 1, kMostChunks);
}

// bool is stored as the bytes 0 and 1.
template <class T>
using Stored = std::conditional_t<std::is_same_v<T, bool>, uint8_t, T>;

template <class T>
T* stored_data(const Tensor& x) {
  return static_cast<T*>(x.impl()->storage->data()) + x.impl()->offset;
}

bool is_narrow(const Tensor& x) { return computed_in(x.dtype()) != x.dtype(); }

int64_t scratch_bytes(const kernels::ReduceNest& g) { return 8 * g.chunks * g.kept; }

}  // namespace

ReducedDims reduced_dims(const char* op, IntArrayRef sizes, IntArrayRef dims) {
  ReducedDims result;
  const auto ndim = static_cast<int64_t>(sizes.size());
  for (int64_t d : dims) {
    const auto at = static_cast<size_t>(wrap_dim(op, d, ndim));
    REEL_CHECK(!result.reduced[at], op, ": dimension ", d, " is named twice in ", dims,
               "; each may be reduced once.");
    result.reduced[at] = true;
  }
  Shape taken;
  for (size_t d = 0; d < sizes.size(); ++d) {
    result.reduced[d] |= dims.empty();
    result.kept.push_back(result.reduced[d] ? 1 : sizes[d]);
    (result.reduced[d] ? taken : result.dropped).push_back(sizes[d]);
  }
  result.count = numel_of(taken);
  return result;
}

Shape dims_of(const ReducedDims& dims, int64_t ndim) {
  Shape found;
  for (int64_t d = 0; d < ndim; ++d)
    if (dims.reduced[d]) found.push_back(d);
  return found;
}

kernels::ReduceNest reduce_nest(const Tensor& x, const ReducedDims& dims) {
  const Shape& sizes = x.sizes();
  const Shape strides = physical_strides(x), out = contiguous_strides(dims.kept);
  kernels::ReduceNest g{};
  g.kept = numel_of(dims.kept);
  g.reduced = dims.count;
  const Order order = by_stride(sizes, strides);
  g.columns = order.size > 0 && !dims.reduced[order.dims[0]];
  for (int i = 0; i < order.size; ++i) {
    const size_t d = order.dims[i];
    if (dims.reduced[d]) {
      const int last = g.reduced_ndim - 1;
      if (last >= 0 && strides[d] == g.reduced_stride[last] * g.reduced_size[last]) {
        g.reduced_size[last] *= sizes[d];
        continue;
      }
      g.reduced_size[g.reduced_ndim] = sizes[d];
      g.reduced_stride[g.reduced_ndim++] = strides[d];
    } else {
      const int last = g.kept_ndim - 1;
      if (last >= 0 && strides[d] == g.kept_stride[last] * g.kept_size[last] &&
          out[d] == g.out_stride[last] * g.kept_size[last]) {
        g.kept_size[last] *= sizes[d];
        continue;
      }
      g.kept_size[g.kept_ndim] = sizes[d];
      g.kept_stride[g.kept_ndim] = strides[d];
      g.out_stride[g.kept_ndim++] = out[d];
    }
  }
  // Every list has an entry.
  if (g.kept_ndim == 0) g.kept_size[g.kept_ndim++] = 1;
  if (g.reduced_ndim == 0) g.reduced_size[g.reduced_ndim++] = 1;
  g.chunks = chunk_count(g);
  return g;
}

Tensor reduce_sum(const Tensor& x, const ReducedDims& dims, bool keepdim, double divisor) {
  if (is_narrow(x)) return reduce_sum(x.to(kInt32), dims, keepdim, divisor);
  const kernels::ReduceNest g = reduce_nest(x, dims);
  Tensor y = empty(dims.sizes(keepdim), x.is_floating_point() ? x.dtype() : kInt64);
  if (g.kept == 0) return y;
  Scratch scratch(scratch_bytes(g));
  visit(x.dtype(), [&](auto zero) {
    using T = Stored<decltype(zero)>;
    kernels::active<kernels::Reduce<T>>().sum(g, divisor, stored_data<T>(x), scratch.data(),
                                              stored_data<typename kernels::SumType<T>::type>(y));
  });
  return y;
}

template <class T>
void sum_rows(int64_t rows, int64_t columns, double divisor, const T* x, T* y) {
  if (columns == 0) return;
  kernels::ReduceNest g;  // of its lists one entry each is read
  g.kept_ndim = g.reduced_ndim = 1;
  g.kept = g.kept_size[0] = columns;
  g.reduced = g.reduced_size[0] = rows;
  g.kept_stride[0] = g.out_stride[0] = 1;
  g.reduced_stride[0] = columns;
  g.columns = columns > 1;
  g.chunks = chunk_count(g);
  Scratch scratch(scratch_bytes(g));
  kernels::active<kernels::Reduce<T>>().sum(g, divisor, x, scratch.data(), y);
}
template void sum_rows(int64_t, int64_t, double, const float*, float*);
template void sum_rows(int64_t, int64_t, double, const double*, double*);

Tensor reduce_product(const Tensor& x, const ReducedDims& dims, bool keepdim) {
  const kernels::ReduceNest g = reduce_nest(x, dims);
  const Tensor y = empty(dims.sizes(keepdim), x.dtype());
  const auto run = [&](auto zero) {
    using T = decltype(zero);
    kernels::active<kernels::Product<T>>().product(g, stored_data<T>(x), stored_data<T>(y));
  };
  if (g.kept > 0) x.dtype() == kInt64 ? run(int64_t{}) : visit_floating(x.dtype(), run);
  return y;
}

Tensor reduce_extreme(Extreme which, const Tensor& x, const ReducedDims& dims, bool keepdim) {
  if (is_narrow(x)) return reduce_extreme(which, x.to(kInt32), dims, keepdim).to(x.dtype());
  const kernels::ReduceNest g = reduce_nest(x, dims);
  Tensor y = empty(dims.sizes(keepdim), x.dtype());
  if (g.kept == 0) return y;
  Scratch scratch(scratch_bytes(g));
  visit(x.dtype(), [&](auto zero) {
    using T = Stored<decltype(zero)>;
    const auto& kernels = kernels::active<kernels::Reduce<T>>();
    (which == Extreme::kMax ? kernels.max : kernels.min)(g, stored_data<T>(x), scratch.data(),
                                                         stored_data<T>(y));
  });
  return y;
}

Tensor find_extreme(Extreme which, const Tensor& x, const ReducedDims& dims, bool keepdim,
                    Tensor* values) {
  if (is_narrow(x)) {
    const Tensor indices = find_extreme(which, x.to(kInt32), dims, keepdim, values);
    if (values) *values = values->to(x.dtype());
    return indices;
  }
  const kernels::ReduceNest g = reduce_nest(x, dims);
  Tensor indices = empty(dims.sizes(keepdim), kInt64);
  if (values) *values = empty(dims.sizes(keepdim), x.dtype());
  if (g.kept == 0) return indices;
  visit(x.dtype(), [&](auto zero) {
    using T = Stored<decltype(zero)>;
    const auto& kernels = kernels::active<kernels::ArgReduce<T>>();
    (which == Extreme::kMax ? kernels.max : kernels.min)(g, stored_data<T>(x),
                                                         values ? stored_data<T>(*values) : nullptr,
                                                         stored_data<int64_t>(indices));
  });
  return indices;
}

Tensor reduce_squares(const Tensor& x, const ReducedDims& dims, bool keepdim, const Tensor& pivot,
                      double divisor) {
  const kernels::ReduceNest g = reduce_nest(x, dims);
  Tensor y = empty(dims.sizes(keepdim), x.dtype());
  if (g.kept == 0) return y;
  Scratch scratch(scratch_bytes(g));
  visit_floating(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::active<kernels::ReduceAbout<T>>().squares(
        g, divisor, stored_data<T>(x), pivot.defined() ? stored_data<T>(pivot) : nullptr,
        scratch.data(), stored_data<T>(y));
  });
  return y;
}

Tensor reduce_log_sum_exp(const Tensor& x, const ReducedDims& dims, bool keepdim,
                          const Tensor& pivot) {
  const kernels::ReduceNest g = reduce_nest(x, dims);
  Tensor y = empty(dims.sizes(keepdim), x.dtype());
  if (g.kept == 0) return y;
  Scratch scratch(scratch_bytes(g));
  visit_floating(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::active<kernels::ReduceAbout<T>>().log_sum_exp(
        g, stored_data<T>(x), stored_data<T>(pivot), scratch.data(), stored_data<T>(y));
  });
  return y;
}

}  // namespace reel
