#include <reel/autograd/ops/activations.h>
#include <reel/nn/dropout.h>

#include <ostream>

namespace reel::nn {

DropoutImpl::DropoutImpl(const DropoutOptions& o) : options(o) {
  REEL_CHECK(o.p() >= 0 && o.p() <= 1, "Dropout: the probability is ", o.p(),
             "; it must be from 0 to 1.");
}

Tensor DropoutImpl::forward(const Tensor& x) const {
  return dropout(x, options.p(), is_training());
}

void DropoutImpl::pretty_print(std::ostream& stream) const {
  stream << "Dropout(p=" << options.p() << ")";
}

}  // namespace reel::nn
