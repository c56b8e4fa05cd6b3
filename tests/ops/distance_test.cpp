#include "tests/catch.h"
#include "tests/harness.h"

#include <reel/autograd/ops/distances.h>
#include <reel/core/creation.h>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace reel;
using namespace reel::tests;

namespace {

using Values = std::vector<double>;
const double kInf = std::numeric_limits<double>::infinity();

double norm(const Values& d, double p) {
  double sum = 0;
  for (double v : d) {
    const double a = std::fabs(v);
    if (p == 0)
      sum += a == 0 ? 0 : 1;
    else if (p == kInf)
      sum = std::max(sum, a);
    else
      sum += std::pow(a, p);
  }
  return p == 0 || p == kInf ? sum : std::pow(sum, 1 / p);
}

OpCase pairs(Shape sizes, double p, bool keepdim) {
  OpCase c;
  c.name = as_text("pairs of ", IntArrayRef(sizes), ", p ", p);
  c.inputs = CaseInputs{sizes, sizes};
  c.op = [=](const TensorList& in) { return pairwise_distance(in[0], in[1], p, 1e-3, keepdim); };
  c.reference = [=](const TensorList& in) {
    const Values a = in[0].to_vector(), b = in[1].to_vector();
    const auto D = static_cast<size_t>(sizes.back());
    Values y;
    for (size_t at = 0; at < a.size(); at += D) {
      Values d;
      for (size_t i = at; i < at + D; ++i) d.push_back(a[i] - b[i] + 1e-3);
      y.push_back(norm(d, p));
    }
    Shape out = sizes;
    out.erase(out.size() - 1);
    if (keepdim) out.push_back(1);
    return tensor_of(out, y);
  };
  c.second_order = p > 0;
  c.zero_gradient = p == 0;
  return c;
}

OpCase all_pairs(Shape x1, Shape x2, double p) {
  OpCase c;
  c.name = as_text("cdist of ", IntArrayRef(x1), " and ", IntArrayRef(x2), ", p ", p);
  c.inputs = CaseInputs{x1, x2};
  c.op = [=](const TensorList& in) { return cdist(in[0], in[1], p); };
  c.reference = [=](const TensorList& in) {
    const Values a = in[0].to_vector(), b = in[1].to_vector();
    const int64_t D = x1.back(), P = x1[x1.size() - 2], R = x2[x2.size() - 2];
    const int64_t B = in[0].numel() / (P * D);
    Values y;
    for (int64_t n = 0; n < B; ++n)
      for (int64_t i = 0; i < P; ++i)
        for (int64_t j = 0; j < R; ++j) {
          Values d;
          for (int64_t k = 0; k < D; ++k)
            d.push_back(a[static_cast<size_t>((n * P + i) * D + k)] -
                        b[static_cast<size_t>((n * R + j) * D + k)]);
          y.push_back(norm(d, p));
        }
    Shape out = x1;
    out[out.size() - 1] = R;
    return tensor_of(out, y);
  };
  c.second_order = true;
  return c;
}

Values gradient(const Tensor& x, const std::function<Tensor(const Tensor&)>& f) {
  const Tensor leaf = x.clone().requires_grad_();
  f(leaf).sum().backward();
  return leaf.grad().to_vector();
}

}  // namespace

TEST_CASE("pairwise_distance") {
  for (double p : {1.0, 2.0, 3.0, 0.5, kInf}) {
    check_op(pairs({4, 5}, p, false));
    check_op(pairs({3, 17}, p, true));
    check_op(pairs({2, 3, 4}, p, false));
    check_op(pairs({5}, p, false));
  }
  check_op(pairs({4, 5}, 0, false));
  CHECK(pairwise_distance(uniform({5}, 1), uniform({3, 5}, 2)).sizes() == Shape{3});
}

TEST_CASE("cdist") {
  for (double p : {1.0, 2.0, 3.0, kInf}) {
    check_op(all_pairs({4, 5}, {3, 5}, p));
    check_op(all_pairs({2, 3, 7}, {2, 4, 7}, p));
  }
  CHECK(cdist(uniform({2, 3, 4}), uniform({5, 4})).sizes() == Shape{2, 3, 5});
}

TEST_CASE("distances: the gradient where they are 0 is 0") {
  const Tensor x = tensor_of({3, 2}, {1, 0, 0, 0, 1, 1}), zero = zeros({3, 2}, kFloat64);
  const auto at = [&](double p) {
    return gradient(x, [&](const Tensor& v) { return pairwise_distance(v, zero, p, 0); });
  };
  CHECK(at(0.5) == Values{1, 0, 0, 0, 2, 2});
  CHECK(at(1) == Values{1, 0, 0, 0, 1, 1});
  CHECK(at(2)[2] == 0);
  CHECK(at(3)[2] == 0);
  CHECK(at(kInf) == Values{1, 0, 0, 0, 0.5, 0.5});
  CHECK(gradient(x, [&](const Tensor& v) { return cdist(v, x, 3); }).size() == 6);
  for (double g : gradient(x, [&](const Tensor& v) { return cdist(v, x); }))
    CHECK(std::isfinite(g));
}

TEST_CASE("cosine_similarity") {
  const auto check = [](Shape sizes, int64_t dim) {
    OpCase c;
    c.name = as_text("cosine of ", IntArrayRef(sizes), " along ", dim);
    c.inputs = CaseInputs{sizes, sizes};
    c.op = [=](const TensorList& in) { return cosine_similarity(in[0], in[1], dim); };
    c.reference = [=](const TensorList& in) {
      const auto last = [&](const Tensor& x) { return x.transpose(dim, -1).contiguous(); };
      const Tensor a = last(in[0]), b = last(in[1]);
      const Values x = a.to_vector(), z = b.to_vector();
      const auto D = static_cast<size_t>(a.size(-1));
      Values y;
      for (size_t at = 0; at < x.size(); at += D) {
        double product = 0, aa = 0, bb = 0;
        for (size_t i = at; i < at + D; ++i) {
          product += x[i] * z[i];
          aa += x[i] * x[i];
          bb += z[i] * z[i];
        }
        y.push_back(product / std::sqrt(aa * bb));
      }
      Shape out = a.sizes();
      out[out.size() - 1] = 1;
      return tensor_of(out, y).transpose(dim, -1).squeeze(dim);
    };
    c.second_order = true;
    check_op(c);
  };
  check({4, 5}, 1);
  check({4, 5}, 0);
  check({3, 17, 2}, 1);
  check({5}, 0);
  check({2, 3, 4}, -1);
}

TEST_CASE("cosine_similarity: short vectors are bounded, not those with a direction") {
  const Tensor a = tensor_of({3, 2}, {1, 0, 0, 0, 1e-9, 0}),
               b = tensor_of({3, 2}, {0, 0, 0, 1, 1, 1});
  const Values y = cosine_similarity(a, b).to_vector();
  CHECK(y[0] == 0);
  CHECK(y[1] == 0);
  CHECK(y[2] == Catch::Approx(0.1 / std::sqrt(2)));
  const Values g = gradient(a, [&](const Tensor& x) { return cosine_similarity(x, b); });
  CHECK(g[3] == Catch::Approx(1e8));
  CHECK(g[4] == Catch::Approx(0.9 / std::sqrt(2) * 1e8));
}
