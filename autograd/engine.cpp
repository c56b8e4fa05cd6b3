#include <reel/autograd/anomaly_check.h>
#include <reel/autograd/engine.h>
#include <reel/autograd/profile_range.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/parallel.h>

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

namespace reel::autograd {

namespace {

// A node's part in one run.
struct Task {
  Node* node;
  uint32_t first_grad;   // its outputs' gradients start here in Buffers::grads
  uint32_t outer_place;  // marks of a run that this one is nested in
  uint64_t outer_run;
  bool needed = true;     // some wanted gradient lies behind it
  bool captured = false;  // grad() asks for a gradient of one of its outputs
};

struct Turn {
  uint64_t sequence;
  uint32_t place;  // of its task
  bool operator<(const Turn& other) const {
    return sequence != other.sequence ? sequence > other.sequence : place < other.place;
  }
};

struct Capture {
  Node* node;
  uint32_t output_nr;
  Tensor gradient;
};

// What a run fills. Kept for the thread's next run, so that training steps allocate nothing.
struct Buffers {
  std::vector<Task> tasks;
  std::vector<Tensor> grads;
  std::vector<Turn> turns;
  std::vector<Node*> stack;
  std::vector<Ref<Node>> roots;
  std::vector<Tensor> grad_inputs;  // of the running node; undefined between nodes

