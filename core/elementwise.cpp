#include <reel/core/creation.h>
#include <reel/core/elementwise.h>
#include <reel/core/layout.h>

#include <utility>

namespace reel {

namespace {

// Strides of `x` broadcast to `sizes`.
Shape broadcast_strides(const Tensor& x, IntArrayRef sizes) {
  const Shape own = physical_strides(x);
  const size_t lead = sizes.size() - own.size();
  Shape strides = Shape::filled(sizes.size(), 0);
  for (size_t i = lead; i < sizes.size(); ++i)
    strides[i] = x.sizes()[i - lead] == 1 ? 0 : own[i - lead];
  return strides;
}

}  // namespace

template <int N>
kernels::LoopNest<N> loop_nest(const Tensor (&tensors)[N]) {
  const Shape& sizes = tensors[0].sizes();
  Shape strides[N];
  for (int k = 0; k < N; ++k) strides[k] = broadcast_strides(tensors[k], sizes);

  // Dimensions of more than one element, innermost first, by the stride of operand 0.
  int order[kMaxDims], n = 0;
  for (size_t d = sizes.size(); d-- > 0;)
    if (sizes[d] != 1) order[n++] = static_cast<int>(d);
  for (int i = 1; i < n; ++i)
    for (int j = i; j > 0 && strides[0][static_cast<size_t>(order[j])] <
                                 strides[0][static_cast<size_t>(order[j - 1])];
         --j)
      std::swap(order[j], order[j - 1]);

  kernels::LoopNest<N> nest{};
  nest.numel = tensors[0].numel();
  for (int i = 0; i < n; ++i) {
    const auto d = static_cast<size_t>(order[i]);
    const int last = nest.ndim - 1;
    bool merges = last >= 0;
    for (int k = 0; k < N && merges; ++k)
      merges = strides[k][d] == nest.stride[k][last] * nest.size[last];
    if (merges) {
      nest.size[last] *= sizes[d];
      continue;
    }
    nest.size[nest.ndim] = sizes[d];
    for (int k = 0; k < N; ++k) nest.stride[k][nest.ndim] = strides[k][d];
    ++nest.ndim;
  }
  if (nest.ndim == 0) {  // a single element
    nest.ndim = 1;
    nest.size[0] = nest.numel;
  }
  return nest;
}

template kernels::LoopNest<1> loop_nest(const Tensor (&)[1]);
template kernels::LoopNest<2> loop_nest(const Tensor (&)[2]);
template kernels::LoopNest<3> loop_nest(const Tensor (&)[3]);
template kernels::LoopNest<4> loop_nest(const Tensor (&)[4]);

Tensor empty_result(IntArrayRef sizes, Dtype dtype, const Tensor& a, const Tensor& b) {
  for (const Tensor* x : {&a, &b})
    if (x->sizes() == sizes) return empty_like_layout(*x, dtype);
  return empty(sizes, dtype);
}

}  // namespace reel
