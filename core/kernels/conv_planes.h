#pragma once
// Convolutions to few output channels, which leave most lanes of the direct sums idle. Here vectors
// hold pixels: samples are copied as planes, one a channel, whose rows lie side by side with zeros
// for the border, so that a tap is an offset and whatever the image's width, vectors are full. What
// the places between rows yield is not stored (y), or is multiplied by zeros (dw).
// docs/ops/conv.md has the equations. (64, 1, 28, 28) to 6, 5x5, at AVX-512, with direct sums and
// so: y 0.52 and 0.17 ms, dw 0.54 and 0.26.
// Included inside kernels only: everything here belongs to the level that compiles it.

#include <reel/core/kernels/conv_sweep.h>
#include <reel/core/kernels/lane_transpose.h>

namespace reel::kernels::REEL_ISA {

inline constexpr int64_t kPlaneLanes = kWidth<float>;
inline constexpr int64_t kMostOutputs = 8;
inline constexpr int64_t kPlaneBytes = 128 * 1024;    // of a band's planes: a part of L2
inline constexpr int64_t kOverrun = 6 * kPlaneLanes;  // pixels of a tile beyond the last one

/// The samples are cut into bands of output rows, by the problem's sizes alone.
struct PlanesPlan {
  int64_t N, C, K, P, Q, R, S;
  int64_t pitch;           // from row to row of a plane
  int64_t rows, bands;     // output rows of a band; bands of a sample
  int64_t source, target;  // elements of a plane of x, and of y or dy

