// softmax: y = exp(x) / sum exp(x) over one dimension; dx = y (dy - sum(dy y)).
// log_softmax: y = x - log sum exp(x); dx = dy - exp(y) sum(dy). docs/ops/softmax.md derives them.

#include <reel/autograd/ops/activations.h>
#include <reel/autograd/trace.h>
#include <reel/autograd/variable.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/layout.h>

namespace reel {

namespace {

int64_t check_softmax(const char* op, const Tensor& x, int64_t dim) {
  REEL_CHECK(x.is_floating_point(), op, ": the input is ", x.dtype(),
             "; it must be float32 or float64. [use to(kFloat32)]");
  return wrap_dim(op, dim, x.dim());
}

// Dense memory as N x D x S, softmax going over D.
struct Rows {
  int64_t N = 1, D = 1, S = 1;
};

Rows rows_of(const Tensor& x, int64_t dim) {
  Rows rows;
  if (x.dim() == 0) return rows;
  const Shape strides =
      is_plain(x) ? contiguous_strides(x.sizes()) : channels_last_strides(x.sizes());
  const auto at = static_cast<size_t>(dim);
  rows.D = x.sizes()[at];
  rows.S = strides[at];
  rows.N = x.numel() == 0 ? 0 : x.numel() / (rows.D * rows.S);
  return rows;
}

template <bool kLog>
struct SoftmaxBackward final : NodeOf<SoftmaxBackward<kLog>> {
  static constexpr const char* kName = kLog ? "log_softmax" : "softmax";
  int64_t dim;
  SavedTensor y;

  void backward(BackwardCall& call) override {
    const Tensor output = call.unpack(y, "output");
    call.set_grad_input(0, call.create_graph() ? recorded(call.grad_output(), output)
                                               : computed(call.grad_output(), output));
  }

  // Equations 3 and 4 in differentiable operations, for gradients of gradients.
  Tensor recorded(const Tensor& dy, const Tensor& output) const {
    if (kLog) return dy - output.exp() * dy.sum(dim, true);
    return output * (dy - (dy * output).sum(dim, true));
  }

  Tensor computed(const Tensor& grad, const Tensor& output) const {
    const Tensor dy = laid_out_like(grad, output), dx = empty_like_layout(output, output.dtype());
    const Rows r = rows_of(output, dim);
    visit_floating(output.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const auto& kernels = kernels::active<kernels::Softmax<T>>();
      (kLog ? kernels.log_backward : kernels.backward)(
          r.N, r.D, r.S, physical_data<T>(dy), physical_data<T>(output), physical_data<T>(dx));
    });
    return dx;
  }
  void release_saved() override { y.reset(); }
};

template <bool kLog>
Tensor softmax_of(const Tensor& input, int64_t dimension) {
  const OperationScope scope(SoftmaxBackward<kLog>::kName);
  const int64_t dim = check_softmax(SoftmaxBackward<kLog>::kName, input, dimension);
  const Tensor x = dense(input), y = empty_like_layout(x, x.dtype());
  const Rows r = rows_of(x, dim);
  visit_floating(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const auto& kernels = kernels::active<kernels::Softmax<T>>();
    (kLog ? kernels.log_forward : kernels.forward)(r.N, r.D, r.S, physical_data<T>(x),
                                                   physical_data<T>(y));
  });
  if (auto* node = record<SoftmaxBackward<kLog>>(y, input)) {
    node->dim = dim;
    node->y.save_output(y);
    if (TracedOperation* t = traced(y)) t->integers("dim", dim);
  }
  return y;
}

}  // namespace

Tensor Tensor::softmax(int64_t dim) const { return softmax_of<false>(*this, dim); }
Tensor Tensor::log_softmax(int64_t dim) const { return softmax_of<true>(*this, dim); }
Tensor softmin(const Tensor& x, int64_t dim) { return x.neg().softmax(dim); }

}  // namespace reel
