#include <reel/optim/muon.h>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"
#include "tests/optim/reference.h"

using namespace reel;
using namespace reel::tests;
using optim::Muon;
using optim::MuonOptions;
using optim::MuonRate;

namespace {

// A matrix after three steps with gradient(n, step).
Tensor trained(IntArrayRef sizes, const MuonOptions& options, Dtype dtype = kFloat64) {
  const int64_t n = numel_of(sizes);
  const Tensor x = start(n, dtype).detach().clone().view(sizes).detach().requires_grad_();
  Muon muon({x}, options);
  for (int64_t step = 1; step <= 3; ++step) {
    set_gradient(x, gradient(n, step));
    muon.step();
  }
  return x.detach();
}

}  // namespace

// PyTorch orthogonalises in bfloat16; these are its numbers with float64 in that place.
TEST_CASE("Muon repeats PyTorch", "[optim]") {
  CHECK(largest_difference(trained({2, 3}, MuonOptions(0.1)),
                           {0.8287424601293212, 1.006518324573025, 0.6668413583851079,
                            0.02105949136036927, -0.5726179875854662, -0.9179394561833056}) <
        1e-12);
  CHECK(largest_difference(
            trained({3, 2}, MuonOptions(0.1).momentum(0.8).nesterov(false).weight_decay(0.5)),
            {0.7837095756201227, 0.8408677657250471, 0.56606345223998, 0.01434508309739655,
             -0.56446004362302, -0.7922367683172062}) < 1e-12);
  CHECK(largest_difference(trained({3, 2}, MuonOptions(0.1).adjust_lr_fn(MuonRate::kMatchRmsAdamW)),
                           {0.8305602160809058, 0.9636616706365037, 0.6554454211035919,
                            0.03476217367397524, -0.6078425625158154, -0.9403779130725581}) <
        1e-12);
  CHECK(
      largest_difference(
          trained({3, 2}, MuonOptions(0.1).ns_steps(3).adjust_lr_fn(MuonRate::kSpectralUnclamped)),
          {0.8666357237575038, 0.9672396741537517, 0.6512946102698671, 0.01368485698269944,
           -0.6368045039508518, -0.9078340853419061}) < 1e-12);
  CHECK(largest_difference(trained({4, 1}, MuonOptions(0.1)),
                           {0.8578932606417444, 0.996886928612532, 0.6325377835977813,
                            -0.006561779743434097}) < 1e-12);
}

TEST_CASE("a convolution's weight is a matrix of its channels", "[optim]") {
  const Tensor flat = trained({4, 18}, MuonOptions(0.1)),
               weight = trained({4, 2, 3, 3}, MuonOptions(0.1));
  CHECK(weight.flatten(1).equal(flat));
}

TEST_CASE("Muon ascends when asked to, and float32 follows float64", "[optim]") {
  const Tensor up = trained({3, 4}, MuonOptions(0.1).maximize(true).weight_decay(0)),
               down = trained({3, 4}, MuonOptions(0.1).weight_decay(0)),
               from = start(12, kFloat64).detach().view({3, 4});
  CHECK((up - from).allclose(from - down, 1e-12, 1e-12));
  CHECK(trained({9, 17}, MuonOptions(0.1), kFloat32)
            .to(kFloat64)
            .allclose(trained({9, 17}, MuonOptions(0.1)), 0, 1e-4));
}

TEST_CASE("orthogonalizing brings all singular values near one", "[optim]") {
  for (const Shape& sizes : {Shape{6, 6}, Shape{4, 9}, Shape{9, 4}}) {
    const Tensor G = uniform(sizes, 5, -1, 1, kFloat64), O = optim::orthogonalized(G);
    // |O v| over |v| for many v: between the smallest and the largest singular value.
    const bool wide = sizes[0] <= sizes[1];
    const Tensor gram = wide ? O.matmul(O.t()) : O.t().matmul(O);
    for (uint64_t seed = 0; seed < 50; ++seed) {
      const Tensor v = uniform({gram.size(0), 1}, seed, -1, 1, kFloat64);
      const double ratio =
          (v.t().matmul(gram).matmul(v).item<double>()) / v.square().sum().item<double>();
      CHECK(ratio > 0.3);
      CHECK(ratio < 1.6);
    }
  }
  CHECK(optim::orthogonalized(zeros({2, 3}, kFloat64)).equal(zeros({2, 3}, kFloat64)));
}

TEST_CASE("Muon refuses what is no matrix", "[optim]") {
  const auto message = [](auto f) { return message_of<ArgumentError>(f); };
  CHECK(message([] { Muon({zeros({3}).requires_grad_()}, MuonOptions()); }) ==
        "Muon: parameter 0 [3] is no matrix; it needs two dimensions or more, none of them 0. "
        "[give biases and gains to AdamW, in an optimizer of their own]");
  CHECK(message([] {
          Muon({zeros({3, 3}).requires_grad_()}, MuonOptions().ns_steps(100));
        }) == "Muon: ns_steps is 100; it must be from 0 to 99.");
  CHECK(message([] { optim::orthogonalized(zeros({3})); }) ==
        "orthogonalized: the input is [3] of float32; it must be a matrix of a floating-point "
        "type.");
}
