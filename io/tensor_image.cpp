#include <reel/io/tensor_image.h>

#include <reel/core/error.h>

#include <algorithm>

namespace reel::io {

Image image_of(const char* op, const Tensor& given) {
  const Tensor x = given.detach();
  REEL_CHECK(x.dim() == 2 || (x.dim() == 3 && x.size(0) >= 1 && x.size(0) <= 4), op,
             ": the tensor is ", x.sizes(), "; it must be (H, W) or (C, H, W) of 1 to 4 channels.");
  REEL_CHECK(x.is_floating_point() || x.dtype() == kUInt8, op, ": the tensor is ", x.dtype(),
             "; it must be uint8, or floating-point from 0 to 1.");
  const Tensor planes = x.dim() == 2 ? x.unsqueeze(0) : x;
  REEL_CHECK(planes.size(1) <= INT32_MAX && planes.size(2) <= INT32_MAX, op, ": the tensor is ",
             x.sizes(), "; it is too large for an image.");
  Image image;
  image.channels = static_cast<int>(planes.size(0));
  image.height = static_cast<int>(planes.size(1));
  image.width = static_cast<int>(planes.size(2));
  const double scale = x.is_floating_point() ? 255 : 1;
  for (const double v : planes.permute({1, 2, 0}).to_vector())
    image.pixels.push_back(static_cast<uint8_t>(v > 0 ? std::min(v * scale, 255.0) : 0));
  return image;
}

}  // namespace reel::io
