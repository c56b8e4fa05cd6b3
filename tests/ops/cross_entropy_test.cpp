#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/autograd/engine.h>
#include <reel/autograd/ops/losses.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

#include <cmath>

using namespace reel;
using namespace reel::tests;

namespace {

struct LossCase {
  std::string name;
  Shape sizes;
  Reduction reduction = kMean;
  bool weighted = false;
  int64_t ignore_index = -100;
  double label_smoothing = 0;
  bool of_log_probabilities = false;  // nll_loss
};

Shape rows_of(const Shape& sizes) {
  Shape rows = sizes;
  rows.erase(sizes.size() == 1 ? 0 : 1);
  return rows;
}

// Row by row from the definition: -sum_c q_c w_c log p_c.
Tensor reference(const LossCase& l, const TensorList& in) {
  const bool batched = l.sizes.size() > 1;
  const int64_t C = batched ? l.sizes[1] : l.sizes[0], S = [&] {
    int64_t n = 1;
    for (size_t d = 2; d < l.sizes.size(); ++d) n *= l.sizes[d];
    return n;
  }();
  const std::vector<double> x = in[0].to_vector(), t = in[1].to_vector();
  const std::vector<double> w =
      in.size() > 2 ? in[2].to_vector() : std::vector<double>(static_cast<size_t>(C), 1.0);
  std::vector<double> rows;
  double sum = 0, weight = 0;
  for (size_t i = 0; i < t.size(); ++i) {
    const auto n = static_cast<int64_t>(i) / S, s = static_cast<int64_t>(i) % S;
    const auto score = [&](int64_t c) { return x[static_cast<size_t>((n * C + c) * S + s)]; };
    double total = 0, loss = 0;
    for (int64_t c = 0; c < C; ++c) total += std::exp(score(c));
    const auto target = static_cast<int64_t>(t[i]);
    if (target != l.ignore_index) {
      for (int64_t c = 0; c < C; ++c) {
        const double log_p = l.of_log_probabilities ? score(c) : score(c) - std::log(total);
        const double q =
            (c == target ? 1 - l.label_smoothing : 0) + l.label_smoothing / static_cast<double>(C);
        loss -= q * w[static_cast<size_t>(c)] * log_p;
      }
      weight += w[static_cast<size_t>(target)];
    }
    rows.push_back(loss);
    sum += loss;
  }
  if (l.reduction == kNone) return tensor_of(rows_of(l.sizes), rows);
  return tensor_of({}, {l.reduction == kSum ? sum : sum / weight});
}

OpCase loss_case(const LossCase& l) {
  OpCase c;
  c.name = l.name;
  c.inputs = [=] {
    const int64_t C = l.sizes.size() == 1 ? l.sizes[0] : l.sizes[1];
    TensorList in = {uniform(l.sizes, 1, -2, 2), integers(rows_of(l.sizes), C, 2)};
    if (l.weighted) in.push_back(uniform({C}, 3, 0.2, 2));
    return in;
  };
  c.op = [=](const TensorList& in) {
    const Tensor w = l.weighted ? in[2] : Tensor();
    if (l.of_log_probabilities) return nll_loss(in[0], in[1], w, l.reduction, l.ignore_index);
    return cross_entropy(in[0], in[1], w, l.reduction, l.ignore_index, l.label_smoothing);
  };
  c.reference = [=](const TensorList& in) { return reference(l, in); };
  c.constant = {2};
  c.second_order = !l.of_log_probabilities;  // whose second derivative is zero
  return c;
}

}  // namespace

TEST_CASE("cross_entropy and nll_loss") {
  for (bool nll : {false, true})
    for (Reduction r : {kNone, kMean, kSum})
      for (bool weighted : {false, true}) {
        const std::string how = as_text(nll ? "nll " : "ce ", static_cast<int>(r), " ");
        check_op(loss_case({how + "rows", {6, 5}, r, weighted, -100, 0, nll}));
        check_op(loss_case({how + "1 spatial dimension", {2, 5, 3}, r, weighted, -100, 0, nll}));
        check_op(loss_case({how + "2 spatial", {2, 5, 3, 4}, r, weighted, -100, 0, nll}));
        check_op(loss_case({how + "unbatched", {5}, r, weighted, -100, 0, nll}));
        check_op(loss_case({how + "ignore", {6, 5}, r, weighted, 2, 0, nll}));
        if (nll) continue;
        check_op(loss_case({how + "smoothed", {6, 5}, r, weighted, -100, 0.1}));
        check_op(loss_case({how + "smoothed spatial", {2, 5, 3, 4}, r, weighted, 1, 0.3}));
        check_op(loss_case({how + "smoothed unbatched", {5}, r, weighted, -100, 1}));
      }
  for (int64_t C : {1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 100}) {
    LossCase l{as_text(C, " classes"), {3, C}, kMean, true, -100, 0.1};
    OpCase c = loss_case(l);
    c.zero_gradient = C == 1;
    check_op(c);
    c = loss_case({as_text(C, " pixels"), {2, 3, C}});
    check_op(c);
  }
}

