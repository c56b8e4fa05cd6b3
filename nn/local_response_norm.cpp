#include <reel/autograd/ops/norms.h>
#include <reel/nn/functional/norm.h>

#include <ostream>

namespace reel::nn {

namespace functional {

Tensor local_response_norm(const Tensor& x, const LocalResponseNormFuncOptions& o) {
  return reel::local_response_norm(x, o.size(), o.alpha(), o.beta(), o.k());
}

}  // namespace functional

LocalResponseNormImpl::LocalResponseNormImpl(const LocalResponseNormOptions& o) : options(o) {}

Tensor LocalResponseNormImpl::forward(const Tensor& x) const {
  return functional::local_response_norm(x, options);
}

void LocalResponseNormImpl::pretty_print(std::ostream& stream) const {
  stream << "LocalResponseNorm(" << options.size() << ", alpha=" << options.alpha()
         << ", beta=" << options.beta() << ", k=" << options.k() << ")";
}

}  // namespace reel::nn
