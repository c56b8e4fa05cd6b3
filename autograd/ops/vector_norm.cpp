// y = sqrt(sum x^2) over the reduced dimensions
// dx = dy x / y, and 0 where y is 0.

#include <reel/autograd/ops/reductions.h>
#include <reel/autograd/variable.h>
#include <reel/core/reduction.h>

namespace reel {

namespace {

struct VectorNormBackward final : NodeOf<VectorNormBackward> {
  static constexpr const char* kName = "vector_norm";
  Shape kept;
  SavedTensor x, y;

  void backward(BackwardCall& call) override {
    const Tensor norm = call.unpack(y, "output"), input = call.unpack(x, "input");
    const Tensor scale = (call.grad_output() / norm).masked_fill(norm.eq(0), 0);
    call.set_grad_input(0, input * scale.reshape(kept));
  }
  void release_saved() override {
    x.reset();
    y.reset();
  }
};

}  // namespace

Tensor vector_norm(const Tensor& x, IntArrayRef dims, bool keepdim) {
  REEL_CHECK(x.is_floating_point(), "vector_norm: the input is ", x.dtype(),
             "; it must be float32 or float64. [use to(kFloat32)]");
  const ReducedDims d = reduced_dims("vector_norm", x.sizes(), dims);
  const Tensor y = reduce_squares(x, d, keepdim, {}, 1).sqrt();
  if (auto* node = record<VectorNormBackward>(y, x)) {
    node->kept = d.kept;
    node->x.save(x);
    node->y.save_output(y);
  }
  return y;
}

Tensor Tensor::norm() const { return vector_norm(*this); }

}  // namespace reel
