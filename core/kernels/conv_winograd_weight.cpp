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
// [tile][column of the unit].
//
// Units of work are shares of tiles by parts of the sums, which are more than one where there are
// fewer shares than threads: half of the points, where a set of sums is large, and ranges of
// columns. Each unit transforms what it needs by itself, for threads that share what is transformed
// read it from each other's caches (64 channels of 8x8 and 8 images on 2 threads: twice the time).
// Halves transform nothing twice, but all sums are met again for the weights.
struct Plan {
  const TileShape& tile;
  TapOrder order;
  int64_t chunks, halves, ranges, slots;  // the latter: units at work at once
  int64_t tiles;                          // of a block
  int64_t channels, columns;
  int64_t sums, pixels, grads, patch, bias;

  Plan(const TileGrid& t, int64_t threads) : tile(t.tile), order(tap_order(t, false)) {
    constexpr auto kSize = static_cast<int64_t>(sizeof(float));
    channels = whole_vectors(t.depth());
    columns = whole_vectors(t.K);
    // At least so many that a block's pixels and gradients outweigh the sums that they are added
    // to.
    const int64_t fit =
        kBlockBytes / ((tile.all_points() * channels + tile.sums * columns) * kSize);
    const int64_t least = 2 * t.depth() * t.K / (t.depth() + t.K);
    tiles = fit < least ? least : fit;
    sums = plane_size(t.depth(), columns);
    const int64_t bytes = tile.weights * sums * kSize;
    const int64_t most = bytes > kSumBytes ? 1 : bytes > kSumBytes / 4 ? kChunks / 2 : kChunks;
    chunks = 1;
    while (chunks < most && t.tiles() >= 2 * chunks * tiles) chunks *= 2;
    halves = tile.points[0] == 6 && bytes > kSumBytes && threads > 1 ? 2 : 1;
    const int64_t vectors = columns / kLanes, wanted = threads / (chunks * halves);
    ranges = wanted < 1 ? 1 : wanted < vectors ? wanted : vectors;
    slots = units() < threads ? units() : threads;
    const int64_t share = (t.tiles() + chunks - 1) / chunks;
    tiles = tiles < share ? tiles : share;
    pixels = plane_size(tiles, channels);
    grads = plane_size(tiles, (vectors + ranges - 1) / ranges * kLanes);
    const int64_t source = source_patch_size(t),
                  target = tile.advance[0] * tile.advance[1] * columns;
    patch = source > target ? source : target;
    bias = columns;
  }
  int64_t units() const { return chunks * halves * ranges; }
  int64_t chunk() const { return tile.weights * sums + bias; }
  int64_t points() const { return tile.all_points() / halves; }  // of a unit
  int64_t slot() const { return points() * pixels + tile.sums / halves * grads + patch; }
  int64_t bytes() const {
    return (chunks * chunk() + slots * slot()) * static_cast<int64_t>(sizeof(float));
  }
};

// Tiles begin .. end by columns from `column` on, which are whole vectors, at one half of the
// points or all.
struct Unit {
  int64_t chunk, begin, end, half, column, columns;
};

