#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/autograd/ops/pools.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

#include <cmath>
#include <limits>

using namespace reel;
using namespace reel::tests;

namespace {

std::tuple<Tensor, Tensor> pool(int D, const Tensor& x, IntArrayRef out) {
  return D == 1   ? adaptive_max_pool1d(x, out)
         : D == 2 ? adaptive_max_pool2d(x, out)
                  : adaptive_max_pool3d(x, out);
}

// Values and indices in plain loops, of (N, C, D spatial).
TensorList reference(const Tensor& x, Shape out_sizes) {
  const std::vector<double> v = x.to_vector();
  int64_t in[3] = {1, 1, 1}, out[3] = {1, 1, 1};
  const int D = static_cast<int>(out_sizes.size());
  for (int d = 0; d < D; ++d) {
    in[3 - D + d] = x.size(2 + d);
    out[3 - D + d] = out_sizes[static_cast<size_t>(d)];
  }
  std::vector<double> y, index;
  for (int64_t i = 0; i < x.size(0) * x.size(1); ++i)
    for (int64_t o = 0; o < out[0] * out[1] * out[2]; ++o) {
      const int64_t at[3] = {o / (out[1] * out[2]), o / out[2] % out[1], o % out[2]};
      int64_t begin[3], end[3];
      for (int d = 0; d < 3; ++d) {
        begin[d] = at[d] * in[d] / out[d];
        end[d] = ((at[d] + 1) * in[d] + out[d] - 1) / out[d];
      }
      double best = -std::numeric_limits<double>::infinity();
      int64_t won = -1;
      for (int64_t a = begin[0]; a < end[0]; ++a)
        for (int64_t b = begin[1]; b < end[1]; ++b)
          for (int64_t c = begin[2]; c < end[2]; ++c) {
            const int64_t pixel = (a * in[1] + b) * in[2] + c;
            const double value = v[static_cast<size_t>(i * in[0] * in[1] * in[2] + pixel)];
            if (value > best) {
              best = value;
              won = pixel;
            }
          }
      y.push_back(best);
      index.push_back(static_cast<double>(won));
    }
  Shape sizes{x.size(0), x.size(1)};
  for (int64_t n : out_sizes) sizes.push_back(n);
  return {tensor_of(sizes, y), tensor_of(sizes, index)};
}

void check_pool(Shape sizes, Shape out) {
  const int D = static_cast<int>(out.size());
  OpCase c;
  c.name = as_text(IntArrayRef(sizes), " to ", IntArrayRef(out));
  c.inputs = CaseInputs{sizes};
  c.op = [=](const TensorList& in) { return std::get<0>(pool(D, in[0], out)); };
  c.reference = [=](const TensorList& in) { return reference(in[0], out)[0]; };
  c.second_order = true;
  check_op(c);
  for (Dtype dtype : {kFloat32, kFloat64}) {
    INFO(c.name);
    const Tensor x = uniform(sizes, 7).to(dtype), indices = std::get<1>(pool(D, x, out));
    CHECK(indices.dtype() == kInt64);
    CHECK(indices.to_vector() == reference(x, out)[1].to_vector());
  }
}

}  // namespace

TEST_CASE("adaptive_max_pool") {
  for (int64_t out : {1, 2, 3, 5, 9}) {
    check_pool({2, 3, 9}, {out});
    check_pool({2, 3, 9, 8}, {out, out});
  }
  check_pool({1, 2, 4, 3, 5}, {2, 2, 2});
  check_pool({1, 2, 4, 3, 5}, {1, 3, 4});
  check_pool({1, 2, 7, 5}, {3, 8});
  check_pool({1, 1, 1, 1}, {1, 1});
  for (int64_t C : {7, 8, 9, 15, 16, 17, 31, 33, 65}) check_pool({1, C, 5, 4}, {2, 3});
}

TEST_CASE("adaptive_max_pool: no samples, one sample, sizes to keep") {
  CHECK(std::get<0>(adaptive_max_pool2d(zeros({0, 3, 4, 4}), 2)).sizes() == Shape{0, 3, 2, 2});
  const Tensor x = uniform({3, 4, 6});
  const auto [y, indices] = adaptive_max_pool2d(x, {kKeepSize, 2});
  CHECK(y.sizes() == Shape{3, 4, 2});
  const auto [batch_y, batch_indices] = adaptive_max_pool2d(x.unsqueeze(0), {4, 2});
  CHECK(y.equal(batch_y.squeeze(0)));
  CHECK(indices.equal(batch_indices.squeeze(0)));
}

TEST_CASE("adaptive_max_pool: the first of equal values takes the gradient, NaN wins") {
  for (int64_t C : {1, 8, 17}) {
    const Tensor x = zeros({1, C, 2, 2}, kFloat64).requires_grad_();
    std::get<0>(adaptive_max_pool2d(x, 1)).backward(ones({1, C, 1, 1}, kFloat64));
    CHECK(x.grad().slice(1, 0, 1).to_vector() == std::vector<double>{1, 0, 0, 0});
    CHECK(x.grad().slice(1, C - 1, C).to_vector() == std::vector<double>{1, 0, 0, 0});
    for (int64_t at = 0; at < 4; ++at) {
      const Tensor z = uniform({1, C, 4});
      z.select(2, at).fill_(std::numeric_limits<double>::quiet_NaN());
      const auto [y, indices] = adaptive_max_pool1d(z, 1);
      CHECK(std::isnan(y.to_vector()[0]));
      CHECK(indices.to_vector() ==
            std::vector<double>(static_cast<size_t>(C), static_cast<double>(at)));
    }
    const Tensor lowest = full({1, C, 3}, -std::numeric_limits<double>::infinity(), kFloat64);
    CHECK(std::get<1>(adaptive_max_pool1d(lowest, 1)).to_vector() ==
          std::vector<double>(static_cast<size_t>(C), 0.0));
  }
}

TEST_CASE("adaptive_max_pool: an index that was changed is noticed") {
  const Tensor x = uniform({1, 2, 6}).requires_grad_();
  const auto [y, indices] = adaptive_max_pool1d(x, 2);
  indices.fill_(0);
  const Tensor loss = y.sum();
  CHECK(message_of<GraphError>([&] { loss.backward(); }).find("adaptive_max_pool") == 0);
}
