#include <reel/autograd/grad_mode.h>
#include <reel/core/creation.h>
#include <reel/optim/averaged_weights.h>
#include <reel/optim/lookahead.h>

namespace reel::optim {

Lookahead::Lookahead(Optimizer& optimizer, int64_t k, double alpha)
    : optimizer_(optimizer), k_(k), alpha_(alpha) {
  REEL_CHECK(k >= 1, "Lookahead: k is ", k, "; it must be at least 1.");
  REEL_CHECK(alpha >= 0 && alpha <= 1, "Lookahead: alpha is ", alpha, "; it must be from 0 to 1.");
  meet_parameters();
}

// Made once: what is added to the optimizer later has no slow weights.
void Lookahead::meet_parameters() {
  const TensorList fast = optimizer_.parameters();
  if (slow_.size() == fast.size()) return;
  REEL_CHECK(slow_.empty(), "Lookahead: the optimizer has ", fast.size(), " parameters, had ",
             slow_.size(), "; they can not change. [make a new Lookahead after adding groups]");
  for (const Tensor& p : fast) slow_.push_back(p.detach().contiguous().clone());
}

Tensor Lookahead::step(const Optimizer::LossClosure& closure) {
  meet_parameters();
  Tensor loss = optimizer_.step(closure);
  if (++steps_ % k_ != 0) return loss;
  const NoGradGuard no_grad;
  const TensorList fast = optimizer_.parameters();
  for (size_t i = 0; i < fast.size(); ++i) {
    REEL_CHECK(fast[i].sizes() == slow_[i].sizes(), "Lookahead: parameter ", i, " is now ", fast[i],
               ", was ", slow_[i], "; shapes can not change. [make a new Lookahead]");
    if (fast[i].dtype() != slow_[i].dtype()) slow_[i] = slow_[i].to(fast[i].dtype());
  }
  lerp_(slow_, fast, alpha_);
  for (size_t i = 0; i < fast.size(); ++i) fast[i].copy_(slow_[i]);
  return loss;
}

OrderedDict<std::string, Tensor> Lookahead::state_dict() const {
  OrderedDict<std::string, Tensor> dict = optimizer_.state_dict();
  dict.insert("lookahead.step", full({}, steps_, kInt64));
  for (size_t i = 0; i < slow_.size(); ++i) dict.insert(as_text("lookahead.slow.", i), slow_[i]);
  return dict;
}

void Lookahead::load_state_dict(const OrderedDict<std::string, Tensor>& state) {
  const NoGradGuard no_grad;
  const int64_t steps = state["lookahead.step"].item<int64_t>();
  TensorList slow;
  for (size_t i = 0; i < slow_.size(); ++i) {
    const std::string name = as_text("lookahead.slow.", i);
    REEL_CHECK(state[name].sizes() == slow_[i].sizes(), "Lookahead: '", name, "' is ", state[name],
               ", but parameter ", i, " is ", slow_[i], "; the shapes must be equal.");
    slow.push_back(state[name].to(slow_[i].dtype()).contiguous().clone());
  }
  OrderedDict<std::string, Tensor> rest("optimizer state");
  for (const auto& item : state)
    if (item.key().rfind("lookahead.", 0) != 0) rest.insert(item.key(), item.value());
  optimizer_.load_state_dict(rest);
  slow_ = std::move(slow);
  steps_ = steps;
}

}  // namespace reel::optim
