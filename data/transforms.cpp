#include <reel/data/transforms.h>

#include <reel/core/creation.h>
#include <reel/core/error.h>
#include <reel/core/parallel.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <type_traits>
#include <utility>

namespace reel::data {
namespace {

constexpr int kTableSize = 256;
constexpr double kByteScale = 255;

/// (N, C, ...) seen as N x C rows of `row` elements each.
struct Rows {
  int64_t samples, channels, row;
};

Rows check_images(const Tensor& images) {
  REEL_CHECK(images.defined(), "Normalize: the images are undefined; a tensor is needed.");
  REEL_CHECK(images.dim() >= 2, "Normalize: images ", images.sizes(),
             "; they must be (N, C, ...). [unsqueeze(0) adds a dimension to a single one]");
  REEL_CHECK(images.dtype() == kUInt8 || images.is_floating_point(), "Normalize: images of ",
             images.dtype(), "; they must be uint8, float32 or float64.");
  int64_t row = 1;
  for (int64_t d = 2; d < images.dim(); ++d) row *= images.size(d);
  return {images.size(0), images.size(1), row};
}

/// Calls f(channel, row of x, row of y) for every row.
template <class T, class Result, class F>
void for_each_row(const Rows& rows, const Tensor& x, const Tensor& y, F f) {
  const T* from = x.data_ptr<T>();
  Result* to = y.data_ptr<Result>();
  parallel_for(rows.samples * rows.channels, x.numel(), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      f(i % rows.channels, from + i * rows.row, to + i * rows.row);
  });
}

/// What each of the 256 values becomes, channel after channel.
std::vector<float> make_tables(const std::vector<double>& mean, const std::vector<double>& stddev) {
  std::vector<float> tables;
  for (std::size_t c = 0; c < mean.size(); ++c) {
    for (int value = 0; value < kTableSize; ++value) {
      tables.push_back(static_cast<float>((value / kByteScale - mean[c]) / stddev[c]));
    }
  }
  return tables;
}

/// Sum of f(x) over a channel.
template <class T, class F>
double sum_channel(const Rows& rows, const T* x, int64_t channel, F f) {
  const double scale = std::is_same_v<T, uint8_t> ? kByteScale : 1;
  double sum = 0;
  for (int64_t n = 0; n < rows.samples; ++n) {
    const T* row = x + (n * rows.channels + channel) * rows.row;
    for (int64_t i = 0; i < rows.row; ++i) sum += f(static_cast<double>(row[i]) / scale);
  }
  return sum;
}

}  // namespace

Normalize::Normalize(std::vector<double> mean, std::vector<double> stddev)
    : mean_(std::move(mean)), stddev_(std::move(stddev)) {
  REEL_CHECK(mean_.size() == stddev_.size(), "Normalize: ", mean_.size(), " means and ",
             stddev_.size(), " deviations; each channel needs one of both.");
  for (std::size_t c = 0; c < mean_.size(); ++c) {
    REEL_CHECK(std::isfinite(mean_[c]) && std::isfinite(stddev_[c]) && stddev_[c] > 0,
               "Normalize: channel ", c, " has mean ", mean_[c], " and deviation ", stddev_[c],
               "; both must be finite, the deviation positive.");
  }
}

Normalize Normalize::fit(const Tensor& images) {
  const Rows rows = check_images(images);
  const Tensor x = images.contiguous();
  REEL_CHECK(x.numel() > 0, "Normalize: images ", images.sizes(),
             " have no elements; a mean needs at least 1 in each channel.");
  const auto count = static_cast<double>(rows.samples * rows.row);
  std::vector<double> mean;
  std::vector<double> stddev;
  visit(x.dtype(), [&](auto zero) {
    const auto* data = x.data_ptr<decltype(zero)>();
    for (int64_t c = 0; c < rows.channels; ++c) {
      const double center = sum_channel(rows, data, c, [](double value) { return value; }) / count;
      const auto squared = [center](double value) { return (value - center) * (value - center); };
      mean.push_back(center);
      stddev.push_back(std::sqrt(sum_channel(rows, data, c, squared) / count));
    }
  });
  return {std::move(mean), std::move(stddev)};
}

Tensor Normalize::operator()(const Tensor& images) const {
  const Rows rows = check_images(images);
  REEL_CHECK(rows.channels == static_cast<int64_t>(mean_.size()), "Normalize: images ",
             images.sizes(), " have ", rows.channels, " channels; there are means for ",
             mean_.size(), ".");
  const Tensor x = images.contiguous();
  const Tensor y = empty(x.sizes(), x.dtype() == kUInt8 ? kFloat32 : x.dtype());
  if (x.dtype() == kUInt8) {
    const std::vector<float> tables = make_tables(mean_, stddev_);
    for_each_row<uint8_t, float>(rows, x, y, [&](int64_t c, const uint8_t* from, float* to) {
      const float* table = tables.data() + c * kTableSize;
      for (int64_t i = 0; i < rows.row; ++i) to[i] = table[from[i]];
    });
    return y;
  }
  visit_floating(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    for_each_row<T, T>(rows, x, y, [&](int64_t c, const T* from, T* to) {
      const double mean = mean_[static_cast<std::size_t>(c)];
      const double stddev = stddev_[static_cast<std::size_t>(c)];
      for (int64_t i = 0; i < rows.row; ++i) to[i] = static_cast<T>((from[i] - mean) / stddev);
    });
  });
  return y;
}

Tensor random_shift(const Tensor& images, int64_t pixels, Generator& generator) {
  REEL_CHECK(images.dim() == 4, "random_shift: images ", images, "; they must be (N, C, H, W).");
  const int64_t C = images.size(1), H = images.size(2), W = images.size(3);
  REEL_CHECK(pixels >= 0 && pixels < H && pixels < W, "random_shift: ", pixels,
             " pixels of images ", images,
             "; it must be from 0 to less than their height and width.");
  const Tensor x = images.contiguous(), y = zeros(x.sizes(), x.dtype());
  const RandomStream stream = generator.reserve(4 * x.size(0));
  const auto itemsize = static_cast<int64_t>(x.itemsize());
  const auto* from = static_cast<const char*>(x.data_ptr());
  auto* to = static_cast<char*>(y.data_ptr());
  const auto choices = static_cast<uint32_t>(2 * pixels + 1);
  parallel_for(x.size(0), x.numel(), [&](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; ++n) {
      const PhiloxBlock random = philox(stream.seed, stream.offset + static_cast<uint64_t>(n));
      const int64_t down = random.v[0] % choices - pixels, right = random.v[1] % choices - pixels;
      const int64_t width = (W - std::abs(right)) * itemsize;
      for (int64_t c = n * C; c < (n + 1) * C; ++c)
        for (int64_t h = std::max<int64_t>(0, down); h < std::min(H, H + down); ++h)
          std::memcpy(to + ((c * H + h) * W + std::max<int64_t>(0, right)) * itemsize,
                      from + ((c * H + h - down) * W + std::max<int64_t>(0, -right)) * itemsize,
                      static_cast<size_t>(width));
    }
  });
  return y;
}

}  // namespace reel::data
