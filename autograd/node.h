#pragma once
// The tape: one node a recorded operation, linked to the nodes that made its inputs.

#include <reel/core/pool.h>
#include <reel/core/tensor.h>

#include <atomic>
#include <memory>

namespace reel {

class Node;

/// Where the gradient of one input goes: a node and which of its outputs the input was.
/// No node: the input takes no gradient.
struct Edge {
  Ref<Node> node;
  uint32_t output_nr = 0;
};

/// A tensor kept for backward, with the version it had. A node never keeps its own output as it is
/// (the two would hold each other for ever): `save_output` keeps the data, `unpack` restores the
/// history.
class SavedTensor {
 public:
  void save(const Tensor& x);
  void save_output(const Tensor& y, uint32_t output_nr = 0);
  /// The tensor. Throws: GraphError, naming `node` and `what`, when it was changed in place since,
  /// or, where its history is needed, was detached.
  Tensor unpack(const Node& node, const char* what) const;
  /// The same as it is kept: an output is without its history.
  const Tensor& unpack_data(const Node& node, const char* what) const;
  /// Whether unpack would restore a history now.
  bool lacks_history() const;
  bool defined() const { return data_.defined(); }
  void reset() { data_ = Tensor(); }

 private:
  Tensor data_;
  const Storage* storage_ = nullptr;  // set_data may have put another in its place
  uint32_t version_ = 0;
  uint32_t output_nr_ = 0;
  bool is_output_ = false;
  bool has_history_ = false;  // of a node, when it was saved
};

/// What a node sees while it runs: the gradients of its outputs, and where those of its inputs go.
class BackwardCall {
 public:
  BackwardCall(const Node& node, Tensor* grad_outputs, Tensor* grad_inputs, const bool* wanted,
               bool create_graph)
      : node_(node),
        grad_outputs_(grad_outputs),
        grad_inputs_(grad_inputs),
        wanted_(wanted),
        create_graph_(create_graph) {}

  /// The gradient of output i; undefined when nothing flowed back to it (never for a single
  /// output).
  const Tensor& grad_output(size_t i = 0) const { return grad_outputs_[i]; }
  /// The same to keep, so that nobody counts another handle to it.
  Tensor take_grad_output(size_t i = 0) { return std::move(grad_outputs_[i]); }
  /// Whether anybody needs the gradient of input i: compute no other.
  bool wanted(size_t i) const { return wanted_[i]; }
  void set_grad_input(size_t i, Tensor gradient) { grad_inputs_[i] = std::move(gradient); }
  /// Whether what backward computes is itself recorded, for gradients of gradients.
  bool create_graph() const { return create_graph_; }
  /// The saved tensor, valid while the node runs.
  const Tensor& unpack(const SavedTensor& saved, const char* what) {
    if (!saved.lacks_history()) [[likely]]
      return saved.unpack_data(node_, what);
    return *restored_.emplace_back(std::make_unique<Tensor>(saved.unpack(node_, what)));
  }

 private:
  const Node& node_;
  Tensor *grad_outputs_, *grad_inputs_;
  const bool* wanted_;
  bool create_graph_;
  std::vector<std::unique_ptr<Tensor>> restored_;
};

/// Where a gradient accumulates; shared by a tensor and the node that fills it.
struct GradSlot : RefCounted, Pooled {
  Tensor grad;
};

using TensorHook = std::function<Tensor(const Tensor&)>;

/// A recorded operation. Derived structs hold what they saved as named members; docs/autograd.md
/// shows one.
class Node : public RefCounted, public Pooled {
 public:
  /// The operation's name, as its function is called: "layer_norm".
  virtual const char* name() const = 0;
  /// Reads call.grad_output(i), sets call.set_grad_input(i) for each wanted input.
  virtual void backward(BackwardCall& call) = 0;
  /// Drops saved tensors; called when the node has run and the graph is not retained.
  virtual void release_saved() = 0;
  /// Whether the output shares memory with input 0.
  virtual bool is_view() const { return false; }
  /// Whether it is the end of the tape, an AccumulateGrad.
  bool is_accumulator() const { return is_accumulator_; }

  void set_inputs(size_t n);
  void set_edge(size_t i, const Tensor& input);
  void set_edge(size_t i, const Edge& edge);
  size_t num_inputs() const { return num_inputs_; }
  const Edge& edge(size_t i) const { return i < kInline ? inline_[i] : more_[i - kInline]; }
  /// Whether input i takes a gradient: what only serves others need not be saved.
  bool wanted(size_t i) const { return static_cast<bool>(edge(i).node); }

  uint32_t num_outputs = 1;
  /// Higher than every input's; within a thread, the order of recording.
  uint64_t sequence = 0;
  /// The dotted path of the module that was running, or null (autograd/module_path.h).
  const char* module_path = nullptr;

  /// A function called with the gradient of an output.
  struct Hook {
    uint32_t output_nr, handle;
    TensorHook function;
  };
  /// Where the gradient of an output is kept.
  struct Retained {
    uint32_t output_nr;
    Ref<GradSlot> slot;
  };
  /// Hooks and retained gradients of outputs; rare, so apart.
  struct Extras {
    std::vector<Hook> hooks;
    std::vector<Retained> retained;
    std::string forward_values;  // of the inputs, kept in anomaly mode
  };
  Extras& extras();
  const Extras* find_extras() const { return extras_.get(); }
  Extras* find_extras() { return extras_.get(); }

  // --- the engine's marks, valid during one run (autograd/engine.cpp) ---
  std::atomic<uint64_t> run{0};  // 0: none
  uint32_t place = 0;
  bool released = false;
  bool stands_in = false;  // made the value that stand_in of autograd/variable.h gave a tensor

 protected:
  Node() = default;
  explicit Node(bool is_accumulator) : is_accumulator_(is_accumulator) {}
  ~Node() override = default;
  /// Deletes without recursion: a chain of a million nodes is taken apart in a loop.
  void dispose() override;

 private:
  static constexpr size_t kInline = 3;
  Edge inline_[kInline];
  std::vector<Edge> more_;
  size_t num_inputs_ = 0;
  const bool is_accumulator_ = false;
  std::unique_ptr<Extras> extras_;
  Node* next_condemned_ = nullptr;
};

/// Throws: GraphError that a run of another thread has marked the node.
[[noreturn]] void throw_shared(const Node& node);

/// Throws: GraphError that the node has run already, and has nothing saved any more.
[[noreturn]] void throw_released(const Node& node);

/// The end of the tape: adds what arrives to a leaf's gradient.
class AccumulateGrad final : public Node {
 public:
  explicit AccumulateGrad(Ref<GradSlot> slot) : Node(true), slot_(std::move(slot)) {}
  const char* name() const override { return "accumulate_grad"; }
  void backward(BackwardCall& call) override;
  void release_saved() override {}

 private:
  Ref<GradSlot> slot_;
};

}  // namespace reel
