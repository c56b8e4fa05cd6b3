#pragma once

#include <reel/optim/optimizer.h>

#include <optional>

namespace reel::optim {

/// Options of LBFGS: `LBFGSOptions(1).max_iter(50).line_search_fn("strong_wolfe")`.
struct LBFGSOptions : OptimizerOptions {
  LBFGSOptions(double lr = 1) : lr_(lr) {}
  std::unique_ptr<OptimizerOptions> clone() const override;
  void check() const override;
  std::vector<std::pair<const char*, double*>> numbers() override;
  REEL_ARG(double, lr);
  REEL_ARG(int64_t, max_iter) = 20;
  /// Calls of the closure a step; none: 5 / 4 of max_iter.
  REEL_ARG(std::optional<int64_t>, max_eval) = {};
  REEL_ARG(double, tolerance_grad) = 1e-7;
  REEL_ARG(double, tolerance_change) = 1e-9;
  REEL_ARG(int64_t, history_size) = 100;
  /// Empty: moves by lr; "strong_wolfe" looks for a good distance.
  REEL_ARG(std::string, line_search_fn) = {};
  REEL_ARG(bool, maximize) = false;
};

/// A quasi-Newton method: moves along -H g, H being the inverse Hessian as the last history_size
/// changes of place and gradient tell it. One step() is up to max_iter such moves on one objective,
/// so the closure must give the same loss for the same parameters: the whole data set or one batch.
/// Throws: ArgumentError without a closure, or with several groups or dtypes. docs/optim.md.
/// Source: Nocedal, Wright 2006, "Numerical Optimization", algorithms 7.4, 3.5 and 3.6.
class LBFGS : public Optimizer {
 public:
  explicit LBFGS(TensorList parameters, const LBFGSOptions& defaults = {});
  explicit LBFGS(std::vector<OptimizerParamGroup> groups, const LBFGSOptions& defaults = {});

  /// Returns the loss before the first move.
  Tensor step(const LossClosure& closure = nullptr) override;
  /// What all optimizers save, and the history as "lbfgs.<name>".
  OrderedDict<std::string, Tensor> state_dict() const override;
  void load_state_dict(const OrderedDict<std::string, Tensor>& state) override;

  /// Calls of the closure, and moves, so far.
  int64_t func_evals() const { return history_.func_evals; }
  int64_t n_iter() const { return history_.n_iter; }

 private:
  struct History {
    int64_t func_evals = 0, n_iter = 0;
    double t = 0, prev_loss = 0, H_diag = 1;
    Tensor d, prev_flat_grad;
    TensorList old_dirs, old_stps;
    std::vector<double> ro;
  };

  const LBFGSOptions& options() const;
  Tensor flat_parameters() const;
  void set_parameters(const Tensor& flat) const;
  Tensor flat_gradient() const;
  double loss_of(const Tensor& loss) const;
  void remember(const Tensor& gradient);
  Tensor direction(const Tensor& gradient) const;
  void convert_history(Dtype dtype);

  History history_;
};

}  // namespace reel::optim
