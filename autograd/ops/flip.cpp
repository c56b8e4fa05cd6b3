// y[i] = x[n - 1 - i] and y[i] = x[(i - shift) mod n] along dimensions: permutations, whose
// gradient is moved back. docs/ops/flip.md.

#include <reel/autograd/ops/shapes.h>
#include <reel/autograd/trace.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

namespace reel {

namespace {

struct FlipBackward final : NodeOf<FlipBackward> {
  static constexpr const char* kName = "flip";
  Shape dims;

  void backward(BackwardCall& call) override {
    call.set_grad_input(0, call.grad_output().flip(dims));
  }
  void release_saved() override {}
};

struct RollBackward final : NodeOf<RollBackward> {
  static constexpr const char* kName = "roll";
  int64_t shift, dim;

  void backward(BackwardCall& call) override {
    call.set_grad_input(0, call.grad_output().roll(-shift, dim));
  }
  void release_saved() override {}
};

Tensor rolled(const Tensor& x, int64_t shift, int64_t dim) {
  const OperationScope scope(RollBackward::kName);
  const int64_t d = wrap_dim("roll", dim, x.dim()), n = x.dim() == 0 ? 1 : x.size(d);
  const Tensor y = empty(x.sizes(), x.dtype());
  if (y.numel() > 0) {
    const NoGradGuard no_grad;
    const int64_t start = (shift % n + n) % n;
    if (start == 0) {
      copy_values(x, y);
    } else {
      copy_values(x.narrow(d, 0, n - start), y.narrow(d, start, n - start));
      copy_values(x.narrow(d, n - start, start), y.narrow(d, 0, start));
    }
  }
  if (auto* node = record<RollBackward>(y, x)) {
    node->shift = shift;
    node->dim = d;
    if (TracedOperation* t = traced(y)) t->integers("shift", shift).integers("dim", d);
  }
  return y;
}

}  // namespace

Tensor Tensor::flip(IntArrayRef dims) const {
  const OperationScope scope(FlipBackward::kName);
  Shape strides = this->strides(), seen = Shape::filled(sizes().size(), 0);
  int64_t offset = storage_offset();
  for (int64_t dim : dims) {
    const auto d = static_cast<size_t>(wrap_dim("flip", dim, this->dim()));
    if (seen.empty()) continue;
    REEL_CHECK(seen[d]++ == 0, "flip: ", dims, " names dimension ", d,
               " twice; each may be named once.");
    if (sizes()[d] > 0) offset += (sizes()[d] - 1) * strides[d];
    strides[d] = -strides[d];
  }
  const Tensor y = empty(sizes(), dtype());
  // Read backward through memory: a window that no tensor outside could have.
  if (numel() > 0) copy_values(alias(*this, sizes(), strides, offset), y);
  if (auto* node = record<FlipBackward>(y, *this)) {
    node->dims = dims;
    if (TracedOperation* t = traced(y)) t->integers("dims", dims);
  }
  return y;
}

Tensor Tensor::roll(IntArrayRef shifts, IntArrayRef dims) const {
  REEL_CHECK(
      !shifts.empty() && (dims.size() == shifts.size() || (dims.empty() && shifts.size() == 1)),
      "roll: ", shifts.size(), " shifts for ", dims.size(),
      " dimensions; there must be one for each, or one and no dimension.");
  if (dims.empty()) return rolled(reshape(-1), shifts[0], 0).reshape(sizes());
  Tensor y = *this;
  for (size_t i = 0; i < dims.size(); ++i) y = rolled(y, shifts[i], dims[i]);
  return y;
}

}  // namespace reel
