#include "tests/catch.h"
#include "tests/ops/loss_reference.h"

#include <reel/core/creation.h>

#include <cmath>

using namespace reel;
using namespace reel::tests;

namespace {

constexpr double kPi = 3.14159265358979323846;
using Values = std::vector<double>;

double poisson(double x, double t, bool log_input, bool full) {
  double loss = log_input ? std::exp(x) - t * x : x - t * std::log(x + 1e-8);
  if (full && t > 1) loss += t * std::log(t) - t + 0.5 * std::log(2 * kPi * t);
  return loss;
}

double gaussian(double x, double t, double v, bool full) {
  return 0.5 * (std::log(v) + (x - t) * (x - t) / v) + (full ? 0.5 * std::log(2 * kPi) : 0);
}

}  // namespace

TEST_CASE("poisson_nll_loss") {
  for (bool log_input : {true, false})
    for (bool full : {false, true})
      for (const Shape& sizes : {Shape{4, 5}, Shape{17}, Shape{}})
        check_loss_op(
            as_text("log_input ", log_input, ", full ", full, " of ", IntArrayRef(sizes)),
            CaseInputs([=] {
              return TensorList{uniform(sizes, 1, 0.2, 2), uniform(sizes, 2, 0.2, 3)};
            }),
            [=](const TensorList& in, Reduction r) {
              return poisson_nll_loss(in[0], in[1], log_input, full, 1e-8, r);
            },
            sizes, each_pair([=](double x, double t) { return poisson(x, t, log_input, full); }));
}

TEST_CASE("poisson_nll_loss: counts of zero have a gradient") {
  const Tensor t = tensor_of({3}, {0, 1, 2}).requires_grad_();
  const Tensor y = poisson_nll_loss(zeros({3}, kFloat64), t, true, true, 1e-8, kNone);
  CHECK(y.to_vector()[0] == 1);
  CHECK(y.to_vector()[1] == 1);
  y.sum().backward();
  for (double g : t.grad().to_vector()) CHECK(std::isfinite(g));
}

TEST_CASE("gaussian_nll_loss") {
  for (bool full : {false, true}) {
    for (const Shape& sizes : {Shape{4, 5}, Shape{17}, Shape{}})
      check_loss_op(
          as_text("full ", full, " of ", IntArrayRef(sizes)), CaseInputs([=] {
            return TensorList{uniform(sizes, 1), uniform(sizes, 2), uniform(sizes, 3, 0.3, 2)};
          }),
          [=](const TensorList& in, Reduction r) {
            return gaussian_nll_loss(in[0], in[1], in[2], full, 1e-6, r);
          },
          sizes,
          [=](const std::vector<Values>& in) {
            Values each;
            for (size_t i = 0; i < in[0].size(); ++i)
              each.push_back(gaussian(in[0][i], in[1][i], in[2][i], full));
            return each;
          });
    for (const Shape& var : {Shape{4}, Shape{4, 1}})
      check_loss_op(
          as_text("a variance a row, ", IntArrayRef(var)), CaseInputs([=] {
            return TensorList{uniform({4, 5}, 1), uniform({4, 5}, 2), uniform(var, 3, 0.3, 2)};
          }),
          [=](const TensorList& in, Reduction r) {
            return gaussian_nll_loss(in[0], in[1], in[2], full, 1e-6, r);
          },
          {4, 5},
          [=](const std::vector<Values>& in) {
            Values each;
            for (size_t i = 0; i < 20; ++i)
              each.push_back(gaussian(in[0][i], in[1][i], in[2][i / 5], full));
            return each;
          });
  }
}

TEST_CASE("gaussian_nll_loss: a variance below eps still takes its gradient") {
  const Tensor x = zeros({1}, kFloat64), t = ones({1}, kFloat64);
  const Tensor var = zeros({1}, kFloat64).requires_grad_();
  const Tensor y = gaussian_nll_loss(x, t, var, false, 1e-2);
  CHECK(y.item<double>() == Catch::Approx(gaussian(0, 1, 1e-2, false)));
  y.backward();
  CHECK(var.grad().item<double>() == Catch::Approx(0.5 * (1 / 1e-2 - 1 / 1e-4)));
  CHECK(var.item<double>() == 0);
}
