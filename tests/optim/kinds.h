#pragma once

// Every optimizer, with options that use all it remembers.

#include <reel/optim/lbfgs.h>
#include <reel/optim/muon.h>

#include <functional>
#include <string>

#include "tests/harness.h"
#include "tests/optim/adaptive_reference.h"

namespace reel::tests {

struct Kind {
  std::string name;
  std::function<std::unique_ptr<optim::Optimizer>(const TensorList&)> make;
};

template <class Optimizer, class Options>
Kind kind(std::string name, const Options& o) {
  return {std::move(name), [o](const TensorList& p) { return std::make_unique<Optimizer>(p, o); }};
}

/// Those that update any parameter, element by element.
inline std::vector<Kind> elementwise_kinds() {
  using namespace optim;
  return {
      kind<SGD>("SGD", SGDOptions(0.1).weight_decay(0.1)),
      kind<SGD>("SGD momentum", SGDOptions(0.1).momentum(0.9).dampening(0.3)),
      kind<SGD>("SGD nesterov", SGDOptions(0.002).momentum(0.9).nesterov(true).maximize(true)),
      kind<Adam>("Adam", AdamOptions(0.01)),
      kind<AdamW>("AdamW amsgrad", AdamWOptions(0.01).amsgrad(true)),
      kind<RMSprop>("RMSprop", RMSpropOptions(0.01)),
      kind<RMSprop>("RMSprop all", RMSpropOptions(0.001).momentum(0.9).centered(true)),
      kind<Adagrad>("Adagrad", AdagradOptions(0.1).lr_decay(0.1).initial_accumulator_value(0.1)),
      kind<Adadelta>("Adadelta", AdadeltaOptions(0.5)),
      kind<Adamax>("Adamax", AdamaxOptions(0.01)),
      kind<NAdam>("NAdam", NAdamOptions(0.01)),
      kind<RAdam>("RAdam", RAdamOptions(0.01).betas({0.9, 0.9})),
      kind<Lion>("Lion", LionOptions(0.05).betas({0.98, 0.9}).weight_decay(0.1)),
  };
}

inline std::vector<Kind> all_kinds() {
  std::vector<Kind> kinds = elementwise_kinds();
  kinds.push_back(kind<optim::Muon>("Muon", optim::MuonOptions(0.05)));
  kinds.push_back(kind<optim::LBFGS>("LBFGS", optim::LBFGSOptions(0.1).max_iter(3)));
  kinds.push_back(kind<optim::LBFGS>(
      "LBFGS line search",
      optim::LBFGSOptions().max_iter(2).history_size(3).line_search_fn("strong_wolfe")));
  return kinds;
}

}  // namespace reel::tests
