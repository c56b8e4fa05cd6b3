#include "tests/catch.h"
#include "tests/harness.h"

#include <reel/autograd/ops/activations.h>
#include <reel/core/random.h>
#include <reel/nn/dropout.h>
#include <reel/nn/functional/dropout.h>

using namespace reel;
using namespace reel::tests;
namespace F = reel::nn::functional;

namespace {

using Operation = Tensor (*)(const Tensor&, double, bool);

// The module and its function against the operation: in training, over its input, in evaluation.
template <class Module, class Options>
void check(const char* name, Operation op, Tensor (*function)(const Tensor&, const Options&)) {
  INFO(name);
  const Tensor x = uniform({2, 3, 4}, 1);
  manual_seed(1);
  const Tensor y = op(x, 0.4, true);
  const Module module(0.4), over(nn::DropoutOptions(0.4).inplace(true));
  manual_seed(1);
  CHECK(module(x).equal(y));
  manual_seed(1);
  CHECK(function(x, Options().p(0.4).training(true)).equal(y));
  const Tensor written = x.clone(), also = x.clone();
  manual_seed(1);
  CHECK(over(written).is_same(written));
  CHECK(written.equal(y));
  manual_seed(1);
  function(also, Options().p(0.4).training(true).inplace(true));
  CHECK(also.equal(y));
  module->eval();
  CHECK(module(x).is_same(x));
  CHECK(function(x, Options().training(false)).is_same(x));
  CHECK(to_string(*module) == std::string(name) + "(p=0.4)");
  CHECK(to_string(*over) == std::string(name) + "(p=0.4, inplace=True)");
  CHECK(to_string(*module->clone()) == to_string(*module));
  CHECK_THROWS_AS(Module(1.5), ArgumentError);
}

}  // namespace

TEST_CASE("dropouts as modules and functions", "[nn]") {
  check<nn::Dropout>("Dropout", dropout, F::dropout);
  check<nn::Dropout1d>("Dropout1d", feature_dropout, F::dropout1d);
  check<nn::Dropout2d>("Dropout2d", feature_dropout, F::dropout2d);
  check<nn::Dropout3d>("Dropout3d", feature_dropout, F::dropout3d);
  check<nn::AlphaDropout>("AlphaDropout", alpha_dropout, F::alpha_dropout);
  check<nn::FeatureAlphaDropout>("FeatureAlphaDropout", feature_alpha_dropout,
                                 F::feature_alpha_dropout);
  const Tensor x = uniform({2, 3, 4});
  CHECK(F::alpha_dropout(x).is_same(x));  // off unless asked for
}
