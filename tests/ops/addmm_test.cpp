#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/autograd/engine.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/products.h>
#include <reel/core/creation.h>

#include <cmath>

using namespace reel;
using namespace reel::tests;

namespace {

using Operation = Tensor (*)(const Tensor&, const Tensor&, const Tensor&, Scalar, Scalar);

// beta c + alpha sum_{g,k} a(g, i, k) b(g, k, j), where a and b are as stacks of G or (g summed)
// one result.
struct Form {
  const char* name;
  Operation op;
  Shape c, a, b;
  int64_t G, M, K, N;
  bool sums;
};

OpCase case_of(const Form& f, double beta, double alpha) {
  OpCase c;
  c.name = f.name;
  c.op = [=](const TensorList& in) { return f.op(in[0], in[1], in[2], beta, alpha); };
  c.inputs = CaseInputs{f.c, f.a, f.b};
  c.reference = [=](const TensorList& in) {
    Shape sizes;
    if (f.a.size() == 3 && !f.sums) sizes.push_back(f.G);
    sizes.push_back(f.M);
    if (f.op != static_cast<Operation>(addmv)) sizes.push_back(f.N);
    std::vector<double> y = in[0].expand(sizes).to_vector();
    const std::vector<double> a = in[1].to_vector(), b = in[2].to_vector();
    for (double& v : y) v *= beta;
    for (int64_t g = 0; g < f.G; ++g)
      for (int64_t i = 0; i < f.M; ++i)
        for (int64_t j = 0; j < f.N; ++j)
          for (int64_t k = 0; k < f.K; ++k)
            y[static_cast<size_t>(((f.sums ? 0 : g) * f.M + i) * f.N + j)] +=
                alpha * a[static_cast<size_t>((g * f.M + i) * f.K + k)] *
                b[static_cast<size_t>((g * f.K + k) * f.N + j)];
    return tensor_of(sizes, y);
  };
  c.second_order = true;
  return c;
}

const Form kForms[] = {
    {"addmm", addmm, {3, 5}, {3, 4}, {4, 5}, 1, 3, 4, 5, false},
    {"addmm, a row", addmm, {5}, {3, 4}, {4, 5}, 1, 3, 4, 5, false},
    {"addmv", addmv, {3}, {3, 7}, {7}, 1, 3, 7, 1, false},
    {"addr", addr, {3, 9}, {3}, {9}, 1, 3, 1, 9, false},
    {"baddbmm", baddbmm, {2, 3, 5}, {2, 3, 4}, {2, 4, 5}, 2, 3, 4, 5, false},
    {"baddbmm, one number", baddbmm, {1}, {2, 3, 4}, {2, 4, 5}, 2, 3, 4, 5, false},
    {"addbmm", addbmm, {3, 5}, {2, 3, 4}, {2, 4, 5}, 2, 3, 4, 5, true},
};

}  // namespace

TEST_CASE("addmm and its kin") {
  for (const Form& f : kForms) {
    check_op(case_of(f, 1, 1));
    check_op(case_of(f, 0.5, -2));
  }
}

TEST_CASE("addmm: with beta = 0 the sum is not read") {
  const Tensor a = uniform({2, 3}), b = uniform({3, 4}, 1);
  CHECK(addmm(full({2, 4}, std::nan(""), kFloat64), a, b, 0).equal(mm(a, b)));
}

TEST_CASE("addmm: in place") {
  const Tensor c = uniform({3, 5}, 1).requires_grad_(), a = uniform({3, 4}, 2).requires_grad_();
  const Tensor b = uniform({4, 5}, 3), g = uniform({3, 5}, 4);
  for (double beta : {1.0, 0.5, 0.0}) {
    const Tensor x = c * 1.0, y = addmm(c, a, b, beta, 2);
    x.addmm_(a, b, beta, 2);
    CHECK(x.allclose(y, 1e-14));
    CHECK(autograd::grad({x}, {a}, {g}, true)[0].allclose(autograd::grad({y}, {a}, {g}, true)[0]));
    if (beta != 0)
      CHECK(autograd::grad({x}, {c}, {g})[0].allclose(autograd::grad({y}, {c}, {g})[0]));
  }
  const Tensor v = uniform({4}, 5), u = uniform({3}, 6);
  CHECK(u.clone().addmv_(a.detach(), v).allclose(addmv(u, a.detach(), v)));
  CHECK(a.detach().clone().addr_(u, v).allclose(addr(a.detach(), u, v)));
  const Tensor s = uniform({2, 3, 4}, 7), t = uniform({2, 4, 3}, 8), z = uniform({2, 3, 3}, 9);
  CHECK(z.clone().baddbmm_(s, t, 2).allclose(baddbmm(z, s, t, 2)));
  CHECK(
      message_of<ArgumentError>([&] {
        ones({5}).addmm_(ones({3, 4}), ones({4, 5}));
      }) ==
      "addmm_: the tensor written in place is [5], the product [3, 5]; the shapes must be equal.");
}
