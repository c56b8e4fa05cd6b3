// dw of dy and x by Winograd's algorithm, and db of dy.

#include <reel/core/kernels/conv_winograd.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/lane_transpose.h>
#include <reel/core/parallel.h>
#include <reel/core/scratch.h>

namespace reel::kernels::REEL_ISA {

namespace {

// Sums of up to kChunks fixed shares of the tiles are kept apart, and added in order: fewer where a
// set of sums is larger, one beyond kSumBytes.
constexpr int64_t kChunks = 8;
constexpr int64_t kSumBytes = 1 << 20;
// A share is taken a block of tiles at a time: all pixels and gradients are transformed, then
// multiplied. Sums of a block start from zero, so that no chain of additions is longer than a
// block, which is to stay in L2: with 3 MB in place of 384 KB, 16 channels take 1.4 times as long.
constexpr int64_t kBlockBytes = 384 << 10;

// Floats of scratch, of a point: sums: [channel][column], pixels: [tile][channel], grads:
// [tile][column of the unit]. Sums are of weights at a point, which several points of pixels may
// share, and so may grads.
//
// Units of work are shares of tiles by parts of the sums, which are more than one where there are
// fewer shares than threads: half of the points, where a set of sums is large, and ranges of
// columns. Each unit transforms what it needs by itself, for threads that share what is transformed
// read it from each other's caches (64 channels of 8x8 and 8 images on 2 threads: twice the time).
// Halves transform nothing twice, but all sums are met again for the weights.
template <class S>
struct Plan {
  static constexpr int kPoints = S::kPoints, kWeights = S::kWeights, kSums = S::kSums;
  int64_t chunks, halves, ranges, slots;  // the latter: units at work at once
  int64_t tiles;                          // of a block
  int64_t channels, columns;
  int64_t sums, pixels, grads, patch, bias;

