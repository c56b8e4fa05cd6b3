#include <reel/autograd/ops/products.h>
#include <reel/core/creation.h>
#include <reel/nn/init.h>
#include <reel/nn/linear.h>
#include <reel/nn/print_size.h>

#include <cmath>
#include <ostream>

namespace reel::nn {

LinearImpl::LinearImpl(const LinearOptions& o) : options(o) {
  REEL_CHECK(o.in_features() >= 0 && o.out_features() >= 0, "Linear: in_features is ",
             o.in_features(), " and out_features ", o.out_features(),
             "; they must not be negative.");
  weight = register_parameter("weight", empty({o.out_features(), o.in_features()}));
  if (o.bias()) bias = register_parameter("bias", empty({o.out_features()}));
  reset_parameters();
}

void LinearImpl::reset_parameters() {
  if (options.in_features() == 0) {
    if (bias.defined()) init::zeros_(bias);
    return;
  }
  const double bound = 1 / std::sqrt(static_cast<double>(options.in_features()));
  init::uniform_(weight, -bound, bound);
  if (bias.defined()) init::uniform_(bias, -bound, bound);
}

Tensor LinearImpl::forward(const Tensor& x) const { return linear(x, weight, bias); }

void LinearImpl::pretty_print(std::ostream& stream) const {
  stream << "Linear(in_features=" << options.in_features()
         << ", out_features=" << options.out_features() << ", bias=" << print_bool(options.bias())
         << ")";
}

void IdentityImpl::pretty_print(std::ostream& stream) const { stream << "Identity()"; }

Tensor FlattenImpl::forward(const Tensor& x) const {
  return x.flatten(options.start_dim(), options.end_dim());
}

void FlattenImpl::pretty_print(std::ostream& stream) const {
  stream << "Flatten(start_dim=" << options.start_dim() << ", end_dim=" << options.end_dim() << ")";
}

Tensor UnflattenImpl::forward(const Tensor& x) const {
  return x.unflatten(options.dim(), options.sizes());
}

void UnflattenImpl::pretty_print(std::ostream& stream) const {
  stream << "Unflatten(dim=" << options.dim()
         << ", unflattened_size=" << print_tuple(options.sizes()) << ")";
}

}  // namespace reel::nn
