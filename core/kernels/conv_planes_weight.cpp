// dw of dy and x, and db of dy, for few output channels, with pixels in the lanes.

#include <reel/core/kernels/conv_planes.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/parallel.h>
#include <reel/core/scratch.h>

namespace reel::kernels::REEL_ISA {

namespace {

using V = Vector<float>;

constexpr int64_t kLanes = kPlaneLanes;
constexpr int64_t kChunks = 8;
constexpr int64_t kSumBytes = 64 * 1024;  // of the sums: a part of L2

// Of a tile: 4 x 6 sums fill the registers of AVX-512, 4 x 3 those of AVX. A vector of x, which
// straddles cache lines, serves all channels: two at a time, 6 channels took 1.07 times as long.
constexpr int64_t kMostTileTaps = 4, kMostGradOutputs = kVectorBytes == 64 ? 6 : 3;

const char* declines_weight_grad(const ConvGeometry& g) {
  if (const char* reason = declines_any(g)) return reason;
  // Splitting dy takes what a fifth of the lanes would gain (AVX2, 6 channels: 0.45 ms either way).
  if (g.K * (g.out[2] + g.kernel[2] - 1) * 5 > 4 * kLanes * g.out[2])
    return "the direct sums fill their lanes as well";
  const int64_t sums = (PlanesPlan(g).taps() + 1) * g.K * kLanes;
  if (sums * static_cast<int64_t>(sizeof(float)) > kSumBytes) return "there are many weights";
  return nullptr;
}

// Sums are vectors, added up lane by lane at the end, and private to a chunk of tasks: for each
// part of the channels [tap][channel], then one a channel for the bias.
struct Sums {
  int64_t parts, taps, bias, size;  // elements: where those of the bias start, and all
  explicit Sums(const PlanesPlan& p)
      : parts((p.K + kMostGradOutputs - 1) / kMostGradOutputs),
        taps(p.taps()),
        bias(p.K * taps * kLanes),
        size(bias + p.K * kLanes) {}
  int64_t first(const PlanesPlan& p, int64_t part) const { return p.K * part / parts; }
};

// scalar: sums[t][k] += sum over pixels i of x[t][i] * dy[k][i], for some taps and channels
template <int kTaps, int kOutputs>
[[gnu::noinline]] void add_tile(int64_t pixels, const float* const* taps, const float* dy,
                                int64_t plane, float* sums) {
  const float *x[kTaps], *grad[kOutputs];
  V acc[kTaps][kOutputs] = {};
  unrolled<kTaps>([&](auto t) __attribute__((always_inline)) { x[t.value] = taps[t.value]; });
  unrolled<kOutputs>([&](auto k)
                         __attribute__((always_inline)) { grad[k.value] = dy + k.value * plane; });
  for (int64_t i = 0; i < pixels; i += kLanes) {
    V g[kOutputs];
    unrolled<kOutputs>([&](auto k) __attribute__((always_inline)) {
      g[k.value] = lanes_at<V>(grad[k.value] + i);
    });
    unrolled<kTaps>([&](auto t) __attribute__((always_inline)) {
      V source = lanes_at<V>(x[t.value] + i);
      hold(source);
      unrolled<kOutputs>([&](auto k) __attribute__((always_inline)) {
        acc[t.value][k.value] += source * g[k.value];
      });
    });
  }
  unrolled<kTaps>([&](auto t) __attribute__((always_inline)) {
    unrolled<kOutputs>([&](auto k) __attribute__((always_inline)) {
      float* to = sums + (t.value * kOutputs + k.value) * kLanes;
      put_lanes(to, lanes_at<V>(to) + acc[t.value][k.value]);
    });
  });
}

using AddTile = void (*)(int64_t pixels, const float* const* taps, const float* dy, int64_t plane,
                         float* sums);
// For that many taps, less one, of a number of channels.
template <int kOutputs>
constexpr AddTile kAddTile[] = {add_tile<1, kOutputs>, add_tile<2, kOutputs>, add_tile<3, kOutputs>,
                                add_tile<4, kOutputs>};

// Walks the taps at their places in the source.
class TapCursor {
 public:
  TapCursor(const PlanesPlan& p, const float* x)
      : at_(x), R_(p.R), S_(p.S), row_(p.pitch - p.S), plane_(p.source - p.R * p.pitch) {}
  const float* next() {
    const float* at = at_++;
    if (++s_ < S_) return at;
    s_ = 0;
    at_ += row_;
    if (++r_ < R_) return at;
    r_ = 0;
    at_ += plane_;
    return at;
  }

