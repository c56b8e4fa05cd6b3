#include <reel/data/image_move.h>

#include <reel/core/creation.h>
#include <reel/core/error.h>
#include <reel/core/parallel.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>
#include <numeric>

namespace reel::data {
namespace {

constexpr int64_t kByteValues = 256;
// Positions are 32-bit numbers.
constexpr int64_t kMaxSide = 1 << 30;

/// Row or column i of [0, n), or beyond it, where a padding mode finds it.
int64_t find(int64_t i, int64_t n, ImagePadding mode) {
  if (i >= 0 && i < n) return i;
  switch (mode) {
    case ImagePadding::kConstant:
      return -1;
    case ImagePadding::kEdge:
      return std::clamp<int64_t>(i, 0, n - 1);
    case ImagePadding::kReflect:
      return i < 0 ? -i : 2 * (n - 1) - i;
    default:
      return i < 0 ? -i - 1 : 2 * n - 1 - i;
  }
}

/// Entries begin ... begin + length - 1 of an axis.
void crop(std::vector<int32_t>& axis, int64_t begin, int64_t length, ImagePadding mode) {
  const auto n = static_cast<int64_t>(axis.size());
  std::vector<int32_t> cut(static_cast<size_t>(length));
  for (int64_t i = 0; i < length; ++i) {
    const int64_t from = find(begin + i, n, mode);
    cut[static_cast<size_t>(i)] = from < 0 ? -1 : axis[static_cast<size_t>(from)];
  }
  axis.swap(cut);
}

void check_padding(const char* op, ImageSize size, int64_t vertical, int64_t horizontal,
                   ImagePadding mode) {
  if (mode == ImagePadding::kConstant || mode == ImagePadding::kEdge) return;
  const int64_t less = mode == ImagePadding::kReflect ? 1 : 0;
  REEL_CHECK(vertical <= size.height - less && horizontal <= size.width - less, op, ": padding of ",
             vertical, " rows and ", horizontal, " columns mirrors an image of ", size.height, "x",
             size.width, "; at most ", size.height - less, " and ", size.width - less,
             " can be mirrored. [ImagePadding::kEdge knows no limit]");
}

/// An axis whose pixels [first, last) come from somewhere; `step` is 1 or -1 where they follow each
/// other, 0 where they are anywhere.
struct Axis {
  explicit Axis(const std::vector<int32_t>& axis) : index(axis.data()), size(ssize(axis)) {
    while (first < size && index[first] < 0) ++first;
    last = size;
    while (last > first && index[last - 1] < 0) --last;
    step = last - first > 1 ? index[first + 1] - index[first] : 1;
    if (step != 1 && step != -1) step = 0;
    for (int64_t i = first + 1; step != 0 && i < last; ++i)
      if (index[i] < 0 || index[i] - index[i - 1] != step) step = 0;
  }
  static int64_t ssize(const std::vector<int32_t>& axis) {
    return static_cast<int64_t>(axis.size());
  }
  const int32_t* index;
  int64_t size, first = 0, last, step;
};

template <class In, class Out, class Convert>
void move_row(const In* __restrict from, Out* __restrict to, const Axis& columns, Out fill,
              Convert convert) {
  const auto [index, size, first, last, step] = columns;
  for (int64_t x = 0; x < first; ++x) to[x] = fill;
  const In* start = first < last ? from + std::max<int32_t>(index[first], 0) : from;
  if (step == 1)
    for (int64_t x = first; x < last; ++x) to[x] = convert(start[x - first]);
  else if (step == -1)
    for (int64_t x = first; x < last; ++x) to[x] = convert(start[first - x]);
  else
    for (int64_t x = first; x < last; ++x) to[x] = index[x] < 0 ? fill : convert(from[index[x]]);
  for (int64_t x = last; x < size; ++x) to[x] = fill;
}

template <class In, class Out, class Convert>
void move_plane(const In* from, int64_t width, Out* to, const Axis& rows, const Axis& columns,
                Out fill, Convert convert) {
  for (int64_t y = 0; y < rows.size; ++y, to += columns.size) {
    if (rows.index[y] < 0)
      std::fill_n(to, columns.size, fill);
    else
      move_row(from + rows.index[y] * width, to, columns, fill, convert);
  }
}

/// The value that fills images of a dtype, as it lies in memory.
struct FillBits {
  FillBits(const char* op, Dtype dtype, double value) {
    visit_stored(dtype, [&](auto zero) {
      using T = decltype(zero);
      if constexpr (std::is_integral_v<T>) {
        const auto low = static_cast<double>(std::numeric_limits<T>::min());
        const auto high = static_cast<double>(std::numeric_limits<T>::max());
        REEL_CHECK(value >= low && value <= high, op, ": fill is ", value, " for images of ", dtype,
                   "; it must be from ", low, " to ", high, ".");
      }
      const T filled = static_cast<T>(value);
      std::memcpy(bytes, &filled, sizeof filled);
    });
  }
  template <class Bits>
  Bits as() const {
    Bits bits;
    std::memcpy(&bits, bytes, sizeof bits);
    return bits;
  }
  unsigned char bytes[8] = {};
};

/// Calls f(image, rows, columns) for each image of the batch.
void for_each_map(const std::vector<const ImageMove*>& moves, ImageBatch& batch, int64_t work,
                  const std::function<void(int64_t, const Axis&, const Axis&)>& f) {
  const Tensor& x = batch.images();
  std::vector<std::vector<SampleRandom>> randoms;
  for (const ImageMove* move : moves)
    randoms.push_back(move->is_random() ? batch.randoms() : std::vector<SampleRandom>());
  parallel_for(x.size(0), work, [&](int64_t begin, int64_t end) {
    PixelMap map;
    for (int64_t n = begin; n < end; ++n) {
      map.rows.resize(static_cast<size_t>(x.size(2)));
      map.columns.resize(static_cast<size_t>(x.size(3)));
      std::iota(map.rows.begin(), map.rows.end(), 0);
      std::iota(map.columns.begin(), map.columns.end(), 0);
      for (size_t i = 0; i < moves.size(); ++i)
        moves[i]->move(randoms[i].empty() ? nullptr : &randoms[i][static_cast<size_t>(n)], map);
      f(n, Axis(map.rows), Axis(map.columns));
    }
  });
}

}  // namespace

void check_image_size(const char* op, ImageSize size) {
  REEL_CHECK(size.height > 0 && size.width > 0 && size.height <= kMaxSide && size.width <= kMaxSide,
             op, ": a size of ", size.height, "x", size.width, "; both sides must be from 1 to ",
             kMaxSide, ".");
}

void check_probability(const char* op, double p) {
  REEL_CHECK(p >= 0 && p <= 1, op, ": p is ", p, "; it must be in [0, 1].");
}

void move_pixels(ImageBatch& batch, const std::vector<const ImageMove*>& moves,
                 const std::vector<float>& table) {
  const Tensor x = batch.images();
  const int64_t C = x.size(1), H = x.size(2), W = x.size(3);
  ImageSize size(H, W);
  for (const ImageMove* move : moves) {
    check_image_size(move->name(), size);
    size = move->resize(size);
  }
  const char* op = "Compose";
  double fill = 0;
  for (const ImageMove* move : moves) {
    if (!move->fill_value()) continue;
    op = move->name();
    fill = *move->fill_value();
  }
  const Tensor y =
      empty({x.size(0), C, size.height, size.width}, table.empty() ? x.dtype() : kFloat32);
  const int64_t from_plane = H * W, to_plane = size.height * size.width;
  if (!table.empty()) {
    const auto filled = FillBits(op, kUInt8, fill).as<uint8_t>();
    const auto* from = x.data_ptr<uint8_t>();
    auto* to = y.data_ptr<float>();
    for_each_map(moves, batch, y.numel(), [&](int64_t n, const Axis& rows, const Axis& columns) {
      for (int64_t c = 0; c < C; ++c) {
        const float* values = table.data() + c * kByteValues;
        move_plane(from + (n * C + c) * from_plane, W, to + (n * C + c) * to_plane, rows, columns,
                   values[filled], [values](uint8_t v) { return values[v]; });
      }
    });
  } else {
    const FillBits value(op, x.dtype(), fill);
    visit_bits(x.dtype(), [&](auto zero) {
      using Bits = decltype(zero);
      const auto filled = value.as<Bits>();
      const auto* from = static_cast<const Bits*>(x.data_ptr());
      auto* to = static_cast<Bits*>(y.data_ptr());
      for_each_map(moves, batch, y.numel(), [&](int64_t n, const Axis& rows, const Axis& columns) {
        for (int64_t c = n * C; c < (n + 1) * C; ++c)
          move_plane(from + c * from_plane, W, to + c * to_plane, rows, columns, filled,
                     [](Bits v) { return v; });
      });
    });
  }
  batch.replace(y);
}

void ImageMove::apply(ImageBatch& batch) const { move_pixels(batch, {this}); }

Pad::Pad(int64_t left, int64_t top, int64_t right, int64_t bottom)
    : left_(left), top_(top), right_(right), bottom_(bottom) {
  for (const int64_t p : {left, top, right, bottom})
    REEL_CHECK(p >= 0 && p <= kMaxSide, "Pad: padding is ", p, "; it must be from 0 to ", kMaxSide,
               ".");
}

ImageSize Pad::resize(ImageSize size) const {
  check_padding(name(), size, std::max(top_, bottom_), std::max(left_, right_), padding_mode_);
  const ImageSize padded(size.height + top_ + bottom_, size.width + left_ + right_);
  check_image_size(name(), padded);
  return padded;
}

void Pad::move(SampleRandom*, PixelMap& map) const {
  const auto h = static_cast<int64_t>(map.rows.size());
  const auto w = static_cast<int64_t>(map.columns.size());
  crop(map.rows, -top_, h + top_ + bottom_, padding_mode_);
  crop(map.columns, -left_, w + left_ + right_, padding_mode_);
}

CenterCrop::CenterCrop(ImageSize size) : size_(size) { check_image_size(name(), size_); }

namespace {

/// Where a middle part begins, as torchvision rounds: Python's round(), half to even, where there
/// is too much, and downwards where there is too little.
int64_t middle(int64_t n, int64_t wanted) {
  if (wanted > n) return -((wanted - n) / 2);
  const int64_t half = (n - wanted) / 2;
  return (n - wanted) % 2 != 0 && half % 2 != 0 ? half + 1 : half;
}

}  // namespace

void CenterCrop::move(SampleRandom*, PixelMap& map) const {
  const auto h = static_cast<int64_t>(map.rows.size());
  const auto w = static_cast<int64_t>(map.columns.size());
  crop(map.rows, middle(h, size_.height), size_.height, ImagePadding::kConstant);
  crop(map.columns, middle(w, size_.width), size_.width, ImagePadding::kConstant);
}

RandomCrop::RandomCrop(ImageSize size) : size_(size) { check_image_size(name(), size_); }

namespace {

/// How much an axis of n is padded at both ends, so that `wanted` fits.
int64_t padding_for(int64_t n, int64_t wanted, int64_t padding, bool if_needed) {
  const int64_t missing = wanted - (n + 2 * padding);
  return padding + (if_needed ? std::max<int64_t>(missing, 0) : 0);
}

}  // namespace

ImageSize RandomCrop::resize(ImageSize size) const {
  REEL_CHECK(padding_ >= 0 && padding_ <= kMaxSide, name(), ": padding is ", padding_,
             "; it must be from 0 to ", kMaxSide, ".");
  const int64_t vertical = padding_for(size.height, size_.height, padding_, pad_if_needed_);
  const int64_t horizontal = padding_for(size.width, size_.width, padding_, pad_if_needed_);
  REEL_CHECK(
      size_.height <= size.height + 2 * vertical && size_.width <= size.width + 2 * horizontal,
      name(), ": a crop of ", size_.height, "x", size_.width, " from an image of ", size.height,
      "x", size.width, " with padding ", padding_,
      "; it must not be larger. [pad_if_needed(true)]");
  check_padding(name(), size, vertical, horizontal, padding_mode_);
  return size_;
}

void RandomCrop::move(SampleRandom* random, PixelMap& map) const {
  const auto cut = [&](std::vector<int32_t>& axis, int64_t wanted) {
    const auto n = static_cast<int64_t>(axis.size());
    const int64_t padding = padding_for(n, wanted, padding_, pad_if_needed_);
    crop(axis, random->below(n + 2 * padding - wanted + 1) - padding, wanted, padding_mode_);
  };
  cut(map.rows, size_.height);
  cut(map.columns, size_.width);
}

RandomHorizontalFlip::RandomHorizontalFlip(double p) : p_(p) { check_probability(name(), p); }

void RandomHorizontalFlip::move(SampleRandom* random, PixelMap& map) const {
  if (random->chance(p_)) std::reverse(map.columns.begin(), map.columns.end());
}

RandomVerticalFlip::RandomVerticalFlip(double p) : p_(p) { check_probability(name(), p); }

void RandomVerticalFlip::move(SampleRandom* random, PixelMap& map) const {
  if (random->chance(p_)) std::reverse(map.rows.begin(), map.rows.end());
}

}  // namespace reel::data
