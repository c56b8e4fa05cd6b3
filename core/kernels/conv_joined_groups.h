#pragma once
// Groups of few channels leave most lanes of a vector idle. Some of them side by side are one group
// whose weights for each other's channels are zeros: more products, but of whole vectors. Included
// inside kernels only: everything here belongs to the level that compiles it.

#include <reel/core/kernels/conv.h>
#include <reel/core/kernels/vectors.h>
#include <reel/core/scratch.h>

#include <cstring>

namespace reel::kernels::REEL_ISA {

/// How many groups are joined, so that channels fill vectors on each side: 1 where they do anyway,
/// 0 where those of a vector's worth of groups do not.
[[gnu::noinline]] inline int64_t groups_joined(const ConvGeometry& g) {
  constexpr int64_t kWide = kWidth<float>, kWhole = kWide < 8 ? 8 : kWide;
  if (g.G == 1) return 1;
  for (int64_t n = 1; n <= kWhole; ++n)
    if (g.C / g.G * n % kWhole == 0 && g.K / g.G * n % kWhole == 0) return g.G % n == 0 ? n : 0;
  return 0;
}

inline ConvGeometry join_groups(ConvGeometry g) {
  if (const int64_t n = groups_joined(g)) g.G /= n;
  return g;
}

/// The weights of an output channel for its group.
inline int64_t row_of_weights(const ConvGeometry& g) {
  return g.C / g.G * g.kernel[0] * g.kernel[1] * g.kernel[2];
}

/// Weights as join_groups has them: w itself, or a copy that holds w among zeros.
class JoinedWeights {
 public:
  [[gnu::noinline]] JoinedWeights(const ConvGeometry& g, const float* w)
      : g_(g), joined_(groups_joined(g)), copy_(bytes()) {
    if (joined_ == 1) {
      data_ = const_cast<float*>(w);
      return;
    }
    data_ = copy_.data<float>();
    if (!w) return;
    std::memset(data_, 0, static_cast<size_t>(bytes()));
    for (int64_t k = 0; k < g.K; ++k)
      std::memcpy(place(k), w + k * row_of_weights(g), static_cast<size_t>(row_bytes()));
  }
  float* data() { return data_; }

  /// What they hold for w.
  [[gnu::noinline]] void copy_to(float* w) {
    for (int64_t k = 0; k < g_.K; ++k)
      std::memcpy(w + k * row_of_weights(g_), place(k), static_cast<size_t>(row_bytes()));
  }

 private:
  int64_t row_bytes() const { return row_of_weights(g_) * static_cast<int64_t>(sizeof(float)); }
  int64_t bytes() const { return joined_ == 1 ? 0 : g_.K * joined_ * row_bytes(); }
  float* place(int64_t k) {
    const int64_t slot = k / (g_.K / g_.G) % joined_;
    return data_ + (k * joined_ + slot) * row_of_weights(g_);
  }

  const ConvGeometry& g_;
  int64_t joined_;
  Scratch copy_;
  float* data_ = nullptr;
};

}  // namespace reel::kernels::REEL_ISA
