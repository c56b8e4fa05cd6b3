#include "tests/catch.h"
#include "tests/ops/loss_reference.h"

#include <reel/core/creation.h>

#include <algorithm>
#include <cmath>

using namespace reel;
using namespace reel::tests;

namespace {

using Values = std::vector<double>;

Values gradient(const Tensor& x, const std::function<Tensor(const Tensor&)>& loss) {
  const Tensor leaf = x.clone().requires_grad_();
  loss(leaf).sum().backward();
  return leaf.grad().to_vector();
}

// Rows of C scores and the target (or the C targets) of each.
LossElements each_row(size_t C, size_t targets,
                      std::function<double(const double* x, const double* t, const Values& w)> f) {
  return [=](const std::vector<Values>& in) {
    Values each;
    for (size_t n = 0; n * C < in[0].size(); ++n)
      each.push_back(f(&in[0][n * C], &in[1][n * targets], in.size() > 2 ? in[2] : Values(C, 1.0)));
    return each;
  };
}

Tensor labels() { return tensor_of({3, 5}, {0, 2, -1, 1, 1, 4, 4, 1, -1, 0, -1, 0, 1, 2, 3}); }

}  // namespace

TEST_CASE("hinge_embedding_loss") {
  for (const Shape& sizes : {Shape{4, 5}, Shape{17}, Shape{3, 1}})
    check_loss_op(as_text("hinge_embedding_loss of ", IntArrayRef(sizes)), CaseInputs([=] {
                    return TensorList{uniform(sizes, 1, 0.1, 2), signs(sizes, 2)};
                  }),
                  [](const TensorList& in, Reduction r) {
                    return hinge_embedding_loss(in[0], in[1], 1.2, r);
                  },
                  sizes,
                  each_pair([](double x, double t) { return t > 0 ? x : std::max(0.0, 1.2 - x); }),
                  {1});
  const Tensor t = tensor_of({5}, {-1, -1, 1, 0.5, 0});
  CHECK(gradient(tensor_of({5}, {1, 2, 3, 0.25, 0.5}), [&](const Tensor& x) {
          return hinge_embedding_loss(x, t, 1, kNone);
        }) == Values{0, 0, 1, 0, 0});
}

TEST_CASE("margin_ranking_loss") {
  for (const Shape& sizes : {Shape{4, 5}, Shape{17}, Shape{}})
    check_loss_op(
        as_text("margin_ranking_loss of ", IntArrayRef(sizes)), CaseInputs([=] {
          return TensorList{uniform(sizes, 1), uniform(sizes, 2), signs(sizes, 3)};
        }),
        [](const TensorList& in, Reduction r) {
          return margin_ranking_loss(in[0], in[1], in[2], 0.3, r);
        },
        sizes,
        [](const std::vector<Values>& in) {
          Values each;
          for (size_t i = 0; i < in[0].size(); ++i)
            each.push_back(std::max(0.0, -in[2][i] * (in[0][i] - in[1][i]) + 0.3));
          return each;
        },
        {2});
  const Tensor x2 = tensor_of({3}, {1, 2.5, 1}), t = tensor_of({3}, {1, -1, 1});
  CHECK(gradient(tensor_of({3}, {1, 2, 1.5}), [&](const Tensor& x) {
          return margin_ranking_loss(x, x2, t, 0.5, kNone);
        }) == Values{-1, 0, 0});
}

TEST_CASE("soft_margin_loss") {
  for (const Shape& sizes : {Shape{4, 5}, Shape{17}, Shape{}})
    check_loss_op(
        as_text("soft_margin_loss of ", IntArrayRef(sizes)), CaseInputs([=] {
          return TensorList{uniform(sizes, 1, -2, 2), uniform(sizes, 2)};
        }),
        [](const TensorList& in, Reduction r) { return soft_margin_loss(in[0], in[1], r); }, sizes,
        each_pair([](double x, double t) { return std::log(1 + std::exp(-t * x)); }));
  const Tensor far = tensor_of({2}, {800, -800}), t = tensor_of({2}, {-1, -1});
  CHECK(soft_margin_loss(far, t, kNone).to_vector() == Values{800, 0});
}

