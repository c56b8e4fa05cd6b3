#include "tests/errors/rows.h"

#include <reel/core/creation.h>
#include <reel/nn/linear.h>
#include <reel/nn/utils/convert_parameters.h>
#include <reel/nn/utils/spectral_norm.h>
#include <reel/nn/utils/weight_norm.h>
#include <reel/optim/adagrad.h>
#include <reel/optim/averaged_weights.h>
#include <reel/optim/combined_lr.h>
#include <reel/optim/cyclic_lr.h>
#include <reel/optim/lbfgs.h>
#include <reel/optim/lookahead.h>
#include <reel/optim/muon.h>
#include <reel/optim/nadam.h>
#include <reel/optim/reduce_on_plateau.h>
#include <reel/optim/rmsprop.h>
#include <reel/optim/sgd.h>
#include <reel/optim/swa_lr.h>

namespace reel::tests {

namespace {

using namespace optim;

Tensor leaf(IntArrayRef sizes = {2}) { return ones(sizes).requires_grad_(); }

// With an optimizer of one group.
template <class F>
std::function<void()> scheduled(F f) {
  return [f] {
    SGD sgd({leaf()}, 0.1);
    f(sgd);
  };
}

const ErrorRows kOptimizers{
    {"optimizer: an option below 0", [] { RMSprop({leaf()}, RMSpropOptions(-1)); }},
    {"optimizer: betas",
     [] {
       NAdam({leaf()}, NAdamOptions().betas({0.9, 1}));
     }},
    {"optimizer: group without options", [] { OptimizerParamGroup({leaf()}).options(); }},
    {"lerp_: counts", [] { lerp_({ones({2})}, {}, 0.5); }},
    {"lerp_: undefined", [] { lerp_({ones({2})}, {Tensor()}, 0.5); }},
    {"lerp_: shapes", [] { lerp_({ones({2})}, {ones({3})}, 0.5); }},
    {"lerp_: integers", [] { lerp_({ones({2}, kInt64)}, {ones({2})}, 0.5); }},
    {"RMSprop: alpha", [] { RMSprop({leaf()}, RMSpropOptions().alpha(2)); }},
    {"Muon: no matrix", [] { Muon({leaf()}, MuonOptions()); }},
    {"Muon: ns_steps",
     [] {
       Muon({leaf({2, 2})}, MuonOptions().ns_steps(100));
     }},
    {"orthogonalized: no matrix", [] { orthogonalized(leaf()); }},
    {"LBFGS: no closure", [] { LBFGS({leaf()}, LBFGSOptions()).step(); }},
    {"LBFGS: no loss", [] { LBFGS({leaf()}, LBFGSOptions()).step([] { return Tensor(); }); }},
    {"LBFGS: line search", [] { LBFGS({leaf()}, LBFGSOptions().line_search_fn("armijo")); }},
    {"LBFGS: counts", [] { LBFGS({leaf()}, LBFGSOptions().max_iter(0)); }},
    {"LBFGS: groups",
     [] {
       LBFGS lbfgs({leaf()}, LBFGSOptions());
       lbfgs.add_param_group(TensorList{leaf()});
       lbfgs.step([] { return ones({1}); });
     }},
    {"LBFGS: dtypes",
     [] {
       LBFGS({leaf(), ones({2}, kFloat64).requires_grad_()}, LBFGSOptions()).step([] {
         return ones({1});
       });
     }},
};

const ErrorRows kSchedules{
    {"ChainedScheduler: none", [] { ChainedScheduler({}); }},
    {"ChainedScheduler: null", [] { ChainedScheduler({nullptr}); }},
    {"ChainedScheduler: state of fewer", scheduled([](SGD& sgd) {
       StepLR a(sgd, 1), b(sgd, 1);
       ChainedScheduler({&a, &b}).load_state_dict(ChainedScheduler({&a}).state_dict());
     })},
    {"SequentialLR: milestones", scheduled([](SGD& sgd) {
       StepLR a(sgd, 1);
       SequentialLR(sgd, {&a}, {1});
     })},
    {"SequentialLR: order", scheduled([](SGD& sgd) {
       StepLR a(sgd, 1), b(sgd, 1), c(sgd, 1);
       SequentialLR(sgd, {&a, &b, &c}, {2, 1});
     })},
    {"CyclicLR: sizes",
     scheduled([](SGD& sgd) { CyclicLR(sgd, CyclicLROptions(0, 1).step_size_up(0)); })},
    {"CyclicLR: no momentum",
     [] {
       Adagrad adagrad({leaf()}, 0.1);
       CyclicLR(adagrad, 0.1, 1);
     }},
    {"SWALR: epochs", scheduled([](SGD& sgd) { SWALR(sgd, 0.1, -1); })},
    {"CosineAnnealingWarmRestarts: T_0",
     scheduled([](SGD& sgd) { CosineAnnealingWarmRestarts(sgd, 0); })},
    {"ReduceLROnPlateau: factor",
     scheduled([](SGD& sgd) { ReduceLROnPlateau(sgd, ReduceLROnPlateau::min, 1); })},
    {"ReduceLROnPlateau: patience",
     scheduled([](SGD& sgd) { ReduceLROnPlateau(sgd, ReduceLROnPlateau::min, 0.1, -1); })},
    {"ReduceLROnPlateau: min_lr", scheduled([](SGD& sgd) {
       ReduceLROnPlateau(sgd, ReduceLROnPlateau::min, 0.1, 10, 1e-4, ReduceLROnPlateau::rel, 0,
                         {1, 2});
     })},
};

const ErrorRows kAverages{
    {"average: none", [] { SWA({}); }},
    {"average: decay", [] { EMA({leaf()}, 1.5); }},
    {"average: update while swapped",
     [] {
       SWA swa({leaf()});
       const AverageScope scope(swa);
       swa.update();
     }},
    {"average: shape",
     [] {
       const Tensor x = leaf();
       SWA swa({x});
       x.set_data(ones({3}));
       swa.update();
     }},
    {"Lookahead: k", scheduled([](SGD& sgd) { Lookahead(sgd, 0); })},
    {"Lookahead: alpha", scheduled([](SGD& sgd) { Lookahead(sgd, 5, 2); })},
    {"Lookahead: a group added", scheduled([](SGD& sgd) {
       Lookahead lookahead(sgd);
       sgd.add_param_group(TensorList{leaf()});
       lookahead.step();
     })},
};

const ErrorRows kParametrizations{
    {"weight_norm: no parameter", [] { nn::utils::weight_norm(nn::Linear(4, 3), "wieght"); }},
    {"weight_norm: dim", [] { nn::utils::weight_norm(nn::Linear(4, 3), "weight", 2); }},
    {"weight_norm: nothing to remove", [] { nn::utils::remove_weight_norm(nn::Linear(4, 3)); }},
    {"weight_norm: forward without a call",
     [] {
       const nn::Linear layer = nn::utils::weight_norm(nn::Linear(4, 3));
       for (int i = 0; i < 2; ++i) layer->forward(ones({1, 4})).sum().backward();
     }},
    {"spectral_norm: iterations", [] { nn::utils::spectral_norm(nn::Linear(4, 3), "weight", 0); }},
    {"spectral_norm: dim",
     [] { nn::utils::spectral_norm(nn::Linear(4, 3), "weight", 1, 1e-12, 5); }},
    {"parameters_to_vector: none", [] { nn::utils::parameters_to_vector({}); }},
    {"vector_to_parameters: size", [] { nn::utils::vector_to_parameters(ones({3}), {leaf()}); }},
};

}  // namespace

}  // namespace reel::tests
