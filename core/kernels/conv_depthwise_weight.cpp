// dw and db of dy and x, of depthwise convolutions.

#include <reel/core/kernels/conv_depthwise.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/parallel.h>
#include <reel/core/scratch.h>

namespace reel::kernels::REEL_ISA {

namespace {

// Shares of the pixels, whose sums are kept apart and added up in order; by the problem alone.
constexpr int64_t kChunks = 32, kChunkPixels = 128, kChunkBytes = 64 << 20;
// Pixels that are added in T before the sum moves on: long float chains lose digits.
constexpr int64_t kChainPixels = 256;

// Elements of a set of sums: [block of channels][1 + tap][lane], the bias in front. A chunk has two
// sets: its own, and that of the chain at hand.
struct Sums {
  int64_t blocks, block, chunks;
  int64_t set() const { return blocks * block; }
};

template <class T>
Sums sums_of(const ConvGeometry& g, const Plan& p) {
  const int64_t lanes = with_lanes<T>(
      p.C, [](auto tag) -> int64_t { return kLanesOf<typename decltype(tag)::Type, T>; });
  Sums s{(p.C + lanes - 1) / lanes, (1 + p.taps) * lanes, 0};
  const int64_t pixels = g.N * p.pixels();
  const int64_t bytes = 2 * s.set() * static_cast<int64_t>(sizeof(T));
  s.chunks = pixels / kChunkPixels < kChunks ? pixels / kChunkPixels : kChunks;
  while (s.chunks > 2 && s.chunks * bytes > kChunkBytes) s.chunks /= 2;
  s.chunks = s.chunks < 1 ? 1 : s.chunks;
  return s;
}

// --- a tile: neighbouring pixels of a row of dy, and some taps of the columns ---

template <class T>
struct Tile {
  int64_t C, block;                     // channels; elements from a block of sums to the next
  int64_t rows[2], x_row[2], w_row[2];  // taps inside along the outer axes, and their steps
  int64_t x_step, dy_step;              // along the columns
  int64_t begin, end, pixels;           // lattice columns inside the source; pixels of dy
  const T *x, *dy;                      // at the first tap, of the first channels
  T *w, *b;                             // the sums; null b where those of the bias are complete
};

// scalar: w[s] += sum over p of x[p * stride + s] * dy[p]; each x is loaded once.
template <class V, class T, int kPixels, int kTaps, int kStride, bool kFull>
[[gnu::always_inline]] inline void add_taps(const Tile<T>& t, const T* x, const V (&dy)[kPixels],
                                            T* w) {
  constexpr int kLanes = kLanesOf<V, T>;
  V acc[kTaps];
#pragma GCC unroll 8
  for (int s = 0; s < kTaps; ++s) acc[s] = lanes_at<V>(w + s * kLanes);
#pragma GCC unroll 32
  for (int k = 0; k < (kPixels - 1) * kStride + kTaps; ++k, x += t.x_step)
    if (k >= t.begin && k < t.end) {
      V xv = lanes_at<V>(x);
      hold(xv);
#pragma GCC unroll 8
      for (int s = 0; s < kTaps; ++s) {
        const int p = (k - s) / kStride;
        // Not only dy[p] = 0 beyond the last: x may be infinite.
        if (k >= s && (k - s) % kStride == 0 && p < kPixels && (kFull || p < t.pixels))
          acc[s] += xv * dy[p];
      }
    }
#pragma GCC unroll 8
  for (int s = 0; s < kTaps; ++s) put_lanes(w + s * kLanes, acc[s]);
}

// scalar: *b += sum over p of dy[p]
template <class V, class T, int kPixels>
[[gnu::always_inline]] inline void add_pixels(const V (&dy)[kPixels], T* b) {
  V sum[kPixels / 2];
#pragma GCC unroll 4
  for (int p = 0; p < kPixels / 2; ++p) sum[p] = dy[p] + dy[p + kPixels / 2];
  if constexpr (kPixels == 8) {
    sum[0] += sum[2];
    sum[1] += sum[3];
  }
  put_lanes(b, lanes_at<V>(b) + (sum[0] + sum[1]));
}

// dy stays in registers for all rows of taps.
template <class V, class T, int kPixels, int kTaps, int kStride, bool kFull>
void add_tile(const Tile<T>& given, Coming& coming) {
  constexpr int kLanes = kLanesOf<V, T>;
  const Tile<T> t = given;  // what is stored can not change it
  T *w = t.w, *b = t.b;
  for (int64_t c = 0; c < t.C; c += kLanes, w += t.block) {
    advance(coming);
    const int64_t at = block_channel<kLanes>(c, t.C);
    const T *x = t.x + at, *from = t.dy + at;
    V dy[kPixels];
#pragma GCC unroll 8
    for (int p = 0; p < kPixels; ++p, from += t.dy_step) {
      dy[p] = V{};
      if (kFull || p < t.pixels) dy[p] = lanes_at<V>(from);
      hold(dy[p]);
    }
    if (b) {
      add_pixels(dy, b);
      b += t.block;
    }
    T* wi = w;
    for (int64_t i = 0; i < t.rows[0]; ++i, x += t.x_row[0], wi += t.w_row[0]) {
      const T* xj = x;
      T* wj = wi;
      for (int64_t j = 0; j < t.rows[1]; ++j, xj += t.x_row[1], wj += t.w_row[1])
        add_taps<V, T, kPixels, kTaps, kStride, kFull>(t, xj, dy, wj);
    }
  }
}

// The code for some taps: of a tile of 8 pixels, and of up to 4.
template <class T>
struct Code {
  int64_t taps;
  void (*wide)(const Tile<T>&, Coming&);
  void (*narrow)(const Tile<T>&, Coming&);
};
template <class V, class T, int kTaps, int kStride>
Code<T> code_of() {
  return {kTaps, add_tile<V, T, kWide, kTaps, kStride, true>,
          add_tile<V, T, kNarrow, kTaps, kStride, false>};
}

// For as many of the taps that are left as there is code for.
template <class V, class T>
Code<T> code_for(int64_t taps, int64_t stride) {
  if constexpr (sizeof(V) == kVectorBytes && sizeof(T) == sizeof(float)) {
    if (taps >= 7 && stride == 1) return code_of<V, T, 7, 1>();
    if (taps >= 5 && stride == 1) return code_of<V, T, 5, 1>();
    if (taps >= 3 && stride == 2) return code_of<V, T, 3, 2>();
  }
  if (taps >= 3 && stride == 1) return code_of<V, T, 3, 1>();
  return code_of<V, T, 1, 1>();
}

// How many steps of `stride` it is from lattice column `first` until nothing before `column` is
// left.
int64_t steps_to(int64_t column, int64_t first, int64_t stride) {
  return column > first ? (column - first + stride - 1) / stride : 0;
}

// --- a unit ---

template <class V, class T>
void add_unit(const Plan& p, const Sums& s, const Unit& u, const T* dy, const T* x, bool weights,
              T* sums, Coming& coming) {
  constexpr int kLanes = kLanesOf<V, T>;
  Tile<T> tile[kBand] = {};
  Row row[kBand];
  for (int64_t i = 0; i < u.rows; ++i) {
    const Row& r = row[i] = row_at(p, u, i);
    Tile<T>& t = tile[i];
    t.C = p.C;
    t.block = s.block;
    for (int d = 0; d < 2; ++d) {
      t.rows[d] = weights ? r.taps[d] : 0;
      t.x_row[d] = r.x_step[d];
      t.w_row[d] = r.w_step[d] * kLanes;
    }
  }
  for (int64_t l = 0; l < p.lattices; ++l) {
    const Columns& c = p.columns[l];
    const int64_t end = u.end < c.count ? u.end : c.count;
    for (int64_t q = u.begin; q < end;) {
      const int64_t rest = end - q, pixels = rest < kNarrow ? rest : rest < kWide ? kNarrow : kWide;
      for (int64_t tap = 0; tap < (weights ? c.taps : 1);) {
        const Code<T> code = code_for<V, T>(c.taps - tap, c.stride);
        // A single tap steps over the columns between those that it meets.
        const int64_t column = q * c.stride + tap, step = code.taps == 1 ? c.stride : 1;
        for (int64_t i = 0; i < u.rows; ++i) {
          Tile<T>& t = tile[i];
          t.x_step = c.x_step * step;
          t.dy_step = c.y_step;
          t.begin = steps_to(c.begin, column, step);
          t.end = steps_to(c.end, column, step);
          t.pixels = pixels;
          t.x = x + row[i].x + c.x + column * c.x_step;
          t.dy = dy + row[i].y + c.y + q * c.y_step;
          t.w = sums + (1 + row[i].w + c.w + tap) * kLanes;
          t.b = tap == 0 ? sums : nullptr;
          (pixels == kWide ? code.wide : code.narrow)(t, coming);
        }
        tap += code.taps;
      }
      q += pixels;
    }
  }
}

// --- a chunk, and the sum of the chunks ---

// Moves the sums of a chain on.
template <class V, class T>
void end_chain(int64_t size, T* chain, T* sums) {
  for (int64_t i = 0; i < size; i += kLanesOf<V, T>) {
    put_lanes(sums + i, lanes_at<V>(sums + i) + lanes_at<V>(chain + i));
    put_lanes(chain + i, V{});
  }
}

// Units begin .. end; those up to `ahead` are the same thread's and asked for beforehand.
template <class V, class T>
void add_chunk(const Plan& p, const Sums& s, int64_t begin, int64_t end, int64_t ahead, const T* dy,
               const T* x, bool weights, T* sums) {
  T* chain = sums + s.set();
  std::memset(sums, 0, static_cast<size_t>(2 * s.set()) * sizeof(T));
  int64_t length = 0;
  for (int64_t i = begin; i < end; ++i) {
    const Unit u = unit_at(p, i);
    Coming coming;
    if (i + 1 < ahead) coming = coming_unit(p, i + 1, s.blocks, x, dy);
    add_unit<V>(p, s, u, dy, x, weights, chain, coming);
    length += u.rows * (p.target[2] < kPart ? p.target[2] : kPart);
    if (length < kChainPixels && i + 1 < end) continue;
    end_chain<V>(s.set(), chain, sums);
    length = 0;
  }
}

template <class V, class T>
void reduce_block(const Plan& p, const Sums& s, int64_t i, T* sums, T* dw, T* db) {
  constexpr int kLanes = kLanesOf<V, T>;
  const int64_t taps = p.taps, c = block_channel<kLanes>(i * kLanes, p.C);
  sums += i * s.block;
  for (int64_t chunk = 1; chunk < s.chunks; ++chunk)
    for (int64_t j = 0; j < (dw ? s.block : kLanes); j += kLanes)
      put_lanes(sums + j, lanes_at<V>(sums + j) + lanes_at<V>(sums + 2 * chunk * s.set() + j));
  // The first channels may be those of the block before.
  for (int64_t l = i * kLanes - c; l < kLanes; ++l) {
    if (db) db[c + l] = sums[l];
    for (int64_t t = 0; dw && t < taps; ++t) dw[(c + l) * taps + t] = sums[(1 + t) * kLanes + l];
  }
}

template <class T>
void weight_grad(const ConvGeometry& g, int64_t, const T* dy, const T* x, T* dw, T* db) {
  Plan p = plan_of(g, Direction::kForward);
  const Sums s = sums_of<T>(g, p);
  Scratch scratch(table_bytes(p) + 2 * s.chunks * s.set() * static_cast<int64_t>(sizeof(T)));
  write_tables(g, Direction::kForward, scratch.data(), p);
  T* sums = scratch.data<T>(table_bytes(p));
  const bool large = dw && asks_for_depthwise_rows && asks_ahead(p, g.N);
  const int64_t units = g.N * p.units(), depth = dw ? p.taps : 1;
  with_lanes<T>(g.C, [&](auto tag) {
    using V = typename decltype(tag)::Type;
    const int64_t work = g.N * p.pixels() * p.C * (depth / 8 + 1);
    parallel_for(s.chunks, work, [&](int64_t begin, int64_t end) {
      const int64_t ahead = large ? units * end / s.chunks : 0;
      for (int64_t i = begin; i < end; ++i)
        add_chunk<V>(p, s, units * i / s.chunks, units * (i + 1) / s.chunks, ahead, dy, dw ? x : dy,
                     dw != nullptr, sums + 2 * i * s.set());
    });
    parallel_for(s.blocks, s.chunks * s.set(), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) reduce_block<V>(p, s, i, sums, dw, db);
    });
  });
}

template <class T>
void install(Tables& tables) {
  Conv<T>& conv = tables;
  conv.weight_grad[kConvDepthwise] = {weight_grad<T>, refuses_depthwise};
}

}  // namespace

void install_conv_depthwise_weight(Tables& tables) {
  install<float>(tables);
  if constexpr (kOwnFloat64) install<double>(tables);
}

}  // namespace reel::kernels::REEL_ISA
