// y = f(x) for functions that are rare in networks: the C library's, an element at a time
// dx = dy f'(x), in operations on the tape

#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/in_place.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/pointwise.h>

namespace reel {

namespace {

using kernels::ElementaryOp;

constexpr double kLn2 = 0.69314718055994531, kLn10 = 2.3025850929940457;

struct Row {
  const char* name;
  char saves;  // 'x', 'y', or 'n' for nothing
  Tensor (*dx)(const Tensor& dy, const Tensor& saved);
};

Tensor flat(const Tensor& dy, const Tensor&) { return zeros_like(dy); }

// In the order of ElementaryOp.
constexpr Row kRows[] = {
    {"ceil", 'n', flat},
    {"round", 'n', flat},
    {"trunc", 'n', flat},
    {"tan", 'y', [](const Tensor& dy, const Tensor& y) { return dy * (y * y + 1); }},
    {"asin", 'x', [](const Tensor& dy, const Tensor& x) { return dy * (1 - x * x).rsqrt(); }},
    {"acos", 'x', [](const Tensor& dy, const Tensor& x) { return -dy * (1 - x * x).rsqrt(); }},
    {"atan", 'x', [](const Tensor& dy, const Tensor& x) { return dy / (x * x + 1); }},
    {"sinh", 'x', [](const Tensor& dy, const Tensor& x) { return dy * x.cosh(); }},
    {"cosh", 'x', [](const Tensor& dy, const Tensor& x) { return dy * x.sinh(); }},
    {"asinh", 'x', [](const Tensor& dy, const Tensor& x) { return dy * (x * x + 1).rsqrt(); }},
    {"acosh", 'x', [](const Tensor& dy, const Tensor& x) { return dy * (x * x - 1).rsqrt(); }},
    {"atanh", 'x', [](const Tensor& dy, const Tensor& x) { return dy / (1 - x * x); }},
    {"exp2", 'y', [](const Tensor& dy, const Tensor& y) { return dy * y * kLn2; }},
    {"log2", 'x', [](const Tensor& dy, const Tensor& x) { return dy / (x * kLn2); }},
    {"log10", 'x', [](const Tensor& dy, const Tensor& x) { return dy / (x * kLn10); }},
    {"erfc", 'x',
     [](const Tensor& dy, const Tensor& x) {
       return dy * ((-(x * x)).exp() * -kernels::kTwoOverSqrtPi);
     }},
};

const Row& row_of(ElementaryOp f) { return kRows[static_cast<size_t>(f)]; }

struct ElementaryBackward final : Node {
  ElementaryOp op{};
  SavedTensor saved;

  const char* name() const override { return row_of(op).name; }
  void backward(BackwardCall& call) override {
    const Tensor& kept = call.unpack(saved, row_of(op).saves == 'y' ? "output" : "self");
    call.set_grad_input(0, row_of(op).dx(call.grad_output(), kept));
  }
  void release_saved() override { saved.reset(); }
};

Tensor apply(ElementaryOp f, const Tensor& x) {
  if (!x.is_floating_point()) return apply(f, x.to(kFloat32));
  const OperationScope scope(row_of(f).name);
  Tensor y = elementary(f, x);
  if (auto* node = record_as<ElementaryBackward>(row_of(f).name, y, x)) {
    node->op = f;
    if (row_of(f).saves == 'x') node->saved.save(x);
    if (row_of(f).saves == 'y') node->saved.save_output(y);
  }
  return y;
}

// Integers are their own roundings.
Tensor rounded(ElementaryOp f, const Tensor& x) {
  return x.is_floating_point() ? apply(f, x) : x.clone();
}

}  // namespace

#define REEL_FUNCTION(name, computed)                                 \
  Tensor Tensor::name() const { return computed; }                    \
  const Tensor& Tensor::name##_() const {                             \
    return write_over(#name "_", *this, values_before(*this).name()); \
  }                                                                   \
  Tensor name(const Tensor& x) { return x.name(); }
REEL_FUNCTION(ceil, rounded(ElementaryOp::kCeil, *this))
REEL_FUNCTION(round, rounded(ElementaryOp::kRound, *this))
REEL_FUNCTION(trunc, rounded(ElementaryOp::kTrunc, *this))
REEL_FUNCTION(frac, *this - detach().trunc())
REEL_FUNCTION(tan, apply(ElementaryOp::kTan, *this))
REEL_FUNCTION(asin, apply(ElementaryOp::kAsin, *this))
REEL_FUNCTION(acos, apply(ElementaryOp::kAcos, *this))
REEL_FUNCTION(atan, apply(ElementaryOp::kAtan, *this))
REEL_FUNCTION(sinh, apply(ElementaryOp::kSinh, *this))
REEL_FUNCTION(cosh, apply(ElementaryOp::kCosh, *this))
REEL_FUNCTION(asinh, apply(ElementaryOp::kAsinh, *this))
REEL_FUNCTION(acosh, apply(ElementaryOp::kAcosh, *this))
REEL_FUNCTION(atanh, apply(ElementaryOp::kAtanh, *this))
REEL_FUNCTION(exp2, apply(ElementaryOp::kExp2, *this))
REEL_FUNCTION(log2, apply(ElementaryOp::kLog2, *this))
REEL_FUNCTION(log10, apply(ElementaryOp::kLog10, *this))
REEL_FUNCTION(erfc, apply(ElementaryOp::kErfc, *this))

}  // namespace reel