  Plan(const TileGrid& t, int64_t threads) {
    constexpr auto kSize = static_cast<int64_t>(sizeof(float));
    channels = whole_vectors(t.depth());
    columns = whole_vectors(t.K);
    // At least so many that a block's pixels and gradients outweigh the sums that they are added
    // to.
    const int64_t fit = kBlockBytes / ((kPoints * channels + kSums * columns) * kSize);
    const int64_t least = 2 * t.depth() * t.K / (t.depth() + t.K);
    tiles = fit < least ? least : fit;
    sums = plane_size(t.depth(), columns);
    const int64_t bytes = kWeights * sums * kSize;
    const int64_t most = bytes > kSumBytes ? 1 : bytes > kSumBytes / 4 ? kChunks / 2 : kChunks;
    chunks = 1;
    while (chunks < most && t.tiles() >= 2 * chunks * tiles) chunks *= 2;
    halves = S::kHeight == 6 && bytes > kSumBytes && threads > 1 ? 2 : 1;
    const int64_t vectors = columns / kLanes, wanted = threads / (chunks * halves);
    ranges = wanted < 1 ? 1 : wanted < vectors ? wanted : vectors;
    slots = units() < threads ? units() : threads;
    const int64_t share = (t.tiles() + chunks - 1) / chunks;
    tiles = tiles < share ? tiles : share;
    pixels = plane_size(tiles, channels);
    grads = plane_size(tiles, (vectors + ranges - 1) / ranges * kLanes);
    patch = S::kHeight * S::kWidth * (channels > columns ? channels : columns);
    bias = columns;
  }
  int64_t units() const { return chunks * halves * ranges; }
  int64_t chunk() const { return kWeights * sums + bias; }
  int64_t points() const { return kPoints / halves; }  // of a unit
  int64_t slot() const { return points() * pixels + kSums / halves * grads + patch; }
  int64_t bytes() const {
    return (chunks * chunk() + slots * slot()) * static_cast<int64_t>(sizeof(float));
  }
};

// Tiles begin .. end by columns from `column` on, which are whole vectors, at one half of the
// points or all.
struct Unit {
  int64_t chunk, begin, end, half, column, columns;
};

template <class S>
Unit unit_at(const TileGrid& t, const Plan<S>& plan, int64_t i) {
  const int64_t vectors = plan.columns / kLanes, parts = plan.halves * plan.ranges;
  const int64_t chunk = i / parts, half = i % parts / plan.ranges, r = i % plan.ranges;
  const int64_t column = vectors * r / plan.ranges * kLanes;
  return {chunk,
          t.tiles() * chunk / plan.chunks,
          t.tiles() * (chunk + 1) / plan.chunks,
          half,
          column,
          vectors * (r + 1) / plan.ranges * kLanes - column};
}

// A dy A^T of each channel of a patch, to out[point][channel], at some rows of points.
template <class S, class Rows>
void transform_grad_patch(const Patch& dy, int64_t channels, float* out, int64_t plane) {
  using R = typename S::Rows;
  using C = typename S::Columns;
  constexpr int kEnd = Rows::kEnd == R::kPoints ? R::kSums : Rows::kEnd;
  const Multiples rows(dy.row), points(plane);
  for (int64_t k = 0; k < channels; k += kLanes) {
    Floats in[S::kRows], column[R::kSums], at[R::kSums][S::kColumns], e[C::kSums];
    const float* from = dy.base + k;
    unrolled<S::kColumns>([&](auto j) __attribute__((always_inline)) {
      unrolled<S::kRows>([&](auto i) __attribute__((always_inline)) {
        load<float>(in[i.value], rows.at<i.value>(from));
      });
      R::grads(in, column);
      unrolled<R::kSums>([&](auto i) __attribute__((always_inline)) {
        at[i.value][j.value] = column[i.value];
      });
      from += dy.pixel;
      hold(from);
    });
    float* to = out + k;
    unrolled<kEnd, Rows::kBegin>([&](auto i) __attribute__((always_inline)) {
      C::grads(at[i.value], e);
      unrolled<C::kSums>([&](auto j) __attribute__((always_inline)) {
        store<float>(points.at<j.value>(to), e[j.value]);
      });
      to += C::kSums * plane;
      hold(to);
    });
  }
}

// scalar: sum[k] += sum over pixels of the patch of dy[pixel][k]
template <class S>
void add_pixels(const Patch& dy, int64_t channels, float* sum) {
  for (int64_t k = 0; k < channels; k += kLanes) {
    Floats row[S::kRows], total;
#pragma GCC unroll 4
    for (int i = 0; i < S::kRows; ++i) {
      load<float>(row[i], dy.base + i * dy.row + k);
#pragma GCC unroll 4
      for (int j = 1; j < S::kColumns; ++j) {
        Floats pixel;
        load<float>(pixel, dy.base + i * dy.row + j * dy.pixel + k);
        row[i] += pixel;
      }
    }
    load<float>(total, sum + k);
#pragma GCC unroll 4
    for (int i = 0; i < S::kRows; ++i) total += row[i];
    store<float>(sum + k, total);
  }
}

// What a call reads, and which results it wants.
struct Job {
  const float *dy, *x;
  bool weights, bias;
};

// Scratch of a unit, piece by piece.
struct Pieces {
  float *sums, *bias;  // of all columns
  float *pixels, *grads, *patch;
};

template <class S>
Pieces pieces_at(const Plan<S>& plan, int64_t chunk, int64_t slot, float* scratch) {
  Pieces s{};
  s.sums = scratch + chunk * plan.chunk();
  s.bias = s.sums + plan.kWeights * plan.sums;
  s.pixels = scratch + plan.chunks * plan.chunk() + slot * plan.slot();
  s.grads = s.pixels + plan.points() * plan.pixels;
  s.patch = s.grads + plan.kSums / plan.halves * plan.grads;
  return s;
}

// Transforms tiles first .. first + n of a unit, whose points are those rows.
template <class S, class Rows>
void transform_block(const TileGrid& t, const Plan<S>& plan, const Job& job, const Pieces& s,
                     const Unit& u, int64_t first, int64_t n, Coming& coming) {
  const int64_t channels = t.K - u.column < u.columns ? t.K - u.column : u.columns;
  TilePlace at = tile_at<S>(t, first);
  for (int64_t i = 0; i < n; ++i, advance<S>(t, at)) {
    coming.advance();
    if (job.weights)
      transform_source<S, Rows>(t, at, job.x, s.patch, s.pixels + i * plan.channels, plan.pixels);
    const float* image = job.dy + target_plane(t, at);
    Patch dy = patch_at<S::kRows, S::kColumns>(at.y, at.x, t.out, t.K, image, s.patch);
    dy.base += u.column;
    if (job.weights)
      transform_grad_patch<S, Rows>(dy, channels, s.grads + i * u.columns, plan.grads);
    if (job.bias && Rows::kBegin == 0) add_pixels<S>(dy, channels, s.bias + u.column);
  }
}

// The products of n tiles at a point, the p-th of the unit's.
template <class S>
void multiply_point(const TileGrid& t, const Plan<S>& plan, const Pieces& s, const Unit& u,
                    int64_t n, int p, bool add, Coming& coming) {
  const auto place = S::place_of(p);
  for (int64_t k = 0; k < u.columns;) {
    const int64_t vectors = tile_vectors(u.columns - k);
    multiply_rows<true>(
        t.depth(), vectors, n,
        {s.pixels + p * plan.pixels, plan.channels, s.grads + place.sum * plan.grads + k, u.columns,
         s.sums + (u.half * plan.points() + place.weights) * plan.sums + u.column + k, plan.columns,
         add || place.more_weights},
        coming);
    k += vectors * kLanes;
  }
}

template <class S>
void add_unit(const TileGrid& t, const Plan<S>& plan, const Job& job, const Pieces& s,
              const Unit& u) {
  if (u.half == 0)
    std::memset(s.bias + u.column, 0, static_cast<size_t>(u.columns) * sizeof(float));
  for (int64_t first = u.begin; first < u.end; first += plan.tiles) {
    const int64_t n = u.end - first < plan.tiles ? u.end - first : plan.tiles;
    // What the next block reads is on its way meanwhile.
    const int64_t next = first + n, more = u.end - next < n ? u.end - next : n;
    const bool room = job.weights && leaves_room(plan.slot() + plan.points() * plan.sums);
    const int64_t steps = n + count_tiles<true>(plan.points(), t.depth(), u.columns, plan.channels);
    Coming coming{{room ? source_of_tiles<S>(t, next, more, job.x) : Range{}, steps},
                  {room ? target_of_tiles<S>(t, next, more, job.dy) : Range{}, steps}};
    if constexpr (S::kHeight == 6) {
      if (plan.halves == 1)
        transform_block<S, AllRows<S>>(t, plan, job, s, u, first, n, coming);
      else if (u.half == 0)
        transform_block<S, PointRows<0, 3>>(t, plan, job, s, u, first, n, coming);
      else
        transform_block<S, PointRows<3, 6>>(t, plan, job, s, u, first, n, coming);
    } else {
      transform_block<S, AllRows<S>>(t, plan, job, s, u, first, n, coming);
    }
    if (!job.weights) continue;
    for (int p = 0; p < plan.points(); ++p)
      multiply_point(t, plan, s, u, n, p, first > u.begin, coming);
  }
}

// Input channels whose weights are written together: rows of taps are whole vectors then.
constexpr int64_t kChannels = 16;

// G^T S G of n input channels, for a vector of columns; both dw and sums are at the first of them.
template <class S>
void write_weights(const TileGrid& t, const Plan<S>& plan, const float* sums, int64_t n,
                   int64_t columns, float* dw) {
  using R = typename S::Rows;
  using C = typename S::Columns;
  constexpr int kTaps = S::kTaps;
  constexpr int64_t kAll = kChannels * kTaps;
  alignas(kVectorBytes) float tap[kAll][kLanes] = {}, row[kLanes][kAll];
  for (int64_t c = 0; c < n; ++c) {
    Floats s[R::kWeights], column[S::kTapRows], at[S::kTapRows][C::kWeights], w[3];
#pragma GCC unroll 6
    for (int j = 0; j < C::kWeights; ++j) {
#pragma GCC unroll 6
      for (int i = 0; i < R::kWeights; ++i) {
        const float* from = sums + (i * C::kWeights + j) * plan.sums + c * plan.columns;
        load<float>(s[i], from);
        for (int64_t chunk = 1; chunk < plan.chunks; ++chunk) {
          Floats more;
          load<float>(more, from + chunk * plan.chunk());
          s[i] += more;
        }
      }
      R::sums(s, column);
#pragma GCC unroll 3
      for (int i = 0; i < S::kTapRows; ++i) at[i][j] = column[i];
    }
#pragma GCC unroll 3
    for (int i = 0; i < S::kTapRows; ++i) {
      C::sums(at[i], w);
#pragma GCC unroll 3
      for (int j = 0; j < 3; ++j) store<float>(tap[c * kTaps + 3 * i + j], w[j]);
    }
  }
  // Vectors of a tap become rows of a column: one by one, 64 channels took 60 of 390 us.
  for (int64_t i = 0; i < n * kTaps; i += kLanes) {
    Floats a[kLanes];
#pragma GCC unroll 16
    for (int l = 0; l < kLanes; ++l) load<float>(a[l], tap[i + l]);
    transpose_lanes(a);
#pragma GCC unroll 16
    for (int l = 0; l < kLanes; ++l) store<float>(row[l] + i, a[l]);
  }
  for (int64_t l = 0; l < columns; ++l)
    for (int64_t c = 0; c < n; ++c)
      std::memcpy(dw + (l * t.C + c) * t.taps * kTaps, row[l] + c * kTaps, kTaps * sizeof(float));
}

// The weights of columns k .. k + n.
template <class S>
void write_columns(const TileGrid& t, const Plan<S>& plan, const float* sums, int64_t k, int64_t n,
                   float* dw) {
  for (int64_t end = k + n < t.K ? k + n : t.K; k < end; k += kLanes)
    // Those of several planes are multiples of kChannels: a step is of one.
    for (int64_t d = 0; d < t.depth(); d += kChannels)
      write_weights(t, plan, sums + d * plan.columns + k,
                    t.depth() - d < kChannels ? t.depth() - d : kChannels,
                    end - k < kLanes ? end - k : kLanes,
                    dw + ((k * t.C + d % t.C) * t.taps + d / t.C) * S::kTaps);
}

template <class S>
void weight_grad_of(const TileGrid& t, int64_t threads, const Job& job, float* dw, float* db) {
  const Plan<S> plan(t, threads);
  Scratch scratch(plan.bytes());
  float* memory = scratch.data<float>();
  parallel_for(plan.slots, t.tiles() * plan.kPoints * (t.depth() / 8 + 1) * t.K,
               [&](int64_t slot, int64_t last) {
                 for (; slot < last; ++slot)
                   for (int64_t i = plan.units() * slot / plan.slots;
                        i < plan.units() * (slot + 1) / plan.slots; ++i) {
                     const Unit u = unit_at(t, plan, i);
                     add_unit(t, plan, job, pieces_at(plan, u.chunk, slot, memory), u);
                     if (dw && plan.chunks * plan.halves == 1)
                       write_columns(t, plan, memory, u.column, u.columns, dw);
                   }
               });
  if (dw && plan.chunks * plan.halves > 1)
    parallel_for(plan.columns / kLanes, plan.chunks * t.depth() * plan.columns * 4,
                 [&](int64_t begin, int64_t end) {
                   write_columns(t, plan, memory, begin * kLanes, (end - begin) * kLanes, dw);
                 });
  if (db)
    for (int64_t k = 0; k < t.K; ++k) {
      db[k] = 0;
      for (int64_t c = 0; c < plan.chunks; ++c)
        db[k] += memory[c * plan.chunk() + plan.kWeights * plan.sums + k];
    }
}

template <int M>
void weight_grad(const ConvGeometry& g, int64_t threads, const float* dy, const float* x, float* dw,
                 float* db) {
  with_tile<M>(g, [&](auto tile) {
    using S = decltype(tile);
    weight_grad_of<S>(forward_grid<S>(g), threads, {dy, x, dw != nullptr, db != nullptr}, dw, db);
  });
}

void strided_weight_grad(const ConvGeometry& g, int64_t threads, const float* dy, const float* x,
                         float* dw, float* db) {
  weight_grad_of<StridedTile>(forward_grid<StridedTile>(g), threads,
                              {dy, x, dw != nullptr, db != nullptr}, dw, db);
}

template <int M>
const char* declines(const ConvGeometry& g) {
  return with_tile<M>(g, [&](auto tile) {
    using S = decltype(tile);
    return refuses_winograd<S>(g, forward_grid<S>(g));
  });
}

const char* declines_strided(const ConvGeometry& g) {
  return refuses_strided(g, forward_grid<StridedTile>(g), 32);
}

}  // namespace

void install_conv_winograd_weight(Tables& tables) {
  Conv<float>& conv = tables;
  conv.weight_grad[kConvWinograd4] = {weight_grad<4>, declines<4>};
  conv.weight_grad[kConvWinograd2] = {weight_grad<2>, declines<2>};
  conv.weight_grad[kConvWinogradStrided] = {strided_weight_grad, declines_strided};
}

}  // namespace reel::kernels::REEL_ISA