TEST_CASE("cross_entropy: probabilities as the target") {
  const auto check = [](Shape sizes, bool weighted, double smoothing) {
    const int64_t class_dim = sizes.size() == 1 ? 0 : 1;
    const int64_t C = sizes[static_cast<size_t>(class_dim)];
    for (Reduction r : {kNone, kMean, kSum}) {
      OpCase c;
      c.name = as_text("probabilities ", IntArrayRef(sizes), weighted ? ", weighted, " : ", ",
                       static_cast<int>(r));
      c.inputs = CaseInputs([=] {
        TensorList in = {uniform(sizes, 1, -2, 2), uniform(sizes, 2, 0, 1).softmax(class_dim)};
        if (weighted) in.push_back(uniform({C}, 3, 0.5, 2));
        return in;
      });
      c.op = [=](const TensorList& in) {
        return cross_entropy(in[0], in[1], weighted ? in[2] : Tensor(), r, -100, smoothing);
      };
      c.reference = [=](const TensorList& in) {
        int64_t S = 1;
        for (size_t d = 2; d < sizes.size(); ++d) S *= sizes[d];
        const std::vector<double> x = in[0].to_vector(), q = in[1].to_vector();
        std::vector<double> rows;
        double sum = 0;
        for (int64_t i = 0; i < numel_of(sizes) / C; ++i) {
          const auto at = [=](int64_t k) {
            return static_cast<size_t>((i / S * C + k) * S + i % S);
          };
          double total = 0, loss = 0;
          for (int64_t k = 0; k < C; ++k) total += std::exp(x[at(k)]);
          for (int64_t k = 0; k < C; ++k) {
            const double share = q[at(k)] * (1 - smoothing) + smoothing / static_cast<double>(C);
            const double w = weighted ? in[2].to_vector()[static_cast<size_t>(k)] : 1;
            loss -= w * share * (x[at(k)] - std::log(total));
          }
          rows.push_back(loss);
          sum += loss;
        }
        if (r == kNone) return tensor_of(rows_of(sizes), rows);
        return tensor_of({}, {r == kSum ? sum : sum / static_cast<double>(rows.size())});
      };
      c.constant = {2};
      c.second_order = true;
      check_op(c);
    }
  };
  for (bool weighted : {false, true}) {
    check({6, 5}, weighted, 0);
    check({4, 5, 3}, weighted, 0.1);
    check({2, 5, 3, 4}, weighted, 0.1);
    check({5}, weighted, 0.3);
  }
  for (int64_t n : {2, 7, 8, 9, 15, 16, 17, 31, 33}) {
    check({3, n}, true, 0.1);
    check({2, 3, n}, false, 0);
  }
  // A certain target is a class.
  const Tensor x = uniform({2, 3}, 4), one_hot = tensor_of({2, 3}, {0, 1, 0, 0, 0, 1});
  const Tensor classes = tensor_of({2}, {1, 2}).to(kInt64);
  for (double smoothing : {0.0, 0.2})
    CHECK(cross_entropy(x, one_hot, {}, kMean, -100, smoothing).item<double>() ==
          Catch::Approx(cross_entropy(x, classes, {}, kMean, -100, smoothing).item<double>()));
}

TEST_CASE("cross_entropy: gradients of gradients of scores that are strided") {
  const auto second = [](const Tensor& target, bool strided) {
    const Tensor x = uniform({4, 6}, 1).requires_grad_();
    const Tensor rows = strided ? x.slice(1, 0, 6, 2) : x.slice(1, 0, 6, 2).clone();
    const Tensor y = cross_entropy(rows, target);
    const Tensor dx = autograd::grad({y}, {x}, {}, true, true)[0];
    return autograd::grad({(dx * uniform({4, 6}, 2)).sum()}, {x})[0].to_vector();
  };
  for (const Tensor& target : {integers({4}, 3), uniform({4, 3}, 3, 0, 1)})
    CHECK(second(target, true) == second(target, false));
}

