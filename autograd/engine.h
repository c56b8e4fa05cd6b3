#pragma once
// Replays the tape backward.

#include <reel/core/tensor.h>

#include <optional>

namespace reel::autograd {

/// Accumulates the gradient of sum_i <tensors[i], grad_tensors[i]> into every leaf that requires
/// grad, or into `inputs` alone when given. An undefined or missing grad tensor means one (single
/// elements only). The graph is freed as it runs unless retain_graph, by default create_graph, with
/// which gradients are recorded themselves. Throws: GraphError when a tensor has no history, on a
/// second backward, on a changed saved tensor.
void backward(const TensorList& tensors, const TensorList& grad_tensors = {},
              std::optional<bool> retain_graph = {}, bool create_graph = false,
              const TensorList& inputs = {});

/// The gradients by `inputs`, returned and accumulated nowhere. Throws: GraphError also when an
/// input is not reached, unless allow_unused (its gradient is then undefined).
TensorList grad(const TensorList& outputs, const TensorList& inputs,
                const TensorList& grad_outputs = {}, std::optional<bool> retain_graph = {},
                bool create_graph = false, bool allow_unused = false);

}  // namespace reel::autograd
