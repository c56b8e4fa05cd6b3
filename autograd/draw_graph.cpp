#include <reel/autograd/draw_graph.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>

#include <algorithm>
#include <memory>
#include <unordered_map>

namespace reel::autograd {

namespace {

// A node of the tape, and the shapes of its outputs, as far as they are known.
struct Place {
  size_t number;
  std::vector<Tensor> gradients;
};

using Places = std::unordered_map<Node*, Place>;

// All nodes behind the root, each before those that it leads to.
std::vector<Node*> reach(Node* root, Places& places) {
  std::vector<Node*> found, stack{root};
  while (!stack.empty()) {
    Node* node = stack.back();
    stack.pop_back();
    if (!places.emplace(node, Place{found.size(), TensorList(node->num_outputs)}).second) continue;
    found.push_back(node);
    for (size_t i = node->num_inputs(); i-- > 0;)
      if (Node* next = node->edge(i).node.get()) stack.push_back(next);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](Node* a, Node* b) { return a->sequence > b->sequence; });
  for (size_t i = 0; i < found.size(); ++i) places.at(found[i]).number = i;
  return found;
}

// A gradient has the shape of what it is of: passes zeros back, through operations alone. Where one
// can not (what it saved was freed, or changed), shapes behind it stay unknown.
void find_shapes(const std::vector<Node*>& order, Places& places) {
  const NoGradGuard no_grad;
  for (Node* node : order) {
    std::vector<Tensor> outputs = places.at(node).gradients;
    const bool known =
        std::any_of(outputs.begin(), outputs.end(), [](const Tensor& g) { return g.defined(); });
    if (!known || node->is_accumulator() || node->released) continue;
    const size_t n = node->num_inputs();
    TensorList inputs(n);
    const std::unique_ptr<bool[]> wanted(new bool[n]);
    for (size_t i = 0; i < n; ++i) wanted[i] = node->wanted(i);
    try {
      BackwardCall call(*node, outputs.data(), inputs.data(), wanted.get(), false);
      node->backward(call);
    } catch (const Error&) {
      continue;
    }
    for (size_t i = 0; i < n; ++i)
      if (wanted[i] && inputs[i].defined()) {
        const Edge& edge = node->edge(i);
        places.at(edge.node.get()).gradients[edge.output_nr] = zeros_like(inputs[i]);
      }
  }
}

// Text between the quotes of DOT.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string shape_of(const Tensor& gradient) {
  return gradient.defined() ? as_text(gradient.sizes()) : std::string();
}

}  // namespace

std::string draw_graph(const Tensor& y, const OrderedDict<std::string, Tensor>& names) {
  REEL_CHECK_GRAPH(y.requires_grad(), "draw_graph: the tensor ", y,
                   " has no history; only what requires grad is recorded.");
  const Edge root = gradient_edge(y);
  Places places;
  const std::vector<Node*> order = reach(root.node.get(), places);
  places.at(root.node.get()).gradients[root.output_nr] = zeros(y.sizes(), y.dtype());
  find_shapes(order, places);

  std::unordered_map<const Node*, std::string> leaves;
  for (const auto& item : names)
    if (item->requires_grad() && item->is_leaf())
      leaves[gradient_edge(item.value()).node.get()] = item.key();

  std::string dot = "digraph tape {\n  node [fontname=\"sans-serif\"]\n";
  dot += "  edge [fontname=\"sans-serif\", fontsize=10]\n";
  dot += as_text("  result [label=\"", shape_of(y), "\", shape=plaintext]\n");
  std::string arrows;
  for (const Node* node : order) {
    const Place& place = places.at(const_cast<Node*>(node));
    std::string label = node->name();
    if (node->is_accumulator()) {
      const auto known = leaves.find(node);
      label = as_text(known == leaves.end() ? "leaf" : escaped(known->second), "\\n",
                      shape_of(place.gradients[0]));
    } else if (node->module_path) {
      label = as_text(escaped(label), "\\n", escaped(node->module_path));
    }
    dot += as_text("  n", place.number, " [label=\"", label, "\"",
                   node->is_accumulator() ? ", shape=box" : "", "]\n");
    for (size_t i = 0; i < node->num_inputs(); ++i)
      if (const Edge& edge = node->edge(i); edge.node) {
        const Place& from = places.at(edge.node.get());
        arrows += as_text("  n", from.number, " -> n", place.number, " [label=\"",
                          shape_of(from.gradients[edge.output_nr]), "\"]\n");
      }
  }
  return as_text(dot, arrows, "  n", places.at(root.node.get()).number, " -> result\n}\n");
}

}  // namespace reel::autograd
