// y = any window onto the memory that x looks at. As a linear map on that memory: x is written into
// it, y is read from it; the gradient is added into it where y reads and read where x was written.
// Equations: docs/ops/as_strided.md.

#include <reel/autograd/ops/shapes.h>
#include <reel/autograd/variable.h>
#include <reel/autograd/view.h>
#include <reel/autograd/window.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

#include <algorithm>

namespace reel {

namespace {

Windows check_as_strided(const Tensor& x, IntArrayRef sizes, IntArrayRef strides,
                         std::optional<int64_t> offset) {
  const Window y{sizes, strides, offset.value_or(x.storage_offset())};
  REEL_CHECK(sizes.size() == strides.size(), "as_strided: sizes ", sizes, " and strides ", strides,
             " differ in length; every dimension needs both.");
  REEL_CHECK(y.offset >= 0, "as_strided: offset ", y.offset, "; it must be 0 or more.");
  for (int64_t stride : strides)
    REEL_CHECK(stride >= 0, "as_strided: strides ", strides, "; each must be 0 or more.");
  const std::optional<int64_t> end = end_of(y);
  const auto held = static_cast<int64_t>(x.impl()->storage->bytes() / x.itemsize());
  REEL_CHECK(end && *end <= held, "as_strided: sizes ", sizes, ", strides ", strides,
             " and offset ", y.offset, " reach out of the memory; it holds ", held, " elements.");
  return {window_of(x), y};
}

// Zeros wide enough for both windows, and the windows moved onto it.
Tensor memory_of(Windows& w, Dtype dtype) {
  const int64_t begin = std::min(w.x.offset, w.y.offset);
  const int64_t end = std::max(end_of(w.x).value(), end_of(w.y).value());
  w.x.offset -= begin;
  w.y.offset -= begin;
  return zeros(end - begin, dtype);
}

Tensor seen_through(const Tensor& memory, const Window& w) {
  return alias(memory, w.sizes, w.strides, w.offset);
}

Tensor copy_of(const Tensor& x) {
  Tensor y = empty(x.sizes(), x.dtype());
  copy_values(x, y);
  return y;
}

// memory[w] += g, one element after the other: several may share a place.
void add_through(const Tensor& memory, const Window& w, const Tensor& g) {
  const Tensor dense = copy_of(g);
  visit_floating(g.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* from = dense.data_ptr<T>();
    T* to = memory.data_ptr<T>() + w.offset;
    for (int64_t i = 0, n = dense.numel(); i < n; ++i) {
      int64_t at = 0, rest = i;
      for (size_t d = w.sizes.size(); d-- > 0; rest /= w.sizes[d])
        at += rest % w.sizes[d] * w.strides[d];
      to[at] += from[i];
    }
  });
}

// Whether both windows show the same elements in row-major order.
bool shows_the_same(const Windows& w) {
  return w.x.offset == w.y.offset && numel_of(w.x.sizes) == numel_of(w.y.sizes) &&
         is_row_major(w.x.sizes, w.x.strides) && is_row_major(w.y.sizes, w.y.strides);
}

// The two maps are linear and each other's adjoint.
struct AsStridedBackward final : NodeOf<AsStridedBackward> {
  static constexpr const char* kName = "as_strided";
  Windows windows;
  bool shares_memory = false;

  bool is_view() const override { return shares_memory; }
  void backward(BackwardCall& call) override {
    call.set_grad_input(0, write_through(call.grad_output(), windows));
  }
  void release_saved() override {}
};

struct AsStridedScatterBackward final : NodeOf<AsStridedScatterBackward> {
  static constexpr const char* kName = "as_strided_scatter";
  Windows windows;

  void backward(BackwardCall& call) override {
    call.set_grad_input(0, read_through(call.grad_output(), windows));
  }
  void release_saved() override {}
};

// What a window shows of memory made for the purpose.
Tensor taken(const Tensor& memory, const Window& w) {
  const Tensor y = seen_through(memory, w);
  return y.impl()->row_major ? y : copy_of(y);
}

}  // namespace

Tensor read_through(const Tensor& x, const Windows& windows) {
  if (shows_the_same(windows)) return x.sizes() == windows.y.sizes ? x : x.reshape(windows.y.sizes);
  const OperationScope scope(AsStridedBackward::kName);
  Windows w = windows;
  const Tensor memory = memory_of(w, x.dtype());
  copy_values(x, seen_through(memory, w.x));
  const Tensor y = taken(memory, w.y);
  if (auto* node = record<AsStridedBackward>(y, x)) node->windows = windows;
  return y;
}

Tensor write_through(const Tensor& g, const Windows& windows) {
  if (shows_the_same(windows)) return g.sizes() == windows.x.sizes ? g : g.reshape(windows.x.sizes);
  const OperationScope scope(AsStridedScatterBackward::kName);
  Windows w = windows;
  const Tensor memory = memory_of(w, g.dtype());
  if (is_one_to_one(w.y))
    copy_values(g, seen_through(memory, w.y));
  else
    add_through(memory, w.y, g);
  const Tensor y = taken(memory, w.x);
  if (auto* node = record<AsStridedScatterBackward>(y, g)) node->windows = windows;
  return y;
}

void record_window(const Tensor& y, const Tensor& x) {
  const OperationScope scope(AsStridedBackward::kName);
  if (auto* node = record<AsStridedBackward>(y, x)) {
    node->windows = {window_of(x), window_of(y)};
    node->shares_memory = true;
  }
}

Tensor Tensor::as_strided(IntArrayRef sizes, IntArrayRef strides,
                          std::optional<int64_t> offset) const {
  const Windows windows = check_as_strided(*this, sizes, strides, offset);
  REEL_CHECK_GRAPH(!GradMode::is_enabled() || !requires_grad() || is_one_to_one(windows.x),
                   "as_strided: the tensor ", *this, " with strides ", this->strides(),
                   " is an expanded one, several of its elements share one place; the gradient can "
                   "not be told apart. [clone it first]");
  const Tensor y = view_of(*this, sizes, strides, windows.y.offset);
  record_window(y, *this);
  return y;
}

}  // namespace reel
