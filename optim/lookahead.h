#pragma once

#include <reel/optim/optimizer.h>

namespace reel::optim {

/// Wraps an optimizer, which must live as long: after every k steps of it, slow weights move
/// towards its fast ones, slow += alpha (fast - slow), and the fast ones start from there.
/// Schedules and groups are the inner optimizer's. Source: Zhang et al. 2019, arXiv 1907.08610.
class Lookahead {
 public:
  explicit Lookahead(Optimizer& optimizer, int64_t k = 5, double alpha = 0.5);

  Tensor step(const Optimizer::LossClosure& closure = nullptr);
  void zero_grad(bool set_to_none = true) { optimizer_.zero_grad(set_to_none); }
  Optimizer& optimizer() const { return optimizer_; }
  /// In the order of optimizer().parameters().
  const TensorList& slow_weights() const { return slow_; }

  /// The inner optimizer's, "lookahead.step" and "lookahead.slow.<index>".
  OrderedDict<std::string, Tensor> state_dict() const;
  void load_state_dict(const OrderedDict<std::string, Tensor>& state);

 private:
  void meet_parameters();
  Optimizer& optimizer_;
  int64_t k_;
  double alpha_;
  TensorList slow_;
  int64_t steps_ = 0;
};

}  // namespace reel::optim