  void clear() {
    tasks.clear();
    grads.clear();
    turns.clear();
    stack.clear();
    roots.clear();
    for (Tensor& g : grad_inputs) g = Tensor();  // of a node that threw
  }
};

// A run nested in another takes buffers of its own: there are as many as runs were ever nested.
class Lease {
 public:
  Lease() {
    if (!spare_alive_ || spare_.list.empty()) {
      buffers_ = std::make_unique<Buffers>();
    } else {
      buffers_ = std::move(spare_.list.back());
      spare_.list.pop_back();
    }
  }
  ~Lease() {
    constexpr size_t kKept = 1 << 16;  // a graph beyond that is no training step
    if (!spare_alive_ || buffers_->tasks.size() > kKept) return;
    buffers_->clear();
    spare_.list.push_back(std::move(buffers_));
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  Buffers& operator*() const { return *buffers_; }

 private:
  struct Spare {
    std::vector<std::unique_ptr<Buffers>> list;
    ~Spare() { spare_alive_ = false; }
  };
  // Not a member: it is asked after the spare ones are gone.
  static thread_local bool spare_alive_;
  static thread_local Spare spare_;
  std::unique_ptr<Buffers> buffers_;
};
thread_local bool Lease::spare_alive_ = true;
thread_local Lease::Spare Lease::spare_;

// Nodes are reached once, run in falling sequence order, and marked by (run, place) in themselves,
// so no map is needed. Every consumer of a tensor has a higher sequence than its maker: when a
// node's turn comes, its gradients are complete.
class Run {
 public:
  Run(bool keep_graph, bool create_graph)
      : keep_graph_(keep_graph),
        create_graph_(create_graph),
        tasks_((*lease_).tasks),
        grads_((*lease_).grads),
        turns_((*lease_).turns),
        stack_((*lease_).stack),
        roots_((*lease_).roots),
        grad_inputs_((*lease_).grad_inputs) {}
  ~Run() {
    for (const Task& task : tasks_) {
      task.node->place = task.outer_place;
      task.node->run.store(task.outer_run, std::memory_order_release);
    }
    innermost_ = outer_;
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  void add_root(Edge edge, Tensor gradient) {
    reach(edge.node.get());
    accumulate(slot(*edge.node, edge.output_nr), std::move(gradient));
    roots_.push_back(std::move(edge.node));
  }

  // Restricts the run to what leads to the captures.
  void capture(const std::vector<Edge>& edges) {
    for (Task& task : tasks_) task.needed = false;
    for (const Edge& e : edges) {
      captures_.push_back({e.node.get(), e.output_nr, {}});
      if (e.node && reached(*e.node)) task_of(*e.node).needed = task_of(*e.node).captured = true;
    }
    order_turns();
    for (auto turn = turns_.rbegin(); turn != turns_.rend(); ++turn) {
      Task& task = tasks_[turn->place];
      for (size_t i = 0; i < task.node->num_inputs() && !task.needed; ++i)
        if (const Node* next = task.node->edge(i).node.get()) task.needed = task_of(*next).needed;
    }
    restricted_ = true;
  }
  const std::vector<Capture>& captures() const { return captures_; }

  void execute() {
    const ProfileRange range("backward", ProfileCategory::kBackward);
    AutoGradMode mode(create_graph_);
    const AnomalyPause pause;    // each node's backward is judged as a whole
    const FlushDenormals flush;  // once, rather than in each kernel
    order_turns();
    for (const Turn& turn : turns_) run_task(tasks_[turn.place]);
  }

 private:
  // Numbers of runs are taken in lots, a thread at a time.
  static uint64_t next_id() {
    constexpr uint64_t kLot = 1 << 16;
    static std::atomic<uint64_t> lots{0};
    thread_local uint64_t last = 0;
    if (last % kLot == 0) last = lots++ * kLot;
    return ++last;
  }

  bool reached(const Node& node) const { return node.run.load(std::memory_order_relaxed) == id_; }
  Task& task_of(const Node& node) {
    if (!reached(node)) [[unlikely]]
      throw_shared(node);
    return tasks_[node.place];
  }
  Tensor& slot(const Node& node, uint32_t nr) { return grads_[task_of(node).first_grad + nr]; }

  void reach(Node* root) {
    if (reached(*root)) return;
    mark(root);
    stack_.push_back(root);
    while (!stack_.empty()) {
      const Node* node = stack_.back();
      stack_.pop_back();
      for (size_t i = 0; i < node->num_inputs(); ++i) {
        Node* next = node->edge(i).node.get();
        if (!next || reached(*next)) continue;
        mark(next);
        stack_.push_back(next);
      }
    }
  }

  // Marks of another thread are left alone: each run would go by the other's places. Only the ends
  // of the tape, where every run comes to, are worth a locked instruction.
  void mark(Node* node) {
    uint64_t outer = node->run.load(std::memory_order_acquire);
    if (outer != 0 && !is_outer(outer)) [[unlikely]]
      throw_shared(*node);
    if (!node->is_accumulator())
      node->run.store(id_, std::memory_order_relaxed);
    else if (!node->run.compare_exchange_strong(outer, id_))
      throw_shared(*node);
    tasks_.push_back({node, static_cast<uint32_t>(grads_.size()), node->place, outer});
    for (uint32_t i = 0; i < node->num_outputs; ++i) grads_.emplace_back();
    node->place = static_cast<uint32_t>(tasks_.size() - 1);
  }

  bool is_outer(uint64_t id) const {
    const Run* run = outer_;
    while (run && run->id_ != id) run = run->outer_;
    return run;
  }

  void order_turns() {
    if (turns_.size() == tasks_.size()) return;
    // The ends of the tape come last, and without them a chain of operations is in order.
    const auto add_turns = [this](bool accumulators) {
      for (uint32_t i = 0; i < tasks_.size(); ++i)
        if (const Node& node = *tasks_[i].node; node.is_accumulator() == accumulators)
          turns_.push_back({node.sequence, i});
    };
    add_turns(false);
    if (!std::is_sorted(turns_.begin(), turns_.end())) std::sort(turns_.begin(), turns_.end());
    add_turns(true);
  }

  void accumulate(Tensor& into, Tensor gradient) {
    if (!into.defined()) {
      into = std::move(gradient);
    } else if (!create_graph_ && is_exclusive(into)) {
      into.add_(gradient);
    } else {
      into = into + gradient;
    }
  }

  void run_hooks(const Task& task, Tensor* grads) {
    Node::Extras* extras = task.node->find_extras();
    if (!extras) return;
    const std::vector<Node::Hook> hooks = extras->hooks;  // a hook may add and remove hooks
    for (const Node::Hook& hook : hooks) {
      Tensor& g = grads[hook.output_nr];
      if (!g.defined()) continue;
      if (Tensor replaced = hook.function(g); replaced.defined()) {
        REEL_CHECK(replaced.sizes() == g.sizes(), "hook: it returned a gradient ", replaced,
                   " for one of shape ", g, "; the shape must stay.");
        REEL_CHECK(replaced.dtype() == g.dtype(), "hook: it returned a gradient of ",
                   replaced.dtype(), " for one of ", g.dtype(), "; the dtype must stay.");
        g = std::move(replaced);
      }
    }
    for (const Node::Retained& retained : extras->retained)
      if (const Tensor& g = grads[retained.output_nr]; g.defined())
        retained.slot->grad = retained.slot->grad.defined() ? retained.slot->grad + g : g;
  }

  void run_task(const Task& task) {
    Node& node = *task.node;
    if (!task.needed) return;
    Tensor* grads = &grads_[task.first_grad];
    bool any = false;
    for (uint32_t i = 0; i < node.num_outputs; ++i) any |= grads[i].defined();
    if (any) {
      run_hooks(task, grads);
      if (task.captured)
        for (Capture& c : captures_)
          if (c.node == &node) c.gradient = grads[c.output_nr];
      if (!(restricted_ && node.is_accumulator() && task.captured)) call(node, grads);
    }
    for (uint32_t i = 0; i < node.num_outputs; ++i) grads[i] = Tensor();
    if (!keep_graph_ && !node.is_accumulator() && leads_on(node)) {
      node.release_saved();
      node.released = true;
    }
  }

  // A captured node at which a restricted run stops has not run.
  bool leads_on(const Node& node) {
    if (!restricted_) return true;
    for (size_t i = 0; i < node.num_inputs(); ++i)
      if (const Node* next = node.edge(i).node.get(); next && task_of(*next).needed) return true;
    return false;
  }

  void call(Node& node, Tensor* grads) {
    if (!node.is_accumulator() && !leads_on(node)) return;
    if (node.released) [[unlikely]]
      throw_released(node);
    const size_t n = node.num_inputs();
    constexpr size_t kInline = 8;
    bool inline_wanted[kInline];
    std::unique_ptr<bool[]> more_wanted(n > kInline ? new bool[n] : nullptr);
    bool* wanted = n > kInline ? more_wanted.get() : inline_wanted;
    for (size_t i = 0; i < n; ++i) {
      const Node* next = node.edge(i).node.get();
      wanted[i] = next && task_of(*next).needed;
    }
    if (grad_inputs_.size() < n) grad_inputs_.resize(n);
    const GradientScope profiled(node, grads);
    BackwardCall backward_call(node, grads, grad_inputs_.data(), wanted, create_graph_);
    if (detects_anomalies_) [[unlikely]] {
      const TensorList arrived(grads, grads + node.num_outputs);
      node.backward(backward_call);
      check_backward(node, arrived, grad_inputs_.data(), wanted);
    } else {
      node.backward(backward_call);
    }
    profiled.made(grad_inputs_.data(), n);
    for (uint32_t i = 0; i < node.num_outputs; ++i) grads[i] = Tensor();
    for (size_t i = 0; i < n; ++i) {
      Tensor gradient = std::move(grad_inputs_[i]);
      if (!wanted[i] || !gradient.defined()) continue;
      const Edge& edge = node.edge(i);
      accumulate(slot(*edge.node, edge.output_nr), std::move(gradient));
    }
  }

  static thread_local Run* innermost_;
  Run* const outer_ = std::exchange(innermost_, this);
  const uint64_t id_ = next_id();
  bool keep_graph_, create_graph_, restricted_ = false;
  const bool detects_anomalies_ = TapeMode::get() & TapeMode::kDetectsAnomalies;
  Lease lease_;
  std::vector<Task>& tasks_;
  std::vector<Tensor>& grads_;
  std::vector<Turn>& turns_;
  std::vector<Node*>& stack_;
  std::vector<Ref<Node>>& roots_;
  std::vector<Tensor>& grad_inputs_;
  std::vector<Capture> captures_;
};
thread_local Run* Run::innermost_ = nullptr;

void add_root(Run& run, const char* op, const Tensor& y, Tensor g) {
  REEL_CHECK_GRAPH(y.requires_grad(), op, ": the tensor ", y,
                   " does not require grad and has no history; nothing was recorded. [does an "
                   "input have requires_grad, and is grad mode on?]");
  check_history(op, y);
  if (!g.defined()) {
    REEL_CHECK(y.numel() == 1, op, ": the tensor ", y, " has ", y.numel(),
               " elements and no gradient was given; only a single element may leave it out. "
               "[reduce it, or pass a gradient of its shape]");
    g = ones_like(y);
  }
  REEL_CHECK(g.sizes() == y.sizes(), op, ": the gradient ", g, " does not match the tensor ", y,
             "; the shapes must be equal.");
  REEL_CHECK(g.dtype() == y.dtype(), op, ": the gradient is ", g.dtype(), ", the tensor ",
             y.dtype(), "; the dtypes must be equal.");
  run.add_root(gradient_edge(y), std::move(g));
}

void add_roots(Run& run, const char* op, const TensorList& tensors, const TensorList& grads) {
  REEL_CHECK(!tensors.empty(), op, ": no tensor to start from.");
  REEL_CHECK(grads.empty() || grads.size() == tensors.size(), op, ": ", tensors.size(),
             " tensors but ", grads.size(), " gradients; there must be as many, or none.");
  for (size_t i = 0; i < tensors.size(); ++i)
    add_root(run, op, tensors[i], i < grads.size() ? grads[i] : Tensor());
}

std::vector<Edge> edges_of(const char* op, const TensorList& inputs) {
  std::vector<Edge> edges;
  for (const Tensor& x : inputs) {
    REEL_CHECK_GRAPH(x.requires_grad(), op, ": an input ", x, " does not require grad.");
    edges.push_back(gradient_edge(x));
  }
  return edges;
}

}  // namespace

void backward(const TensorList& tensors, const TensorList& grad_tensors,
              std::optional<bool> retain_graph, bool create_graph, const TensorList& inputs) {
  if (!inputs.empty()) {
    const TensorList grads =
        grad(tensors, inputs, grad_tensors, retain_graph, create_graph, /*allow_unused=*/true);
    AutoGradMode mode(create_graph);
    for (size_t i = 0; i < inputs.size(); ++i) {
      Tensor& into = inputs[i].mutable_grad();
      if (grads[i].defined()) into = into.defined() ? into + grads[i] : grads[i].clone();
    }
    return;
  }
  Run run(retain_graph.value_or(create_graph), create_graph);
  add_roots(run, "backward", tensors, grad_tensors);
  run.execute();
}

TensorList grad(const TensorList& outputs, const TensorList& inputs, const TensorList& grad_outputs,
                std::optional<bool> retain_graph, bool create_graph, bool allow_unused) {
  Run run(retain_graph.value_or(create_graph), create_graph);
  add_roots(run, "grad", outputs, grad_outputs);
  run.capture(edges_of("grad", inputs));
  run.execute();
  TensorList result;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Tensor& g = run.captures()[i].gradient;
    REEL_CHECK_GRAPH(
        g.defined() || allow_unused, "grad: input ", i, " ", inputs[i],
        " was not used to compute the outputs. [pass allow_unused = true if that may be]");
    result.push_back(g);
  }
  return result;
}

}  // namespace reel::autograd

namespace reel {

void Tensor::backward(const Tensor& gradient, std::optional<bool> retain_graph, bool create_graph,
                      const TensorList& inputs) const {
  if (!inputs.empty())
    return autograd::backward({*this}, {gradient}, retain_graph, create_graph, inputs);
  autograd::Run run(retain_graph.value_or(create_graph), create_graph);
  autograd::add_root(run, "backward", *this, gradient);
  run.execute();
}

}  // namespace reel
