#pragma once
// Pictures of the tape in files. docs/graphs.md.

#include <reel/autograd/draw_graph.h>

#include <string>

namespace reel::io {

/// Writes autograd::draw_graph(y, names) to a path that ends in .dot, or as a picture to one that
/// ends in .svg, which needs Graphviz's program dot. Throws: IoError.
void save_graph(const std::string& path, const Tensor& y,
                const OrderedDict<std::string, Tensor>& names = OrderedDict<std::string, Tensor>());

}  // namespace reel::io
