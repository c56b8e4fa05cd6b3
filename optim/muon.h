#pragma once

#include <reel/optim/optimizer.h>

#include <tuple>

namespace reel::optim {

/// How Muon's rate depends on a matrix of A rows and B columns: times sqrt(max(1, A / B)) as in the
/// source, times 0.2 sqrt(max(A, B)) so that rates found for AdamW fit (arXiv 2502.16982), or times
/// sqrt(A / B).
enum class MuonRate : uint8_t { kOriginal, kMatchRmsAdamW, kSpectralUnclamped };

/// Options of Muon: `MuonOptions(0.02).weight_decay(0.01)`.
struct MuonOptions : OptimizerOptions {
  using Coefficients = std::tuple<double, double, double>;
  MuonOptions(double lr = 1e-3) : lr_(lr) {}
  std::unique_ptr<OptimizerOptions> clone() const override;
  void check() const override;
  std::vector<std::pair<const char*, double*>> numbers() override;
  REEL_ARG(double, lr);
  REEL_ARG(double, weight_decay) = 0.1;
  REEL_ARG(double, momentum) = 0.95;
  REEL_ARG(bool, nesterov) = true;
  REEL_ARG(Coefficients, ns_coefficients) = {3.4445, -4.7750, 2.0315};
  REEL_ARG(double, eps) = 1e-7;
  REEL_ARG(int64_t, ns_steps) = 5;
  REEL_ARG(MuonRate, adjust_lr_fn) = MuonRate::kOriginal;
  REEL_ARG(bool, maximize) = false;
};

/// m = momentum m + (1 - momentum) g, then x = (1 - lr weight_decay) x - lr' O, where O is m (with
/// nesterov: what m would be next) with all its singular values brought near one by ns_steps of
/// X = a X + (b X X^T + c (X X^T)^2) X. For weights: what has more than two dimensions is taken as
/// a matrix of its first by all others. Throws: ArgumentError on fewer; those are for AdamW.
/// Source: Jordan 2024, "Muon: an optimizer for hidden layers in neural networks". docs/optim.md.
class Muon : public Optimizer {
 public:
  explicit Muon(TensorList parameters, const MuonOptions& defaults = {});
  explicit Muon(std::vector<OptimizerParamGroup> groups, const MuonOptions& defaults = {});

 protected:
  void update(const OptimizerOptions& options, const ParameterBatch& batch) override;
  void check_shape(const Tensor& parameter, size_t index) const override;
};

/// G with its singular values brought near one, as Muon does it. Shapes: G (A, B), the result
/// alike.
Tensor orthogonalized(const Tensor& G, const MuonOptions& options = {});

}  // namespace reel::optim
