#include "tests/errors/rows.h"

#include <reel/autograd/ops.h>
#include <reel/core/creation.h>

namespace reel::tests {

namespace {

// An image, and a weight that fits it.
const auto x = [] { return ones({2, 3, 5, 5}); };
const auto w = [] { return ones({3, 4, 3, 3}); };

const ErrorRows kConvTranspose{
    {"conv_transpose2d: input dtype", [] { conv_transpose2d(x().to(kInt64), w()); }},
    {"conv_transpose2d: weight dtype", [] { conv_transpose2d(x(), w().to(kFloat64)); }},
    {"conv_transpose2d: input dimensions",
     [] {
       conv_transpose2d(ones({5, 5}), w());
     }},
    {"conv_transpose2d: weight dimensions",
     [] {
       conv_transpose2d(x(), ones({3, 4, 3}));
     }},
    {"conv_transpose2d: empty weight",
     [] {
       conv_transpose2d(x(), ones({3, 0, 3, 3}));
     }},
    {"conv_transpose2d: channels",
     [] {
       conv_transpose2d(x(), ones({4, 3, 3, 3}));
     }},
    {"conv_transpose2d: groups", [] { conv_transpose2d(x(), w(), {}, 1, 0, 0, 2); }},
    {"conv_transpose2d: bias", [] { conv_transpose2d(x(), w(), ones({3})); }},
    {"conv_transpose2d: bias dtype", [] { conv_transpose2d(x(), w(), ones({4}, kFloat64)); }},
    {"conv_transpose2d: stride", [] { conv_transpose2d(x(), w(), {}, 0); }},
    {"conv_transpose2d: padding", [] { conv_transpose2d(x(), w(), {}, 1, -1); }},
    {"conv_transpose2d: dilation", [] { conv_transpose2d(x(), w(), {}, 1, 0, 0, 1, 0); }},
    {"conv_transpose2d: negative output padding", [] { conv_transpose2d(x(), w(), {}, 1, 0, -1); }},
    {"conv_transpose2d: output padding", [] { conv_transpose2d(x(), w(), {}, 2, 0, 2); }},
    {"conv_transpose2d: empty image",
     [] {
       conv_transpose2d(ones({2, 3, 0, 5}), w());
     }},
    {"conv_transpose2d: nothing remains", [] { conv_transpose2d(x(), w(), {}, 1, 4); }},
};

}  // namespace

}  // namespace reel::tests
