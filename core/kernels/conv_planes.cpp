// Few output channels leave most lanes of the direct sums idle. Here vectors hold pixels: samples
// are copied as planes, one a channel, whose rows lie side by side with zeros for the border, so
// that a tap is an offset and whatever the image's width, vectors are full. What the places between
// rows yield is not stored (y), or is multiplied by zeros (dw). docs/ops/conv.md has the equations.
// (64, 1, 28, 28) to 6, 5x5, at AVX-512: y from 0.52 to 0.23 ms, dw from 0.54 to 0.41.

#include <reel/core/kernels/conv_sweep.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/lane_transpose.h>
#include <reel/core/kernels/level.h>
#include <reel/core/parallel.h>

namespace reel::kernels::REEL_ISA {

namespace {

using V = Vector<float>;
using Four = FourOf<float>::type;

constexpr int64_t kLanes = kWidth<float>;
constexpr int64_t kMostOutputs = 8, kChunks = 8;
constexpr int64_t kPlaneBytes = 128 * 1024;  // of a band's planes: a part of L2
constexpr int64_t kSumBytes = 64 * 1024;     // of the weight gradient's sums: a part of L2, too

// Vectors of pixels in a tile of that many channels: 8 to 12 sums hide the latency of an addition
// and leave registers of AVX2 for the sources.
template <int kOutputs>
constexpr int kTileVectors = kOutputs == 1   ? 6
                             : kOutputs == 2 ? 4
                             : kOutputs <= 4 ? 3
                                             : 2;
constexpr int64_t kMostTileOutputs = 6;
// Of the weight gradient's tiles: 4 x 6 sums fill the registers of AVX-512, 4 x 2 those of AVX. A
// value of x serves all channels of a tile: two at a time, 6 channels took 1.4 times as long.
constexpr int64_t kMostTileTaps = 4, kMostGradOutputs = kVectorBytes == 64 ? 6 : 3;
constexpr int64_t kOverrun = 6 * kLanes;  // pixels that a tile may reach beyond the last one

// The samples are cut into bands of output rows, by the problem's sizes alone.
struct Plan {
  int64_t N, C, K, P, Q, R, S;
  int64_t pitch;           // from row to row of a plane
  int64_t rows, bands;     // output rows of a band; bands of a sample
  int64_t source, target;  // elements of a plane of x, and of y or dy

