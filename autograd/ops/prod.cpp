// y = the product of x over the reduced dimensions
// dx_i = dy times the product of the others: y / x_i, or, where a zero is among them, by products
// of all before and of all after. docs/ops/prod.md derives it.

#include <reel/autograd/ops/reductions.h>
#include <reel/autograd/ops/shapes.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/reduction.h>

namespace reel {

namespace {

// Along the last dimension of a matrix: the product of what comes before each element. Equation 3,
// in steps that double: after step s an element has the product of 2^s before it.
Tensor product_before(const Tensor& rows) {
  const int64_t n = rows.size(1);
  Tensor y = cat({ones({rows.size(0), 1}, rows.dtype()), rows.narrow(1, 0, n - 1)}, 1);
  for (int64_t step = 1; step < n; step *= 2)
    y = cat({y.narrow(1, 0, step), y.narrow(1, step, n - step) * y.narrow(1, 0, n - step)}, 1);
  return y;
}

// The elements of a matrix's rows in the reverse order.
Tensor reversed(const Tensor& rows) {
  const int64_t n = rows.size(1);
  TensorList columns;
  for (int64_t i = n; i-- > 0;) columns.push_back(rows.narrow(1, i, 1));
  return cat(columns, 1);
}

// The product of the others for each element of x, in recorded operations and without division.
Tensor product_of_others(const Tensor& x, const ReducedDims& d) {
  Shape order, gathered;
  for (bool reduced : {false, true})
    for (size_t i = 0; i < x.sizes().size(); ++i)
      if (d.reduced[i] == reduced) {
        order.push_back(static_cast<int64_t>(i));
        gathered.push_back(x.sizes()[i]);
      }
  Shape back = order;
  for (size_t i = 0; i < order.size(); ++i)
    back[static_cast<size_t>(order[i])] = static_cast<int64_t>(i);
  const Tensor rows = x.permute(order).reshape({numel_of(d.kept), d.count});
  const Tensor others = product_before(rows) * reversed(product_before(reversed(rows)));
  return others.reshape(gathered).permute(back);
}

struct ProdBackward final : NodeOf<ProdBackward> {
  static constexpr const char* kName = "prod";
  ReducedDims dims;
  SavedTensor x, y;

  void backward(BackwardCall& call) override {
    const Tensor input = call.unpack(x, "input");
    const Tensor g = call.grad_output().reshape(dims.kept);
    const bool divides = !input.eq(0).any().item<bool>();
    call.set_grad_input(0, divides ? g * call.unpack(y, "output").reshape(dims.kept) / input
                                   : g * product_of_others(input, dims));
  }
  void release_saved() override {
    x.reset();
    y.reset();
  }
};

Tensor product(const Tensor& x, IntArrayRef dims, bool keepdim) {
  if (!x.is_floating_point() && x.dtype() != kInt64) return product(x.to(kInt64), dims, keepdim);
  const OperationScope scope(ProdBackward::kName);
  const ReducedDims d = reduced_dims("prod", x.sizes(), dims);
  const Tensor y = reduce_product(x, d, keepdim);
  if (auto* node = record<ProdBackward>(y, x)) {
    node->dims = d;
    node->x.save(x);
    node->y.save_output(y);
  }
  return y;
}

}  // namespace

Tensor Tensor::prod() const { return product(*this, {}, false); }
Tensor Tensor::prod(int64_t dim, bool keepdim) const { return product(*this, dim, keepdim); }

}  // namespace reel
