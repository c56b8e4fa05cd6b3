#pragma once
// What becomes of the operations of the tape: a rule for each, by families.

#include <reel/io/onnx/graph.h>

namespace reel::io::onnx {

/// An operation being translated: what it was in both passes, and the graph that it goes to.
class Operation {
 public:
  Operation(Graph& graph, const TracedOperation& a, const TracedOperation& b)
      : graph_(graph), a_(a), b_(b) {}

  const char* name() const { return a_.node->name(); }
  size_t num_inputs() const { return a_.inputs.size(); }
  bool has(size_t i) const { return i < a_.inputs.size() && a_.inputs[i].defined(); }
  /// The value of input i.
  std::string input(size_t i);
  const Tensor& in(size_t i) const { return a_.inputs[i]; }
  const Tensor& out(size_t i = 0) const { return a_.outputs[i]; }
  size_t num_outputs() const { return a_.outputs.size(); }
  std::vector<Dim> input_dims(size_t i) { return graph_.dims(a_.inputs[i], b_.inputs[i]); }
  std::vector<Dim> output_dims(size_t i = 0) { return graph_.dims(a_.outputs[i], b_.outputs[i]); }

  // --- what it was told, the same in both passes ---
  bool told(const char* name) const { return a_.find(name); }
  int64_t integer(const char* name) const { return integers(name)[0]; }
  const std::vector<int64_t>& integers(const char* name) const;
  double number(const char* name) const;
  std::string text(const char* name) const { return value(name).text; }
  std::string tensor(const char* name);

  // --- what it becomes ---
  std::string add(const char* op, std::vector<std::string> inputs,
                  std::vector<Attribute> attributes = {}, size_t outputs = 1) {
    return graph_.add(op, std::move(inputs), std::move(attributes), outputs);
  }
  /// A number of the output's dtype.
  std::string scalar(double v) { return graph_.number(v, out().dtype()); }
  std::string integers(const std::vector<int64_t>& v) { return graph_.integers(v); }
  std::string reshape(const std::string& x, const std::vector<Dim>& dims) {
    return add("Reshape", {x, graph_.sizes(dims, true)});
  }
  void result(std::string value, uint32_t nr = 0) {
    graph_.values[{a_.node.get(), nr}] = std::move(value);
  }
  Graph& graph() { return graph_; }
  [[noreturn]] void fail(const std::string& problem) const { graph_.fail(problem); }

 private:
  const TracedValue& value(const char* name) const;

  Graph& graph_;
  const TracedOperation &a_, &b_;
};

/// How an operation of the tape is written: its name there, what it becomes, as docs/onnx.md says
/// it, and the function that does it.
struct Rule {
  const char* operation;
  const char* becomes;
  void (*translate)(Operation& o);
};

using Rules = std::vector<Rule>;
Rules layer_rules();      // convolutions, products and norms
Rules pool_rules();       // pooling and resampling
Rules pointwise_rules();  // activations and other functions of one tensor
Rules arithmetic_rules();
Rules reduction_rules();
Rules shape_rules();

/// All of them.
const Rules& all_rules();

/// A constant matrix times `x` along one dimension.
std::string along(Operation& o, const std::string& x, int64_t dim, const Tensor& matrix);

}  // namespace reel::io::onnx
