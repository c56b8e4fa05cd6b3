#include <reel/autograd/grad_mode.h>
#include <reel/autograd/node.h>
#include <reel/autograd/variable.h>

namespace reel {

namespace {

thread_local bool recording = true;

std::string place_of(const Node& node) {
  return node.module_path ? concat(" (in module ", node.module_path, ")") : std::string();
}

// Nodes whose last reference has gone, deleted one at a time by the outermost dispose.
thread_local std::vector<Node*> condemned;
thread_local bool deleting = false;

}  // namespace

bool GradMode::is_enabled() { return recording; }
void GradMode::set_enabled(bool enabled) { recording = enabled; }

void SavedTensor::save(const Tensor& x) {
  data_ = x;
  if (x.defined()) version_ = x.impl()->storage->version;
}

void SavedTensor::save_output(const Tensor& y, uint32_t output_nr) {
  TensorImpl& impl = *y.impl();
  data_ =
      Tensor(make_ref<TensorImpl>(impl.storage, impl.sizes, impl.strides, impl.offset, impl.dtype));
  version_ = impl.storage->version;
  output_nr_ = output_nr;
  is_output_ = true;
}

Tensor SavedTensor::unpack(const Node& node, const char* what) const {
  REEL_CHECK_GRAPH(
      !node.released, node.name(), ": backward a second time", place_of(node),
      "; what it had saved was freed by the first. [pass retain_graph = true to the first "
      "backward]");
  if (!data_.defined()) return data_;
  const uint32_t now = data_.impl()->storage->version;
  REEL_CHECK_GRAPH(now == version_, node.name(), ": saved ", is_output_ ? "output '" : "input '",
                   what, "' ", data_, " was modified in place", place_of(node),
                   "; it is at version ", now, ", but backward needs version ", version_,
                   ". [replace the in-place operation, or clone the tensor before it]");
  if (!is_output_ || !GradMode::is_enabled()) return data_;
  TensorImpl& impl = *data_.impl();
  Tensor y(make_ref<TensorImpl>(impl.storage, impl.sizes, impl.strides, impl.offset, impl.dtype));
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

Node::Extras& Node::extras() {
  if (!extras_) extras_ = std::make_unique<Extras>();
  return *extras_;
}

void Node::dispose() {
  condemned.push_back(this);
  if (deleting) return;
  deleting = true;
  while (!condemned.empty()) {
    Node* node = condemned.back();
    condemned.pop_back();
    delete node;
  }
  deleting = false;
}

void AccumulateGrad::backward(BackwardCall& call) {
  const Tensor& incoming = call.grad_output();
  Tensor& grad = slot_->grad;
  if (!grad.defined()) {
    // What may be shared is copied, so that adding to it later changes only this.
    grad = is_exclusive(incoming) ? incoming : incoming.clone();
  } else if (call.create_graph()) {
    grad = grad + incoming;
  } else {
    grad.add_(incoming);
  }
}

}  // namespace reel
