// y of x and w, and dx of dy and w, by Winograd's algorithm.

#include <reel/core/kernels/conv_winograd.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/lane_transpose.h>
#include <reel/core/parallel.h>
#include <reel/core/scratch.h>

namespace reel::kernels::REEL_ISA {

namespace {

// The target is cut into units: ranges of columns by ranges of tiles. A unit transforms the weights
// and pixels that it needs by itself, so threads wait for each other once, at the end, and read
// nothing that another core wrote: transformed weights that threads share made 2 of them slower
// than 1 at 8 images of 64 channels of 8x8.
struct Units {
  int64_t columns, tiles;  // how many ranges of either
};

// The cut that takes the least time, in instructions on vectors: more ranges of columns transform
// pixels more often, more ranges of tiles the weights.
template <class S>
Units cut_into_units(const TileGrid& t, int64_t threads) {
  constexpr int64_t kWeight = 4 * S::kWeights, kPixel = 7 * S::kPoints, kProduct = 5 * S::kPoints;
  const int64_t vectors = whole_vectors(t.K) / kLanes;
  Units best{1, 1};
  int64_t least = INT64_MAX;
  for (int64_t columns = 1; columns <= vectors; columns *= 2) {
    const int64_t ranges = columns < threads ? threads / columns : 1;
    const int64_t rounds = (columns * ranges + threads - 1) / threads;
    const int64_t own = (vectors + columns - 1) / columns,
                  tiles = (t.tiles() + ranges - 1) / ranges;
    const int64_t cost =
        own * t.depth() * kWeight +
        tiles * (t.depth() / kLanes * kPixel + own * (kProduct + t.depth() * S::kPoints));
    if (cost * rounds >= least) continue;
    least = cost * rounds;
    best = {columns, ranges};
  }
  return best;
}

// Floats of scratch, for each slot of units at work at once. Weights: [point][block of
// columns][depth][lane], pixels: [point][tile][channel], products: [point][tile][column], a patch.
template <class S>
struct Plan {
  static constexpr int kPoints = S::kPoints, kWeights = S::kWeights, kSums = S::kSums;
  Units cut;
  int64_t vectors, slots;
  int64_t tiles;                             // of a task, at most
  int64_t weights, pixels, products, patch;  // the first three of a point

