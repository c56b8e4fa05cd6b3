#include <reel/nn/activation.h>
#include <reel/nn/functional/activation.h>

#include <ostream>

namespace reel::nn {

Tensor ReLUImpl::forward(const Tensor& x) const { return functional::relu(x, options); }

void ReLUImpl::pretty_print(std::ostream& stream) const {
  stream << "ReLU(" << (options.inplace() ? "inplace=True" : "") << ")";
}

Tensor LeakyReLUImpl::forward(const Tensor& x) const { return functional::leaky_relu(x, options); }

void LeakyReLUImpl::pretty_print(std::ostream& stream) const {
  stream << "LeakyReLU(negative_slope=" << options.negative_slope()
         << (options.inplace() ? ", inplace=True" : "") << ")";
}

void SigmoidImpl::pretty_print(std::ostream& stream) const { stream << "Sigmoid()"; }

void TanhImpl::pretty_print(std::ostream& stream) const { stream << "Tanh()"; }

Tensor GELUImpl::forward(const Tensor& x) const { return functional::gelu(x, options); }

void GELUImpl::pretty_print(std::ostream& stream) const {
  stream << "GELU(approximate='" << options.approximate() << "')";
}

Tensor SiLUImpl::forward(const Tensor& x) const { return silu(x); }

void SiLUImpl::pretty_print(std::ostream& stream) const { stream << "SiLU()"; }

void SoftmaxImpl::pretty_print(std::ostream& stream) const {
  stream << "Softmax(dim=" << options.dim() << ")";
}

void LogSoftmaxImpl::pretty_print(std::ostream& stream) const {
  stream << "LogSoftmax(dim=" << options.dim() << ")";
}

}  // namespace reel::nn
