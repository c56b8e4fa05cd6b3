// Pixels and channels in each other's place: reshape, permute, reshape, whose gradients are the
// way back. docs/ops/pixel_shuffle.md.

#include <reel/autograd/ops/resampling.h>

namespace reel {

namespace {

void check_shuffle(const char* op, const Tensor& x, int64_t factor) {
  REEL_CHECK(x.dim() >= 3, op, ": input ", x, " has ", x.dim(),
             " dimensions; it must be (..., C, H, W).");
  REEL_CHECK(factor >= 1 && factor <= INT32_MAX, op, ": factor ", factor, "; it must be from 1 to ",
             INT32_MAX, ".");
}

// The dimensions before (C, H, W), merged, and the shape with others in their place.
int64_t leading(const Tensor& x) {
  return numel_of({x.sizes().data(), static_cast<size_t>(x.dim() - 3)});
}
Shape with_last(const Tensor& x, int64_t C, int64_t H, int64_t W) {
  Shape s(IntArrayRef(x.sizes().data(), static_cast<size_t>(x.dim() - 3)));
  for (int64_t v : {C, H, W}) s.push_back(v);
  return s;
}

}  // namespace

Tensor pixel_shuffle(const Tensor& x, int64_t r) {
  check_shuffle("pixel_shuffle", x, r);
  const int64_t C = x.size(-3), H = x.size(-2), W = x.size(-1);
  REEL_CHECK(C % (r * r) == 0, "pixel_shuffle: input ", x, " has ", C,
             " channels, which the square of upscale_factor ", r, " does not divide; it must.");
  return x.reshape({leading(x), C / (r * r), r, r, H, W})
      .permute({0, 1, 4, 2, 5, 3})
      .reshape(with_last(x, C / (r * r), H * r, W * r));
}

Tensor pixel_unshuffle(const Tensor& x, int64_t r) {
  check_shuffle("pixel_unshuffle", x, r);
  const int64_t C = x.size(-3), H = x.size(-2), W = x.size(-1);
  REEL_CHECK(H % r == 0 && W % r == 0, "pixel_unshuffle: input ", x, " has ", H, " x ", W,
             " pixels, which downscale_factor ", r, " does not divide; it must.");
  return x.reshape({leading(x), C, H / r, r, W / r, r})
      .permute({0, 1, 3, 5, 2, 4})
      .reshape(with_last(x, C * r * r, H / r, W / r));
}

Tensor channel_shuffle(const Tensor& x, int64_t groups) {
  REEL_CHECK(x.dim() >= 3, "channel_shuffle: input ", x, " has ", x.dim(),
             " dimensions; it must be (N, C, spatial...).");
  const int64_t N = x.size(0), C = x.size(1);
  REEL_CHECK(groups >= 1 && C % groups == 0, "channel_shuffle: input ", x, " has ", C,
             " channels, which groups = ", groups, " does not divide; it must.");
  const int64_t pixels = numel_of({x.sizes().data() + 2, x.sizes().size() - 2});
  return x.reshape({N, groups, C / groups, pixels}).transpose(1, 2).reshape(x.sizes());
}

}  // namespace reel
