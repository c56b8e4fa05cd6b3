#include <reel/autograd/ops/activations.h>
#include <reel/nn/dropout.h>

#include <ostream>

namespace reel::nn {

namespace {

const DropoutOptions& check_probability(const char* module, const DropoutOptions& o) {
  REEL_CHECK(o.p() >= 0 && o.p() <= 1, module, ": the probability is ", o.p(),
             "; it must be from 0 to 1.");
  return o;
}

}  // namespace

#define REEL_DROPOUT(Name, function)                                                        \
  Name##Impl::Name##Impl(double p) : Name##Impl(DropoutOptions(p)) {}                       \
  Name##Impl::Name##Impl(const DropoutOptions& o) : options(check_probability(#Name, o)) {} \
  Tensor Name##Impl::forward(const Tensor& x) const {                                       \
    return options.inplace() ? function##_(x, options.p(), is_training())                   \
                             : function(x, options.p(), is_training());                     \
  }                                                                                         \
  void Name##Impl::pretty_print(std::ostream& stream) const {                               \
    stream << #Name "(p=" << options.p() << (options.inplace() ? ", inplace=True)" : ")");  \
  }
REEL_DROPOUT(Dropout, dropout)
REEL_DROPOUT(Dropout1d, feature_dropout)
REEL_DROPOUT(Dropout2d, feature_dropout)
REEL_DROPOUT(Dropout3d, feature_dropout)
REEL_DROPOUT(AlphaDropout, alpha_dropout)
REEL_DROPOUT(FeatureAlphaDropout, feature_alpha_dropout)

}  // namespace reel::nn
