#pragma once
// Weights whose largest singular value is one.

#include <reel/nn/module.h>

#include <optional>

namespace reel::nn::utils {

/// Puts w = weight_orig / sigma in the place of a parameter, computed before each forward: sigma =
/// u . (W v) is the largest singular value of W, the parameter as a matrix of its dimension `dim`
/// (none: 0, and 1 of transposed convolutions) by all others. In training, u and v (buffers
/// weight_u, weight_v) first go n_power_iterations of v = W^T u / |W^T u|, u = W v / |W v|. Call it
/// before an optimizer is given the parameters. Source: Miyato et al. 2018, arXiv 1802.05957;
/// docs/parametrizations.md.
void spectral_norm(Module& module, const std::string& name = "weight",
                   int64_t n_power_iterations = 1, double eps = 1e-12,
                   std::optional<int64_t> dim = {});
/// The same for a holder, which it returns.
template <class Holder>
requires requires(const Holder& h) { h.ptr(); }
Holder spectral_norm(Holder module, const std::string& name = "weight",
                     int64_t n_power_iterations = 1, double eps = 1e-12,
                     std::optional<int64_t> dim = {}) {
  spectral_norm(static_cast<Module&>(*module), name, n_power_iterations, eps, dim);
  return module;
}

/// Makes w a parameter again, with the value that it has by now.
void remove_spectral_norm(Module& module, const std::string& name = "weight");
template <class Holder>
requires requires(const Holder& h) { h.ptr(); }
void remove_spectral_norm(const Holder& module, const std::string& name = "weight") {
  remove_spectral_norm(static_cast<Module&>(*module), name);
}

}  // namespace reel::nn::utils
