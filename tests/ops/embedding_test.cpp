#include <reel/autograd/engine.h>
#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops/indexing.h>
#include <reel/core/creation.h>
#include <reel/core/parallel.h>
#include <reel/nn/embedding.h>
#include <reel/nn/functional/embedding.h>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"
#include "tests/ops/picks.h"

using namespace reel;
using namespace reel::tests;
namespace F = reel::nn::functional;

namespace {

using Values = std::vector<double>;

}  // namespace

TEST_CASE("embedding passes check_op", "[embedding]") {
  for (int64_t n : {1, 7, 8, 9, 15, 16, 17, 31, 33}) {
    const Tensor index = integers({2, 5}, 4, 1);
    const Values i = index.to_vector();
    check_op({.name = as_text("features ", n),
              .op = [=](const TensorList& xs) { return embedding(xs[0], index); },
              .inputs = {{4, n}},
              .reference = picks({2, 5, n},
                                 [=](const Shape& at) {
                                   const auto k = static_cast<size_t>(5 * at[0] + at[1]);
                                   return Shape{static_cast<int64_t>(i[k]), at[2]};
                                 }),
              .second_order = true,
              .zero_gradient = true});
  }
  check_op({.name = "no index",
            .op =
                [](const TensorList& xs) {
                  return embedding(xs[0], zeros({0, 2}, kInt64));
                },
            .inputs = {{4, 3}},
            .reference = picks({0, 2, 3}, [](const Shape& at) { return at; }),
            .second_order = true,
            .zero_gradient = true});
}

TEST_CASE("embedding: padding and frequency change the gradient alone", "[embedding]") {
  const Tensor w = uniform({4, 2}).requires_grad_();
  const Tensor index = tensor({{0, 1, 1}, {3, 1, 0}}), g = uniform({2, 3, 2}, 1);
  const auto gradient = [&](int64_t padding, bool by_frequency) {
    return autograd::grad({embedding(w, index, padding, by_frequency)}, {w}, {g})[0];
  };
  const Tensor all = gradient(-1, false);
  CHECK(all[2].to_vector() == Values{0, 0});
  CHECK(all[1].allclose(g[0][1] + g[0][2] + g[1][1]));
  const Tensor padded = gradient(1, false);
  CHECK(padded[1].to_vector() == Values{0, 0});
  CHECK(padded[0].equal(all[0]));
  const Tensor shared = gradient(-1, true);
  CHECK(shared[1].allclose(all[1] / 3));
  CHECK(shared[0].allclose(all[0] / 2));
  CHECK(shared[3].equal(all[3]));
  // Its gradient is linear in the incoming one: <gradient(g), v> = <g, pull(v)>.
  const Tensor cotangent = g.clone().requires_grad_(), v = uniform({4, 2}, 2);
  const Tensor dw = autograd::grad({embedding(w, index, 1, true)}, {w}, {cotangent}, {}, true)[0];
  const Tensor pulled = autograd::grad({dw}, {cotangent}, {v})[0];
  CHECK((pulled * g).sum().allclose((dw.detach() * v).sum()));
  CHECK(pulled[0][1].to_vector() == Values{0, 0});
}

TEST_CASE("embedding: sums are in the order of the indices on any number of threads",
          "[embedding]") {
  const ExecutionScope scope;
  set_parallel_work(0);
  const Tensor w = uniform({50, 9}, 1, -1, 1, kFloat32).requires_grad_();
  const Tensor index = integers({4000}, 50, 2), g = uniform({4000, 9}, 3, -1, 1, kFloat32);
  std::vector<Values> results;
  for (int threads : {1, 2, 3}) {
    set_num_threads(threads);
    results.push_back(autograd::grad({embedding(w, index)}, {w}, {g})[0].to_vector());
  }
  CHECK(results[1] == results[0]);
  CHECK(results[2] == results[0]);
}

