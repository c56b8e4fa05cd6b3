// y of x and w, and dx of dy and w, of depthwise convolutions.

#include <reel/core/kernels/conv_depthwise.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/parallel.h>
#include <reel/core/scratch.h>

namespace reel::kernels::REEL_ISA {

namespace {

// --- the weights: [block of channels][1 + tap][lane], the bias in front ---

template <class V, class T>
void pack_weights(const Plan& p, const T* w, const T* b, T* packed) {
  constexpr int64_t kLanes = kLanesOf<V, T>;
  const int64_t taps = p.taps, C = p.C, blocks = (C + kLanes - 1) / kLanes;
  parallel_for(blocks, C * taps, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t c = block_channel<kLanes>(i * kLanes, C);
      T* out = packed + i * (1 + taps) * kLanes;
      for (int64_t l = 0; l < kLanes; ++l, ++out) {
        out[0] = b ? b[c + l] : 0;
        for (int64_t t = 0; t < taps; ++t) out[(1 + t) * kLanes] = w[(c + l) * taps + t];
      }
    }
  });
}

// --- a tile: neighbouring pixels of a row ---

template <class T>
struct Tile {
  int64_t C, block;                     // channels; elements from a block of weights to the next
  int64_t taps, stride;                 // of the columns
  int64_t x_step, w_step, y_step;       // along the columns
  int64_t rows[2], x_row[2], w_row[2];  // taps inside along the outer axes, and their steps
  int64_t begin, end, pixels;           // lattice columns inside the source; pixels of the target
  const T *x, *w, *b;                   // at the first tap, of the first channels
  T* y;
};

// scalar: acc[p] += sum over s of x[p * kStride + s] * w[s], for the columns begin .. end of x;
// each is loaded once.
template <class V, class T, int kPixels, int kTaps, int kStride, int kVectors>
[[gnu::always_inline]] inline void slide(const Tile<T>& t, int64_t begin, int64_t end, const T* x,
                                         const T* w, V (&acc)[kPixels][kVectors]) {
  V wv[kTaps][kVectors];
#pragma GCC unroll 8
  for (int s = 0; s < kTaps; ++s)
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) wv[s][v] = lanes_at<V>(w + s * t.w_step + v * t.block);
#pragma GCC unroll 32
  for (int k = 0; k < (kPixels - 1) * kStride + kTaps; ++k, x += t.x_step)
    if (k >= begin && k < end)
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) {
        V xv = lanes_at<V>(x + v * kLanesOf<V, T>);
        hold(xv);
#pragma GCC unroll 8
        for (int s = 0; s < kTaps; ++s)
          if (k >= s && (k - s) % kStride == 0 && (k - s) / kStride < kPixels)
            acc[(k - s) / kStride][v] += xv * wv[s][v];
      }
}

// The same for tap s alone and any stride; x and w are at it.
template <class V, class T, int kPixels, int kVectors>
[[gnu::always_inline]] inline void add_tap(const Tile<T>& t, int64_t s, const T* x, const T* w,
                                           V (&acc)[kPixels][kVectors]) {
  V wv[kVectors];
#pragma GCC unroll 2
  for (int v = 0; v < kVectors; ++v) wv[v] = lanes_at<V>(w + v * t.block);
  const bool inside = s >= t.begin && s + (kPixels - 1) * t.stride < t.end;
#pragma GCC unroll 8
  for (int p = 0; p < kPixels; ++p, s += t.stride, x += t.stride * t.x_step)
    if (inside || (s >= t.begin && s < t.end))
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) acc[p][v] += lanes_at<V>(x + v * kLanesOf<V, T>) * wv[v];
}

// A row of taps. kTaps is 0 where they are those of the tile, kStride where the stride is.
template <class V, class T, int kPixels, int kTaps, int kStride, int kVectors>
[[gnu::always_inline]] inline void add_taps(const Tile<T>& t, const T* x, const T* w,
                                            V (&acc)[kPixels][kVectors]) {
  if constexpr (kTaps > 0) {
    slide<V, T, kPixels, kTaps, kStride, kVectors>(t, t.begin, t.end, x, w, acc);
  } else {
    int64_t s = 0;
    if constexpr (kStride > 0)
      for (; s + 3 <= t.taps; s += 3, x += 3 * t.x_step, w += 3 * t.w_step)
        slide<V, T, kPixels, 3, kStride, kVectors>(t, t.begin - s, t.end - s, x, w, acc);
    for (; s < t.taps; ++s, x += t.x_step, w += t.w_step)
      add_tap<V, T, kPixels, kVectors>(t, s, x, w, acc);
  }
}

