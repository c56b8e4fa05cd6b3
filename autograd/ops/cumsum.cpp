// y_n = x_0 + ... + x_n along a dimension; dx_n = dy_n + ... + dy_N. docs/ops/cumsum.md.

#include <reel/autograd/ops/shapes.h>
#include <reel/autograd/trace.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/layout.h>

namespace reel {

namespace {

Tensor running_sum(const Tensor& x, int64_t dim, bool reverse);

// Equations 1 and 2 are each other's adjoint.
struct CumsumBackward final : NodeOf<CumsumBackward> {
  static constexpr const char* kName = "cumsum";
  int64_t dim;
  bool reverse;

  void backward(BackwardCall& call) override {
    call.set_grad_input(0, running_sum(call.grad_output(), dim, !reverse));
  }
  void release_saved() override {}
};

Tensor running_sum(const Tensor& input, int64_t dim, bool reverse) {
  const OperationScope scope(CumsumBackward::kName);
  const Tensor x = input.contiguous(), y = empty(x.sizes(), x.dtype());
  int64_t parts[3] = {1, 1, 1};
  for (int64_t d = 0; d < x.dim(); ++d) parts[d < dim ? 0 : d == dim ? 1 : 2] *= x.size(d);
  const auto run = [&](auto zero) {
    using T = decltype(zero);
    kernels::active<kernels::Cumsum<T>>().forward(parts[0], parts[1], parts[2], reverse,
                                                  x.data_ptr<T>(), physical_data<T>(y));
  };
  if (x.is_floating_point())
    visit_floating(x.dtype(), run);
  else
    run(int64_t{});
  if (auto* node = record<CumsumBackward>(y, x)) {
    node->dim = dim;
    node->reverse = reverse;
    if (TracedOperation* t = traced(y)) t->integers("dim", dim).integers("reverse", reverse);
  }
  return y;
}

}  // namespace

Tensor Tensor::cumsum(int64_t dim) const {
  const int64_t d = wrap_dim("cumsum", dim, this->dim());
  return running_sum(is_floating_point() ? *this : to(kInt64), d, false);
}

// A product for each entry: a quotient would fail at zeros.
Tensor Tensor::cumprod(int64_t dim) const {
  const int64_t d = wrap_dim("cumprod", dim, this->dim());
  const Tensor x = is_floating_point() ? *this : to(kInt64);
  if (numel() == 0 || this->dim() == 0) return x.clone();
  TensorList products = x.unbind(d);
  for (size_t i = 1; i < products.size(); ++i) products[i] = products[i - 1] * products[i];
  return stack(products, d);
}

}  // namespace reel
