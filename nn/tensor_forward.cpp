#include <reel/nn/tensor_forward.h>

namespace reel::nn {

void throw_no_forward(const Module& module, size_t num_inputs) {
  throw_argument_error(as_text("forward: that of ", module.name(), " does not take ", num_inputs,
                               " tensors; give as many as it takes, 1 to 4."));
}

}  // namespace reel::nn
