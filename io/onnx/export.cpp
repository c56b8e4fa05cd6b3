// What the passes have in common is translated, operation by operation.

#include <reel/core/version.h>
#include <reel/io/atomic_file.h>
#include <reel/io/onnx/export.h>
#include <reel/io/onnx/operation.h>
#include <reel/io/onnx/passes.h>
#include <reel/nn/module_state.h>

#include <algorithm>
#include <cstring>
#include <unordered_set>

namespace reel::io {

namespace onnx {

namespace {

// --- what is asked for ---

constexpr int64_t kLargestFile = INT32_MAX;

void check_bytes(int64_t bytes) {
  REEL_CHECK(bytes <= kLargestFile, "export_onnx: the model takes ", bytes,
             " bytes; a file in protobuf's format has at most ", kLargestFile,
             ". [save parameters by save(), as safetensors]");
}

std::vector<std::string> check_names(const char* what, std::vector<std::string> names, size_t n) {
  if (names.empty())
    for (size_t i = 0; i < n; ++i) names.push_back(n == 1 ? what : as_text(what, "_", i));
  REEL_CHECK(names.size() == n, "export_onnx: ", names.size(), " ", what, "_names for ", n, " ",
             what, "s; there must be one for each.");
  return names;
}

void check_distinct(const std::vector<std::string>& names,
                    const OrderedDict<std::string, Tensor>& state) {
  for (size_t i = 0; i < names.size(); ++i) {
    const bool twice = std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i),
                                 names[i]) != names.begin() + static_cast<std::ptrdiff_t>(i);
    REEL_CHECK(!names[i].empty() && !twice && !state.contains(names[i]), "export_onnx: the name '",
               names[i], "' of an input or output is ",
               names[i].empty() ? "empty" : "also that of another, or of a parameter",
               "; each must be unique.");
  }
}

void check_inputs(const TensorList& inputs, bool dynamic_batch) {
  REEL_CHECK(!inputs.empty(), "export_onnx: no example input is given; there must be one or more.");
  int64_t batch = -1;
  for (const Tensor& x : inputs) {
    REEL_CHECK(x.defined() && x.numel() > 0, "export_onnx: an example input is ",
               x.defined() ? "empty" : "undefined", "; it must have elements.");
    if (!dynamic_batch || x.dim() == 0) continue;
    REEL_CHECK(batch == -1 || x.size(0) == batch, "export_onnx: the example inputs have ", batch,
               " and ", x.size(0),
               " samples; with a dynamic batch all must have as many. [dynamic_batch(false)]");
    batch = x.size(0);
  }
  REEL_CHECK(!dynamic_batch || batch > 0,
             "export_onnx: no example input has dimensions; a dynamic batch needs one. "
             "[dynamic_batch(false)]");
}

// --- the translation ---

std::unordered_set<const reel::Node*> needed_by_outputs(const Pass& pass) {
  std::unordered_set<const reel::Node*> needed;
  for (const Edge& edge : pass.made) needed.insert(edge.node.get());
  for (auto op = pass.operations.rbegin(); op != pass.operations.rend(); ++op) {
    if (!needed.count(op->node.get())) continue;
    if (op->write) needed.insert(op->write.get());
    for (size_t i = 0; i < op->node->num_inputs(); ++i) needed.insert(op->node->edge(i).node.get());
  }
  return needed;
}

// A write through a view that shows all of its base makes the base what the view became.
void translate_write(Operation& o, const TracedOperation& op) {
  const TensorImpl &view = *o.in(0).impl(), &base = *o.out().impl();
  if (view.numel != base.numel || view.offset != base.offset || !view.row_major || !base.row_major)
    o.fail(
        "it writes to a part of a tensor through a view; that has no counterpart in ONNX. "
        "[write out of place, and use cat]");
  o.result(o.reshape(o.graph().values.at({op.write.get(), 0}), o.output_dims()));
}

void translate(Graph& graph, const TracedOperation& a, const TracedOperation& b) {
  const char* name = a.node->name();
  graph.operation = name;
  graph.module_path = a.node->module_path;
  Operation o(graph, a, b);
  if (a.write) return translate_write(o, a);
  for (const Rule& rule : all_rules())
    if (std::strcmp(rule.operation, name) == 0) return rule.translate(o);
  o.fail(
      "it has no counterpart in ONNX that is known here; docs/onnx.md lists what has. [write it "
      "with those]");
}

std::string output_value(Graph& graph, size_t i) {
  graph.operation = as_text("output ", i);
  graph.module_path = nullptr;
  const Tensor &a = graph.first.outputs[i], &b = graph.second.outputs[i];
  if (!a.defined() || !b.defined()) graph.fail("it is undefined; it must be a tensor.");
  const Edge& made = graph.first.made[i];
  const auto found = graph.values.find({made.node.get(), made.output_nr});
  return found == graph.values.end() ? graph.given(a, b) : found->second;
}

// All that the outputs need; returns their values.
std::vector<std::string> translate_all(Graph& graph) {
  const auto needed = needed_by_outputs(graph.first);
  for (size_t i = 0; i < graph.first.operations.size(); ++i)
    if (needed.count(graph.first.operations[i].node.get()))
      translate(graph, graph.first.operations[i], graph.second.operations[i]);
  std::vector<std::string> outputs;
  for (size_t i = 0; i < graph.first.outputs.size(); ++i) outputs.push_back(output_value(graph, i));
  return outputs;
}

std::vector<Dimension> dimensions(const Graph& graph, const Tensor& a, const Tensor& b) {
  std::vector<Dimension> found;
  for (const Dim& d : graph.dims(a, b))
    found.push_back({d.number, d.per_batch == 0   ? ""
                               : d.per_batch == 1 ? "batch"
                                                  : as_text("batch_x", d.per_batch)});
  return found;
}

// The same graph must come of the third pass.
void check_third(const Graph& graph, const Pass& third, const std::vector<std::string>& outputs,
                 const std::vector<std::string>& input_names,
                 const OrderedDict<std::string, Tensor>& state) {
  Graph again(graph.first, third, input_names, state);
  REEL_CHECK(
      translate_all(again) == outputs && again.is_same(graph),
      "export_onnx: sizes or constants of the network are others in a third call of it, ",
      third.batch > 0 ? as_text("with a batch of ", third.batch) : std::string("with other values"),
      "; its forward must not choose by them. [dynamic_batch(false), if by the batch]");
}

void check_used(const Graph& graph, const std::vector<std::string>& input_names,
                const std::vector<std::string>& outputs) {
  for (size_t i = 0; i < input_names.size(); ++i)
    REEL_CHECK(graph.is_used(input_names[i]) ||
                   std::find(outputs.begin(), outputs.end(), input_names[i]) != outputs.end(),
               "export_onnx: no output depends on the input '", input_names[i], "' ",
               graph.first.inputs[i],
               " by an operation of the tape; every input must be used. [leave it out]");
}

Message graph_message(Graph& graph, const std::string& name,
                      const std::vector<std::string>& input_names,
                      const std::vector<std::string>& output_names,
                      const std::vector<std::string>& outputs) {
  std::map<std::string, std::string> renamed;
  for (size_t i = 0; i < output_names.size(); ++i) {
    std::string value = outputs[i];
    if (graph.is_given(value) || renamed.count(value)) value = graph.add("Identity", {value});
    renamed[value] = output_names[i];
  }
  check_bytes(graph.initializer_bytes());
  Message m = graph.message(renamed);
  m.text(2, name);
  const Pass &a = graph.first, &b = graph.second;
  for (size_t i = 0; i < input_names.size(); ++i)
    m.message(11, value(input_names[i], a.inputs[i].dtype(),
                        dimensions(graph, a.inputs[i], b.inputs[i])));
  for (size_t i = 0; i < output_names.size(); ++i)
    m.message(12, value(output_names[i], a.outputs[i].dtype(),
                        dimensions(graph, a.outputs[i], b.outputs[i])));
  return m;
}

Message model_message(const Message& graph, const OnnxOptions& options) {
  Message m;
  m.integer(1, kIrVersion)
      .text(2, "reel")
      .text(3, as_text(REEL_VERSION_MAJOR, ".", REEL_VERSION_MINOR, ".", REEL_VERSION_PATCH));
  m.integer(5, options.model_version());
  if (!options.doc_string().empty()) m.text(6, options.doc_string());
  m.message(7, graph).message(8, Message().text(1, "").integer(2, kOpset));
  for (const auto& [key, text] : options.metadata())
    m.message(14, Message().text(1, key).text(2, text));
  return m;
}

}  // namespace

