#include <reel/autograd/variable.h>
#include <reel/autograd/view.h>
#include <reel/autograd/window.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

namespace reel {

namespace {

bool follows_memory(const TensorImpl& impl) { return impl.recorded_writes == kFollowsMemory; }

bool is_current(const TensorImpl& impl) {
  return impl.recorded_writes == impl.storage->recorded_writes || follows_memory(impl);
}

bool is_watched_leaf(const TensorImpl& impl) {
  const auto* meta = static_cast<const AutogradMeta*>(impl.autograd);
  return impl.requires_grad && !(meta && meta->grad_fn);
}

// The tensor that the view shows a part of; null where set_data has parted them.
TensorImpl* base_of(const TensorImpl& view) {
  TensorImpl* base = view.base.get();
  return base && base->storage == view.storage ? base : nullptr;
}

// Whether every element of the view is one of the base, whose memory has no gaps.
bool lies_within(const Window& view, const Window& base) {
  const std::optional<int64_t> end = end_of(base), view_end = end_of(view);
  return is_one_to_one(base) && end && view_end && *end - base.offset == numel_of(base.sizes) &&
         (numel_of(view.sizes) == 0 || (view.offset >= base.offset && *view_end <= *end));
}

// A write in place to a view, as a function of the whole base: what the view shows becomes
// f(what it showed, others), where f is the recorded write, and the rest stays.
struct WriteThroughBackward final : Node {
  Ref<Node> write;
  const char* write_name = nullptr;  // when it is gone
  Windows windows;                   // of the base and of the view

  // Asked when it is needed: the write's node is filled after it was recorded.
  const char* name() const override { return write ? write->name() : write_name; }
  void release_saved() override {
    write_name = name();
    write.reset();
  }

  void backward(BackwardCall& call) override {
    if (call.create_graph()) return backward_recorded(call);
    const Tensor whole = laid_out_as_base(call.take_grad_output());
    const Tensor part = alias(whole, windows.y.sizes, windows.y.strides,
                              whole.impl()->offset + windows.y.offset - windows.x.offset);
    // A copy: what f passes on must not change with the part.
    Tensor grads[kMostInputs];
    const Tensor of_part = empty(part.sizes(), part.dtype());
    copy_values(part, of_part);
    run_write(call, of_part, grads);
    if (!call.wanted(0)) return;
    copy_values(grads[0].defined() ? grads[0] : zeros({}, part.dtype()), part);
    call.set_grad_input(0, whole);
  }

 private:
  static constexpr size_t kMostInputs = 8;

  // The same in differentiable operations.
  void backward_recorded(BackwardCall& call) {
    const Tensor& grad = call.grad_output();
    Tensor grads[kMostInputs];
    run_write(call, read_through(grad, windows), grads);
    if (!call.wanted(0)) return;
    const Tensor written = write_through(ones(windows.y.sizes, grad.dtype()), windows).ne(0);
    const Tensor rest = grad.masked_fill(written, 0);
    call.set_grad_input(0, grads[0].defined() ? rest + write_through(grads[0], windows) : rest);
  }

  void run_write(BackwardCall& call, Tensor of_part, Tensor* grads) {
    const size_t n = num_inputs();
    REEL_ASSERT(n <= kMostInputs);
    bool wanted[kMostInputs];
    for (size_t i = 0; i < n; ++i) wanted[i] = call.wanted(i);
    BackwardCall inner(*write, &of_part, grads, wanted, call.create_graph());
    write->backward(inner);
    for (size_t i = 1; i < n; ++i)
      if (wanted[i]) call.set_grad_input(i, grads[i]);
  }

