#include <reel/autograd/grad_mode.h>
#include <reel/autograd/node.h>
#include <reel/autograd/variable.h>

#include <utility>

namespace reel {

namespace {

std::string place_of(const Node& node) {
  return node.module_path ? as_text(" (in module ", node.module_path, ")") : std::string();
}

// Of weight norm and its like, when forward was called past their hook.
constexpr const char* kCallModule =
    "[call the module, layer(x): layer->forward(x) computes no new weight]";

bool is_made_by_node(const Tensor& x) {
  const AutogradMeta* meta = find_meta(x);
  return meta && meta->grad_fn;
}

// Nodes whose last reference has gone, deleted one at a time by the outermost dispose. Linked
// through the nodes: a list with a destructor would be gone before the last static tensors.
thread_local Node* condemned = nullptr;
thread_local bool deleting = false;

}  // namespace

// The tensor as it is now: apart from its base, whose history may come to lead here (the two would
// hold each other for ever), and from what it may come to stand for.
[[gnu::noinline]] static Tensor as_it_is(const Tensor& x) {
  Tensor y(make_ref<TensorImpl>(*x.impl()));
  y.impl()->recorded_writes = x.impl()->recorded_writes;
  if (!x.requires_grad()) return y;
  gradient_edge(x);
  y.impl()->autograd = new AutogradMeta(meta_of(x));
  y.impl()->requires_grad = true;
  return y;
}

void SavedTensor::save(const Tensor& x) {
  if (!x.defined()) return reset();
  if (!x.impl()->base && !x.impl()->stands_in) [[likely]]
    data_ = x;
  else
    data_ = as_it_is(x);
  has_history_ = is_made_by_node(data_);
  storage_ = x.impl()->storage.get();
  version_ = storage_->version;
}

void SavedTensor::save_output(const Tensor& y, uint32_t output_nr) {
  data_ = Tensor(make_ref<TensorImpl>(*y.impl()));
  storage_ = y.impl()->storage.get();
  version_ = storage_->version;
  output_nr_ = output_nr;
  is_output_ = true;
}

const Tensor& SavedTensor::unpack_data(const Node& node, const char* what) const {
  if (node.released) [[unlikely]]
    throw_released(node);
  if (!data_.defined()) return data_;
  REEL_CHECK_GRAPH(data_.impl()->storage.get() == storage_, node.name(), ": saved input '", what,
                   "' ", data_, " was given other data", place_of(node),
                   "; backward needs what it had. [call set_data after backward]");
  if (active_recorder) [[unlikely]]
    note_saved(data_);
  const uint32_t now = storage_->version;
  REEL_CHECK_GRAPH(now == version_, node.name(), ": saved ", is_output_ ? "output '" : "input '",
                   what, "' ", data_, " was modified in place", place_of(node),
                   "; it is at version ", now, ", but backward needs version ", version_, ". ",
                   node.stands_in
                       ? kCallModule
                       : "[replace the in-place operation, or clone the tensor before it]");
  REEL_CHECK_GRAPH(!has_history_ || !GradMode::is_enabled() || is_made_by_node(data_), node.name(),
                   ": saved input '", what, "' ", data_, " was detached in place", place_of(node),
                   "; a gradient of the gradient needs the history that it had. [use detach() in "
                   "place of detach_()]");
  return data_;
}

void throw_shared(const Node& node) {
  const std::string shared = node.is_accumulator()
                                 ? "a leaf of this graph"
                                 : "the same '" + std::string(node.name()) + "'" + place_of(node);
  throw_graph_error("backward: another thread's backward is running through " + shared +
                    "; graphs of threads that run backward at one time must share neither "
                    "operations nor leaves that require grad. [give each thread a clone of the "
                    "module, and add the gradients]");
}

void throw_released(const Node& node) {
  throw_graph_error(
      as_text(node.name(), ": backward a second time", place_of(node),
              "; what it had saved was freed by the first. ",
              node.stands_in ? kCallModule : "[pass retain_graph = true to the first backward]"));
}

bool SavedTensor::lacks_history() const {
  return is_output_ && data_.defined() && GradMode::is_enabled();
}

Tensor SavedTensor::unpack(const Node& node, const char* what) const {
  const Tensor& data = unpack_data(node, what);
  if (!lacks_history()) return data;
  Tensor y(make_ref<TensorImpl>(*data.impl()));
  set_history(y, Ref<Node>(const_cast<Node*>(&node)), output_nr_);
  return y;
}

void Node::set_inputs(size_t n) {
  num_inputs_ = n;
  if (n > kInline) more_.resize(n - kInline);
}

void Node::set_edge(size_t i, const Tensor& input) {
  Edge& e = i < kInline ? inline_[i] : more_[i - kInline];
  if (!input.requires_grad()) return;
  e = gradient_edge(input);
  if (e.node->sequence >= sequence) sequence = e.node->sequence + 1;
}

void Node::set_edge(size_t i, const Edge& edge) {
  Edge& e = i < kInline ? inline_[i] : more_[i - kInline];
  e = edge;
  if (e.node && e.node->sequence >= sequence) sequence = e.node->sequence + 1;
}

Node::Extras& Node::extras() {
  if (!extras_) extras_ = std::make_unique<Extras>();
  return *extras_;
}

void Node::dispose() {
  next_condemned_ = std::exchange(condemned, this);
  if (deleting) return;
  deleting = true;
  while (Node* node = condemned) {
    condemned = node->next_condemned_;
    delete node;
  }
  deleting = false;
}

void AccumulateGrad::backward(BackwardCall& call) {
  Tensor incoming = call.take_grad_output();
  Tensor& grad = slot_->grad;
  if (!grad.defined()) {
    // What may be shared is copied, so that adding to it later changes only this. So is what has a
    // history: a later run adds in place.
    grad = !call.create_graph() && is_exclusive(incoming) ? std::move(incoming) : incoming.clone();
  } else if (call.create_graph()) {
    grad = grad + incoming;
  } else {
    grad.add_(incoming);
  }
}

}  // namespace reel