TEST_CASE("multi_margin_loss") {
  for (int p : {1, 2})
    for (bool weighted : {false, true}) {
      const auto row = [=](size_t C) {
        return each_row(C, 1, [=](const double* x, const double* t, const Values& w) {
          const auto target = static_cast<size_t>(*t);
          double sum = 0;
          for (size_t c = 0; c < C; ++c)
            if (c != target) sum += std::pow(std::max(0.0, 0.7 - x[target] + x[c]), p);
          return w[target] * sum / static_cast<double>(C);
        });
      };
      const LossOp op = [=](const TensorList& in, Reduction r) {
        return multi_margin_loss(in[0], in[1], p, 0.7, weighted ? in[2] : Tensor(), r);
      };
      const auto inputs = [=](Shape sizes, Shape rows) {
        return CaseInputs([=] {
          TensorList in = {uniform(sizes, 1), integers(rows, sizes.back(), 2)};
          if (weighted) in.push_back(uniform({sizes.back()}, 3, 0.5, 2));
          return in;
        });
      };
      const std::string how = as_text("p ", p, weighted ? " weighted " : " ");
      check_loss_op(how + "rows", inputs({6, 5}, {6}), op, {6}, row(5), {2});
      check_loss_op(how + "wide", inputs({2, 17}, {2}), op, {2}, row(17), {2});
      check_loss_op(how + "unbatched", inputs({5}, {}), op, {}, row(5), {2});
    }
  const Tensor x = tensor_of({2, 3}, {1, 0, 0.5, 1, 2, 1.5});
  const Values wanted = gradient(x, [](const Tensor& v) {
    return multi_margin_loss(v, tensor_of({2}, {0, 1}).to(kInt64), 1, 1.0, {}, kSum);
  });
  const double third = 1.0 / 3;  // margins that are just kept give nothing
  CHECK(wanted == Values{-third, 0, third, 0, -third, third});
}

TEST_CASE("multilabel_margin_loss") {
  const auto row = [](size_t C) {
    return each_row(C, C, [=](const double* x, const double* t, const Values&) {
      double sum = 0;
      for (size_t k = 0; k < C && t[k] >= 0; ++k)
        for (size_t c = 0; c < C; ++c) {
          bool is_label = false;
          for (size_t j = 0; j < C && t[j] >= 0; ++j) is_label |= static_cast<size_t>(t[j]) == c;
          if (!is_label) sum += std::max(0.0, 1 - x[static_cast<size_t>(t[k])] + x[c]);
        }
      return sum / static_cast<double>(C);
    });
  };
  const LossOp op = [](const TensorList& in, Reduction r) {
    return multilabel_margin_loss(in[0], in[1], r);
  };
  // Labels that repeat count twice; a row without any has no loss.
  check_loss_op("rows", CaseInputs([] {
                  return TensorList{uniform({3, 5}, 1), labels().to(kInt64)};
                }),
                op, {3}, row(5));
  check_loss_op("unbatched", CaseInputs([] {
                  return TensorList{uniform({5}, 1), labels().select(0, 1).to(kInt64)};
                }),
                op, {}, row(5));
  const Tensor none = full({2, 3}, -1, kInt64);
  CHECK(gradient(uniform({2, 3}), [&](const Tensor& x) {
          return multilabel_margin_loss(x, none);
        }) == Values(6, 0.0));
}

TEST_CASE("multilabel_soft_margin_loss") {
  for (bool weighted : {false, true}) {
    const auto row = each_row(5, 5, [](const double* x, const double* t, const Values& w) {
      double sum = 0;
      for (size_t c = 0; c < 5; ++c) {
        const double s = 1 / (1 + std::exp(-x[c]));
        sum -= w[c] * (t[c] * std::log(s) + (1 - t[c]) * std::log(1 - s));
      }
      return sum / 5;
    });
    const LossOp op = [=](const TensorList& in, Reduction r) {
      return multilabel_soft_margin_loss(in[0], in[1], weighted ? in[2] : Tensor(), r);
    };
    for (const Shape& rows : {Shape{4}, Shape{2, 3}, Shape{}})
      check_loss_op(as_text("rows ", IntArrayRef(rows), weighted ? " weighted" : ""),
                    CaseInputs([=] {
                      Shape sizes = rows;
                      sizes.push_back(5);
                      TensorList in = {uniform(sizes, 1, -2, 2), uniform(sizes, 2, 0, 1)};
                      if (weighted) in.push_back(uniform({5}, 3, 0.5, 2));
                      return in;
                    }),
                    op, rows, row, {2});
  }
}