  explicit PlanesPlan(const ConvGeometry& g)
      : N(g.N), C(g.C), K(g.K), P(g.out[1]), Q(g.out[2]), R(g.kernel[1]), S(g.kernel[2]) {
    pitch = Q + S - 1;
    rows = P;
    set_bands();
    while (rows > 1 &&
           (bytes() > kPlaneBytes || (N * bands < kMinTasks && rows * pitch >= 2 * kMinPixels))) {
      rows = (rows + 1) / 2;
      set_bands();
    }
  }
  void set_bands() {
    bands = (P + rows - 1) / rows;
    source = ((rows + R - 1) * pitch + S + kOverrun + kPlaneLanes) / kPlaneLanes * kPlaneLanes;
    target = (rows * pitch + kOverrun + kPlaneLanes) / kPlaneLanes * kPlaneLanes;
  }
  int64_t planes() const { return C * source + K * target; }
  int64_t bytes() const { return padded_bytes(planes() * static_cast<int64_t>(sizeof(float))); }
  int64_t taps() const { return C * R * S; }
  int64_t tasks() const { return N * bands; }
  // Output rows of a task.
  int64_t first_row(int64_t task) const { return task % bands * rows; }
  int64_t rows_of(int64_t task) const {
    const int64_t left = P - first_row(task);
    return left < rows ? left : rows;
  }
};

inline const char* declines_any(const ConvGeometry& g) {
  if (g.K > kMostOutputs) return "there are more than 8 output channels";
  if (g.G != 1) return "there are groups";
  if (g.in[0] != 1 || g.out[0] != 1 || g.kernel[0] != 1) return "there are three dimensions";
  for (int d = 1; d < 3; ++d)
    if (g.stride[d] != 1 || g.dilation[d] != 1) return "stride or dilation are not 1";
  if (g.N == 0) return "there is no sample";
  // Copying takes longer than it saves: 16 to 4 channels, 0.040 ms in place of 0.025. But where the
  // image is a plane, of 1 channel to 1, 0.011 in place of 0.086; to 8 it would be even.
  if (g.kernel[1] * g.kernel[2] == 1 && (g.C > 1 || g.K > 4)) return "the kernel is a single pixel";
  if (g.out[1] * g.out[2] < kMinPixels) return "the image is small";
  if (g.K * (g.out[2] + g.kernel[2] - 1) > kPlaneLanes * g.out[2])
    return "the direct sums fill their lanes as well";
  if (PlanesPlan(g).bytes() > 2 * kPlaneBytes) return "a row of all channels is large";
  return nullptr;
}

// --- between pixels with their channels and planes ---

inline void zero(int64_t n, float* to) {
  std::memset(to, 0, static_cast<size_t>(n) * sizeof(float));
}
inline void copy(int64_t n, const float* from, float* to) {
  std::memcpy(to, from, static_cast<size_t>(n) * sizeof(float));
}

/// scalar: planes[c][i] = pixels[i][c], of C channels out of `step`
template <int kFours>
inline void split_channels(int64_t n, int64_t C, int64_t step, const float* pixels, int64_t plane,
                           float* planes) {
  float* at[4 * kFours];
  for (int64_t c = 0; c < 4 * kFours; ++c) at[c] = planes + (c < C ? c : C - 1) * plane;
  int64_t i = 0;
  // Fours of channels read into the next pixel, so one must follow. What they find there goes to
  // the last channel's plane, and then that channel.
  for (; i + 4 < n; i += 4) {
    const float* from = pixels + i * step;
    FourOf<float>::type a[kFours][4];
    unrolled<kFours>([&](auto f) __attribute__((always_inline)) {
      unrolled<4>([&](auto j) __attribute__((always_inline)) {
        a[f.value][j.value] = lanes_at<FourOf<float>::type>(from + j.value * step + 4 * f.value);
      });
      transpose_lanes(a[f.value]);
    });
    unrolled<4 * kFours>([&](auto c) __attribute__((always_inline)) {
      constexpr int kLast = 4 * kFours - 1 - decltype(c)::value;
      put_lanes(at[kLast] + i, a[kLast / 4][kLast % 4]);
    });
  }
  for (; i < n; ++i)
    for (int64_t c = 0; c < C; ++c) planes[c * plane + i] = pixels[i * step + c];
}

/// Rows of a vector of pixels and more, at levels where vectors are mixed in one instruction: the
/// last vector may overlap that before. (64, 1, 28, 28) to 6, 5x5: y from 0.23 to 0.17 ms.
inline constexpr bool kMixes = kVectorBytes == 64;

template <int kChannels>
inline void split_vectors(int64_t n, const float* pixels, int64_t plane, float* planes) {
  float* at[kChannels];
  for (int64_t c = 0; c < kChannels; ++c) at[c] = planes + c * plane;
  for (int64_t i = 0; i < n; i += kPlaneLanes) {
    const int64_t first = i + kPlaneLanes <= n ? i : n - kPlaneLanes;
    deinterleave_rows<Vector<float>>(pixels + first * kChannels, first, at);
  }
}
template <int kChannels>
inline void join_vectors(int64_t n, const float* planes, int64_t plane, float* pixels) {
  const float* at[kChannels];
  for (int64_t c = 0; c < kChannels; ++c) at[c] = planes + c * plane;
  for (int64_t i = 0; i < n; i += kPlaneLanes) {
    const int64_t first = i + kPlaneLanes <= n ? i : n - kPlaneLanes;
    interleave_rows<Vector<float>>(at, first, pixels + first * kChannels);
  }
}

using SplitVectors = void (*)(int64_t n, const float* pixels, int64_t plane, float* planes);
using JoinVectors = void (*)(int64_t n, const float* planes, int64_t plane, float* pixels);
/// For that many channels, less two.
inline constexpr SplitVectors kSplitVectors[] = {
    split_vectors<2>, split_vectors<3>, split_vectors<4>, split_vectors<5>,
    split_vectors<6>, split_vectors<7>, split_vectors<8>};
inline constexpr JoinVectors kJoinVectors[] = {join_vectors<2>, join_vectors<3>, join_vectors<4>,
                                               join_vectors<5>, join_vectors<6>, join_vectors<7>,
                                               join_vectors<8>};

inline void split_row(int64_t n, int64_t C, const float* pixels, int64_t plane, float* planes) {
  if (C == 1) return copy(n, pixels, planes);
  if constexpr (kMixes)
    if (n >= kPlaneLanes && C <= 8) return kSplitVectors[C - 2](n, pixels, plane, planes);
  int64_t c = 0;
  for (; C - c > 4; c += 8)
    split_channels<2>(n, C - c < 8 ? C - c : 8, C, pixels + c, plane, planes + c * plane);
  if (c < C) split_channels<1>(n, C - c, C, pixels + c, plane, planes + c * plane);
}

/// scalar: pixels[i][c] = planes[c][i]
template <int kFours>
inline void join_fours(int64_t n, int64_t C, const float* planes, int64_t plane, float* pixels) {
  const float* at[4 * kFours];
  for (int64_t c = 0; c < 4 * kFours; ++c) at[c] = planes + (c < C ? c : C - 1) * plane;
  int64_t i = 0;
  // A four of channels may spill into the next pixel, which is written after it.
  for (; i + 4 < n; i += 4) {
    FourOf<float>::type a[kFours][4];
    unrolled<kFours>([&](auto f) __attribute__((always_inline)) {
      unrolled<4>([&](auto j) __attribute__((always_inline)) {
        a[f.value][j.value] = lanes_at<FourOf<float>::type>(at[4 * f.value + j.value] + i);
      });
      transpose_lanes(a[f.value]);
    });
    float* to = pixels + i * C;
    unrolled<4>([&](auto j) __attribute__((always_inline)) {
      unrolled<kFours>([&](auto f) __attribute__((always_inline)) {
        put_lanes(to + 4 * f.value, a[f.value][j.value]);
      });
      to += C;
    });
  }
  for (; i < n; ++i)
    for (int64_t c = 0; c < C; ++c) pixels[i * C + c] = planes[c * plane + i];
}

inline void join_row(int64_t n, int64_t C, const float* planes, int64_t plane, float* pixels) {
  if (C == 1) return copy(n, planes, pixels);
  if constexpr (kMixes)
    if (n >= kPlaneLanes) return kJoinVectors[C - 2](n, planes, plane, pixels);
  C <= 4 ? join_fours<1>(n, C, planes, plane, pixels) : join_fours<2>(n, C, planes, plane, pixels);
}

/// The source pixels of a band of a sample, zeros outside it.
inline void split_source(const ConvGeometry& g, const PlanesPlan& p, int64_t task, const float* x,
                         float* to) {
  const int64_t H = g.in[1], W = g.in[2], left = g.pad[2];
  const int64_t begin = left < p.pitch ? left : p.pitch;
  const int64_t inside = p.pitch - begin < W ? p.pitch - begin : W, end = begin + inside;
  const int64_t rows = p.rows_of(task) + p.R - 1, first = p.first_row(task) - g.pad[1];
  for (int64_t i = 0; i < rows; ++i) {
    float* row = to + i * p.pitch;
    const int64_t z = first + i;
    const bool outside = z < 0 || z >= H;
    if (!outside) split_row(inside, p.C, x + z * W * p.C, p.source, row + begin);
    for (int64_t c = 0; c < p.C; ++c) {
      float* plane = row + c * p.source;
      zero(outside ? p.pitch : begin, plane);
      if (!outside) zero(p.pitch - end, plane + end);
    }
  }
  for (int64_t c = 0; c < p.C; ++c)
    zero(p.source - rows * p.pitch, to + c * p.source + rows * p.pitch);
}

/// The gradients of a band, zeros between its rows and behind them.
inline void split_grads(const PlanesPlan& p, int64_t task, const float* dy, float* to) {
  const int64_t rows = p.rows_of(task);
  dy += (task / p.bands * p.P + p.first_row(task)) * p.Q * p.K;
  for (int64_t i = 0; i < rows; ++i)
    split_row(p.Q, p.K, dy + i * p.Q * p.K, p.target, to + i * p.pitch);
  for (int64_t k = 0; k < p.K; ++k) {
    float* plane = to + k * p.target;
    for (int64_t i = 0; i < rows; ++i) zero(p.S - 1, plane + i * p.pitch + p.Q);
    zero(kPlaneLanes, plane + rows * p.pitch);
  }
}

}  // namespace reel::kernels::REEL_ISA
