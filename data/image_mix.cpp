#include <reel/data/image_mix.h>

#include <reel/core/creation.h>
#include <reel/core/error.h>
#include <reel/core/parallel.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace reel::data {
namespace {

constexpr double kMostAlpha = 1e6;

/// Gamma(alpha, 1), by Marsaglia and Tsang 2000.
double draw_gamma(SampleRandom& random, double alpha) {
  if (alpha < 1) return draw_gamma(random, alpha + 1) * std::pow(1 - random.uniform(), 1 / alpha);
  const double d = alpha - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = random.normal(), v = std::pow(1 + c * x, 3);
    if (v > 0 && std::log(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * std::log(v))
      return d * v;
  }
}

double draw_beta(SampleRandom& random, double alpha) {
  if (alpha == 1) return random.uniform();
  const double a = draw_gamma(random, alpha), b = draw_gamma(random, alpha);
  return a + b > 0 ? a / (a + b) : 0.5;
}

void check_mix(const char* op, int64_t num_classes, double alpha) {
  REEL_CHECK(num_classes > 0, op, ": ", num_classes, " classes; there must be at least 1.");
  REEL_CHECK(alpha > 0 && alpha < kMostAlpha, op, ": alpha is ", alpha,
             "; it must be positive and below ", kMostAlpha, ".");
}

/// The targets as probabilities (N, classes), in memory of their own.
Tensor probabilities(const char* op, const Tensor& images, const Tensor& targets, int64_t K) {
  REEL_CHECK(images.defined() && targets.defined(), op, ": undefined ",
             images.defined() ? "targets" : "images", "; both are needed.");
  REEL_CHECK(images.dim() >= 1 && targets.dim() >= 1 && targets.size(0) == images.size(0), op,
             ": images ", images, " and targets ", targets,
             "; both need the same size of dimension 0. [after Stack]");
  if (targets.dim() == 2 && targets.dtype() == kFloat32) {
    REEL_CHECK(targets.size(1) == K, op, ": targets ", targets, " for ", K,
               " classes; dimension 1 must have their number.");
    return targets.clone().contiguous();
  }
  REEL_CHECK(targets.dim() == 1 && targets.dtype() == kInt64, op, ": targets ", targets.dtype(),
             " ", targets, "; they must be (N) int64 or (N, classes) float32.");
  const Tensor p = zeros({targets.size(0), K});
  const auto label = targets.accessor<int64_t, 1>();
  for (int64_t n = 0; n < p.size(0); ++n) {
    REEL_CHECK(label[n] >= 0 && label[n] < K, op, ": target ", label[n], "; classes are 0 to ",
               K - 1, ".");
    p.data_ptr<float>()[n * K + label[n]] = 1;
  }
  return p;
}

/// Which image the n-th one is mixed with.
int64_t partner(int64_t n, int64_t N) { return n == 0 ? N - 1 : n - 1; }

/// to = weight a + (1 - weight) b.
void mix(const float* a, const float* b, float* to, int64_t count, double weight) {
  const auto w = static_cast<float>(weight);
  for (int64_t i = 0; i < count; ++i) to[i] = w * a[i] + (1 - w) * b[i];
}

Tensor mix_targets(const Tensor& p, const std::vector<double>& weights) {
  const Tensor mixed = empty(p.sizes());
  const int64_t N = p.size(0), K = p.size(1);
  const float* from = p.data_ptr<float>();
  for (int64_t n = 0; n < N; ++n)
    mix(from + n * K, from + partner(n, N) * K, mixed.data_ptr<float>() + n * K, K,
        weights[static_cast<size_t>(n)]);
  return mixed;
}

}  // namespace

MixUp::MixUp(int64_t num_classes, double alpha) : num_classes_(num_classes), alpha_(alpha) {
  check_mix("MixUp", num_classes, alpha);
}

Example<> MixUp::operator()(const Example<>& batch) const {
  const Tensor p = probabilities("MixUp", batch.data, batch.target, num_classes_);
  REEL_CHECK(batch.data.dtype() == kFloat32, "MixUp: images of ", batch.data.dtype(),
             "; they must be float32. [after Normalize or ConvertImageDtype]");
  const Tensor x = batch.data.detach().contiguous(), y = empty(x.sizes());
  const int64_t N = x.size(0), size = N == 0 ? 0 : x.numel() / N;
  std::vector<SampleRandom> randoms = batch_random(static_cast<size_t>(N));
  std::vector<double> weights(randoms.size());
  for (size_t n = 0; n < weights.size(); ++n) weights[n] = draw_beta(randoms[n], alpha_);
  const float* from = x.data_ptr<float>();
  float* to = y.data_ptr<float>();
  parallel_for(N, x.numel(), [&](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; ++n)
      mix(from + n * size, from + partner(n, N) * size, to + n * size, size,
          weights[static_cast<size_t>(n)]);
  });
  return {y, mix_targets(p, weights)};
}

CutMix::CutMix(int64_t num_classes, double alpha) : num_classes_(num_classes), alpha_(alpha) {
  check_mix("CutMix", num_classes, alpha);
}

Example<> CutMix::operator()(const Example<>& batch) const {
  const Tensor p = probabilities("CutMix", batch.data, batch.target, num_classes_);
  REEL_CHECK(batch.data.dim() == 4, "CutMix: images ", batch.data, "; they must be (N, C, H, W).");
  const Tensor x = batch.data.detach().contiguous(), y = x.clone();
  const int64_t N = x.size(0), C = x.size(1), H = x.size(2), W = x.size(3);
  REEL_CHECK(H > 0 && W > 0, "CutMix: images ", x, "; they need at least one pixel.");
  std::vector<SampleRandom> randoms = batch_random(static_cast<size_t>(N));
  std::vector<double> weights(randoms.size());
  const auto bytes = static_cast<int64_t>(x.itemsize());
  const auto* from = static_cast<const char*>(x.data_ptr());
  auto* to = static_cast<char*>(y.data_ptr());
  for (int64_t n = 0; n < N; ++n) {
    SampleRandom& random = randoms[static_cast<size_t>(n)];
    const double half = 0.5 * std::sqrt(1 - draw_beta(random, alpha_));
    const int64_t column = random.below(W), row = random.below(H);
    const auto w = static_cast<int64_t>(half * static_cast<double>(W));
    const auto h = static_cast<int64_t>(half * static_cast<double>(H));
    const int64_t left = std::max<int64_t>(column - w, 0), right = std::min(column + w, W);
    const int64_t top = std::max<int64_t>(row - h, 0), bottom = std::min(row + h, H);
    weights[static_cast<size_t>(n)] =
        1 - static_cast<double>((right - left) * (bottom - top)) / static_cast<double>(H * W);
    for (int64_t c = 0; c < C; ++c)
      for (int64_t i = top; i < bottom; ++i)
        std::memcpy(to + (((n * C + c) * H + i) * W + left) * bytes,
                    from + (((partner(n, N) * C + c) * H + i) * W + left) * bytes,
                    static_cast<size_t>((right - left) * bytes));
  }
  return {y, mix_targets(p, weights)};
}

}  // namespace reel::data
