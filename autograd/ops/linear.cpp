// y = x W^T + b
// dx = dy W, dW = dy^T x, db = the sum of the rows of dy; docs/ops/linear.md derives them.

#include <reel/autograd/ops/products.h>
#include <reel/autograd/variable.h>
#include <reel/core/blas.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>
#include <reel/core/reduction.h>

namespace reel {

namespace {

struct LinearGeometry {
  int64_t rows, in, out;
  Shape output;
};

LinearGeometry check_linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  REEL_CHECK(x.is_floating_point(), "linear: the input is ", x.dtype(),
             "; it must be float32 or float64.");
  REEL_CHECK(weight.dim() == 2, "linear: weight ", weight, " has ", weight.dim(),
             " dimensions; it must have 2, (out_features, in_features).");
  REEL_CHECK(x.dim() >= 1,
             "linear: the input is a single number; it must have 1 or more "
             "dimensions, the last of in_features = ",
             weight.size(1), ".");
  const int64_t in = weight.size(1), out = weight.size(0);
  REEL_CHECK(x.size(-1) == in, "linear: input ", x, " has ", x.size(-1), " features, but weight ",
             weight, " needs ", in, ".");
  REEL_CHECK(weight.dtype() == x.dtype(), "linear: weight is ", weight.dtype(), ", the input ",
             x.dtype(), "; the dtypes must be equal.");
  if (bias.defined()) {
    REEL_CHECK(bias.sizes() == IntArrayRef(out), "linear: bias ", bias, " does not match weight ",
               weight, "; its shape must be ", IntArrayRef(out), ".");
    REEL_CHECK(bias.dtype() == x.dtype(), "linear: bias is ", bias.dtype(), ", the input ",
               x.dtype(), "; the dtypes must be equal.");
  }
  Shape output = x.sizes();
  output[output.size() - 1] = out;
  Shape lead = x.sizes();
  lead.erase(lead.size() - 1);
  return {numel_of(lead), in, out, output};
}

// The equations in differentiable operations, for gradients of gradients.
void backward_recorded(BackwardCall& call, const LinearGeometry& g, const Tensor& x,
                       const Tensor& weight) {
  const Tensor dy = call.grad_output().reshape({g.rows, g.out});
  if (call.wanted(0)) {
    Shape input = g.output;
    input[input.size() - 1] = g.in;
    call.set_grad_input(0, dy.matmul(weight).reshape(input));
  }
  if (call.wanted(1)) call.set_grad_input(1, dy.t().matmul(x.reshape({g.rows, g.in})));
  if (call.wanted(2)) call.set_grad_input(2, dy.sum(0));
}

struct LinearBackward final : NodeOf<LinearBackward> {
  static constexpr const char* kName = "linear";
  LinearGeometry g;
  SavedTensor x, weight;

  void backward(BackwardCall& call) override {
    const Tensor &input = call.unpack(x, "input"), &w = call.unpack(weight, "weight");
    if (call.create_graph()) return backward_recorded(call, g, input, w);
    visit_floating(call.grad_output().dtype(),
                   [&](auto zero) { run<decltype(zero)>(call, input, w); });
  }

  template <class T>
  void run(BackwardCall& call, const Tensor& input, const Tensor& w) const {
    const Borrowed grad = contiguous(call.grad_output());
    const Tensor& dy = grad;
    const T* pdy = dy.data_ptr<T>();
    if (call.wanted(0)) {
      const OperationScope part("linear_input_grad");
      Shape sizes = g.output;
      sizes[sizes.size() - 1] = g.in;
      Tensor dx = empty(sizes, dy.dtype());
      parallel_gemm<T>(Trans::kNo, Trans::kNo, g.rows, g.in, g.out, 1, pdy, g.out, w.data_ptr<T>(),
                       g.in, 0, dx.data_ptr<T>(), g.in);
      part.moves({&dy, &w}, dx);
      call.set_grad_input(0, std::move(dx));
    }
    if (call.wanted(1)) {
      const OperationScope part("linear_weight_grad");
      Tensor dw = empty({g.out, g.in}, dy.dtype());
      parallel_gemm<T>(Trans::kYes, Trans::kNo, g.out, g.in, g.rows, 1, pdy, g.out,
                       input.data_ptr<T>(), g.in, 0, dw.data_ptr<T>(), g.in);
      part.moves({&dy, &input}, dw);
      call.set_grad_input(1, std::move(dw));
    }
    if (call.wanted(2)) {
      const OperationScope part("linear_bias_grad");
      Tensor db = empty(g.out, dy.dtype());
      sum_rows(g.rows, g.out, 1, pdy, db.data_ptr<T>());
      part.moves({&dy}, db);
      call.set_grad_input(2, std::move(db));
    }
  }

  void release_saved() override {
    x.reset();
    weight.reset();
  }
};

}  // namespace

Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias) {
  const OperationScope scope(LinearBackward::kName);
  const LinearGeometry g = check_linear(input, weight, bias);
  const Borrowed plain = contiguous(input), plain_weight = contiguous(weight),
                 plain_bias = contiguous(bias);
  const Tensor &x = plain, &w = plain_weight, &b = plain_bias;
  Tensor y = empty(g.output, x.dtype());
  visit_floating(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    parallel_gemm<T>(Trans::kNo, Trans::kYes, g.rows, g.out, g.in, 1, x.data_ptr<T>(), g.in,
                     w.data_ptr<T>(), g.in, 0, y.data_ptr<T>(), g.out,
                     b.defined() ? b.data_ptr<T>() : nullptr);
  });
  if (auto* node = record<LinearBackward>(y, x, w, b)) {
    node->g = g;
    if (node->wanted(1)) node->x.save(x);
    if (node->wanted(0)) node->weight.save(w);
  }
  return y;
}

}  // namespace reel
