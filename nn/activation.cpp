#include <reel/autograd/ops/activations.h>
#include <reel/core/creation.h>
#include <reel/nn/activation.h>
#include <reel/nn/functional/activation.h>
#include <reel/nn/init.h>

#include <ostream>

namespace reel::nn {

namespace {

// What follows other options inside the parentheses, and what stands there alone.
const char* further(bool inplace) { return inplace ? ", inplace=True)" : ")"; }
const char* only(bool inplace) { return inplace ? "(inplace=True)" : "()"; }

}  // namespace

// Modules of functions without options.
#define REEL_ACTIVATION(Name, function)                                     \
  Tensor Name##Impl::forward(const Tensor& x) const { return function(x); } \
  void Name##Impl::pretty_print(std::ostream& stream) const { stream << #Name "()"; }
REEL_ACTIVATION(Sigmoid, sigmoid)
REEL_ACTIVATION(Tanh, tanh)
REEL_ACTIVATION(SiLU, silu)
REEL_ACTIVATION(Mish, mish)
REEL_ACTIVATION(LogSigmoid, logsigmoid)
REEL_ACTIVATION(Softsign, softsign)
REEL_ACTIVATION(Tanhshrink, tanhshrink)
REEL_ACTIVATION(Hardsigmoid, hardsigmoid)
REEL_ACTIVATION(Hardswish, hardswish)

void Softmax2dImpl::pretty_print(std::ostream& stream) const { stream << "Softmax2d()"; }

Tensor Softmax2dImpl::forward(const Tensor& x) const {
  REEL_CHECK(x.dim() == 3 || x.dim() == 4, "Softmax2d: the input ", x, " has ", x.dim(),
             " dimensions; it must have 3, (C, H, W), or 4, (N, C, H, W).");
  return x.softmax(-3);
}

// Modules whose options go to the function of functional.h; `text` is what they print after their
// name, given the options o.
#define REEL_ACTIVATION_OF(Name, function, text)                                                 \
  Name##Impl::Name##Impl(const Name##Options& o) : options(o) {}                                 \
  Tensor Name##Impl::forward(const Tensor& x) const { return functional::function(x, options); } \
  void Name##Impl::pretty_print(std::ostream& stream) const {                                    \
    const Name##Options& o = options;                                                            \
    stream << #Name << text;                                                                     \
  }
REEL_ACTIVATION_OF(ReLU, relu, only(o.inplace()))
REEL_ACTIVATION_OF(ReLU6, relu6, only(o.inplace()))
REEL_ACTIVATION_OF(SELU, selu, only(o.inplace()))
REEL_ACTIVATION_OF(LeakyReLU, leaky_relu,
                   "(negative_slope=" << o.negative_slope() << further(o.inplace()))
REEL_ACTIVATION_OF(ELU, elu, "(alpha=" << o.alpha() << further(o.inplace()))
REEL_ACTIVATION_OF(CELU, celu, "(alpha=" << o.alpha() << further(o.inplace()))
REEL_ACTIVATION_OF(GELU, gelu, "(approximate='" << o.approximate() << "')")
REEL_ACTIVATION_OF(Softplus, softplus,
                   "(beta=" << o.beta() << ", threshold=" << o.threshold() << ")")
REEL_ACTIVATION_OF(Hardshrink, hardshrink, "(" << o.lambda() << ")")
REEL_ACTIVATION_OF(Softshrink, softshrink, "(" << o.lambda() << ")")
REEL_ACTIVATION_OF(Hardtanh, hardtanh,
                   "(min_val=" << o.min_val() << ", max_val=" << o.max_val()
                               << further(o.inplace()))
REEL_ACTIVATION_OF(Threshold, threshold,
                   "(threshold=" << o.threshold() << ", value=" << o.value()
                                 << further(o.inplace()))
REEL_ACTIVATION_OF(GLU, glu, "(dim=" << o.dim() << ")")
REEL_ACTIVATION_OF(Softmax, softmax, "(dim=" << o.dim() << ")")
REEL_ACTIVATION_OF(Softmin, softmin, "(dim=" << o.dim() << ")")
REEL_ACTIVATION_OF(LogSoftmax, log_softmax, "(dim=" << o.dim() << ")")

ThresholdImpl::ThresholdImpl(double threshold, double value)
    : ThresholdImpl(ThresholdOptions(threshold, value)) {}

RReLUImpl::RReLUImpl(const RReLUOptions& o) : options(o) {
  REEL_CHECK(o.lower() <= o.upper(), "RReLU: lower is ", o.lower(), ", upper ", o.upper(),
             "; lower must not be above upper.");
}

Tensor RReLUImpl::forward(const Tensor& x) const {
  return options.inplace() ? rrelu_(x, options.lower(), options.upper(), is_training())
                           : rrelu(x, options.lower(), options.upper(), is_training());
}

void RReLUImpl::pretty_print(std::ostream& stream) const {
  stream << "RReLU(lower=" << options.lower() << ", upper=" << options.upper()
         << further(options.inplace());
}

PReLUImpl::PReLUImpl(const PReLUOptions& o) : options(o) {
  REEL_CHECK(o.num_parameters() > 0, "PReLU: num_parameters is ", o.num_parameters(),
             "; it must be 1 or more.");
  weight = register_parameter("weight", empty(o.num_parameters()));
  reset_parameters();
}

void PReLUImpl::reset_parameters() { init::constant_(weight, options.init()); }

Tensor PReLUImpl::forward(const Tensor& x) const { return prelu(x, weight); }

void PReLUImpl::pretty_print(std::ostream& stream) const {
  stream << "PReLU(num_parameters=" << options.num_parameters() << ")";
}

}  // namespace reel::nn
