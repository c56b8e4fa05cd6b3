#pragma once
// Every layer as a function, with the layer's options: `namespace F = reel::nn::functional;`
// `F::conv2d(x, weight, F::Conv2dFuncOptions().stride(2))`. The same operations with plain
// arguments are in autograd/ops.h.

#include <reel/nn/functional/activation.h>
#include <reel/nn/functional/conv.h>
#include <reel/nn/functional/distance.h>
#include <reel/nn/functional/dropout.h>
#include <reel/nn/functional/embedding.h>
#include <reel/nn/functional/linear.h>
#include <reel/nn/functional/loss.h>
#include <reel/nn/functional/norm.h>
#include <reel/nn/functional/pad.h>
#include <reel/nn/functional/pool.h>
#include <reel/nn/functional/resampling.h>