void write(nn::Module& module, nn::TensorForward forward, const TensorList& examples,
           const std::string& path, const OnnxOptions& options) {
  const bool dynamic = options.dynamic_batch();
  check_inputs(examples, dynamic);
  int64_t bytes = 0;
  for (const auto& item : module.state_dict()) bytes += static_cast<int64_t>(item->nbytes());
  check_bytes(bytes);

  const nn::ModuleStateGuard guard(module);
  const nn::RequireGradGuard recorded(module);
  module.train(options.training());
  OrderedDict<std::string, Tensor> state = module.named_parameters();
  state.update(module.named_buffers());

  const Passes passes = call_with(examples, dynamic, [&](const TensorList& inputs) {
    if (!guard.changed_buffer().empty()) guard.rewind();
    return forward(module, inputs);
  });
  if (!guard.changed_buffer().empty()) guard.rewind();
  const Pass& first = passes.first;

  const std::vector<std::string> input_names =
      check_names("input", options.input_names(), examples.size());
  const std::vector<std::string> output_names =
      check_names("output", options.output_names(), first.outputs.size());
  std::vector<std::string> names = input_names;
  names.insert(names.end(), output_names.begin(), output_names.end());
  check_distinct(names, state);

  Graph graph(first, passes.second, input_names, state);
  const std::vector<std::string> outputs = translate_all(graph);
  check_third(graph, passes.third, outputs, input_names, state);
  check_used(graph, input_names, outputs);
  const Message message = model_message(
      graph_message(graph, module.name(), input_names, output_names, outputs), options);
  check_bytes(static_cast<int64_t>(message.bytes().size()));
  AtomicFile file("export_onnx", path);
  file.write(message.bytes().data(), message.bytes().size());
  file.commit();
}

}  // namespace onnx

std::vector<std::pair<std::string, std::string>> onnx_operations() {
  std::vector<std::pair<std::string, std::string>> list;
  for (const onnx::Rule& rule : onnx::all_rules()) list.emplace_back(rule.operation, rule.becomes);
  return list;
}

}  // namespace reel::io
