#pragma once
// Batch and group normalization in plain double loops.

#include <reel/core/tensor.h>

#include <cmath>
#include <functional>
#include <vector>

namespace reel::tests {

/// Normalizes the elements of x (N, C, P) that share a set; set_of(n, c) numbers the sets.
inline std::vector<double> normalize_sets(const Tensor& tensor, double eps,
                                          const std::function<size_t(size_t n, size_t c)>& set_of,
                                          size_t sets, const Tensor& weight, const Tensor& bias) {
  const std::vector<double> x = tensor.to_vector();
  const auto N = static_cast<size_t>(tensor.size(0)), C = static_cast<size_t>(tensor.size(1));
  const size_t P = N * C > 0 ? x.size() / (N * C) : 0;
  std::vector<double> sum(sets), squares(sets), count(sets), y(x.size());
  const auto each = [&](auto f) {
    for (size_t n = 0; n < N; ++n)
      for (size_t c = 0; c < C; ++c)
        for (size_t p = 0; p < P; ++p) f(set_of(n, c), c, (n * C + c) * P + p);
  };
  each([&](size_t s, size_t, size_t i) {
    sum[s] += x[i];
    count[s] += 1;
  });
  each([&](size_t s, size_t, size_t i) { squares[s] += std::pow(x[i] - sum[s] / count[s], 2); });
  const std::vector<double> w = weight.defined() ? weight.to_vector() : std::vector<double>(C, 1);
  const std::vector<double> b = bias.defined() ? bias.to_vector() : std::vector<double>(C, 0);
  each([&](size_t s, size_t c, size_t i) {
    y[i] = (x[i] - sum[s] / count[s]) / std::sqrt(squares[s] / count[s] + eps) * w[c] + b[c];
  });
  return y;
}

}  // namespace reel::tests
