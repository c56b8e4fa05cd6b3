#pragma once

#include <reel/autograd/ops.h>

namespace reel::nn::functional {

using reel::linear;

}  // namespace reel::nn::functional
