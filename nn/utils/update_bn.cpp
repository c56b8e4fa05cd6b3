#include <reel/nn/batch_norm.h>
#include <reel/nn/utils/update_bn.h>

#include <utility>

namespace reel::nn::utils {

namespace {

// The momentum of a batch norm that has running statistics, which are reset; null of others.
template <class Norm>
std::optional<double>* reset(Module& module) {
  auto* norm = dynamic_cast<Norm*>(&module);
  if (!norm || !norm->running_mean.defined()) return nullptr;
  norm->reset_running_stats();
  return &norm->options.momentum();
}

}  // namespace

GatherStatistics::GatherStatistics(Module& module) : modes_(module) {
  for (const auto& m : module.modules()) {
    auto* momentum = reset<BatchNorm1dImpl>(*m);
    if (!momentum) momentum = reset<BatchNorm2dImpl>(*m);
    if (!momentum) momentum = reset<BatchNorm3dImpl>(*m);
    if (momentum) norms_.push_back({momentum, std::exchange(*momentum, std::nullopt)});
  }
  if (found()) module.train();
}

GatherStatistics::~GatherStatistics() {
  for (const Norm& norm : norms_) *norm.momentum = norm.before;
}

}  // namespace reel::nn::utils
