// y of x and w, and dx of dy and w, by Winograd's algorithm.

#include <reel/core/kernels/conv_winograd.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/lane_transpose.h>
#include <reel/core/parallel.h>
#include <reel/core/scratch.h>

namespace reel::kernels::REEL_ISA {

template struct SourceTransform<Window<Points<1>, Points<4>>>;
template struct SourceTransform<Window<Points<1>, Points<6>>>;
template struct SourceTransform<Window<Points<3>, Points<3>>>;
template struct SourceTransform<Window<Points<4>, Points<4>>>;
template struct SourceTransform<Window<Points<6>, Points<6>>>;
template struct SourceTransform<Window<StridedLine, StridedLine>>;

namespace {

// The target of a group is cut into units: ranges of columns by ranges of tiles. A unit transforms
// the weights and pixels that it needs by itself, so threads wait for each other once, at the end,
// and read nothing that another core wrote: transformed weights that threads share made 2 of them
// slower than 1 at 8 images of 64 channels of 8x8.
struct Units {
  int64_t columns, tiles;  // how many ranges of either
};

// The cut that takes the least time, in instructions on vectors: more ranges of columns transform
// pixels more often, more ranges of tiles the weights.
Units cut_into_units(const TileGrid& t, int64_t threads) {
  const int64_t points = t.tile.all_points(), weight = 4 * t.tile.weights, pixel = 7 * points,
                product = 5 * points, vectors = t.columns() / kLanes,
                source = t.kernel[0] * t.in_parts * whole_vectors(t.C) / kLanes;
  Units best{1, 1};
  int64_t least = INT64_MAX;
  for (int64_t columns = 1; columns <= vectors; columns *= 2) {
    const int64_t ranges = columns < threads ? threads / columns : 1;
    const int64_t rounds = (columns * ranges + threads - 1) / threads;
    const int64_t own = (vectors + columns - 1) / columns,
                  tiles = (t.tiles() + ranges - 1) / ranges;
    const int64_t cost =
        own * t.depth() * weight + tiles * (source * pixel + own * (product + t.depth() * points));
    if (cost * rounds >= least) continue;
    least = cost * rounds;
    best = {columns, ranges};
  }
  return best;
}

// Floats of scratch, for each slot of units at work at once. Weights: [point][block of
// columns][depth][lane], pixels: [point][tile][channel], products: [point][tile][column], a patch.
struct Plan {
  const TileShape& tile;
  TapOrder order;
  int64_t groups;
  Units cut;  // of a group
  int64_t vectors, slots;
  int64_t tiles;                             // of a task, at most
  int64_t weights, pixels, products, patch;  // the first three of a point

