// y of x and w for few output channels, with pixels in the lanes.

#include <reel/core/kernels/conv_planes.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/parallel.h>
#include <reel/core/scratch.h>

namespace reel::kernels::REEL_ISA {

namespace {

using V = Vector<float>;

constexpr int64_t kLanes = kPlaneLanes;
constexpr int64_t kMostTileOutputs = 6;

// Vectors of pixels in a tile of that many channels: 8 to 12 sums hide the latency of an addition
// and leave registers of AVX2 for the sources.
template <int kOutputs>
constexpr int kTileVectors = kOutputs == 1   ? 6
                             : kOutputs == 2 ? 4
                             : kOutputs <= 4 ? 3
                                             : 2;

// A tile of pixels of all channels of a block, over all taps. Weights are [tap][channel].
template <int kOutputs>
[[gnu::noinline]] void sweep_tile(const PlanesPlan& p, const float* x, const float* w,
                                  const float* b, float* y) {
  constexpr int kVectors = kTileVectors<kOutputs>;
  V acc[kOutputs][kVectors];
  unrolled<kOutputs>([&](auto k) __attribute__((always_inline)) {
    unrolled<kVectors>([&](auto v) __attribute__((always_inline)) {
      acc[k.value][v.value] = broadcast<V>(b[k.value]);
    });
  });
  for (int64_t c = 0; c < p.C; ++c)
    for (int64_t r = 0; r < p.R; ++r) {
      const float* in = x + c * p.source + r * p.pitch;
      for (const float* end = in + p.S; in < end; ++in, w += kOutputs) {
        V source[kVectors];
        unrolled<kVectors>([&](auto v) __attribute__((always_inline)) {
          source[v.value] = lanes_at<V>(in + v.value * kLanes);
          if (kOutputs > 1) hold(source[v.value]);
        });
        unrolled<kOutputs>([&](auto k) __attribute__((always_inline)) {
          const V weight = broadcast<V>(w[k.value]);
          unrolled<kVectors>([&](auto v) __attribute__((always_inline)) {
            acc[k.value][v.value] += source[v.value] * weight;
          });
        });
      }
    }
  unrolled<kOutputs>([&](auto k) __attribute__((always_inline)) {
    unrolled<kVectors>([&](auto v) __attribute__((always_inline)) {
      put_lanes(y + k.value * p.target + v.value * kLanes, acc[k.value][v.value]);
    });
  });
}

template <int kOutputs>
void sweep_tiles(const PlanesPlan& p, int64_t pixels, const float* x, const float* w,
                 const float* b, float* y) {
  constexpr int64_t kStep = kTileVectors<kOutputs> * kLanes;
  for (int64_t i = 0; i < pixels; i += kStep) sweep_tile<kOutputs>(p, x + i, w, b, y + i);
}

using SweepTiles = void (*)(const PlanesPlan& p, int64_t pixels, const float* x, const float* w,
                            const float* b, float* y);
constexpr SweepTiles kSweepTiles[] = {sweep_tiles<1>, sweep_tiles<2>, sweep_tiles<3>,
                                      sweep_tiles<4>, sweep_tiles<5>, sweep_tiles<6>};

// The bias, then a block of channels after another: [block][tap][channel].
void pack_weights(const PlanesPlan& p, const float* w, const float* b, float* packed) {
  for (int64_t k = 0; k < kMostOutputs; ++k) *packed++ = b && k < p.K ? b[k] : 0.0f;
  const int64_t blocks = (p.K + kMostTileOutputs - 1) / kMostTileOutputs;
  for (int64_t i = 0; i < blocks; ++i)
    for (int64_t t = 0; t < p.taps(); ++t)
      for (int64_t k = p.K * i / blocks; k < p.K * (i + 1) / blocks; ++k)
        *packed++ = w[k * p.taps() + t];
}

int64_t packed_bytes(const PlanesPlan& p) {
  return padded_bytes((kMostOutputs + p.taps() * p.K) * static_cast<int64_t>(sizeof(float)));
}

void forward(const ConvGeometry& g, int64_t threads, const float* x, const float* w, const float* b,
             float* y) {
  const PlanesPlan p(g);
  const int64_t tasks = p.tasks(), slots = tasks < threads ? tasks : threads;
  Scratch scratch(packed_bytes(p) + slots * p.bytes());
  float* packed = scratch.data<float>();
  pack_weights(p, w, b, packed);
  const int64_t blocks = (p.K + kMostTileOutputs - 1) / kMostTileOutputs;
  const int64_t work = p.N * p.P * p.pitch * p.K * (p.taps() / 8 + 1);
  parallel_for(slots, work, [&](int64_t begin, int64_t end) {
    for (int64_t slot = begin; slot < end; ++slot) {
      float* source = scratch.data<float>(packed_bytes(p) + slot * p.bytes());
      float* target = source + p.C * p.source;
      for (int64_t i = tasks * slot / slots; i < tasks * (slot + 1) / slots; ++i) {
        split_source(g, p, i, x + i / p.bands * g.in[1] * g.in[2] * p.C, source);
        const int64_t rows = p.rows_of(i);
        for (int64_t j = 0; j < blocks; ++j) {
          const int64_t k = p.K * j / blocks, outputs = p.K * (j + 1) / blocks - k;
          kSweepTiles[outputs - 1](p, rows * p.pitch, source, packed + kMostOutputs + k * p.taps(),
                                   packed + k, target + k * p.target);
        }
        float* to = y + (i / p.bands * p.P + p.first_row(i)) * p.Q * p.K;
        for (int64_t r = 0; r < rows; ++r)
          join_row(p.Q, p.K, target + r * p.pitch, p.target, to + r * p.Q * p.K);
      }
    }
  });
}

}  // namespace

void install_conv_planes(Tables& tables) {
  Conv<float>& conv = tables;
  conv.forward[kConvPlanes] = {forward, declines_any};
}

}  // namespace reel::kernels::REEL_ISA
