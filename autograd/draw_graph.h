#pragma once
// The tape as a picture. docs/graphs.md.

#include <reel/core/ordered_dict.h>
#include <reel/core/tensor.h>

#include <string>

namespace reel::autograd {

/// What was recorded of a tensor, in Graphviz's language DOT: a box a leaf, an ellipse an
/// operation, with the module it ran in; an arrow a tensor, with its shape. `names` are shown in
/// leaves that are among them, such as a module's named_parameters(). Gradients and hooks are left
/// alone. Throws: GraphError when nothing was recorded.
std::string draw_graph(const Tensor& y, const OrderedDict<std::string, Tensor>& names =
                                            OrderedDict<std::string, Tensor>());

}  // namespace reel::autograd
