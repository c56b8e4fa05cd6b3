#include <reel/autograd/ops/activations.h>
#include <reel/nn/functional/dropout.h>

namespace reel::nn::functional {

#define REEL_FUNCTIONAL_DROPOUT(name, operation, Options)                             \
  Tensor name(const Tensor& x, const Options& options) {                              \
    return options.inplace() ? reel::operation##_(x, options.p(), options.training()) \
                             : reel::operation(x, options.p(), options.training());   \
  }
REEL_FUNCTIONAL_DROPOUT(dropout, dropout, DropoutFuncOptions)
REEL_FUNCTIONAL_DROPOUT(dropout1d, feature_dropout, DropoutFuncOptions)
REEL_FUNCTIONAL_DROPOUT(dropout2d, feature_dropout, DropoutFuncOptions)
REEL_FUNCTIONAL_DROPOUT(dropout3d, feature_dropout, DropoutFuncOptions)
REEL_FUNCTIONAL_DROPOUT(alpha_dropout, alpha_dropout, AlphaDropoutFuncOptions)
REEL_FUNCTIONAL_DROPOUT(feature_alpha_dropout, feature_alpha_dropout, AlphaDropoutFuncOptions)

}  // namespace reel::nn::functional
