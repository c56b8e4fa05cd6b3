#pragma once
// Weights with a length and a direction of their own.

#include <reel/nn/module.h>

#include <optional>

namespace reel::nn::utils {

/// Puts in the place of a parameter, such as "weight", the parameters weight_g = |w| and weight_v =
/// w: before each forward, w = g v / |v| is computed, so that gradients flow to both. Norms are
/// over all dimensions but `dim`, or over all (none or -1). Call it before an optimizer is given
/// the parameters. A clone does not have it. Throws: ArgumentError when there is no such parameter.
/// Source: Salimans, Kingma 2016, arXiv 1602.07868; docs/parametrizations.md.
void weight_norm(Module& module, const std::string& name = "weight",
                 std::optional<int64_t> dim = 0);
/// The same for a holder, which it returns: `fc = register_module("fc", weight_norm(nn::Linear(8,
/// 2)))`.
template <class Holder>
requires requires(const Holder& h) { h.ptr(); }
Holder weight_norm(Holder module, const std::string& name = "weight",
                   std::optional<int64_t> dim = 0) {
  weight_norm(static_cast<Module&>(*module), name, dim);
  return module;
}

/// Makes w a parameter again, with the value that it has by now.
void remove_weight_norm(Module& module, const std::string& name = "weight");
template <class Holder>
requires requires(const Holder& h) { h.ptr(); }
void remove_weight_norm(const Holder& module, const std::string& name = "weight") {
  remove_weight_norm(static_cast<Module&>(*module), name);
}

}  // namespace reel::nn::utils
