#include "tests/tools/golden_runner/check.h"
#include "tests/tools/golden_runner/model.h"
#include "tests/tools/golden_runner/optimizers.h"

#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops.h>

namespace golden {

namespace {

using namespace reel;

// Every parameter and buffer by its name.
OrderedDict<std::string, Tensor> state_of(const nn::Module& model) {
  OrderedDict<std::string, Tensor> state = model.named_parameters();
  state.update(model.named_buffers());
  return state;
}

}  // namespace

void check_training(const Case& c) {
  const nn::AnyModule model = parse_model(c.json().at("model"));
  const std::string before = c.id() + "/before.", after = c.id() + "/after.";
  for (const auto& item : state_of(*model.ptr()))
    item.value().set_data(c.tensor(before + item.key()).clone());

  const auto optimizer = make_optimizer(c.json().at("optimizer"), Arguments(c.group("args")),
                                        model.ptr()->parameters());
  const Tensor x = c.tensor(c.id() + "/x"), target = c.tensor(c.id() + "/target");
  std::vector<double> losses;
  for (int64_t batch = 0; batch < x.size(0); ++batch) {
    optimizer->zero_grad();
    const Tensor loss = cross_entropy(model(x.select(0, batch)), target.select(0, batch));
    loss.backward();
    optimizer->step();
    losses.push_back(loss.item<double>());
  }
  const auto n = static_cast<int64_t>(losses.size());
  compare("the loss", from_vector(std::move(losses), {n}).to(c.dtype()), c.exact(c.id() + "/loss"),
          kTrainingTolerance);

  const auto state = state_of(*model.ptr());
  const std::vector<std::string> expected = c.names_after(after);
  if (expected.size() != state.size())
    throw Mismatch(as_text("the model has ", state.size(), " parameters and buffers, should have ",
                           expected.size()));
  // In float32, not by parameters: the loss does not depend on a bias before a batch norm, whose
  // gradient is then rounding alone, and Adam makes a step of any gradient.
  if (c.dtype() == kFloat64)
    for (const std::string& name : expected)
      compare(name, state[name.substr(after.size())].detach(), c.exact(name), kTrainingTolerance);

  model.ptr()->eval();
  const NoGradGuard no_grad;
  compare("the output in eval mode", model(x.select(0, 0)), c.exact(c.id() + "/eval_out"),
          kTrainedOutputTolerance);
}

}  // namespace golden