template <class V, class T, int kPixels, int kTaps, int kStride, int kVectors>
[[gnu::always_inline]] inline void compute_block(const Tile<T>& t, const T* x, const T* w,
                                                 const T* b, T* y) {
  constexpr int kLanes = kLanesOf<V, T>;
  V acc[kPixels][kVectors];
#pragma GCC unroll 2
  for (int v = 0; v < kVectors; ++v) {
    const V start = lanes_at<V>(b + v * t.block);
#pragma GCC unroll 8
    for (int p = 0; p < kPixels; ++p) acc[p][v] = start;
  }
  for (int64_t i = 0; i < t.rows[0]; ++i, x += t.x_row[0], w += t.w_row[0]) {
    const T *xi = x, *wi = w;
    for (int64_t j = 0; j < t.rows[1]; ++j, xi += t.x_row[1], wi += t.w_row[1])
      add_taps<V, T, kPixels, kTaps, kStride, kVectors>(t, xi, wi, acc);
  }
#pragma GCC unroll 8
  for (int p = 0; p < kPixels; ++p, y += t.y_step)
    if (p < t.pixels)
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) put_lanes(y + v * kLanes, acc[p][v]);
}

// Two vectors of channels at a time where there are 32 registers: sums enough to hide the latency
// of the multiply-add (64 channels of 56x56, in L2: 0.050 to 0.044 ms).
template <class V>
inline constexpr int kTileVectors = sizeof(V) == 64 ? 2 : 1;

template <class V, class T, int kPixels, int kTaps, int kStride>
void compute_tile(const Tile<T>& given, Coming& coming) {
  constexpr int kLanes = kLanesOf<V, T>, kVectors = kTileVectors<V>;
  const Tile<T> t = given;  // what is stored can not change it
  const T *w = t.w, *b = t.b;
  int64_t c = 0;
  if constexpr (kVectors > 1)
    for (; c + kVectors * kLanes <= t.C; c += kVectors * kLanes) {
      advance(coming);
      compute_block<V, T, kPixels, kTaps, kStride, kVectors>(t, t.x + c, w, b, t.y + c);
      w += kVectors * t.block;
      b += kVectors * t.block;
    }
  for (; c < t.C; c += kLanes, w += t.block, b += t.block) {
    const int64_t at = block_channel<kLanes>(c, t.C);
    advance(coming);
    compute_block<V, T, kPixels, kTaps, kStride, 1>(t, t.x + at, w, b, t.y + at);
  }
}

// The code for some columns: of a tile of up to 8 pixels, and of up to 4.
template <class T>
struct Code {
  void (*wide)(const Tile<T>&, Coming&);
  void (*narrow)(const Tile<T>&, Coming&);
};
template <class V, class T, int kTaps, int kStride>
Code<T> code_of() {
  return {compute_tile<V, T, kWide, kTaps, kStride>, compute_tile<V, T, kNarrow, kTaps, kStride>};
}

template <class V, class T>
Code<T> code_for(int64_t taps, int64_t stride) {
  if constexpr (sizeof(V) == kVectorBytes && sizeof(T) == sizeof(float)) {
    if (taps == 1 && stride == 1) return code_of<V, T, 1, 1>();
    if (taps == 2 && stride == 1) return code_of<V, T, 2, 1>();
    if (taps == 3 && stride == 1) return code_of<V, T, 3, 1>();
    if (taps == 5 && stride == 1) return code_of<V, T, 5, 1>();
    if (taps == 7 && stride == 1) return code_of<V, T, 7, 1>();
    if (taps == 3 && stride == 2) return code_of<V, T, 3, 2>();
  }
  return stride == 1   ? code_of<V, T, 0, 1>()
         : stride == 2 ? code_of<V, T, 0, 2>()
                       : code_of<V, T, 0, 0>();
}

// --- a whole target ---

