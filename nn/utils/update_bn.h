#pragma once
// Batch-norm statistics of weights that no batch was normalized with.

#include <reel/autograd/grad_mode.h>
#include <reel/nn/call.h>
#include <reel/nn/module_state.h>

#include <optional>
#include <vector>

namespace reel::nn::utils {

/// While it lives, the batch norms of a module gather statistics from nothing, all batches alike,
/// in training mode; then momentum and modes are as before.
class GatherStatistics {
 public:
  explicit GatherStatistics(Module& module);
  ~GatherStatistics();
  GatherStatistics(const GatherStatistics&) = delete;
  GatherStatistics& operator=(const GatherStatistics&) = delete;
  /// Whether there are any.
  bool found() const { return !norms_.empty(); }

 private:
  struct Norm {
    std::optional<double>* momentum;
    std::optional<double> before;
  };
  ModesGuard modes_;
  std::vector<Norm> norms_;
};

/// Computes the running statistics of all batch norms anew, in one pass over `batches`, whose items
/// are tensors or have a member `data`: for averaged weights, whose statistics no training
/// gathered. `model` is a module or a holder. Source: torch.optim.swa_utils.update_bn.
template <class Batches, class M>
void update_bn(Batches&& batches, M& model) {
  const NoGradGuard no_grad;
  if constexpr (requires { model.ptr(); }) {
    update_bn(batches, *model);
  } else {
    const GatherStatistics gathering(model);
    if (!gathering.found()) return;
    for (auto&& batch : batches)
      if constexpr (requires { batch.data.sizes(); })
        nn::call(model, batch.data);
      else
        nn::call(model, batch);
  }
}

}  // namespace reel::nn::utils
