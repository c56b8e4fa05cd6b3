#pragma once
// The table of contents: every operation as a free function, by family. Many are methods of Tensor
// too.

#include <reel/autograd/ops/activations.h>
#include <reel/autograd/ops/convolutions.h>
#include <reel/autograd/ops/distances.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/indexing.h>
#include <reel/autograd/ops/losses.h>
#include <reel/autograd/ops/norms.h>
#include <reel/autograd/ops/pools.h>
#include <reel/autograd/ops/products.h>
#include <reel/autograd/ops/reductions.h>
#include <reel/autograd/ops/resampling.h>
#include <reel/autograd/ops/shapes.h>
