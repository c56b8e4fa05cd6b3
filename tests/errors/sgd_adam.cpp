#include "tests/errors/rows.h"

#include <reel/core/creation.h>
#include <reel/optim/adam.h>
#include <reel/optim/clip_grad.h>
#include <reel/optim/one_cycle_lr.h>
#include <reel/optim/sgd.h>

#include <cmath>

namespace reel::tests {

namespace {

using namespace optim;

Tensor parameter(IntArrayRef sizes = {2, 3}) { return ones(sizes).requires_grad_(); }

/// A parameter whose gradient has this value everywhere.
Tensor with_gradient(double value) {
  const Tensor p = parameter();
  p.mutable_grad() = ones({2, 3}) * value;
  return p;
}

const ErrorRows kOptimizers{
    {"optimizer: no parameters", [] { SGD(TensorList{}, 0.1); }},
    {"optimizer: undefined parameter", [] { SGD({Tensor()}, 0.1); }},
    {"optimizer: not a leaf", [] { SGD({parameter() * 2}, 0.1); }},
    {"optimizer: integers", [] { SGD({zeros({2}, kInt64)}, 0.1); }},
    {"optimizer: twice",
     [] {
       const Tensor p = parameter();
       SGD({p, p}, 0.1);
     }},
    {"optimizer: options of another",
     [] { SGD({OptimizerParamGroup({parameter()}, AdamOptions(0.1))}, 0.1); }},
    {"optimizer: shape of a gradient",
     [] {
       const Tensor p = parameter();
       p.mutable_grad() = ones({3});
       SGD({p}, 0.1).step();
     }},
    {"optimizer: shape changed",
     [] {
       const Tensor p = with_gradient(1);
       SGD sgd({p}, SGDOptions(0.1).momentum(0.9));
       sgd.step();
       p.set_data(ones({4}));
       p.mutable_grad() = ones({4});
       sgd.step();
     }},
    {"SGD: lr", [] { SGD({parameter()}, -0.1); }},
    {"SGD: momentum", [] { SGD({parameter()}, SGDOptions(0.1).momentum(-1)); }},
    {"SGD: weight_decay", [] { SGD({parameter()}, SGDOptions(0.1).weight_decay(-1)); }},
    {"SGD: nesterov", [] { SGD({parameter()}, SGDOptions(0.1).nesterov(true)); }},
    {"Adam: lr", [] { Adam({parameter()}, AdamOptions(-1)); }},
    {"Adam: betas",
     [] {
       Adam({parameter()}, AdamOptions(0.1).betas({0.9, 1}));
     }},
    {"AdamW: eps", [] { AdamW({parameter()}, AdamWOptions(0.1).eps(-1)); }},
    {"AdamW: weight_decay", [] { AdamW({parameter()}, AdamWOptions(0.1).weight_decay(-1)); }},
    {"optimizer: state of another shape",
     [] {
       const Tensor p = with_gradient(1), q = parameter({4});
       SGD one({p}, SGDOptions(0.1).momentum(0.9)), other({q}, SGDOptions(0.1).momentum(0.9));
       one.step();
       other.load_state_dict(one.state_dict());
     }},
    {"optimizer: state of another optimizer",
     [] {
       const Tensor p = with_gradient(1);
       Adam one({p});
       one.step();
       SGD({p}, 0.1).load_state_dict(one.state_dict());
     }},
    {"clip_grad_norm_: norm_type", [] { clip_grad_norm_(with_gradient(1), 1, 0); }},
    {"clip_grad_norm_: max_norm", [] { clip_grad_norm_(with_gradient(1), -1); }},
    {"clip_grad_norm_: not finite",
     [] { clip_grad_norm_(with_gradient(HUGE_VAL), 1, 2, /*error_if_nonfinite=*/true); }},
    {"clip_grad_value_: value", [] { clip_grad_value_(with_gradient(1), -1); }},
};

/// Runs `make` with an optimizer.
template <class Make>
std::function<void()> scheduling(Make make) {
  return [make] {
    SGD sgd({parameter()}, SGDOptions(0.1));
    make(sgd);
  };
}

const ErrorRows kSchedules{
    {"StepLR: step_size", scheduling([](SGD& sgd) { StepLR(sgd, 0); })},
    {"LinearLR: factors", scheduling([](SGD& sgd) { LinearLR(sgd, 2).step(); })},
    {"OneCycleLR: total_steps", scheduling([](SGD& sgd) { OneCycleLR(sgd, 1, 0); })},
    {"OneCycleLR: pct_start",
     scheduling([](SGD& sgd) { OneCycleLR(sgd, OneCycleLROptions(1, 10).pct_start(2)); })},
    {"OneCycleLR: three phases", scheduling([](SGD& sgd) {
       OneCycleLR(sgd, OneCycleLROptions(1, 10).pct_start(0.6).three_phase(true));
     })},
    {"OneCycleLR: div_factor",
     scheduling([](SGD& sgd) { OneCycleLR(sgd, OneCycleLROptions(1, 10).div_factor(0)); })},
    {"OneCycleLR: over", scheduling([](SGD& sgd) {
       OneCycleLR cycle(sgd, 1, 2);
       for (int i = 0; i < 4; ++i) cycle.step();
     })},
    {"scheduler: state of other groups", scheduling([](SGD& sgd) {
       SGD two({OptimizerParamGroup({parameter()}), OptimizerParamGroup({parameter()})}, 0.1);
       StepLR one(sgd, 1), other(two, 1);
       other.load_state_dict(one.state_dict());
     })},
};

}  // namespace

}  // namespace reel::tests
