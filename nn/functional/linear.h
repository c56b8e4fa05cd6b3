#pragma once

#include <reel/autograd/ops/products.h>

namespace reel::nn::functional {

using reel::bilinear;
using reel::linear;

}  // namespace reel::nn::functional
