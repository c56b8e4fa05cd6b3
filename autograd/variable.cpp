#include <reel/autograd/anomaly_check.h>
#include <reel/autograd/module_path.h>
#include <reel/autograd/trace.h>
#include <reel/autograd/variable.h>
#include <reel/core/layout.h>

#include <atomic>

namespace reel {

namespace {

thread_local uint64_t last_sequence = 0;

constexpr uint8_t kWatched = TapeMode::kDetectsAnomalies | TapeMode::kTraces | TapeMode::kProfiles;

}  // namespace

AutogradMeta& meta_of(const Tensor& x) {
  if (!x.impl()->autograd) x.impl()->autograd = new AutogradMeta;
  return *find_meta(x);
}

Edge gradient_edge(const Tensor& x) {
  if (!x.requires_grad()) return {};
  AutogradMeta& meta = meta_of(x);
  if (meta.grad_fn) return {meta.grad_fn, meta.output_nr};
  if (!meta.accumulator) {
    if (!meta.slot) meta.slot = make_ref<GradSlot>();
    meta.accumulator = make_ref<AccumulateGrad>(meta.slot);
  }
  return {meta.accumulator, 0};
}

void check_history(const char* op, const Tensor& x) {
  const TensorImpl& impl = *x.impl();
  if (impl.recorded_writes == impl.storage->recorded_writes) [[likely]]
    return;
  REEL_CHECK_GRAPH(
      refresh_history(x), op, ": an input ", x,
      " was written in place through another view of its memory, on the tape; its own history "
      "does not know of that write. [use the tensor that was written, or write out of place]");
}

bool is_exclusive(const Tensor& x) { return is_sole(x) && is_dense(x); }

// After a write in place a retained gradient is that of the new values.
static void move_retained(AutogradMeta& meta, Node& to, uint32_t nr) {
  auto& from = meta.grad_fn->find_extras()->retained;
  if (std::erase_if(from, [&](const Node::Retained& r) { return r.slot == meta.slot; }) > 0)
    to.extras().retained.push_back({nr, meta.slot});
}

void set_history(const Tensor& y, Ref<Node> node, uint32_t nr) {
  AutogradMeta& meta = meta_of(y);
  if (meta.grad_fn && meta.grad_fn->find_extras()) [[unlikely]]
    move_retained(meta, *node, nr);
  meta.grad_fn = std::move(node);
  meta.output_nr = nr;
  y.impl()->requires_grad = true;
}

bool needs_recording(const Operation& operation) {
  const uint8_t mode = TapeMode::get();
  if (mode & kWatched) [[unlikely]] {
    if (mode & TapeMode::kDetectsAnomalies)
      check_forward(operation.name, {operation.outputs, operation.num_outputs, operation.inputs,
                                     operation.num_inputs, operation.in_place});
    if (mode & TapeMode::kProfiles) note_operation(operation);
  }
  if (!(mode & TapeMode::kRecords)) return false;
  bool needed = false;
  for (size_t i = 0; i < operation.num_inputs; ++i) {
    const Tensor& x = *operation.inputs[i];
    if (!x.defined()) continue;
    check_history(operation.name, x);
    needed |= x.requires_grad();
  }
  // Last: an input's history may have been made anew, which is traced too.
  if (mode & TapeMode::kTraces) [[unlikely]]
    Trace::expect(operation.outputs, operation.num_outputs);
  return needed;
}

void link(Node& node, const Tensor* const* inputs, size_t n) {
  node.sequence = last_sequence + 1;
  node.module_path = current_module_path();
  node.set_inputs(n);
  for (size_t i = 0; i < n; ++i) node.set_edge(i, *inputs[i]);
  last_sequence = node.sequence;
  if (const uint8_t mode = TapeMode::get(); mode & kWatched) [[unlikely]] {
    if (mode & TapeMode::kDetectsAnomalies) note_forward(node, inputs, n);
    if (mode & TapeMode::kTraces) Trace::add(node, inputs, n);
  }
}

void link_write(Node& node, const Tensor& base, const Node& write) {
  node.sequence = last_sequence + 1;
  node.module_path = current_module_path();
  node.set_inputs(write.num_inputs());
  node.set_edge(0, base);
  for (size_t i = 1; i < write.num_inputs(); ++i) node.set_edge(i, write.edge(i));
  last_sequence = node.sequence;
  if (TapeMode::get() & TapeMode::kTraces) [[unlikely]]
    Trace::add_write(node, base, write);
}

void check_in_place(const char* op, const Tensor& x, const Tensor& values) {
  check_in_place(op, x);
  if (GradMode::is_enabled() && !x.requires_grad() && values.requires_grad())
    check_write_through(op, x);
}

void check_in_place(const char* op, const Tensor& x) {
  REEL_CHECK(x.defined(), op,
             ": the tensor is undefined; there is no memory to write to. [a gradient "
             "is undefined before the first backward()]");
  const TensorImpl& impl = *x.impl();
  for (size_t i = 0; i < impl.sizes.size() && impl.numel > 0; ++i)
    REEL_CHECK(impl.sizes[i] <= 1 || impl.strides[i] != 0, op, ": ", x,
               " is an expanded tensor, several of its elements share one place in memory; they "
               "can not be "
               "written in place. [clone it first]");
  if (!GradMode::is_enabled() || !x.requires_grad()) return;
  check_history(op, x);
  // Follow views down to what they look at.
  const AutogradMeta* meta = find_meta(x);
  const Node* node = meta ? meta->grad_fn.get() : nullptr;
  while (node && node->is_view()) node = node->edge(0).node.get();
  REEL_CHECK_GRAPH(
      node && !node->is_accumulator(), op, ": ", x,
      meta && meta->grad_fn ? " is a view of a leaf that requires grad"
                            : " is a leaf that requires grad",
      "; it can not be written in place while recording. [use NoGradGuard to update parameters, "
      "or clone it first]");
  if (impl.view_kind != ViewKind::kNone) check_write_through(op, x);
}

const Tensor& Tensor::set_requires_grad(bool value) const {
  checked();
  REEL_CHECK(!value || is_floating_point(), "requires_grad: a tensor of ", dtype(),
             " takes no gradient; only float32 and float64 do.");
  REEL_CHECK_GRAPH(is_leaf() || value, "requires_grad: only a leaf can stop requiring grad, ",
                   *this, " was made by ", is_leaf() ? "" : grad_fn()->name(), ". [use detach()]");
  if (value && !impl_->requires_grad) {
    // What was written on the tape through another view has a history that a leaf would lose.
    check_history("requires_grad", *this);
    impl_->recorded_writes = impl_->storage->recorded_writes;
  }
  impl_->requires_grad = value;
  return *this;
}

bool Tensor::is_leaf() const {
  checked();
  refresh_history(*this);
  const AutogradMeta* meta = impl_->autograd ? find_meta(*this) : nullptr;
  return !meta || !meta->grad_fn;
}

Tensor& Tensor::mutable_grad() const {
  checked();
  AutogradMeta& meta = meta_of(*this);
  if (!meta.slot) meta.slot = make_ref<GradSlot>();
  return meta.slot->grad;
}

const Tensor& Tensor::grad() const {
  static const Tensor none;
  const AutogradMeta* meta = checked().autograd ? find_meta(*this) : nullptr;
  return meta && meta->slot ? meta->slot->grad : none;
}

Ref<Node> Tensor::grad_fn() const {
  checked();
  refresh_history(*this);
  const AutogradMeta* meta = impl_->autograd ? find_meta(*this) : nullptr;
  return meta ? meta->grad_fn : Ref<Node>();
}

uint32_t Tensor::output_nr() const {
  checked();
  refresh_history(*this);
  const AutogradMeta* meta = impl_->autograd ? find_meta(*this) : nullptr;
  return meta ? meta->output_nr : 0;
}

void Tensor::retain_grad() const {
  REEL_CHECK_GRAPH(requires_grad(), "retain_grad: ", *this, " does not require grad.");
  refresh_history(*this);
  AutogradMeta& meta = meta_of(*this);
  if (!meta.grad_fn || retains_grad()) return;
  if (!meta.slot) meta.slot = make_ref<GradSlot>();
  meta.grad_fn->extras().retained.push_back({meta.output_nr, meta.slot});
}

bool Tensor::retains_grad() const {
  const Ref<Node> node = grad_fn();
  if (!node || !node->find_extras()) return false;
  for (const Node::Retained& r : node->find_extras()->retained)
    if (r.slot == find_meta(*this)->slot) return true;
  return false;
}

uint32_t Tensor::register_hook(TensorHook hook) const {
  REEL_CHECK_GRAPH(requires_grad(), "register_hook: ", *this,
                   " does not require grad; no gradient will come.");
  refresh_history(*this);
  static std::atomic<uint32_t> handles{0};
  const Edge edge = gradient_edge(*this);
  const uint32_t handle = ++handles;
  edge.node->extras().hooks.push_back({edge.output_nr, handle, std::move(hook)});
  return handle;
}

void Tensor::remove_hook(uint32_t handle) const {
  const Edge edge = gradient_edge(*this);
  if (!edge.node || !edge.node->find_extras()) return;
  std::erase_if(edge.node->find_extras()->hooks,
                [&](const Node::Hook& h) { return h.handle == handle; });
}

Tensor Tensor::detach() const {
  Tensor y(make_ref<TensorImpl>(checked()));
  y.impl()->recorded_writes = kFollowsMemory;
  return y;
}

void stand_in(const Tensor& x, const Tensor& value) {
  x.detach_();
  x.set_data(value);
  if (Ref<Node> node = value.grad_fn()) {
    node->stands_in = true;
    set_history(x, std::move(node), value.output_nr());
  }
  x.impl()->stands_in = true;
}

void end_stand_in(const Tensor& x) {
  x.detach_();
  x.set_requires_grad(true);
  x.impl()->stands_in = false;
}

const Tensor& Tensor::detach_() const {
  delete std::exchange(checked().autograd, nullptr);
  impl_->base.reset();
  impl_->view_kind = ViewKind::kNone;
  impl_->requires_grad = false;
  impl_->recorded_writes = kFollowsMemory;
  return *this;
}

void Tensor::set_data(const Tensor& other) const {
  REEL_CHECK(other.defined(), "set_data: the new data is undefined; it must be a tensor.");
  REEL_CHECK(!requires_grad() || other.is_floating_point(), "set_data: the tensor requires grad, ",
             "but the new data is ", other.dtype(), "; only float32 and float64 take a gradient.");
  TensorImpl &x = checked(), &y = *other.impl();
  x.base.reset();
  x.view_kind = ViewKind::kNone;
  x.storage = y.storage;
  x.sizes = y.sizes;
  x.strides = y.strides;
  x.offset = y.offset;
  x.numel = y.numel;
  x.row_major = y.row_major;
  x.dtype = y.dtype;
  x.recorded_writes = x.storage->recorded_writes;
}

}  // namespace reel