  Plan(const TileGrid& t, int64_t threads) : cut(cut_into_units<S>(t, threads)) {
    vectors = whole_vectors(t.K) / kLanes;
    slots = units() < threads ? units() : threads;
    const int64_t columns = (vectors + cut.columns - 1) / cut.columns * kLanes;
    // Many tiles where weights are larger than L2, which are read once a task (128 channels: 1.2
    // times as fast as with 24). Those of stride 2 have more points a pixel: 12 take 0.9 of the
    // time of 24, but three vectors of columns or one make products of 8 rows.
    if constexpr (S::kWeights < S::kPoints)
      tiles = vectors % 2 ? 24 : 12;
    else
      tiles = t.depth() * columns > 96 * 96 ? 48 : 24;
    weights = plane_size(t.depth(), columns);
    pixels = plane_size(tiles, whole_vectors(t.depth()));
    products = plane_size(tiles, columns);
    patch = S::kHeight * S::kWidth * whole_vectors(t.C);
  }
  int64_t units() const { return cut.columns * cut.tiles; }
  int64_t slot() const { return kWeights * weights + kPoints * pixels + kSums * products + patch; }
  int64_t bytes() const { return slots * slot() * static_cast<int64_t>(sizeof(float)); }
};

// What a unit computes: columns from `column` on, which are whole vectors, of tiles begin .. end.
struct Unit {
  int64_t column, columns, begin, end;
};

template <class S>
Unit unit_at(const TileGrid& t, const Plan<S>& plan, int64_t i) {
  const int64_t c = i / plan.cut.tiles, r = i % plan.cut.tiles;
  const int64_t first = plan.vectors * c / plan.cut.columns * kLanes;
  return {first, plan.vectors * (c + 1) / plan.cut.columns * kLanes - first,
          t.tiles() * r / plan.cut.tiles, t.tiles() * (r + 1) / plan.cut.tiles};
}

// --- the weights ---

// Where the weights of a target, source channel and plane are, and in which order its taps.
struct WeightSteps {
  int64_t target, channel;
  bool reversed;
};

// scalar: out[i] = i < n ? from[i] : 0, of a vector; `all` floats are there to be read
inline void load_some(int64_t n, int64_t all, const float* from, Floats& out) {
  if (all >= kLanes) return load<float>(out, from);
  out = Floats{};
  std::memcpy(&out, from, static_cast<size_t>(n) * sizeof(float));
}

// The taps of one source channel for a vector of targets, some of whose weights are the `rest`
// floats at w: rows of a target become vectors of a tap.
template <class S>
inline void load_taps(const WeightSteps& step, int64_t targets, const float* w, int64_t rest,
                      Floats (&tap)[S::kTaps]) {
  constexpr int kTaps = S::kTaps;
#pragma GCC unroll 3
  for (int first = 0; first < kTaps; first += kLanes) {
    constexpr auto kAtMost = static_cast<int>(kLanes);
    const int n = kTaps - first < kAtMost ? kTaps - first : kAtMost;
    Floats row[kLanes];
#pragma GCC unroll 16
    for (int l = 0; l < kAtMost; ++l) {
      row[l] = Floats{};
      const int64_t at = l * step.target + first;
      if (l < targets) load_some(n, rest - at, w + at, row[l]);
    }
    transpose_lanes(row);
#pragma GCC unroll 16
    for (int i = 0; i < kAtMost; ++i)
      if (first + i < kTaps) tap[step.reversed ? kTaps - 1 - first - i : first + i] = row[i];
  }
}

// Those of a vector of columns; the first of them has the weights from w to `end`.
template <class S>
void transform_weight_block(const TileGrid& t, const Plan<S>& plan, const WeightSteps& step,
                            int64_t targets, const float* w, const float* end, int64_t lanes,
                            float* out) {
  for (int64_t c = 0; c < t.depth(); ++c, out += lanes) {
    const int64_t plane = c / t.C, place = step.reversed ? t.taps - 1 - plane : plane;
    const float* from = w + c % t.C * step.channel + place * S::kTaps;
    using R = typename S::Rows;
    using C = typename S::Columns;
    Floats tap[S::kTaps], in[S::kTapRows], column[R::kWeights], at[R::kWeights][3], u[C::kWeights];
    load_taps<S>(step, targets, from, end - from, tap);
#pragma GCC unroll 3
    for (int j = 0; j < 3; ++j) {
#pragma GCC unroll 3
      for (int i = 0; i < S::kTapRows; ++i) in[i] = tap[3 * i + j];
      R::weights(in, column);
#pragma GCC unroll 6
      for (int i = 0; i < R::kWeights; ++i) at[i][j] = column[i];
    }
#pragma GCC unroll 6
    for (int i = 0; i < R::kWeights; ++i) {
      C::weights(at[i], u);
#pragma GCC unroll 6
      for (int j = 0; j < C::kWeights; ++j)
        store<float>(out + (i * C::kWeights + j) * plan.weights, u[j]);
    }
  }
}

// Those of a unit; w is at the first weight of all.
template <class S>
void transform_weights_of(const TileGrid& t, const Plan<S>& plan, const WeightSteps& step,
                          const Unit& u, const float* w, float* out) {
  const float* end = w + t.K * t.depth() * S::kTaps;
  for (int64_t k = 0; k < u.columns;) {
    const int64_t vectors = tile_vectors(u.columns - k), lanes = vectors * kLanes;
    for (int64_t v = 0; v < vectors; ++v) {
      const int64_t first = u.column + k + v * kLanes;
      transform_weight_block(t, plan, step, t.K - first < kLanes ? t.K - first : kLanes,
                             w + first * step.target, end, lanes, out + k * t.depth() + v * kLanes);
    }
    k += lanes;
  }
}

// --- the products of a tile become pixels of the target ---

// Columns k .. end of it, whose products begin at the first of them.
template <class S>
void write_tile(const TileGrid& t, const TilePlace& at, int64_t k, int64_t end,
                const float* products, int64_t plane, const float* b, float* y) {
  using R = typename S::Rows;
  using C = typename S::Columns;
  constexpr int M = S::kRows, N = S::kColumns;
  const int64_t height = t.out[0] - at.y < M ? t.out[0] - at.y : M;
  const int64_t width = t.out[1] - at.x < N ? t.out[1] - at.x : N;
  y += target_pixel(t, at);
  const Multiples rows(C::kSums * plane), pixels(t.K);
  for (; k < end; k += kLanes, products += kLanes) {
    const int64_t lanes = end - k < kLanes ? end - k : kLanes;
    Floats bias{};
    if (b) load_some(lanes, t.K - k, b + k, bias);
    Floats m[R::kSums], column[M], sum[M][C::kSums], out[M][N];
    const float* from = products;
    unrolled<C::kSums>([&](auto j) __attribute__((always_inline)) {
      unrolled<R::kSums>([&](auto i) __attribute__((always_inline)) {
        load<float>(m[i.value], rows.at<i.value>(from));
      });
      R::products(m, column);
      unrolled<M>([&](auto i)
                      __attribute__((always_inline)) { sum[i.value][j.value] = column[i.value]; });
      from += plane;
      hold(from);
    });
    unrolled<M>([&](auto i) __attribute__((always_inline)) {
      C::products(sum[i.value], out[i.value]);
      unrolled<N>([&](auto j) __attribute__((always_inline)) { out[i.value][j.value] += bias; });
    });
    if (height == M && width == N && lanes == kLanes) {
      float* to = y + k;
      unrolled<M>([&](auto i) __attribute__((always_inline)) {
        unrolled<N>([&](auto j) __attribute__((always_inline)) {
          store<float>(pixels.at<j.value>(to), out[i.value][j.value]);
        });
        to += t.out[1] * t.K;
        hold(to);
      });
    } else {
      for (int64_t i = 0; i < height; ++i)
        for (int64_t j = 0; j < width; ++j)
          std::memcpy(y + (i * t.out[1] + j) * t.K + k, &out[i][j],
                      static_cast<size_t>(lanes) * sizeof(float));
    }
  }
}

// --- the whole ---

// Tiles first .. first + n of a unit.
template <class S>
void convolve_task(const TileGrid& t, const Plan<S>& plan, const Unit& u, int64_t first, int64_t n,
                   const float* x, const float* b, float* scratch, float* y) {
  const int64_t pitch = whole_vectors(t.depth());
  const float* weights = scratch;
  float *pixels = scratch + plan.kWeights * plan.weights,
        *products = pixels + plan.kPoints * plan.pixels,
        *copy = products + plan.kSums * plan.products;
  // All along, what is written next and what the next task reads are on their way: of tensors that
  // no cache holds, 16 to 32 channels take 0.75 of the time, 64 channels 0.9. Writing a tile takes
  // about half as long as transforming one.
  const int64_t more = u.end - (first + n);
  // Of other columns' lines another thread may be the writer.
  const bool whole = plan.cut.columns == 1;
  const bool room = leaves_room(plan.slot());
  const int64_t steps = n + count_tiles<false>(plan.kPoints, n, u.columns, pitch);
  Coming coming{
      {room ? source_of_tiles<S>(t, first + n, more < n ? more : n, x) : Range{}, steps + n / 2},
      {room && whole ? target_of_tiles<S>(t, first, n, y) : Range{}, steps}};
  TilePlace at = tile_at<S>(t, first);
  for (int64_t i = 0; i < n; ++i, advance<S>(t, at)) {
    coming.advance();
    transform_source<S>(t, at, x, copy, pixels + i * pitch, plan.pixels);
  }
  for (int p = 0; p < plan.kPoints; ++p) {
    const auto place = S::place_of(p);
    for (int64_t k = 0; k < u.columns;) {
      const int64_t vectors = tile_vectors(u.columns - k);
      multiply_rows<false>(
          n, vectors, t.depth(),
          {pixels + p * plan.pixels, pitch, weights + place.weights * plan.weights + k * t.depth(),
           vectors * kLanes, products + place.sum * plan.products + k, u.columns, place.more_sum},
          coming);
      k += vectors * kLanes;
    }
  }
  const int64_t end = u.column + u.columns < t.K ? u.column + u.columns : t.K;
  at = tile_at<S>(t, first);
  for (int64_t i = 0; i < n; ++i, advance<S>(t, at)) {
    if (i % 2) coming.first.advance();
    write_tile<S>(t, at, u.column, end, products + i * u.columns, plan.products, b, y);
  }
}

template <class S>
void convolve(const TileGrid& t, const WeightSteps& step, int64_t threads, const float* x,
              const float* w, const float* b, float* y) {
  const Plan<S> plan(t, threads);
  Scratch scratch(plan.bytes());
  parallel_for(plan.slots, t.tiles() * plan.kPoints * (t.depth() / 8 + 1) * t.K,
               [&](int64_t slot, int64_t last) {
                 for (; slot < last; ++slot) {
                   float* own = scratch.data<float>() + slot * plan.slot();
                   for (int64_t i = plan.units() * slot / plan.slots;
                        i < plan.units() * (slot + 1) / plan.slots; ++i) {
                     const Unit u = unit_at(t, plan, i);
                     transform_weights_of(t, plan, step, u, w, own);
                     const int64_t all = u.end - u.begin,
                                   tasks = (all + plan.tiles - 1) / plan.tiles;
                     for (int64_t j = 0; j < tasks; ++j) {
                       const int64_t first = all * j / tasks, end = all * (j + 1) / tasks;
                       convolve_task(t, plan, u, u.begin + first, end - first, x, b, own, y);
                     }
                   }
                 }
               });
}

template <int M>
void forward(const ConvGeometry& g, int64_t threads, const float* x, const float* w, const float* b,
             float* y) {
  with_tile<M>(g, [&](auto tile) {
    using S = decltype(tile);
    const int64_t channel = g.kernel[0] * S::kTaps;
    convolve<S>(forward_grid<S>(g), {g.C * channel, channel, false}, threads, x, w, b, y);
  });
}

template <int M>
void input_grad(const ConvGeometry& g, int64_t threads, const float* dy, const float* w,
                const float* b, float* dx) {
  with_tile<M>(g, [&](auto tile) {
    using S = decltype(tile);
    const int64_t channel = g.kernel[0] * S::kTaps;
    convolve<S>(input_grad_grid<S>(g), {channel, g.C * channel, true}, threads, dy, w, b, dx);
  });
}

template <int M>
const char* declines_forward(const ConvGeometry& g) {
  return with_tile<M>(g, [&](auto tile) {
    using S = decltype(tile);
    return refuses_winograd<S>(g, forward_grid<S>(g));
  });
}
template <int M>
const char* declines_input_grad(const ConvGeometry& g) {
  return with_tile<M>(g, [&](auto tile) {
    using S = decltype(tile);
    return refuses_winograd<S>(g, input_grad_grid<S>(g));
  });
}

template <int M>
void install(Tables& tables, ConvKind kind) {
  Conv<float>& conv = tables;
  conv.forward[kind] = {forward<M>, declines_forward<M>};
  conv.input_grad[kind] = {input_grad<M>, declines_input_grad<M>};
}

void strided_forward(const ConvGeometry& g, int64_t threads, const float* x, const float* w,
                     const float* b, float* y) {
  using S = StridedTile;
  convolve<S>(forward_grid<S>(g), {g.C * S::kTaps, S::kTaps, false}, threads, x, w, b, y);
}

void strided_input_grad(const ConvGeometry& g, int64_t threads, const float* dy, const float* w,
                        const float* b, float* dx) {
  using S = StridedGradTile;
  convolve<S>(input_grad_grid<S>(g), {S::kTaps, g.C * S::kTaps, true}, threads, dy, w, b, dx);
}

const char* declines_strided_forward(const ConvGeometry& g) {
  return refuses_strided(g, forward_grid<StridedTile>(g), 32);
}
const char* declines_strided_input_grad(const ConvGeometry& g) {
  const char* reason = refuses_strided(g, input_grad_grid<StridedGradTile>(g), 8);
  if (reason) return reason;
  return g.pad[1] % 2 == 0 || g.pad[2] % 2 == 0 ? "the padding is not odd" : nullptr;
}

}  // namespace

void install_conv_winograd(Tables& tables) {
  install<4>(tables, kConvWinograd4);
  install<2>(tables, kConvWinograd2);
  Conv<float>& conv = tables;
  conv.forward[kConvWinogradStrided] = {strided_forward, declines_strided_forward};
  conv.input_grad[kConvWinogradStrided] = {strided_input_grad, declines_strided_input_grad};
}

}  // namespace reel::kernels::REEL_ISA
