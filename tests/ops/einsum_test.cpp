#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/products.h>
#include <reel/core/creation.h>

#include <map>

using namespace reel;
using namespace reel::tests;

namespace {

// The definition in loops over all labels. The equation has no ellipsis and names its result.
Tensor by_loops(const std::string& equation, const TensorList& in) {
  const size_t arrow = equation.find("->");
  std::vector<std::string> terms(1);
  for (char c : equation.substr(0, arrow))
    if (c == ',')
      terms.emplace_back();
    else
      terms.back() += c;
  const std::string output = equation.substr(arrow + 2);
  std::map<char, int64_t> size;
  for (size_t k = 0; k < in.size(); ++k)
    for (size_t d = 0; d < terms[k].size(); ++d) size[terms[k][d]] = in[k].sizes()[d];
  Shape sizes;
  for (char c : output) sizes.push_back(size[c]);
  std::vector<double> y(static_cast<size_t>(numel_of(sizes)), 0);
  int64_t count = 1;
  for (const auto& [label, n] : size) count *= n;
  for (int64_t i = 0; i < count; ++i) {
    std::map<char, int64_t> index;
    int64_t rest = i;
    for (const auto& [label, n] : size) {
      index[label] = rest % n;
      rest /= n;
    }
    const auto place = [&](const std::string& term, const Shape& of) {
      int64_t at = 0;
      for (size_t d = 0; d < term.size(); ++d) at = at * of[d] + index[term[d]];
      return static_cast<size_t>(at);
    };
    double product = 1;
    for (size_t k = 0; k < in.size(); ++k)
      product *= in[k].to_vector()[place(terms[k], in[k].sizes())];
    y[place(output, sizes)] += product;
  }
  return tensor_of(sizes, y);
}

// `plain` says the same as `equation` without its abbreviations.
void check(const std::string& equation, const std::string& plain,
           const std::vector<Shape>& shapes) {
  OpCase c;
  c.name = equation;
  c.op = [=](const TensorList& in) { return einsum(equation, in); };
  c.inputs = [=] {
    TensorList in;
    for (size_t k = 0; k < shapes.size(); ++k) in.push_back(uniform(shapes[k], k));
    return in;
  };
  c.reference = [=](const TensorList& in) { return by_loops(plain, in); };
  c.second_order = true;
  check_op(c);
}

void check(const std::string& equation, const std::vector<Shape>& shapes) {
  check(equation, equation, shapes);
}

}  // namespace

TEST_CASE("einsum: of one operand") {
  check("ij->ji", {{3, 5}});
  check("ij->", {{3, 5}});
  check("ij->j", {{3, 5}});
  check("ii->i", {{4, 4}});
  check("ii->", {{4, 4}});
  check("iji->j", {{3, 2, 3}});
  check("ijk->kij", {{2, 3, 4}});
}

TEST_CASE("einsum: of two operands") {
  check("ij,jk->ik", {{3, 4}, {4, 5}});
  check("bij,bjk->bik", {{2, 3, 4}, {2, 4, 5}});
  check("i,i->", {{7}, {7}});
  check("i,j->ij", {{3}, {9}});
  check("ij,ij->ij", {{3, 5}, {3, 5}});
  check("ij,ij->j", {{3, 5}, {3, 5}});
  check("bhid,bhjd->bhij", {{2, 2, 3, 4}, {2, 2, 5, 4}});
  check("ijk,kl->lji", {{2, 3, 4}, {4, 5}});
  check("ij,kl->il", {{2, 3}, {4, 5}});
  check("iij,jk->ik", {{3, 3, 2}, {2, 4}});
  check("ij,j->", {{3, 4}, {4}});
}

TEST_CASE("einsum: of three operands") {
  check("ij,jk,kl->il", {{2, 3}, {3, 4}, {4, 2}});
  check("i,ij,j->", {{3}, {3, 4}, {4}});
  check("bn,anm,bm->ba", {{2, 3}, {4, 3, 2}, {2, 2}});
}

TEST_CASE("einsum: abbreviations") {
  check("ij,jk", "ij,jk->ik", {{3, 4}, {4, 5}});
  check("ba", "ba->ab", {{3, 4}});
  check("ii", "ii->", {{3, 3}});
  check(" i j , j k -> i k ", "ij,jk->ik", {{3, 4}, {4, 5}});
  check("...ij,...jk->...ik", "xyij,xyjk->xyik", {{2, 2, 3, 4}, {2, 2, 4, 2}});
  check("...ij,jk->...ik", "xij,jk->xik", {{2, 3, 4}, {4, 5}});
  check("i...,i...", "ix,ix->x", {{3, 4}, {3, 4}});
  check("...i->i...", "xyi->ixy", {{2, 3, 4}});
  check("...i->i", "xyi->i", {{2, 3, 4}});
  check("i...j,j->...i", "ixj,j->xi", {{2, 3, 4}, {4}});
}

TEST_CASE("einsum: broadcasting, nothing, and integers") {
  const Tensor a = uniform({2, 1, 3, 4}), b = uniform({5, 4, 2}, 1);
  CHECK(einsum("...ij,...jk->...ik", {a, b}).allclose(matmul(a, b)));
  CHECK(einsum("ij,jk->ik", {ones({2, 0}), ones({0, 3})}).equal(zeros({2, 3})));
  CHECK(einsum("ij->j", {ones({0, 3})}).equal(zeros({3})));
  CHECK(einsum(",i->i", {full({}, 2.0), ones({3})}).equal(full({3}, 2.0)));
  const Tensor i = integers({3, 4}, 9, 1, kInt32), j = integers({4, 2}, 9, 2, kInt32);
  const Tensor y = einsum("ij,jk->ik", {i, j});
  CHECK(y.dtype() == kInt32);
  CHECK(y.to(kFloat64).equal(matmul(i.to(kFloat64), j.to(kFloat64))));
}

TEST_CASE("einsum: what is wrong with a call") {
  const Tensor m = ones({2, 3});
  CHECK(message_of<ArgumentError>([&] { einsum("ij,jk->ik", {m}); }) ==
        "einsum: 'ij,jk->ik' has 2 terms, but there are 1 operands; the numbers must be equal.");
  CHECK(message_of<ArgumentError>([&] { einsum("ijk->i", {m}); }) ==
        "einsum: operand 0 has the shape [2, 3], its term 3 labels; there must be a label for each "
        "dimension. ['...' stands for any number]");
  CHECK(message_of<ArgumentError>([&] {
          einsum("ij,jk->ik", {m, m});
        }) == "einsum: a label has the sizes 3 and 2; they must be equal, or one of them 1.");
  for (const char* equation : {"ij->k", "ij->ii", "i1->i", "i.j->i", "......->i", "ii->i"})
    CHECK_THROWS_AS(einsum(equation, {m}), ArgumentError);
  CHECK_THROWS_AS(einsum("ij,ij->ij", {m, m.to(kFloat64)}), ArgumentError);
}