Unit unit_at(const TileGrid& t, const Plan& plan, int64_t i) {
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

// The transforms of a kind of tile.
struct Transforms {
  TileShape shape;
  // Of n tiles, to out[point][tile][channel], at some rows of points: B^T x B of what they read, A
  // dy A^T of a unit's columns, and their sums; the last two are optional.
  struct Part {
    void (*source)(const TileGrid& t, int64_t first, int64_t n, const float* x, float* copy,
                   float* out, int64_t pitch, int64_t plane, Coming& coming);
    void (*grads)(const TileGrid& t, const Unit& u, int64_t first, int64_t n, const float* dy,
                  float* copy, float* out, int64_t plane, float* bias);
  } parts[3];  // all rows, and each half of them where tiles are cut
  // G^T S G of a channel and part, for a vector of columns, to the part's taps.
  void (*sums)(const Plan& plan, const float* sums, const uint8_t* order, float (*tap)[kLanes]);
};

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
inline void add_pixels(const Patch& dy, int64_t channels, float* sum) {
  for (int64_t k = 0; k < channels; k += kLanes) {
    Floats total;
    load<float>(total, sum + k);
    for (int64_t i = 0; i < S::kRows; ++i) {
      const float* from = dy.base + i * dy.row + k;
      Floats row, pixel;
      load<float>(row, from);
      for (int64_t j = 1; j < S::kColumns; ++j) {
        load<float>(pixel, from + j * dy.pixel);
        row += pixel;
      }
      total += row;
    }
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

Pieces pieces_at(const Plan& plan, int64_t chunk, int64_t slot, float* scratch) {
  Pieces s{};
  s.sums = scratch + chunk * plan.chunk();
  s.bias = s.sums + plan.tile.weights * plan.sums;
  s.pixels = scratch + plan.chunks * plan.chunk() + slot * plan.slot();
  s.grads = s.pixels + plan.points() * plan.pixels;
  s.patch = s.grads + plan.tile.sums / plan.halves * plan.grads;
  return s;
}

template <class S, class Rows>
void transform_grads(const TileGrid& grid, const Unit& u, int64_t first, int64_t n, const float* dy,
                     float* copy, float* out, int64_t plane, float* bias) {
  const TileGrid t = grid;  // which no store may change
  const int64_t channels = t.K - u.column < u.columns ? t.K - u.column : u.columns;
  TilePlace at = tile_at(t, first);
  for (int64_t i = 0; i < n; ++i, advance(t, at)) {
    const TilePlace place = target_place(t, at, {});
    Patch patch = patch_at<S::kRows, S::kColumns>(place.y, place.x, t.target[1].pixel, t.out, t.K,
                                                  t.out_pitch(), dy + target_plane(t, at), copy);
    patch.base += u.column;
    if (out) transform_grad_patch<S, Rows>(patch, channels, out + i * u.columns, plane);
    if (bias) add_pixels<S>(patch, channels, bias + u.column);
  }
}

// Transforms tiles first .. first + n of a unit.
void transform_block(const TileGrid& t, const Transforms& transforms, const Plan& plan,
                     const Job& job, const Pieces& s, const Unit& u, int64_t first, int64_t n,
                     Coming& coming) {
  const Transforms::Part& part = transforms.parts[plan.halves == 1 ? 0 : 1 + u.half];
  if (job.weights)
    part.source(t, first, n, job.x, s.patch, s.pixels, plan.channels, plan.pixels, coming);
  part.grads(t, u, first, n, job.dy, s.patch, job.weights ? s.grads : nullptr, plan.grads,
             job.bias && u.half == 0 ? s.bias : nullptr);
}

// The products of n tiles at a point, the p-th of the unit's. Of channels of parts that have no
// weight there, sums are zero.
void multiply_point(const TileGrid& t, const Plan& plan, const Pieces& s, const Unit& u, int64_t n,
                    int64_t p, bool add, Coming& coming) {
  const int64_t point = u.half * plan.points() + p;
  const int64_t rows = depth_at(t, point);
  const Place& place = t.tile.places[point];
  // A tile that is halved has a sum of its own at each point.
  const int64_t grad = place.sum - u.half * plan.points();
  float* sums = s.sums + place.weights * plan.sums + u.column;
  for (int64_t k = 0; k < u.columns;) {
    const int64_t vectors = tile_vectors(u.columns - k);
    multiply_rows<true>(rows, vectors, n,
                        {s.pixels + p * plan.pixels, plan.channels, s.grads + grad * plan.grads + k,
                         u.columns, sums + k, plan.columns, add || place.more_weights},
                        coming);
    k += vectors * kLanes;
  }
  if (!add)
    for (int64_t d = rows; d < t.depth(); ++d)
      std::memset(sums + d * plan.columns, 0, static_cast<size_t>(u.columns) * sizeof(float));
}

void add_unit(const TileGrid& t, const Transforms& transforms, const Plan& plan, const Job& job,
              const Pieces& s, const Unit& u) {
  if (u.half == 0)
    std::memset(s.bias + u.column, 0, static_cast<size_t>(u.columns) * sizeof(float));
  for (int64_t first = u.begin; first < u.end; first += plan.tiles) {
    const int64_t n = u.end - first < plan.tiles ? u.end - first : plan.tiles;
    // What the next block reads is on its way meanwhile.
    const int64_t next = first + n, more = u.end - next < n ? u.end - next : n;
    const bool room = job.weights && leaves_room(plan.slot() + plan.points() * plan.sums);
    const int64_t steps = n + count_tiles<true>(plan.points(), t.depth(), u.columns, plan.channels);
    Coming coming{{room ? source_of_tiles(t, next, more, job.x) : Range{}, steps},
                  {room ? target_of_tiles(t, next, more, job.dy) : Range{}, steps}};
    transform_block(t, transforms, plan, job, s, u, first, n, coming);
    if (!job.weights) continue;
    for (int64_t p = 0; p < plan.points(); ++p)
      multiply_point(t, plan, s, u, n, p, first > u.begin, coming);
  }
}

// Taps of input channels that are written together, at most: of 16 channels of a small kernel, so
// that they fill whole vectors.
constexpr int64_t kTogether = 256;

template <class S>
void collect_taps(const Plan& plan, const float* sums, const uint8_t* order, float (*tap)[kLanes]) {
  using R = typename S::Rows;
  using C = typename S::Columns;
  Floats s[R::kWeights], column[S::kTapRows], at[S::kTapRows][C::kWeights], w[S::kTapColumns];
  unrolled<C::kWeights>([&](auto j) __attribute__((always_inline)) {
    unrolled<R::kWeights>([&](auto i) __attribute__((always_inline)) {
      const float* from = sums + (i.value * C::kWeights + j.value) * plan.sums;
      load<float>(s[i.value], from);
      for (int64_t chunk = 1; chunk < plan.chunks; ++chunk) {
        Floats more;
        load<float>(more, from + chunk * plan.chunk());
        s[i.value] += more;
      }
    });
    R::sums(s, column);
    unrolled<S::kTapRows>([&](auto i) __attribute__((always_inline)) {
      at[i.value][j.value] = column[i.value];
    });
  });
  unrolled<S::kTapRows>([&](auto i) __attribute__((always_inline)) {
    C::sums(at[i.value], w);
    unrolled<S::kTapColumns>([&](auto j) __attribute__((always_inline)) {
      const int64_t place = order[i.value * S::kTapColumns + j.value];
      if (place != kMostTaps) store<float>(tap[place], w[j.value]);
    });
  });
}

// The weights of n input channels of a plane, for a vector of columns; both dw and sums are at the
// first of them.
void write_weights(const TileGrid& t, const Transforms& transforms, const Plan& plan,
                   const float* sums, int64_t n, int64_t columns, float* dw) {
  alignas(kVectorBytes) float tap[kTogether][kLanes], row[kLanes][kTogether];
  const int64_t taps = t.taps();
  for (int64_t c = 0; c < n; ++c)
    for (int64_t q = 0; q < t.in_parts; ++q)
      transforms.sums(plan, sums + (q * t.C + c) * plan.columns, plan.order.tap[q], tap + c * taps);
  for (int64_t i = n * taps; i % kLanes != 0; ++i) store<float>(tap[i], Floats{});
  // Vectors of a tap become rows of a column: one by one, 64 channels took 60 of 390 us.
  for (int64_t i = 0; i < n * taps; i += kLanes) {
    Floats a[kLanes];
#pragma GCC unroll 16
    for (int l = 0; l < kLanes; ++l) load<float>(a[l], tap[i + l]);
    transpose_lanes(a);
#pragma GCC unroll 16
    for (int l = 0; l < kLanes; ++l) store<float>(row[l] + i, a[l]);
  }
  const auto put = [&](int64_t channels, int64_t size) __attribute__((always_inline)) {
    for (int64_t l = 0; l < columns; ++l)
      for (int64_t c = 0; c < n; c += channels)
        std::memcpy(dw + (l * t.C + c) * t.kernel[0] * taps, row[l] + c * taps,
                    static_cast<size_t>(size) * sizeof(float));
  };
  if (t.kernel[0] == 1)
    put(n, n * taps);
  else if (taps == 9)
    put(1, 9);  // a size that is known is no call: 0.98 of the time of a network of 3x3x3
  else
    put(1, taps);
}

// The weights of columns k .. k + n.
void write_columns(const TileGrid& t, const Transforms& transforms, const Plan& plan,
                   const float* sums, int64_t k, int64_t n, float* dw) {
  const int64_t taps = t.taps(), together = taps <= kTogether / 16 ? 16 : kTogether / kMostTaps;
  for (int64_t end = k + n < t.K ? k + n : t.K; k < end; k += kLanes)
    for (int64_t plane = 0; plane < t.kernel[0]; ++plane)
      for (int64_t c = 0; c < t.C; c += together)
        write_weights(t, transforms, plan, sums + (plane * t.in_parts * t.C + c) * plan.columns + k,
                      t.C - c < together ? t.C - c : together, end - k < kLanes ? end - k : kLanes,
                      dw + ((k * t.C + c) * t.kernel[0] + plane) * taps);
}

// Of a group, as parallel_for counts it.
int64_t work_of(const TileGrid& t) {
  return t.tiles() * t.tile.all_points() * (t.depth() / 8 + 1) * t.K;
}

// Of one group, at which all begin.
void weight_grad_of(const TileGrid& t, const Transforms& transforms, int64_t threads,
                    const Job& job, float* dw, float* db) {
  const Plan plan(t, threads);
  Scratch scratch(plan.bytes());
  float* memory = scratch.data<float>();
  parallel_for(plan.slots, work_of(t), [&](int64_t slot, int64_t last) {
    for (; slot < last; ++slot)
      for (int64_t i = plan.units() * slot / plan.slots; i < plan.units() * (slot + 1) / plan.slots;
           ++i) {
        const Unit u = unit_at(t, plan, i);
        add_unit(t, transforms, plan, job, pieces_at(plan, u.chunk, slot, memory), u);
        if (dw && plan.chunks * plan.halves == 1)
          write_columns(t, transforms, plan, memory, u.column, u.columns, dw);
      }
  });
  if (dw && plan.chunks * plan.halves > 1)
    parallel_for(plan.columns / kLanes, plan.chunks * t.depth() * plan.columns * 4,
                 [&](int64_t begin, int64_t end) {
                   write_columns(t, transforms, plan, memory, begin * kLanes,
                                 (end - begin) * kLanes, dw);
                 });
  if (db)
    for (int64_t k = 0; k < t.K; ++k) {
      db[k] = 0;
      for (int64_t c = 0; c < plan.chunks; ++c)
        db[k] += memory[c * plan.chunk() + plan.tile.weights * plan.sums + k];
    }
}

void weight_grad_by(const Transforms& transforms, const ConvGeometry& g, int64_t threads,
                    const float* dy, const float* x, float* dw, float* db) {
  const TileGrid t = forward_grid(join_groups(g), transforms.shape);
  JoinedWeights joined(g, nullptr);
  float* weights = !dw || t.groups == g.G ? dw : joined.data();
  const int64_t own = threads_of_group(t, threads);
  auto groups = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      weight_grad_of(t, transforms, own, {dy + i * t.K, x + i * t.C, dw != nullptr, db != nullptr},
                     dw ? weights + i * t.weights() : nullptr, db ? db + i * t.K : nullptr);
  };
  if (t.groups > 1 && own == 1)
    parallel_for(t.groups, t.groups * work_of(t), groups);
  else
    groups(0, t.groups);
  if (weights != dw) joined.copy_to(dw);
}

template <class S, class Rows>
constexpr Transforms::Part part_of() {
  return {SourceTransform<typename S::Source, Rows>::run, transform_grads<S, Rows>};
}
template <class S>
constexpr Transforms transforms_of() {
  Transforms all{shape_of<S>(), {}, collect_taps<S>};
  all.parts[0] = part_of<S, AllRows<typename S::Source>>();
  if constexpr (S::Rows::kPoints == 6) {
    all.parts[1] = part_of<S, PointRows<0, 3>>();
    all.parts[2] = part_of<S, PointRows<3, 6>>();
  }
  return all;
}

template <int kPoints>
void weight_grad(const ConvGeometry& g, int64_t threads, const float* dy, const float* x, float* dw,
                 float* db) {
  const Transforms* transforms = with_tile<kPoints, StridedTile>(g, [](auto tile) {
    static constexpr Transforms kTransforms = transforms_of<decltype(tile)>();
    return &kTransforms;
  });
  weight_grad_by(*transforms, g, threads, dy, x, dw, db);
}

template <int kPoints>
const char* declines(const ConvGeometry& g) {
  return refuses_winograd<kPoints, StridedTile>(g, forward_grid);
}

}  // namespace

void install_conv_winograd_weight(Tables& tables) {
  Conv<float>& conv = tables;
  conv.weight_grad[kConvWinograd6] = {weight_grad<6>, declines<6>};
  conv.weight_grad[kConvWinograd4] = {weight_grad<4>, declines<4>};
  conv.weight_grad[kConvWinograd3] = {weight_grad<3>, declines<3>};
}

}  // namespace reel::kernels::REEL_ISA
