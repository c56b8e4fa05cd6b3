#include <reel/data/image_transform.h>

#include <reel/core/creation.h>
#include <reel/core/error.h>
#include <reel/core/parallel.h>
#include <reel/data/image_move.h>

#include <algorithm>
#include <utility>

namespace reel::data {
namespace {

constexpr int64_t kByteValues = 256;

class NormalizeStep : public ImageTransform {
 public:
  explicit NormalizeStep(Normalize normalize) : normalize_(std::move(normalize)) {}
  const char* name() const override { return "Normalize"; }
  void apply(ImageBatch& batch) const override { batch.replace(normalize_(batch.images())); }
  const Normalize& normalize() const { return normalize_; }

 private:
  Normalize normalize_;
};

class FunctionStep : public ImageTransform {
 public:
  explicit FunctionStep(std::function<Tensor(const Tensor&)> f) : function_(std::move(f)) {}
  const char* name() const override { return "Compose"; }
  void apply(ImageBatch& batch) const override {
    // What the function returns may be what it was given, or be kept by it.
    batch = ImageBatch(checked(function_(batch.images())), batch.single());
  }

 private:
  static Tensor checked(const Tensor& y) {
    REEL_CHECK(y.defined(),
               "Compose: a function returned an undefined tensor; the next step needs images.");
    REEL_CHECK(y.dim() == 4, "Compose: a function returned ", y, "; it must be (N, C, H, W).");
    return y.contiguous();
  }
  std::function<Tensor(const Tensor&)> function_;
};

/// What a step makes of the 256 values of each of C channels; empty when that is not all it does.
std::vector<float> table_of(const ImageTransform& step, int64_t C) {
  const auto* normalize = dynamic_cast<const NormalizeStep*>(&step);
  const auto* convert = dynamic_cast<const ConvertImageDtype*>(&step);
  // A wrong number of channels is reported by the step itself.
  const bool fits = normalize && std::ssize(normalize->normalize().mean()) == C;
  if (!fits && !(convert && convert->dtype() == kFloat32)) return {};
  const Tensor bytes = arange(kByteValues, kUInt8).view({kByteValues, 1, 1, 1});
  ImageBatch batch(bytes.expand({kByteValues, C, 1, 1}).contiguous(), false);
  step.apply(batch);
  const float* made = batch.images().data_ptr<float>();
  std::vector<float> table(static_cast<size_t>(kByteValues * C));
  for (int64_t v = 0; v < kByteValues; ++v)
    for (int64_t c = 0; c < C; ++c)
      table[static_cast<size_t>(c * kByteValues + v)] = made[v * C + c];
  return table;
}

/// Calls f with a value of the type, uint8, float32 or float64.
template <class F>
void visit_pixel_types(Dtype dtype, F f) {
  if (dtype == kUInt8)
    f(uint8_t{});
  else
    visit_floating(dtype, f);
}

}  // namespace

const Tensor& ImageBatch::writable() {
  if (!owned_) replace(images_.clone());
  return images_;
}

void ImageBatch::replace(Tensor images) {
  images_ = std::move(images);
  owned_ = true;
}

std::vector<SampleRandom> ImageBatch::randoms() const {
  if (single_) return {sample_random()};
  return batch_random(static_cast<size_t>(images_.size(0)));
}

Tensor ImageTransform::operator()(const Tensor& images) const {
  REEL_CHECK(images.defined(), name(), ": the images are undefined; a tensor is needed.");
  REEL_CHECK(images.dim() == 3 || images.dim() == 4, name(), ": images ", images,
             "; they must be (N, C, H, W), or one (C, H, W).");
  const bool single = images.dim() == 3;
  const Tensor x = single ? images.unsqueeze(0) : images;
  REEL_CHECK(x.size(1) > 0 && x.size(2) > 0 && x.size(3) > 0, name(), ": images ", images,
             "; they need at least one channel and one pixel.");
  ImageBatch batch(x.detach().contiguous(), single);
  apply(batch);
  return single ? batch.images().squeeze(0) : batch.images();
}

Example<> ImageTransform::apply_batch(Example<> batch) const {
  return {(*this)(batch.data), std::move(batch.target)};
}

TensorExample ImageTransform::apply_batch(TensorExample batch) const { return (*this)(batch.data); }

std::vector<Example<>> ImageTransform::apply_batch(std::vector<Example<>> batch) const {
  for (size_t i = 0; i < batch.size(); ++i) {
    set_loading_place(i);
    batch[i].data = (*this)(batch[i].data);
  }
  return batch;
}

std::vector<TensorExample> ImageTransform::apply_batch(std::vector<TensorExample> batch) const {
  for (size_t i = 0; i < batch.size(); ++i) {
    set_loading_place(i);
    batch[i].data = (*this)(batch[i].data);
  }
  return batch;
}

ImageStep::ImageStep(Normalize normalize)
    : transform_(std::make_shared<NormalizeStep>(std::move(normalize))) {}

ImageStep::ImageStep(std::function<Tensor(const Tensor&)> function, int)
    : transform_(std::make_shared<FunctionStep>(std::move(function))) {}

void Compose::apply(ImageBatch& batch) const {
  for (size_t i = 0; i < steps_.size();) {
    std::vector<const ImageMove*> moves;
    std::optional<double> fill;
    size_t next = i;
    for (; next < steps_.size(); ++next) {
      const auto* move = dynamic_cast<const ImageMove*>(&steps_[next].transform());
      if (!move) break;
      const std::optional<double> filled = move->fill_value();
      if (fill && filled && *fill != *filled) break;
      if (filled) fill = filled;
      moves.push_back(move);
    }
    std::vector<float> table;
    if (next < steps_.size() && batch.images().dtype() == kUInt8)
      table = table_of(steps_[next].transform(), batch.images().size(1));
    if (!table.empty()) ++next;
    if (next == i) {
      steps_[next++].transform().apply(batch);
    } else {
      move_pixels(batch, moves, table);
    }
    i = next;
  }
}

ConvertImageDtype::ConvertImageDtype(Dtype dtype) : dtype_(dtype) {
  REEL_CHECK(dtype == kUInt8 || reel::is_floating_point(dtype), "ConvertImageDtype: to ", dtype,
             "; it must be uint8, float32 or float64.");
}

void ConvertImageDtype::apply(ImageBatch& batch) const {
  const Tensor& x = batch.images();
  if (x.dtype() == dtype_) return;
  REEL_CHECK(x.dtype() == kUInt8 || x.is_floating_point(), "ConvertImageDtype: images of ",
             x.dtype(), "; they must be uint8, float32 or float64.");
  const Tensor y = empty(x.sizes(), dtype_);
  visit_pixel_types(x.dtype(), [&](auto in) {
    visit_pixel_types(dtype_, [&](auto out) {
      using In = decltype(in);
      using Out = decltype(out);
      const In* from = x.data_ptr<In>();
      Out* to = y.data_ptr<Out>();
      parallel_for(x.numel(), x.numel(), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          if constexpr (std::is_same_v<In, uint8_t>) {
            to[i] = static_cast<Out>(static_cast<Out>(from[i]) / static_cast<Out>(255));
          } else if constexpr (std::is_same_v<Out, uint8_t>) {
            // As torchvision: 1 becomes 255, and every value has an interval of one length. NaN: 0.
            const double v = static_cast<double>(from[i]) * (255 + 1.0 - 1e-3);
            to[i] = v > 0 ? static_cast<uint8_t>(std::min(v, 255.0)) : uint8_t{0};
          } else {
            to[i] = static_cast<Out>(from[i]);
          }
        }
      });
    });
  });
  batch.replace(y);
}

}  // namespace reel::data