  explicit Plan(const ConvGeometry& g)
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
    source = ((rows + R - 1) * pitch + S + kOverrun + kLanes) / kLanes * kLanes;
    target = (rows * pitch + kOverrun + kLanes) / kLanes * kLanes;
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

const char* declines_any(const ConvGeometry& g) {
  if (g.K > kMostOutputs) return "there are more than 8 output channels";
  if (g.G != 1) return "there are groups";
  if (g.in[0] != 1 || g.out[0] != 1 || g.kernel[0] != 1) return "there are three dimensions";
  for (int d = 1; d < 3; ++d)
    if (g.stride[d] != 1 || g.dilation[d] != 1) return "stride or dilation are not 1";
  if (g.N == 0) return "there is no sample";
  // Copying takes longer than it saves: 16 to 4 channels, 0.040 ms in place of 0.025.
  if (g.kernel[1] * g.kernel[2] == 1) return "the kernel is a single pixel";
  if (g.out[1] * g.out[2] < kMinPixels) return "the image is small";
  if (g.K * (g.out[2] + g.kernel[2] - 1) > kLanes * g.out[2])
    return "the direct sums fill their lanes as well";
  if (Plan(g).bytes() > 2 * kPlaneBytes) return "a row of all channels is large";
  return nullptr;
}

const char* declines_weight_grad(const ConvGeometry& g) {
  if (const char* reason = declines_any(g)) return reason;
  // Splitting dy takes what a fifth of the lanes would gain (AVX2, 6 channels: 0.45 ms either way).
  if (g.K * (g.out[2] + g.kernel[2] - 1) * 5 > 4 * kLanes * g.out[2])
    return "the direct sums fill their lanes as well";
  const int64_t sums = (Plan(g).taps() + 1) * g.K * kLanes;
  if (sums * static_cast<int64_t>(sizeof(float)) > kSumBytes) return "there are many weights";
  return nullptr;
}

// --- between pixels with their channels and planes ---

void zero(int64_t n, float* to) { std::memset(to, 0, static_cast<size_t>(n) * sizeof(float)); }
void copy(int64_t n, const float* from, float* to) {
  std::memcpy(to, from, static_cast<size_t>(n) * sizeof(float));
}

// scalar: planes[c][i] = pixels[i][c], of C channels out of `step`
template <int kFours>
void split_channels(int64_t n, int64_t C, int64_t step, const float* pixels, int64_t plane,
                    float* planes) {
  float* at[4 * kFours];
  for (int64_t c = 0; c < 4 * kFours; ++c) at[c] = planes + (c < C ? c : C - 1) * plane;
  int64_t i = 0;
  // Fours of channels read into the next pixel, so one must follow. What they find there goes to
  // the last channel's plane, and then that channel.
  for (; i + 4 < n; i += 4) {
    const float* from = pixels + i * step;
    Four a[kFours][4];
    unrolled<kFours>([&](auto f) __attribute__((always_inline)) {
      unrolled<4>([&](auto j) __attribute__((always_inline)) {
        a[f.value][j.value] = lanes_at<Four>(from + j.value * step + 4 * f.value);
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

// Rows of a vector of pixels and more, at levels where vectors are mixed in one instruction: the
// last vector may overlap that before. 6 channels take 0.4 of the time of fours.
constexpr bool kMixes = kVectorBytes == 64;

template <int kChannels>
void split_vectors(int64_t n, const float* pixels, int64_t plane, float* planes) {
  float* at[kChannels];
  for (int64_t c = 0; c < kChannels; ++c) at[c] = planes + c * plane;
  for (int64_t i = 0; i < n; i += kLanes) {
    const int64_t first = i + kLanes <= n ? i : n - kLanes;
    deinterleave_rows<V>(pixels + first * kChannels, first, at);
  }
}
template <int kChannels>
void join_vectors(int64_t n, const float* planes, int64_t plane, float* pixels) {
  const float* at[kChannels];
  for (int64_t c = 0; c < kChannels; ++c) at[c] = planes + c * plane;
  for (int64_t i = 0; i < n; i += kLanes) {
    const int64_t first = i + kLanes <= n ? i : n - kLanes;
    interleave_rows<V>(at, first, pixels + first * kChannels);
  }
}

using SplitVectors = void (*)(int64_t n, const float* pixels, int64_t plane, float* planes);
using JoinVectors = void (*)(int64_t n, const float* planes, int64_t plane, float* pixels);
// For that many channels, less two.
constexpr SplitVectors kSplitVectors[] = {split_vectors<2>, split_vectors<3>, split_vectors<4>,
                                          split_vectors<5>, split_vectors<6>, split_vectors<7>,
                                          split_vectors<8>};
constexpr JoinVectors kJoinVectors[] = {join_vectors<2>, join_vectors<3>, join_vectors<4>,
                                        join_vectors<5>, join_vectors<6>, join_vectors<7>,
                                        join_vectors<8>};

void split_row(int64_t n, int64_t C, const float* pixels, int64_t plane, float* planes) {
  if (C == 1) return copy(n, pixels, planes);
  if constexpr (kMixes)
    if (n >= kLanes && C <= 8) return kSplitVectors[C - 2](n, pixels, plane, planes);
  int64_t c = 0;
  for (; C - c > 4; c += 8)
    split_channels<2>(n, C - c < 8 ? C - c : 8, C, pixels + c, plane, planes + c * plane);
  if (c < C) split_channels<1>(n, C - c, C, pixels + c, plane, planes + c * plane);
}

// scalar: pixels[i][c] = planes[c][i]
template <int kFours>
void join_fours(int64_t n, int64_t C, const float* planes, int64_t plane, float* pixels) {
  const float* at[4 * kFours];
  for (int64_t c = 0; c < 4 * kFours; ++c) at[c] = planes + (c < C ? c : C - 1) * plane;
  int64_t i = 0;
  // A four of channels may spill into the next pixel, which is written after it.
  for (; i + 4 < n; i += 4) {
    Four a[kFours][4];
    unrolled<kFours>([&](auto f) __attribute__((always_inline)) {
      unrolled<4>([&](auto j) __attribute__((always_inline)) {
        a[f.value][j.value] = lanes_at<Four>(at[4 * f.value + j.value] + i);
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

void join_row(int64_t n, int64_t C, const float* planes, int64_t plane, float* pixels) {
  if (C == 1) return copy(n, planes, pixels);
  if constexpr (kMixes)
    if (n >= kLanes) return kJoinVectors[C - 2](n, planes, plane, pixels);
  C <= 4 ? join_fours<1>(n, C, planes, plane, pixels) : join_fours<2>(n, C, planes, plane, pixels);
}

// The source pixels of a band of a sample, zeros outside it.
void split_source(const ConvGeometry& g, const Plan& p, int64_t task, const float* x, float* to) {
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

// The gradients of a band, zeros between its rows and behind them.
void split_grads(const Plan& p, int64_t task, const float* dy, float* to) {
  const int64_t rows = p.rows_of(task);
  dy += (task / p.bands * p.P + p.first_row(task)) * p.Q * p.K;
  for (int64_t i = 0; i < rows; ++i)
    split_row(p.Q, p.K, dy + i * p.Q * p.K, p.target, to + i * p.pitch);
  for (int64_t k = 0; k < p.K; ++k) {
    float* plane = to + k * p.target;
    for (int64_t i = 0; i < rows; ++i) zero(p.S - 1, plane + i * p.pitch + p.Q);
    zero(kLanes, plane + rows * p.pitch);
  }
}

// --- y of x: equation 1 ---

// A tile of pixels of all channels of a block, over all taps. Weights are [tap][channel].
template <int kOutputs>
[[gnu::noinline]] void sweep_tile(const Plan& p, const float* x, const float* w, const float* b,
                                  float* y) {
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
void sweep_tiles(const Plan& p, int64_t pixels, const float* x, const float* w, const float* b,
                 float* y) {
  constexpr int64_t kStep = kTileVectors<kOutputs> * kLanes;
  for (int64_t i = 0; i < pixels; i += kStep) sweep_tile<kOutputs>(p, x + i, w, b, y + i);
}

using SweepTiles = void (*)(const Plan& p, int64_t pixels, const float* x, const float* w,
                            const float* b, float* y);
constexpr SweepTiles kSweepTiles[] = {sweep_tiles<1>, sweep_tiles<2>, sweep_tiles<3>,
                                      sweep_tiles<4>, sweep_tiles<5>, sweep_tiles<6>};

// The bias, then a block of channels after another: [block][tap][channel].
void pack_weights(const Plan& p, const float* w, const float* b, float* packed) {
  for (int64_t k = 0; k < kMostOutputs; ++k) *packed++ = b && k < p.K ? b[k] : 0.0f;
  const int64_t blocks = (p.K + kMostTileOutputs - 1) / kMostTileOutputs;
  for (int64_t i = 0; i < blocks; ++i)
    for (int64_t t = 0; t < p.taps(); ++t)
      for (int64_t k = p.K * i / blocks; k < p.K * (i + 1) / blocks; ++k)
        *packed++ = w[k * p.taps() + t];
}

int64_t packed_bytes(const Plan& p) {
  return padded_bytes((kMostOutputs + p.taps() * p.K) * static_cast<int64_t>(sizeof(float)));
}

int64_t forward_scratch(const ConvGeometry& g, int64_t threads) {
  const Plan p(g);
  return packed_bytes(p) + (p.tasks() < threads ? p.tasks() : threads) * p.bytes();
}

void forward(const ConvGeometry& g, int64_t threads, void* scratch, const float* x, const float* w,
             const float* b, float* y) {
  const Plan p(g);
  float* packed = static_cast<float*>(scratch);
  pack_weights(p, w, b, packed);
  const int64_t tasks = p.tasks(), slots = tasks < threads ? tasks : threads;
  const int64_t blocks = (p.K + kMostTileOutputs - 1) / kMostTileOutputs;
  char* memory = static_cast<char*>(scratch) + packed_bytes(p);
  const int64_t work = p.N * p.P * p.pitch * p.K * (p.taps() / 8 + 1);
  parallel_for(slots, work, [&](int64_t begin, int64_t end) {
    for (int64_t slot = begin; slot < end; ++slot) {
      float* source = reinterpret_cast<float*>(memory + slot * p.bytes());
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

// --- dw and db of dy and x: equations 3 and 4 ---

// Sums are vectors, added up lane by lane at the end, and private to a chunk of tasks: for each
// part of the channels [tap][channel], then one a channel for the bias.
struct Sums {
  int64_t parts, taps, bias, size;  // elements: where those of the bias start, and all
  explicit Sums(const Plan& p)
      : parts((p.K + kMostGradOutputs - 1) / kMostGradOutputs),
        taps(p.taps()),
        bias(p.K * taps * kLanes),
        size(bias + p.K * kLanes) {}
  int64_t first(const Plan& p, int64_t part) const { return p.K * part / parts; }
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

// Sums of some channels from k on; the first of theirs is at `sums`.
template <int kOutputs>
void add_outputs(const Plan& p, int64_t taps, int64_t pixels, const float* x, const float* dy,
                 float* sums) {
  const int64_t tiles = (taps + kMostTileTaps - 1) / kMostTileTaps;
  for (int64_t i = 0; i < tiles; ++i) {
    const int64_t first = taps * i / tiles, count = taps * (i + 1) / tiles - first;
    const float* at[kMostTileTaps];
    for (int64_t t = 0; t < count; ++t) {
      const int64_t tap = first + t;
      at[t] = x + tap / (p.R * p.S) * p.source + tap / p.S % p.R * p.pitch + tap % p.S;
    }
    kAddTile<kOutputs>[count - 1](pixels, at, dy, p.target, sums + first * kOutputs * kLanes);
  }
}

using AddOutputs = void (*)(const Plan& p, int64_t taps, int64_t pixels, const float* x,
                            const float* dy, float* sums);
constexpr AddOutputs kAddOutputs[] = {add_outputs<1>, add_outputs<2>, add_outputs<3>,
                                      add_outputs<4>, add_outputs<5>, add_outputs<6>};

void add_weights(const Plan& p, const Sums& s, int64_t pixels, const float* x, const float* dy,
                 float* sums) {
  for (int64_t i = 0; i < s.parts; ++i) {
    const int64_t k = s.first(p, i), n = s.first(p, i + 1) - k;
    kAddOutputs[n - 1](p, s.taps, pixels, x, dy + k * p.target, sums + k * s.taps * kLanes);
  }
}

void add_bias(const Plan& p, int64_t pixels, const float* dy, float* sums) {
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

int64_t chunks_of(const Plan& p) { return p.tasks() < kChunks ? p.tasks() : kChunks; }

int64_t weight_grad_scratch(const ConvGeometry& g, int64_t) {
  const Plan p(g);
  const int64_t sums = padded_bytes(Sums(p).size * static_cast<int64_t>(sizeof(float)));
  return chunks_of(p) * (sums + p.bytes());
}

void weight_grad(const ConvGeometry& g, int64_t, void* scratch, const float* dy, const float* x,
                 float* dw, float* db) {
  const Plan p(g);
  const Sums s(p);
  const int64_t tasks = p.tasks(), chunks = chunks_of(p);
  float* all = static_cast<float*>(scratch);
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
  const auto total = [&](int64_t at) {
    V sum = {};
    for (int64_t c = 0; c < chunks; ++c) sum += lanes_at<V>(all + c * s.size + at);
    float lane[kLanes];
    put_lanes(lane, sum);
    for (int64_t half = kLanes / 2; half > 0; half /= 2)
      for (int64_t l = 0; l < half; ++l) lane[l] += lane[l + half];
    return lane[0];
  };
  for (int64_t i = 0; i < s.parts; ++i) {
    const int64_t first = s.first(p, i), n = s.first(p, i + 1) - first;
    for (int64_t k = first; k < first + n; ++k) {
      if (db) db[k] = total(s.bias + k * kLanes);
      for (int64_t t = 0; dw && t < s.taps; ++t)
        dw[k * s.taps + t] = total((first * s.taps + t * n + k - first) * kLanes);
    }
  }
}

}  // namespace

void install_conv_planes(Tables& tables) {
  Conv<float>& conv = tables;
  conv.forward[kConvPlanes] = {forward, forward_scratch, declines_any};
  conv.weight_grad[kConvPlanes] = {weight_grad, weight_grad_scratch, declines_weight_grad};
}

}  // namespace reel::kernels::REEL_ISA