TEST_CASE("cross_entropy: nothing counts") {
  const Tensor x = uniform({2, 3}, 1).requires_grad_(), all = full({2}, -100, kInt64);
  const Tensor y = cross_entropy(x, all);
  CHECK(std::isnan(y.item<double>()));
  y.backward();
  CHECK(x.grad().to_vector() == std::vector<double>(6, 0.0));
  CHECK(cross_entropy(x, all, {}, kSum).item<double>() == 0);
  CHECK(std::isnan(cross_entropy(zeros({0, 3}), zeros({0}, kInt64)).item<double>()));
  CHECK(std::isnan(nll_loss(x.detach(), all).item<double>()));
}

TEST_CASE("cross_entropy: large scores neither overflow nor lose the difference") {
  const Tensor x = tensor_of({2, 2}, {10000, 9999, -10000, 10000}).to(kFloat32).requires_grad_();
  const Tensor y = cross_entropy(x, zeros({2}, kInt64), {}, kNone);
  CHECK(y.to_vector()[0] == Catch::Approx(std::log1p(std::exp(-1.0))).epsilon(1e-6));
  CHECK(y.to_vector()[1] == 20000);
  y.sum().backward();
  CHECK(x.grad().to_vector()[0] == Catch::Approx(-1 / (1 + std::exp(1.0))).epsilon(1e-5));
}

TEST_CASE("cross_entropy: channels-last scores stay as they are") {
  for (const Tensor& target : {integers({2, 4, 5}, 3), uniform({2, 3, 4, 5}, 1, 0, 1)}) {
    const Tensor x = to_channels_last(uniform({2, 3, 4, 5}))->requires_grad_();
    cross_entropy(x, target).backward();
    CHECK(is_held(x));
    CHECK(is_held(x.grad()));
  }
}

TEST_CASE("cross_entropy: what is wrong with a call") {
  const Tensor x = uniform({3, 4}), target = tensor_of({3}, {0, 3, 4}).to(kInt64);
  CHECK(
      message_of<ArgumentError>([&] { cross_entropy(x, target); }) ==
      "cross_entropy: target[2] is 4, but input [3, 4] has 4 classes; a target must be in [0, 3], "
      "or ignore_index -100.");
  CHECK(message_of<ArgumentError>([&] { nll_loss(x, target - 1, {}, kMean, 255); }) ==
        "nll_loss: target[0] is -1, but input [3, 4] has 4 classes; a target must be in [0, 3], or "
        "ignore_index 255.");
  CHECK(
      message_of<ArgumentError>([&] {
        cross_entropy(uniform({1, 2, 2, 2}), tensor_of({1, 2, 2}, {0, 1, 9, 1}).to(kInt64));
      }) ==
      "cross_entropy: target[0, 1, 0] is 9, but input [1, 2, 2, 2] has 2 classes; a target must be "
      "in [0, 1], or ignore_index -100.");
  CHECK(message_of<ArgumentError>([&] { cross_entropy(uniform({2}), full({}, 2, kInt64)); }) ==
        "cross_entropy: target is 2, but input [2] has 2 classes; a target must be in [0, 1], or "
        "ignore_index -100.");
  CHECK(
      message_of<ArgumentError>([&] { cross_entropy(x, zeros({4}, kInt64)); }) ==
      "cross_entropy: target [4] does not match input [3, 4]; its shape must be that of the input "
      "without the class dimension, [3].");
  CHECK(message_of<ArgumentError>([&] { cross_entropy(x, zeros({3}, kInt32)); }) ==
        "cross_entropy: the target is int32; class indices must be int64. [use to(kInt64)]");
  CHECK(message_of<ArgumentError>([&] { cross_entropy(x, zeros({3})); }) ==
        "cross_entropy: target [3] does not match input [3, 4]; the shapes must be equal for a "
        "floating-point target. [class indices are int64]");
  const Tensor good = zeros({3}, kInt64);
  CHECK(
      message_of<ArgumentError>([&] { cross_entropy(x, good, uniform({3})); }) ==
      "cross_entropy: weight [3] does not match input [3, 4]; it must have one element per class, "
      "4.");
  CHECK(message_of<ArgumentError>([&] { cross_entropy(x, good, ones({4})); }) ==
        "cross_entropy: weight is float32, the input float64; the dtypes must be equal.");
  CHECK(message_of<ArgumentError>([&] { cross_entropy(x, good, {}, kMean, -100, 1.5); }) ==
        "cross_entropy: label_smoothing is 1.5; it must be from 0 to 1.");
  CHECK(message_of<ArgumentError>([&] { cross_entropy(x.to(kInt64), good); }) ==
        "cross_entropy: the input is int64; it must be float32 or float64.");
  CHECK(message_of<GraphError>([&] { cross_entropy(x, good, uniform({4}).requires_grad_()); }) ==
        "cross_entropy: weight requires grad, but the loss has no derivative by it. [detach it]");
}