 private:
  const float* at_;
  int64_t R_, S_, row_, plane_, r_ = 0, s_ = 0;
};

// Sums of some channels from k on; the first of theirs is at `sums`.
template <int kOutputs>
void add_outputs(const PlanesPlan& p, int64_t taps, int64_t pixels, const float* x, const float* dy,
                 float* sums) {
  const int64_t tiles = (taps + kMostTileTaps - 1) / kMostTileTaps;
  TapCursor cursor(p, x);
  for (int64_t i = 0; i < tiles; ++i) {
    const int64_t first = taps * i / tiles, count = taps * (i + 1) / tiles - first;
    const float* at[kMostTileTaps];
    for (int64_t t = 0; t < count; ++t) at[t] = cursor.next();
    kAddTile<kOutputs>[count - 1](pixels, at, dy, p.target, sums + first * kOutputs * kLanes);
  }
}

using AddOutputs = void (*)(const PlanesPlan& p, int64_t taps, int64_t pixels, const float* x,
                            const float* dy, float* sums);
constexpr AddOutputs kAddOutputs[] = {add_outputs<1>, add_outputs<2>, add_outputs<3>,
                                      add_outputs<4>, add_outputs<5>, add_outputs<6>};

void add_weights(const PlanesPlan& p, const Sums& s, int64_t pixels, const float* x,
                 const float* dy, float* sums) {
  for (int64_t i = 0; i < s.parts; ++i) {
    const int64_t k = s.first(p, i), n = s.first(p, i + 1) - k;
    kAddOutputs[n - 1](p, s.taps, pixels, x, dy + k * p.target, sums + k * s.taps * kLanes);
  }
}

void add_bias(const PlanesPlan& p, int64_t pixels, const float* dy, float* sums) {
  // Two planes at a time and two sums of each: one would wait for each addition.
  for (int64_t k = 0; k < p.K; k += 2) {
    const float *dy0 = dy + k * p.target, *dy1 = k + 1 < p.K ? dy0 + p.target : dy0;
    V part[2][2] = {};
    int64_t i = 0;
    for (; i + 2 * kLanes <= pixels; i += 2 * kLanes)
      for (int j = 0; j < 2; ++j) {
        part[0][j] += lanes_at<V>(dy0 + i + j * kLanes);
        part[1][j] += lanes_at<V>(dy1 + i + j * kLanes);
      }
    for (; i < pixels; i += kLanes) {
      part[0][0] += lanes_at<V>(dy0 + i);
      part[1][0] += lanes_at<V>(dy1 + i);
    }
    for (int64_t j = 0; j < 2 && k + j < p.K; ++j) {
      float* to = sums + (k + j) * kLanes;
      put_lanes(to, lanes_at<V>(to) + (part[j][0] + part[j][1]));
    }
  }
}

// scalar: v[0] = the sum of all v
template <int kHalf>
[[gnu::always_inline]] inline void add_halves(V (&v)[kLanes]) {
  unrolled<kHalf>([&](auto i) __attribute__((always_inline)) { v[i.value] += v[i.value + kHalf]; });
  if constexpr (kHalf > 1) add_halves<kHalf / 2>(v);
}

// The sums of n vectors' lanes in the chunks, which are `size` elements each.
void add_lanes(int64_t n, int64_t chunks, int64_t size, const float* sums, float* totals) {
  for (int64_t i = 0; i < n; i += kLanes) {
    V lane[kLanes];
    unrolled<kLanes>([&](auto j) __attribute__((always_inline)) {
      const float* at = sums + (i + j.value < n ? i + j.value : n - 1) * kLanes;
      lane[j.value] = lanes_at<V>(at);
      for (int64_t c = 1; c < chunks; ++c) lane[j.value] += lanes_at<V>(at + c * size);
    });
    transpose_lanes(lane);
    add_halves<kLanes / 2>(lane);
    put_lanes(totals + i, lane[0]);
  }
}

int64_t chunks_of(const PlanesPlan& p) { return p.tasks() < kChunks ? p.tasks() : kChunks; }

void weight_grad(const ConvGeometry& g, int64_t, const float* dy, const float* x, float* dw,
                 float* db) {
  const PlanesPlan p(g);
  const Sums s(p);
  const int64_t tasks = p.tasks(), chunks = chunks_of(p);
  constexpr auto kSize = static_cast<int64_t>(sizeof(float));
  const int64_t total_bytes = (s.size / kLanes + kLanes) * kSize;  // written in whole vectors
  Scratch scratch(chunks * (padded_bytes(s.size * kSize) + p.bytes()) + total_bytes);
  float* all = scratch.data<float>();
  const int64_t work = p.N * p.P * p.pitch * p.K * (dw ? p.taps() / 8 + 1 : 1);
  parallel_for(chunks, work, [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; ++c) {
      float* sums = all + c * s.size;
      float* source = all + chunks * s.size + c * p.planes();
      float* grads = source + p.C * p.source;
      zero(s.size, sums);
      for (int64_t i = tasks * c / chunks; i < tasks * (c + 1) / chunks; ++i) {
        const int64_t pixels = p.rows_of(i) * p.pitch;
        split_grads(p, i, dy, grads);
        if (db) add_bias(p, pixels, grads, sums + s.bias);
        if (!dw) continue;
        split_source(g, p, i, x + i / p.bands * g.in[1] * g.in[2] * p.C, source);
        add_weights(p, s, pixels, source, grads, sums);
      }
    }
  });
  float* totals = all + chunks * (s.size + p.planes());
  add_lanes(s.size / kLanes, chunks, s.size, all, totals);
  if (db) copy(p.K, totals + s.bias / kLanes, db);
  if (!dw) return;
  for (int64_t i = 0; i < s.parts; ++i) {
    const int64_t first = s.first(p, i), n = s.first(p, i + 1) - first;
    for (int64_t t = 0; t < s.taps; ++t)
      for (int64_t k = 0; k < n; ++k) dw[(first + k) * s.taps + t] = *totals++;
  }
}

}  // namespace

void install_conv_planes_weight(Tables& tables) {
  Conv<float>& conv = tables;
  conv.weight_grad[kConvPlanes] = {weight_grad, declines_weight_grad};
}

}  // namespace reel::kernels::REEL_ISA
