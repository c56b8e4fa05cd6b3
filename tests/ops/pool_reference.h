#pragma once
// Pooling in plain double loops over one to three spatial dimensions.

#include <reel/core/tensor.h>

#include <cmath>
#include <vector>

namespace reel::tests {

/// Sizes of a window in each of three dimensions; missing ones stay as they are.
struct Window {
  int64_t kernel[3] = {1, 1, 1}, stride[3] = {1, 1, 1}, padding[3] = {}, dilation[3] = {1, 1, 1};
  bool ceil_mode = false;

  /// The same values for the last D dimensions.
  static Window of(int D, int64_t k, int64_t s, int64_t p = 0, int64_t d = 1, bool ceil = false) {
    Window w;
    for (int i = 3 - D; i < 3; ++i) {
      w.kernel[i] = k;
      w.stride[i] = s;
      w.padding[i] = p;
      w.dilation[i] = d;
    }
    w.ceil_mode = ceil;
    return w;
  }
  int64_t out(int d, int64_t in) const {
    const double steps =
        static_cast<double>(in + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1) /
        static_cast<double>(stride[d]);
    auto n = static_cast<int64_t>(ceil_mode ? std::ceil(steps) : std::floor(steps)) + 1;
    if (ceil_mode && (n - 1) * stride[d] >= in + padding[d]) --n;
    return n;
  }
};

/// Calls start(n, c) before and f(value) for each input of each window in turn, finish() after; x
/// is (N, C, D spatial). Returns the output's sizes.
template <class Start, class Each, class Finish>
Shape for_each_window(const Tensor& x, int D, const Window& w, Start start, Each f, Finish finish) {
  const std::vector<double> v = x.to_vector();
  int64_t in[3] = {1, 1, 1}, out[3];
  for (int d = 0; d < D; ++d) in[3 - D + d] = x.size(2 + d);
  for (int d = 0; d < 3; ++d) out[d] = w.out(d, in[d]);
  Shape sizes{x.size(0), x.size(1)};
  for (int d = 3 - D; d < 3; ++d) sizes.push_back(out[d]);
  for (int64_t i = 0; i < x.size(0) * x.size(1); ++i)
    for (int64_t o = 0; o < out[0] * out[1] * out[2]; ++o) {
      const int64_t at[3] = {o / (out[1] * out[2]), o / out[2] % out[1], o % out[2]};
      int64_t first[3];
      for (int d = 0; d < 3; ++d) first[d] = at[d] * w.stride[d] - w.padding[d];
      start(first, in);
      for (int64_t a = 0; a < w.kernel[0]; ++a)
        for (int64_t b = 0; b < w.kernel[1]; ++b)
          for (int64_t c = 0; c < w.kernel[2]; ++c) {
            const int64_t z = first[0] + a * w.dilation[0], y = first[1] + b * w.dilation[1],
                          s = first[2] + c * w.dilation[2];
            if (z < 0 || z >= in[0] || y < 0 || y >= in[1] || s < 0 || s >= in[2]) continue;
            f(v[static_cast<size_t>(((i * in[0] + z) * in[1] + y) * in[2] + s)]);
          }
      finish();
    }
  return sizes;
}

}  // namespace reel::tests
