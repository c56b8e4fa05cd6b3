#include <reel/autograd/ops/products.h>
#include <reel/core/creation.h>
#include <reel/nn/bilinear.h>
#include <reel/nn/init.h>
#include <reel/nn/print_size.h>

#include <cmath>
#include <ostream>

namespace reel::nn {

BilinearImpl::BilinearImpl(int64_t in1_features, int64_t in2_features, int64_t out_features)
    : BilinearImpl(BilinearOptions(in1_features, in2_features, out_features)) {}

BilinearImpl::BilinearImpl(const BilinearOptions& o) : options(o) {
  REEL_CHECK(o.in1_features() > 0 && o.in2_features() >= 0 && o.out_features() >= 0,
             "Bilinear: in1_features is ", o.in1_features(), ", in2_features ", o.in2_features(),
             ", out_features ", o.out_features(),
             "; the first must be positive, and none may be negative.");
  weight =
      register_parameter("weight", empty({o.out_features(), o.in1_features(), o.in2_features()}));
  if (o.bias()) bias = register_parameter("bias", empty({o.out_features()}));
  reset_parameters();
}

void BilinearImpl::reset_parameters() {
  const double bound = 1 / std::sqrt(static_cast<double>(options.in1_features()));
  init::uniform_(weight, -bound, bound);
  if (bias.defined()) init::uniform_(bias, -bound, bound);
}

Tensor BilinearImpl::forward(const Tensor& x1, const Tensor& x2) const {
  return bilinear(x1, x2, weight, bias);
}

void BilinearImpl::pretty_print(std::ostream& stream) const {
  stream << "Bilinear(in1_features=" << options.in1_features()
         << ", in2_features=" << options.in2_features()
         << ", out_features=" << options.out_features() << ", bias=" << print_bool(options.bias())
         << ")";
}

}  // namespace reel::nn