TEST_CASE("F::embedding bounds norms in place", "[embedding]") {
  const Tensor w = tensor_of({3, 2}, {3, 4, 6, 8, 0.3, 0.4});
  F::embedding(tensor({0, 0, 2}), w, F::EmbeddingFuncOptions().max_norm(1));
  CHECK(w.allclose(tensor_of({3, 2}, {0.6, 0.8, 6, 8, 0.3, 0.4}), 1e-6));
  F::embedding(tensor({1}), w, F::EmbeddingFuncOptions().max_norm(7).norm_type(1));
  CHECK(w[1].allclose(tensor_of({2}, {3, 4}), 1e-6));
  F::embedding(
      tensor({1}), w,
      F::EmbeddingFuncOptions().max_norm(2).norm_type(std::numeric_limits<double>::infinity()));
  CHECK(w[1].allclose(tensor_of({2}, {1.5, 2}), 1e-6));
}

TEST_CASE("one_hot", "[embedding]") {
  CHECK(one_hot(tensor({2, 0})).to_vector() == Values{0, 0, 1, 1, 0, 0});
  CHECK(one_hot(tensor({{1}, {0}}, kInt32), 4).sizes() == Shape{2, 1, 4});
  CHECK(one_hot(tensor(1), 2).to_vector() == Values{0, 1});
  CHECK(one_hot(zeros(0, kInt64), 3).sizes() == Shape{0, 3});
  CHECK(F::one_hot(tensor({1}), 2).dtype() == kInt64);
  CHECK(message_of<ArgumentError>([] {
          one_hot(tensor({0, 3}), 3);
        }) == "one_hot: the classes reach from 0 to 3; with num_classes 3 they must be in [0, 3).");
  CHECK_THROWS_AS(one_hot(tensor({-1})), ArgumentError);
  CHECK_THROWS_AS(one_hot(tensor({0.0})), ArgumentError);
  CHECK_THROWS_AS(one_hot(zeros(0, kInt64)), ArgumentError);
  CHECK_THROWS_AS(one_hot(tensor({0}), 0), ArgumentError);
}

TEST_CASE("embedding: wrong arguments", "[embedding]") {
  CHECK(message_of<ArgumentError>([] {
          embedding(zeros({4, 2}), tensor({4}));
        }) ==
        "embedding: the index 4 is out of range; dimension 0 has 4 entries, so it must be in [0, "
        "4).");
  CHECK_THROWS_AS(embedding(zeros({4, 2}), tensor({-1})), ArgumentError);
  CHECK_THROWS_AS(embedding(zeros({4, 2}), tensor({0.0})), ArgumentError);
  CHECK_THROWS_AS(embedding(zeros(4), tensor({0})), ArgumentError);
  CHECK_THROWS_AS(embedding(zeros({4, 2}), tensor({0}), 4), ArgumentError);
  CHECK_THROWS_AS(embedding_renorm_(zeros({4, 2}), tensor({0}), -1, 2), ArgumentError);
}

TEST_CASE("Embedding", "[nn]") {
  manual_seed(3);
  nn::Embedding layer(nn::EmbeddingOptions(5, 3).padding_idx(-2));
  CHECK(to_string(*layer) == "Embedding(5, 3, padding_idx=3)  # 15 parameters");
  CHECK(layer->weight[3].to_vector() == Values{0, 0, 0});
  CHECK_FALSE(layer->weight[0].equal(zeros(3)));
  const Tensor y = layer(tensor({{3, 0}, {0, 4}}));
  CHECK(y.sizes() == Shape{2, 2, 3});
  y.backward(ones_like(y));
  CHECK(layer->weight.grad().select(1, 0).to_vector() == Values{2, 0, 0, 0, 1});
  CHECK(layer->clone()->options.padding_idx() == -2);
  CHECK_THROWS_AS(nn::Embedding(nn::EmbeddingOptions(5, 3).padding_idx(5)), ArgumentError);
  CHECK_THROWS_AS(nn::Embedding(-1, 3), ArgumentError);

  const Tensor table = uniform({4, 2}, 1, -1, 1, kFloat32);
  nn::Embedding fixed = nn::Embedding::from_pretrained(table);
  CHECK_FALSE(fixed->weight.requires_grad());
  CHECK(fixed(tensor({2}))[0].equal(table[2]));
  nn::Embedding free = nn::Embedding::from_pretrained(
      table, nn::EmbeddingFromPretrainedOptions().freeze(false).padding_idx(0));
  CHECK(free->weight.requires_grad());
  CHECK(free->weight.data_ptr() == table.data_ptr());
  CHECK_THROWS_AS(nn::Embedding::from_pretrained(zeros(3)), ArgumentError);
}
