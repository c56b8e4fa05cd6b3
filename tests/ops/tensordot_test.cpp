#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/products.h>
#include <reel/core/creation.h>

using namespace reel;
using namespace reel::tests;

namespace {

double at(const Tensor& x, std::initializer_list<int64_t> index) {
  Tensor element = x;
  for (int64_t i : index) element = element[i];
  return element.item<double>();
}

OpCase case_of(const char* name, CaseFunction op, CaseInputs inputs, CaseFunction reference) {
  OpCase c;
  c.name = name;
  c.op = std::move(op);
  c.inputs = std::move(inputs);
  c.reference = std::move(reference);
  c.second_order = true;
  return c;
}

}  // namespace

TEST_CASE("tensordot") {
  check_op(case_of(
      "two pairs",
      [](const TensorList& in) {
        return tensordot(in[0], in[1], {1, 2}, {2, 0});
      },
      {Shape{2, 3, 4}, Shape{4, 5, 3}},
      [](const TensorList& in) {
        std::vector<double> y;
        for (int64_t i = 0; i < 2; ++i)
          for (int64_t j = 0; j < 5; ++j) {
            double sum = 0;
            for (int64_t k = 0; k < 3; ++k)
              for (int64_t l = 0; l < 4; ++l) sum += at(in[0], {i, k, l}) * at(in[1], {l, j, k});
            y.push_back(sum);
          }
        return tensor_of({2, 5}, y);
      }));
  check_op(case_of(
      "no pair", [](const TensorList& in) { return tensordot(in[0], in[1], {}, {}); },
      {Shape{3}, Shape{7}},
      [](const TensorList& in) {
        std::vector<double> y;
        for (double a : in[0].to_vector())
          for (double b : in[1].to_vector()) y.push_back(a * b);
        return tensor_of({3, 7}, y);
      }));
  CHECK(tensordot(ones({2, 0}), ones({0, 3}), {1}, {0}).equal(zeros({2, 3})));
}

TEST_CASE("outer, inner, mv, kron, trace") {
  check_op(case_of(
      "outer", [](const TensorList& in) { return outer(in[0], in[1]); }, {Shape{5}, Shape{9}},
      [](const TensorList& in) {
        std::vector<double> y;
        for (double a : in[0].to_vector())
          for (double b : in[1].to_vector()) y.push_back(a * b);
        return tensor_of({5, 9}, y);
      }));
  check_op(case_of(
      "inner", [](const TensorList& in) { return inner(in[0], in[1]); }, {Shape{2, 7}, Shape{3, 7}},
      [](const TensorList& in) {
        std::vector<double> y;
        for (int64_t i = 0; i < 2; ++i)
          for (int64_t j = 0; j < 3; ++j) {
            double sum = 0;
            for (int64_t k = 0; k < 7; ++k) sum += at(in[0], {i, k}) * at(in[1], {j, k});
            y.push_back(sum);
          }
        return tensor_of({2, 3}, y);
      }));
  check_op(case_of(
      "mv", [](const TensorList& in) { return in[0].mv(in[1]); }, {Shape{4, 9}, Shape{9}},
      [](const TensorList& in) {
        std::vector<double> y(4, 0);
        for (int64_t i = 0; i < 4; ++i)
          for (int64_t k = 0; k < 9; ++k)
            y[static_cast<size_t>(i)] += at(in[0], {i, k}) * at(in[1], {k});
        return tensor_of({4}, y);
      }));
  check_op(case_of(
      "kron", [](const TensorList& in) { return kron(in[0], in[1]); }, {Shape{2, 3}, Shape{4, 2}},
      [](const TensorList& in) {
        std::vector<double> y;
        for (int64_t i = 0; i < 8; ++i)
          for (int64_t j = 0; j < 6; ++j)
            y.push_back(at(in[0], {i / 4, j / 2}) * at(in[1], {i % 4, j % 2}));
        return tensor_of({8, 6}, y);
      }));
  check_op(case_of(
      "trace", [](const TensorList& in) { return in[0].trace(); }, {Shape{4, 6}},
      [](const TensorList& in) {
        double sum = 0;
        for (int64_t i = 0; i < 4; ++i) sum += at(in[0], {i, i});
        return tensor_of({}, {sum});
      }));
  CHECK(kron(ones({2}), ones({3, 1, 2})).sizes() == Shape{3, 1, 4});
  CHECK(outer(ones({2}, kInt32), ones({3}, kInt64)).dtype() == kInt64);
  CHECK(inner(ones({}), ones({2, 3})).sizes() == Shape{2, 3});
  CHECK(trace(ones({0, 3})).item<double>() == 0);
}

TEST_CASE("tensordot: what is wrong with a call") {
  CHECK(message_of<ArgumentError>([] {
          tensordot(ones({2, 3}), ones({4}), {1}, {0});
        }) ==
        "tensordot: dimension 1 of [2, 3] and dimension 0 of [4] are summed together; their sizes "
        "must be equal.");
  CHECK_THROWS_AS(tensordot(ones({2}), ones({2}), {0}, {}), ArgumentError);
  CHECK_THROWS_AS(tensordot(ones({2, 2}), ones({2, 2}), {0, 0}, {0, 1}), ArgumentError);
  CHECK_THROWS_AS(outer(ones({2, 2}), ones({2})), ArgumentError);
  CHECK_THROWS_AS(mv(ones({2}), ones({2})), ArgumentError);
  CHECK_THROWS_AS(trace(ones({2})), ArgumentError);
}
