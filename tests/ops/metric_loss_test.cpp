#include "tests/catch.h"
#include "tests/ops/loss_reference.h"

#include <reel/autograd/ops/distances.h>
#include <reel/core/creation.h>

#include <algorithm>
#include <cmath>

using namespace reel;
using namespace reel::tests;

namespace {

using Values = std::vector<double>;

double distance(const double* a, const double* b, size_t D, double p) {
  double sum = 0;
  for (size_t d = 0; d < D; ++d) sum += std::pow(std::fabs(a[d] - b[d] + 1e-6), p);
  return std::pow(sum, 1 / p);
}

LossElements triplets(size_t D, double margin, double p, bool swap) {
  return [=](const std::vector<Values>& in) {
    Values each;
    for (size_t at = 0; at < in[0].size(); at += D) {
      const double *a = &in[0][at], *b = &in[1][at], *c = &in[2][at];
      double far = distance(a, c, D, p);
      if (swap) far = std::min(far, distance(b, c, D, p));
      each.push_back(std::max(0.0, distance(a, b, D, p) - far + margin));
    }
    return each;
  };
}

CaseInputs three(Shape sizes) {
  return CaseInputs([=] {
    return TensorList{uniform(sizes, 1), uniform(sizes, 2), uniform(sizes, 3)};
  });
}

}  // namespace

TEST_CASE("cosine_embedding_loss") {
  const auto rows = [](size_t D) -> LossElements {
    return [=](const std::vector<Values>& in) {
      Values each;
      for (size_t n = 0; n < in[2].size(); ++n) {
        double product = 0, a = 1e-12, b = 1e-12;
        for (size_t i = n * D; i < (n + 1) * D; ++i) {
          product += in[0][i] * in[1][i];
          a += in[0][i] * in[0][i];
          b += in[1][i] * in[1][i];
        }
        const double cosine = product / std::sqrt(a * b);
        each.push_back(in[2][n] > 0 ? 1 - cosine : std::max(0.0, cosine - 0.1));
      }
      return each;
    };
  };
  for (int64_t D : {2, 5, 17})
    check_loss_op(
        as_text("cosine_embedding_loss of ", D), CaseInputs([=] {
          return TensorList{uniform({6, D}, 1, 0.1, 1), uniform({6, D}, 2, 0.1, 1), signs({6}, 3)};
        }),
        [](const TensorList& in, Reduction r) {
          return cosine_embedding_loss(in[0], in[1], in[2], 0.1, r);
        },
        {6}, rows(static_cast<size_t>(D)), {2});
  check_loss_op("cosine_embedding_loss, unbatched", CaseInputs([] {
                  return TensorList{uniform({5}, 1), uniform({5}, 2), ones({}, kFloat64)};
                }),
                [](const TensorList& in, Reduction r) {
                  return cosine_embedding_loss(in[0], in[1], in[2], 0.1, r);
                },
                {}, rows(5), {2});
}

TEST_CASE("cosine_embedding_loss: a vector of zeros, and targets of neither kind") {
  const Tensor x = zeros({2, 3}, kFloat64).requires_grad_(), other = uniform({2, 3}, 1);
  const Tensor y = cosine_embedding_loss(x, other, tensor_of({2}, {1, 0}), 0, kNone);
  CHECK(y.to_vector() == Values{1, 0});
  y.sum().backward();
  for (double g : x.grad().to_vector()) CHECK(std::isfinite(g));
}

TEST_CASE("triplet_margin_loss") {
  for (bool swap : {false, true})
    for (double p : {1.0, 2.0, 3.0}) {
      const LossOp op = [=](const TensorList& in, Reduction r) {
        return triplet_margin_loss(in[0], in[1], in[2], 0.8, p, 1e-6, swap, r);
      };
      const std::string how = as_text("p ", p, swap ? " swapped " : " ");
      check_loss_op(how + "rows", three({6, 5}), op, {6}, triplets(5, 0.8, p, swap));
      check_loss_op(how + "more dimensions", three({2, 3, 7}), op, {2, 3},
                    triplets(7, 0.8, p, swap));
      check_loss_op(how + "unbatched", three({5}), op, {}, triplets(5, 0.8, p, swap));
    }
}

TEST_CASE("triplet_margin_with_distance_loss") {
  const DistanceFunction three_norm = [](const Tensor& a, const Tensor& b) {
    return pairwise_distance(a, b, 3);
  };
  for (bool swap : {false, true}) {
    check_loss_op(
        "a distance of one's own", three({6, 5}),
        [=](const TensorList& in, Reduction r) {
          return triplet_margin_with_distance_loss(in[0], in[1], in[2], three_norm, 0.5, swap, r);
        },
        {6}, triplets(5, 0.5, 3, swap));
    check_loss_op(
        "the usual distance", three({6, 5}),
        [=](const TensorList& in, Reduction r) {
          return triplet_margin_with_distance_loss(in[0], in[1], in[2], {}, 0.5, swap, r);
        },
        {6}, triplets(5, 0.5, 2, swap));
  }
}
