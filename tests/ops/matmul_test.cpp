#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/autograd/ops/products.h>
#include <reel/core/creation.h>

using namespace reel;
using namespace reel::tests;

namespace {

// Every element as its sum, for shapes of 2 or more dimensions.
Tensor product(const Tensor& a, const Tensor& b) {
  const Shape sa = a.sizes(), sb = b.sizes();
  const auto lead = [](const Shape& s) { return Shape(IntArrayRef(s.data(), s.size() - 2)); };
  const Shape batch = broadcast_shapes("reference", lead(sa), lead(sb));
  const int64_t M = a.size(-2), N = b.size(-1), K = a.size(-1);
  const auto matrix_of = [&](const Shape& own, int64_t index) {
    int64_t at = 0, step = 1;
    for (size_t d = batch.size(); d-- > 0; index /= batch[d]) {
      const size_t skipped = batch.size() - own.size();
      if (d < skipped) continue;
      if (own[d - skipped] != 1) at += index % batch[d] * step;
      step *= own[d - skipped];
    }
    return at;
  };
  const std::vector<double> va = a.to_vector(), vb = b.to_vector();
  std::vector<double> c;
  for (int64_t i = 0; i < numel_of(batch); ++i)
    for (int64_t m = 0; m < M; ++m)
      for (int64_t n = 0; n < N; ++n) {
        double sum = 0;
        for (int64_t k = 0; k < K; ++k)
          sum += va[static_cast<size_t>((matrix_of(lead(sa), i) * M + m) * K + k)] *
                 vb[static_cast<size_t>((matrix_of(lead(sb), i) * K + k) * N + n)];
        c.push_back(sum);
      }
  Shape sizes = batch;
  sizes.push_back(M);
  sizes.push_back(N);
  return tensor_of(sizes, c);
}

Tensor reference(const TensorList& in) {
  Tensor a = in[0], b = in[1];
  const bool row = a.dim() == 1, column = b.dim() == 1;
  if (row) a = a.unsqueeze(0);
  if (column) b = b.unsqueeze(1);
  Tensor c = product(a, b);
  if (column) c = c.squeeze(-1);
  if (row) c = c.squeeze(column ? -1 : -2);
  return c;
}

OpCase matmul_case(Shape a, Shape b) {
  OpCase c;
  c.name = as_text("matmul of ", IntArrayRef(a), " and ", IntArrayRef(b));
  c.op = [](const TensorList& in) { return in[0].matmul(in[1]); };
  c.inputs = CaseInputs({a, b});
  c.reference = reference;
  c.second_order = true;
  return c;
}

}  // namespace

TEST_CASE("matmul") {
  check_op(matmul_case({3, 4}, {4, 5}));
  check_op(matmul_case({4}, {4}));
  check_op(matmul_case({4}, {4, 5}));
  check_op(matmul_case({3, 4}, {4}));
  check_op(matmul_case({2, 3, 4}, {4, 5}));
  check_op(matmul_case({2, 3, 4}, {4}));
  check_op(matmul_case({4}, {2, 4, 3}));
  check_op(matmul_case({2, 3, 4}, {2, 4, 5}));
  check_op(matmul_case({2, 1, 3, 4}, {5, 4, 2}));
  check_op(matmul_case({3, 4}, {5, 4, 2}));
  check_op(matmul_case({1, 3, 4}, {3, 4, 2}));
  check_op(matmul_case({7, 2, 3}, {7, 3, 2}));
  for (int64_t n : {1, 7, 8, 9, 15, 16, 17, 31, 33}) {
    check_op(matmul_case({n, 3}, {3, 2}));
    check_op(matmul_case({2, n}, {n, 3}));
    check_op(matmul_case({2, 3}, {3, n}));
  }
  OpCase large = matmul_case({40, 50}, {50, 60});
  large.second_order = false;
  check_op(large);
}

TEST_CASE("matmul: nothing to multiply") {
  for (const auto& [a, b] : std::vector<std::pair<Shape, Shape>>{
           {{0, 3}, {3, 2}}, {{2, 0}, {0, 3}}, {{2, 3}, {3, 0}}, {{0, 2, 3}, {3, 4}}}) {
    OpCase c = matmul_case(a, b);
    c.zero_gradient = true;
    check_op(c);
  }
}

TEST_CASE("matmul: transposed and overlapping operands are read where they lie") {
  const Tensor a = uniform({5, 6}, 1), b = uniform({5, 7}, 2);
  CHECK(a.t().matmul(b).allclose(product(a.t().contiguous(), b), 1e-12));
  CHECK(b.t().matmul(a).allclose(product(b.t().contiguous(), a), 1e-12));
  const Tensor row = uniform({1, 6}, 3).expand({4, 6});
  CHECK(row.matmul(a.t()).allclose(product(row.contiguous(), a.t().contiguous()), 1e-12));
  const Tensor part = uniform({9, 9}, 4).narrow(0, 1, 6).narrow(1, 2, 3);
  CHECK(a.matmul(part).allclose(product(a, part.contiguous()), 1e-12));
}

TEST_CASE("mm, bmm, dot, addmm") {
  OpCase c = matmul_case({3, 4}, {4, 2});
  c.op = [](const TensorList& in) { return mm(in[0], in[1]); };
  check_op(c);
  c = matmul_case({2, 3, 4}, {2, 4, 2});
  c.op = [](const TensorList& in) { return bmm(in[0], in[1]); };
  check_op(c);
  c = matmul_case({4}, {4});
  c.op = [](const TensorList& in) { return dot(in[0], in[1]); };
  check_op(c);
  c.name = "addmm";
  c.inputs = CaseInputs({{2}, {3, 4}, {4, 2}});
  c.op = [](const TensorList& in) { return addmm(in[0], in[1], in[2], 0.5, 2.0); };
  c.reference = [](const TensorList& in) {
    std::vector<double> y = product(in[1], in[2]).to_vector();
    for (size_t i = 0; i < y.size(); ++i) y[i] = 2 * y[i] + 0.5 * in[0].to_vector()[i % 2];
    return tensor_of({3, 2}, y);
  };
  check_op(c);
}

TEST_CASE("matmul: what is wrong with a call") {
  const Tensor a = uniform({3, 4}), b = uniform({5, 2});
  CHECK(
      message_of<ArgumentError>([&] { a.matmul(b); }) ==
      "matmul: shapes [3, 4] and [5, 2] do not match; the first has 4 columns, the second 5 rows; "
      "they must be equal.");
  CHECK(message_of<ArgumentError>([&] { a.matmul(uniform({})); }) ==
        "matmul: shapes [3, 4] and []; both must have 1 or more dimensions.");
  CHECK(message_of<ArgumentError>([&] {
          a.matmul(ones({4, 2}));
        }) == "matmul: the matrices are float64 and float32; the dtypes must be equal.");
  CHECK(message_of<ArgumentError>([&] {
          ones({2, 2}, kInt64).matmul(ones({2, 2}, kInt64));
        }) == "matmul: the first matrix is int64; it must be float32 or float64.");
  CHECK(message_of<ArgumentError>([&] {
          mm(uniform({2, 3, 4}), b);
        }) == "mm: the first input [2, 3, 4] has 3 dimensions; it must have 2.");
  CHECK(message_of<ArgumentError>([&] {
          bmm(uniform({2, 3, 4}), uniform({3, 4, 2}));
        }) ==
        "bmm: shapes [2, 3, 4] and [3, 4, 2] hold different numbers of matrices; they must be "
        "equal. [matmul broadcasts]");
}