template <class V, class T>
void compute_unit(const Plan& p, const Unit& u, const T* x, const T* packed, T* y, Coming& coming) {
  constexpr int kLanes = kLanesOf<V, T>;
  Tile<T> tile[kBand] = {};
  Row row[kBand];
  for (int64_t i = 0; i < u.rows; ++i) {
    const Row& r = row[i] = row_at(p, u, i);
    Tile<T>& t = tile[i];
    t.C = p.C;
    t.block = (1 + p.taps) * kLanes;
    t.b = packed;
    for (int d = 0; d < 2; ++d) {
      t.rows[d] = r.taps[d];
      t.x_row[d] = r.x_step[d];
      t.w_row[d] = r.w_step[d] * kLanes;
    }
  }
  for (int64_t l = 0; l < p.lattices; ++l) {
    const Columns& c = p.columns[l];
    for (int64_t i = 0; i < u.rows; ++i) {
      Tile<T>& t = tile[i];
      t.taps = c.taps;
      t.stride = c.stride;
      t.x_step = c.x_step;
      t.w_step = c.w_step * kLanes;
      t.y_step = c.y_step;
      t.w = packed + (1 + row[i].w + c.w) * kLanes;
    }
    const Code<T> code = code_for<V, T>(c.taps, c.stride);
    const int64_t end = u.end < c.count ? u.end : c.count;
    for (int64_t q = u.begin; q < end; q += kWide) {
      const int64_t pixels = end - q < kWide ? end - q : kWide, column = q * c.stride;
      const auto compute = pixels > kNarrow ? code.wide : code.narrow;
      for (int64_t i = 0; i < u.rows; ++i) {
        Tile<T>& t = tile[i];
        t.begin = c.begin - column;
        t.end = c.end - column;
        t.pixels = pixels;
        t.x = x + row[i].x + c.x + column * c.x_step;
        t.y = y + row[i].y + c.y + q * c.y_step;
        compute(t, coming);
      }
    }
  }
}

template <class V, class T>
void sweep(const Plan& p, int64_t N, const T* x, const T* packed, T* y) {
  const int64_t work = N * p.pixels() * p.C * (p.taps / 8 + 1);
  const bool large = asks_ahead(p, N);
  constexpr int64_t kLanes = kLanesOf<V, T> * kTileVectors<V>;
  const int64_t blocks = (p.C + kLanes - 1) / kLanes;
  parallel_for(N * p.units(), work, [=, &p](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      Coming coming;
      if (large && i + 1 < end) coming = coming_unit(p, i + 1, blocks, x, y);
      compute_unit<V>(p, unit_at(p, i), x, packed, y, coming);
    }
  });
}

template <class T>
int64_t packed_bytes(const Plan& p) {
  return with_lanes<T>(p.C, [&](auto tag) {
    constexpr int64_t kLanes = kLanesOf<typename decltype(tag)::Type, T>;
    return padded_bytes((p.C + kLanes - 1) / kLanes * (1 + p.taps) * kLanes *
                        static_cast<int64_t>(sizeof(T)));
  });
}

template <class T>
void run(const ConvGeometry& g, Direction direction, const T* x, const T* w, const T* b, T* y) {
  Plan p = plan_of(g, direction);
  Scratch scratch(table_bytes(p) + packed_bytes<T>(p));
  write_tables(g, direction, scratch.data(), p);
  T* packed = scratch.data<T>(table_bytes(p));
  with_lanes<T>(g.C, [&](auto tag) {
    using V = typename decltype(tag)::Type;
    pack_weights<V>(p, w, b, packed);
    sweep<V>(p, g.N, x, packed, y);
  });
}

template <class T>
void forward(const ConvGeometry& g, int64_t, const T* x, const T* w, const T* b, T* y) {
  run(g, Direction::kForward, x, w, b, y);
}

template <class T>
void input_grad(const ConvGeometry& g, int64_t, const T* dy, const T* w, const T* b, T* dx) {
  run(g, Direction::kInputGrad, dy, w, b, dx);
}

template <class T>
void install(Tables& tables) {
  Conv<T>& conv = tables;
  conv.forward[kConvDepthwise] = {forward<T>, refuses_depthwise};
  conv.input_grad[kConvDepthwise] = {input_grad<T>, refuses_depthwise};
}

}  // namespace

void install_conv_depthwise(Tables& tables) {
  install<float>(tables);
  if constexpr (kOwnFloat64) install<double>(tables);
}

}  // namespace reel::kernels::REEL_ISA
