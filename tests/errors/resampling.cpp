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

const ErrorRows kNorms{
    {"instance_norm: input dtype", [] { instance_norm(x().to(kInt64)); }},
    {"instance_norm: dimensions",
     [] {
       instance_norm(ones({2, 3}));
     }},
    {"instance_norm: weight", [] { instance_norm(x(), ones({2})); }},
    {"instance_norm: bias dtype", [] { instance_norm(x(), {}, ones({3}, kFloat64)); }},
    {"instance_norm: one statistic", [] { instance_norm(x(), {}, {}, ones({3})); }},
    {"instance_norm: no statistics", [] { instance_norm(x(), {}, {}, {}, {}, false); }},
    {"instance_norm: one pixel",
     [] {
       instance_norm(ones({2, 3, 1}));
     }},
    {"local_response_norm: input dtype", [] { local_response_norm(x().to(kInt64), 2); }},
    {"local_response_norm: dimensions",
     [] {
       local_response_norm(ones({2, 3}), 2);
     }},
    {"local_response_norm: size", [] { local_response_norm(x(), 0); }},
};

const ErrorRows kInterpolate{
    {"interpolate: input dtype", [] { interpolate(x().to(kInt64), 4); }},
    {"interpolate: dimensions",
     [] {
       interpolate(ones({2, 3}), 4);
     }},
    {"interpolate: mode", [] { interpolate(x(), 4, {}, kTrilinear); }},
    {"interpolate: align_corners", [] { interpolate(x(), 4, {}, kNearest, true); }},
    {"interpolate: antialias", [] { interpolate(x(), 4, {}, kNearest, {}, false, true); }},
    {"interpolate: no size", [] { interpolate(x(), {}); }},
    {"interpolate: two sizes", [] { interpolate(x(), 4, {2}); }},
    {"interpolate: values of size",
     [] {
       interpolate(x(), {1, 2, 3});
     }},
    {"interpolate: values of scale_factor",
     [] {
       interpolate(x(), {}, {1, 2, 3});
     }},
    {"interpolate: recompute_scale_factor", [] { interpolate(x(), 4, {}, kNearest, {}, true); }},
    {"interpolate: scale_factor", [] { interpolate(x(), {}, {-1}); }},
    {"interpolate: nothing remains", [] { interpolate(x(), {}, {0.1}); }},
    {"interpolate: empty image",
     [] {
       interpolate(ones({2, 3, 0}), 4);
     }},
};

const ErrorRows kWindows{
    {"unfold: input dtype", [] { unfold(x().to(kInt64), 2); }},
    {"unfold: dimensions",
     [] {
       unfold(ones({5, 5}), 2);
     }},
    {"unfold: options", [] { unfold(x(), 2, 1, -1); }},
    {"unfold: empty image",
     [] {
       unfold(ones({2, 3, 0, 5}), 2);
     }},
    {"unfold: kernel does not fit", [] { unfold(x(), 3, 3); }},
    {"fold: dimensions", [] { fold(ones({4}), 2, 2); }},
    {"fold: taps",
     [] {
       fold(ones({2, 6, 4}), 3, 2);
     }},
    {"fold: windows",
     [] {
       fold(ones({2, 8, 5}), 3, 2);
     }},
    {"pixel_shuffle: dimensions",
     [] {
       pixel_shuffle(ones({4, 4}), 2);
     }},
    {"pixel_shuffle: factor", [] { pixel_shuffle(x(), 0); }},
    {"pixel_shuffle: channels", [] { pixel_shuffle(x(), 2); }},
    {"pixel_unshuffle: pixels", [] { pixel_unshuffle(x(), 2); }},
    {"channel_shuffle: dimensions",
     [] {
       channel_shuffle(ones({2, 3}), 3);
     }},
    {"channel_shuffle: groups", [] { channel_shuffle(x(), 2); }},
};

}  // namespace

}  // namespace reel::tests