  // In memory of its own that lies as the base's does; the gradient's where nobody else has it.
  Tensor laid_out_as_base(Tensor grad) const {
    const Window& base = windows.x;
    if (is_row_major(base.sizes, base.strides) && is_plain(grad) && is_exclusive(grad)) return grad;
    const Tensor whole = alias(empty(grad.numel(), grad.dtype()), base.sizes, base.strides, 0);
    copy_values(grad, whole);
    return whole;
  }
};

// What `y`, a new handle to memory of `x`, has to know of it.
void make_view(const Tensor& y, const Tensor& x, ViewKind kind) {
  TensorImpl& view = *y.impl();
  const TensorImpl& from = *x.impl();
  if (!GradMode::is_enabled() || (from.view_kind == ViewKind::kUnrecorded && !from.requires_grad)) {
    view.view_kind = ViewKind::kUnrecorded;
    return;
  }
  view.view_kind = from.view_kind == ViewKind::kOneOfSeveral ? from.view_kind : kind;
  view.base = base_of(from) && !is_watched_leaf(from) ? from.base : Ref<TensorImpl>(x.impl());
  if (follows_memory(view)) view.recorded_writes = view.storage->recorded_writes;
}

}  // namespace

Tensor view_of(const Tensor& x, IntArrayRef sizes, IntArrayRef strides, int64_t offset,
               ViewKind kind) {
  Tensor y = alias(x, sizes, strides, offset);
  make_view(y, x, kind);
  return y;
}

Tensor view_of(const Tensor& x) {
  Tensor y(make_ref<TensorImpl>(*x.impl()));
  y.impl()->recorded_writes = x.impl()->recorded_writes;
  make_view(y, x, ViewKind::kRecorded);
  return y;
}

bool refresh_history(const Tensor& x) {
  TensorImpl& view = *x.impl();
  if (is_current(view)) return true;
  if (!base_of(view) || is_watched_leaf(view)) return false;
  const Tensor base(view.base);
  const bool known = follows_memory(*base.impl());
  if (known && view.requires_grad) return false;
  if (!is_current(*base.impl()) || (!known && !lies_within(window_of(x), window_of(base))))
    return false;
  view.recorded_writes = view.storage->recorded_writes;
  const AutoGradMode recording(true);
  record_window(x, base);
  return true;
}

bool Tensor::view_requires_grad() const {
  if (impl_->base->requires_grad) refresh_history(*this);
  return impl_->requires_grad;
}

void check_write_through(const char* op, const Tensor& x) {
  const TensorImpl& view = *x.impl();
  REEL_CHECK_GRAPH(view.view_kind != ViewKind::kOneOfSeveral, op, ": ", x,
                   " is one of several views that one operation made; what is written through it "
                   "is not followed. [take it by narrow or select, or write out of place]");
  REEL_CHECK_GRAPH(view.view_kind != ViewKind::kUnrecorded || view.requires_grad, op, ": ", x,
                   " is a view made while nothing was recorded; what is written through it can not "
                   "be followed. [make the view while recording]");
  if (!base_of(view)) return;
  const Tensor base(view.base);
  REEL_CHECK_GRAPH(!is_watched_leaf(*base.impl()), op, ": ", x,
                   " is a view of a leaf that requires grad; it can not be written in place while "
                   "recording. [use NoGradGuard to update parameters, or clone it first]");
  check_history(op, base);
  REEL_CHECK_GRAPH(is_one_to_one(window_of(x)) && lies_within(window_of(x), window_of(base)), op,
                   ": ", x, " with strides ", x.strides(), " is no part of the tensor ", base,
                   " with strides ", base.strides(),
                   " element for element; what is written through it can not be followed. [write "
                   "to the tensor itself, or clone it first]");
}

void record_write(const char* op, const Tensor& x, Ref<Node> node) {
  TensorImpl& view = *x.impl();
  if (view.view_kind != ViewKind::kNone) check_write_through(op, x);
  const uint32_t now = ++view.storage->recorded_writes;
  if (!base_of(view)) {
    view.recorded_writes = now;
    return set_history(x, std::move(node));
  }
  const Tensor base(view.base);
  Ref<WriteThroughBackward> through = make_ref<WriteThroughBackward>();
  through->windows = {window_of(base), window_of(x)};
  link_write(*through, base, *node);
  through->write = std::move(node);
  set_history(base, std::move(through));
  base.impl()->recorded_writes = now;
  view.recorded_writes = now - 1;  // its history is made when somebody asks for it
}

}  // namespace reel