  Plan(const TileGrid& t, bool reversed, int64_t threads)
      : tile(t.tile),
        order(tap_order(t, reversed)),
        groups(t.groups),
        cut(cut_into_units(t, threads_of_group(t, threads))) {
    vectors = t.columns() / kLanes;
    slots = units() < threads ? units() : threads;
    const int64_t columns = (vectors + cut.columns - 1) / cut.columns * kLanes;
    // Many tiles where weights are larger than L2, which are read once a task (128 channels: 1.2
    // times as fast as with 24). Those of 3x3 with stride 2 have more points a pixel: 12 take 0.9
    // of the time of 24, but three vectors of columns or one make products of 8 rows.
    tiles = t.depth() * columns > 96 * 96 ? 48 : 24;
    if (tile.weights < tile.all_points()) tiles = vectors % 2 ? 24 : 12;
    weights = plane_size(t.depth(), columns);
    pixels = plane_size(tiles, whole_vectors(t.depth()));
    products = plane_size(tiles, columns);
    patch = source_patch_size(t);
  }
  int64_t units() const { return groups * cut.columns * cut.tiles; }
  int64_t pixels_at() const { return tile.weights * weights; }
  int64_t products_at() const { return pixels_at() + tile.all_points() * pixels; }
  int64_t patch_at() const { return products_at() + tile.sums * products; }
  int64_t slot() const { return patch_at() + patch; }
  int64_t bytes() const { return slots * slot() * static_cast<int64_t>(sizeof(float)); }
};

// What a unit computes: columns from `column` on, which are whole vectors, of tiles begin .. end.
struct Unit {
  int64_t group, column, columns, begin, end;
  int64_t part;  // of the first column
};

Unit unit_at(const TileGrid& t, const Plan& plan, int64_t i) {
  const int64_t group = i % plan.groups, part = i / plan.groups;
  const int64_t c = part / plan.cut.tiles, r = part % plan.cut.tiles;
  const int64_t first = plan.vectors * c / plan.cut.columns * kLanes;
  return {group,
          first,
          plan.vectors * (c + 1) / plan.cut.columns * kLanes - first,
          t.tiles() * r / plan.cut.tiles,
          t.tiles() * (r + 1) / plan.cut.tiles,
          first / whole_vectors(t.K)};
}

// The transforms of a kind of tile.
struct Transforms {
  TileShape shape;
  // B^T x B of what n tiles read, to out[point][tile][plane][part][channel].
  void (*source)(const TileGrid& t, int64_t first, int64_t n, const float* x, float* copy,
                 float* out, int64_t pitch, int64_t plane, Coming& coming);
  // G w G^T of the taps of a part, in its order, to out[point].
  void (*weights)(const Floats* taps, const uint8_t* order, float* out, int64_t plane);
  // A^T m A, and b, of a unit's columns of n tiles, from products[point][tile][column].
  void (*products)(const TileGrid& t, const Unit& u, int64_t first, int64_t n,
                   const float* products, int64_t plane, const float* b, float* y, Coming& coming);
};

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

// The taps of one source channel and plane for a vector of targets, some of whose weights are the
// `rest` floats at w: rows of a target become vectors of a tap. Of a number that is known (kCount),
// GCC leaves out what transposes the rest. Those of a later channel are on their way meanwhile (512
// channels of 4x4: dx takes 0.75 of the time).
template <int kCount>
void load_taps(const WeightSteps& step, int64_t taps, int64_t targets, const float* w, int64_t rest,
               Floats* tap) {
  const int64_t count = kCount > 0 ? kCount : taps;
  for (int64_t first = 0; first < count; first += kLanes) {
    const int64_t n = count - first < kLanes ? count - first : kLanes;
    Floats row[kLanes];
#pragma GCC unroll 16
    for (int l = 0; l < kLanes; ++l) {
      row[l] = Floats{};
      const int64_t at = l * step.target + first;
      __builtin_prefetch(w + at + 4 * step.channel);
      if (l < targets) load_some(n, rest - at, w + at, row[l]);
    }
    transpose_lanes(row);
#pragma GCC unroll 16
    for (int i = 0; i < kLanes; ++i)
      if (i < n) tap[first + i] = row[i];
  }
}

template <class S>
void transform_taps(const Floats* taps, const uint8_t* order, float* out, int64_t plane) {
  using R = typename S::Rows;
  using C = typename S::Columns;
  constexpr int kRows = S::kTapRows, kColumns = S::kTapColumns;
  Floats in[kRows], column[R::kWeights], at[R::kWeights][kColumns], u[C::kWeights];
  const Multiples places(plane);
  unrolled<kColumns>([&](auto j) __attribute__((always_inline)) {
    unrolled<kRows>([&](auto i) __attribute__((always_inline)) {
      in[i.value] = taps[order[i.value * kColumns + j.value]];
    });
    R::weights(in, column);
    unrolled<R::kWeights>([&](auto i) __attribute__((always_inline)) {
      at[i.value][j.value] = column[i.value];
    });
  });
  unrolled<R::kWeights>([&](auto i) __attribute__((always_inline)) {
    C::weights(at[i.value], u);
    unrolled<C::kWeights>([&](auto j) __attribute__((always_inline)) {
      store<float>(places.at<j.value>(out), u[j.value]);
    });
    out += C::kWeights * plane;
    hold(out);
  });
}

// Those of up to four vectors of columns, to out[point][depth][column]; w is at the first of all.
void transform_weight_block(const TileGrid& t, const Transforms& transforms, const Plan& plan,
                            const WeightSteps& step, int64_t column, int64_t lanes, const float* w,
                            float* out) {
  Floats taps[kMostTaps + 1];
  taps[kMostTaps] = Floats{};
  const auto load = t.taps() == 9 ? load_taps<9> : t.taps() == 3 ? load_taps<3> : load_taps<0>;
  const float* end = w + t.weights();
  struct {
    int64_t part, k;
  } at[kMostVectors<float>];
  const int64_t pitch = whole_vectors(t.K), vectors = lanes / kLanes;
  for (int64_t v = 0; v < vectors; ++v)
    at[v] = {(column + v * kLanes) / pitch, (column + v * kLanes) % pitch};
  for (int64_t tap = 0; tap < t.kernel[0]; ++tap, out += t.in_parts * t.C * lanes) {
    const float* plane = w + (step.reversed ? t.kernel[0] - 1 - tap : tap) * t.taps();
    const auto transform = [&](int64_t c, int64_t v) {
      const auto [part, k] = at[v];
      const float* from = plane + k * step.target + c * step.channel;
      load(step, t.taps(), t.K - k < kLanes ? t.K - k : kLanes, from, end - from, taps);
      for (int64_t i = 0; i < t.in_parts; ++i)
        transforms.weights(taps, plan.order.tap[part + i], out + (i * t.C + c) * lanes + v * kLanes,
                           plan.weights);
    };
    // In the order in which they lie: 512 channels of 4x4 take 0.8 of the time of the other one.
    if (step.target < step.channel) {
      for (int64_t c = 0; c < t.C; ++c)
        for (int64_t v = 0; v < vectors; ++v) transform(c, v);
    } else {
      for (int64_t v = 0; v < vectors; ++v)
        for (int64_t c = 0; c < t.C; ++c) transform(c, v);
    }
  }
}

// Those of a unit.
void transform_weights_of(const TileGrid& t, const Transforms& transforms, const Plan& plan,
                          const WeightSteps& step, const Unit& u, const float* w, float* out) {
  for (int64_t k = 0; k < u.columns;) {
    const int64_t lanes = tile_vectors(u.columns - k) * kLanes;
    transform_weight_block(t, transforms, plan, step, u.column + k, lanes, w, out + k * t.depth());
    k += lanes;
  }
}

// --- the products of a tile become pixels of the target ---

// Columns k .. end of a part, whose products begin at the first of them.
template <class S>
inline void write_tile(const TileGrid& t, const TilePlace& at, Part q, int64_t k, int64_t end,
                       const float* products, int64_t plane, const float* b, float* y) {
  using R = typename S::Rows;
  using C = typename S::Columns;
  constexpr int M = S::kRows, N = S::kColumns;
  const TilePlace first = target_place(t, at, q);
  const int64_t step = t.target[1].pixel, pixel = t.out_pitch();
  const bool inside = first.y >= 0 && first.y + (M - 1) * step < t.out[0] && first.x >= 0 &&
                      first.x + (N - 1) * step < t.out[1];
  y += target_plane(t, at) + (first.y * t.out[1] + first.x) * pixel;
  const Multiples rows(C::kSums * plane), pixels(step * pixel);
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
    if (inside && lanes == kLanes) {
      float* to = y + k;
      unrolled<M>([&](auto i) __attribute__((always_inline)) {
        unrolled<N>([&](auto j) __attribute__((always_inline)) {
          store<float>(pixels.at<j.value>(to), out[i.value][j.value]);
        });
        to += step * t.out[1] * pixel;
        hold(to);
      });
    } else {
      const auto is_inside = [](int64_t i, int64_t n) { return i >= 0 && i < n; };
      for (int64_t i = 0; i < M; ++i)
        for (int64_t j = 0; j < N; ++j)
          if (is_inside(first.y + i * step, t.out[0]) && is_inside(first.x + j * step, t.out[1]))
            std::memcpy(y + (i * t.out[1] + j) * step * pixel + k, &out[i][j],
                        static_cast<size_t>(lanes) * sizeof(float));
    }
  }
}

template <class S>
void write_tiles(const TileGrid& grid, const Unit& u, int64_t first, int64_t n,
                 const float* products, int64_t plane, const float* b, float* y, Coming& coming) {
  const TileGrid t = grid;  // which no store may change
  const int64_t pitch = whole_vectors(t.K);
  TilePlace at = tile_at(t, first);
  for (int64_t i = 0; i < n; ++i, advance(t, at)) {
    // Writing a tile takes about half as long as transforming one.
    if (i % 2) coming.first.advance();
    int64_t part = u.part, k = u.column - part * pitch;
    for (int64_t rest = u.columns; rest > 0; ++part, k = 0) {
      const int64_t own = rest < pitch - k ? rest : pitch - k;
      write_tile<S>(t, at, part_at(t, part), k, k + own < t.K ? k + own : t.K, products, plane, b,
                    y);
      products += own;
      rest -= own;
    }
  }
}

// The products of n tiles at a point.
void multiply_point(const TileGrid& t, const Unit& u, int64_t n, int64_t point, const float* pixels,
                    const float* weights, float* products, Coming& coming) {
  const int64_t pitch = whole_vectors(t.depth());
  const int64_t depth = depth_at(t, point);
  for (int64_t k = 0; k < u.columns;) {
    const int64_t lanes = tile_vectors(u.columns - k) * kLanes, column = u.column + k;
    if (t.out_parts == 1 || column < parts_at(t, point) * whole_vectors(t.K))
      multiply_rows<false>(n, lanes / kLanes, depth,
                           {pixels, pitch, weights + k * t.depth(), lanes, products + k, u.columns,
                            t.tile.places[point].more_sum},
                           coming);
    k += lanes;
  }
}

// Products that no part of the target has a weight for are zero.
void clear_products(const TileGrid& t, const Plan& plan, const Unit& u, float* products) {
  if (t.out_parts == 1) return;
  for (int64_t p = 0; p < t.tile.sums; ++p) {
    const int64_t end = parts_at(t, p) * whole_vectors(t.K) - u.column;
    for (int64_t k = end < 0 ? 0 : end; k < u.columns; k += kLanes)
      for (int64_t i = 0; i < plan.tiles; ++i)
        store<float>(products + p * plan.products + i * u.columns + k, Floats{});
  }
}

// Tiles first .. first + n of a unit, whose group x, b and y begin at.
void convolve_task(const TileGrid& t, const Transforms& transforms, const Plan& plan, const Unit& u,
                   int64_t first, int64_t n, const float* x, const float* b, float* scratch,
                   float* y) {
  const int64_t pitch = whole_vectors(t.depth());
  float *weights = scratch, *pixels = scratch + plan.pixels_at(),
        *products = scratch + plan.products_at(), *copy = scratch + plan.patch_at();
  // All along, what is written next and what the next task reads are on their way: of tensors that
  // no cache holds, 16 to 32 channels take 0.75 of the time, 64 channels 0.9.
  const int64_t more = u.end - (first + n);
  // Of other columns' lines another thread may be the writer.
  const bool whole = plan.cut.columns == 1;
  const bool room = leaves_room(plan.slot());
  const int64_t steps = n + count_tiles<false>(t.tile.all_points(), n, u.columns, pitch);
  Coming coming{
      {room ? source_of_tiles(t, first + n, more < n ? more : n, x) : Range{}, steps + n / 2},
      {room && whole ? target_of_tiles(t, first, n, y) : Range{}, steps}};
  transforms.source(t, first, n, x, copy, pixels, pitch, plan.pixels, coming);
  for (int64_t p = 0; p < t.tile.all_points(); ++p) {
    const Place& place = t.tile.places[p];
    multiply_point(t, u, n, p, pixels + p * plan.pixels, weights + place.weights * plan.weights,
                   products + place.sum * plan.products, coming);
  }
  transforms.products(t, u, first, n, products, plan.products, b, y, coming);
}

void convolve(const TileGrid& t, const Transforms& transforms, const WeightSteps& step,
              int64_t threads, const float* x, const float* w, const float* b, float* y) {
  const Plan plan(t, step.reversed, threads);
  Scratch scratch(plan.bytes());
  parallel_for(
      plan.slots,
      t.groups * t.tiles() * t.tile.all_points() * (t.depth() / 8 + 1) * t.K * t.out_parts,
      [&](int64_t slot, int64_t last) {
        for (; slot < last; ++slot) {
          float* own = scratch.data<float>() + slot * plan.slot();
          for (int64_t i = plan.units() * slot / plan.slots;
               i < plan.units() * (slot + 1) / plan.slots; ++i) {
            const Unit u = unit_at(t, plan, i);
            const float *from = x + u.group * t.C, *bias = b ? b + u.group * t.K : nullptr;
            float* to = y + u.group * t.K;
            transform_weights_of(t, transforms, plan, step, u, w + u.group * t.weights(), own);
            clear_products(t, plan, u, own + plan.products_at());
            const int64_t all = u.end - u.begin, tasks = (all + plan.tiles - 1) / plan.tiles;
            for (int64_t j = 0; j < tasks; ++j) {
              const int64_t first = all * j / tasks, end = all * (j + 1) / tasks;
              convolve_task(t, transforms, plan, u, u.begin + first, end - first, from, bias, own,
                            to);
            }
          }
        }
      });
}

void forward_by(const Transforms& transforms, const ConvGeometry& g, int64_t threads,
                const float* x, const float* w, const float* b, float* y) {
  const TileGrid t = forward_grid(join_groups(g), transforms.shape);
  const int64_t channel = g.kernel[0] * t.taps();
  JoinedWeights joined(g, w);
  convolve(t, transforms, {t.C * channel, channel, false}, threads, x, joined.data(), b, y);
}

void input_grad_by(const Transforms& transforms, const ConvGeometry& g, int64_t threads,
                   const float* dy, const float* w, const float* b, float* dx) {
  const TileGrid t = input_grad_grid(join_groups(g), transforms.shape);
  const int64_t channel = g.kernel[0] * t.taps();
  JoinedWeights joined(g, w);
  convolve(t, transforms, {channel, t.K * channel, true}, threads, dy, joined.data(), b, dx);
}

template <int kPoints, class Three>
const Transforms& transforms_for(const ConvGeometry& g) {
  return *with_tile<kPoints, Three>(g, [](auto tile) {
    using S = decltype(tile);
    static constexpr Transforms kTransforms{shape_of<S>(), SourceTransform<typename S::Source>::run,
                                            transform_taps<S>, write_tiles<S>};
    return &kTransforms;
  });
}

template <int kPoints>
void forward(const ConvGeometry& g, int64_t threads, const float* x, const float* w, const float* b,
             float* y) {
  forward_by(transforms_for<kPoints, StridedTile>(g), g, threads, x, w, b, y);
}

template <int kPoints>
void input_grad(const ConvGeometry& g, int64_t threads, const float* dy, const float* w,
                const float* b, float* dx) {
  input_grad_by(transforms_for<kPoints, StridedGradTile>(g), g, threads, dy, w, b, dx);
}

template <int kPoints>
void install(Tables& tables, ConvKind kind) {
  Conv<float>& conv = tables;
  conv.forward[kind] = {forward<kPoints>, [](const ConvGeometry& g) {
                          return refuses_winograd<kPoints, StridedTile>(g, forward_grid);
                        }};
  conv.input_grad[kind] = {input_grad<kPoints>, [](const ConvGeometry& g) {
                             return refuses_winograd<kPoints, StridedGradTile>(g, input_grad_grid);
                           }};
}

}  // namespace

void install_conv_winograd(Tables& tables) {
  install<6>(tables, kConvWinograd6);
  install<4>(tables, kConvWinograd4);
  install<3>(tables, kConvWinograd3);
}

}  // namespace reel::kernels::REEL_ISA
