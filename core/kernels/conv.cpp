#include <reel/core/kernels/conv_sweep.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/lane_transpose.h>
#include <reel/core/kernels/level.h>
#include <reel/core/parallel.h>
#include <reel/core/scratch.h>

namespace reel::kernels::REEL_ISA {

namespace {

// --- the weights, a block of target channels side by side: [block][tap][depth][lane] ---

// Elements before those of a block.
template <class T>
int64_t packed_offset(const Sweep& s, const Block& b) {
  return s.taps() * s.depth * b.offset;
}

// A square of weights, of targets that lie in memory as their rows do.
template <class V, class T>
void pack_square(const Sweep& s, const Block& b, int64_t lane, int64_t row, const T* w, T* packed) {
  constexpr int64_t kLanes = kLanesOf<V, T>;
  V square[kLanes] = {};
  w += lane * s.w_target + row;
  for (int64_t i = 0; i < kLanes && lane + i < b.width; ++i)
    square[i] = lanes_at<V>(w + i * s.w_target);
  transpose_lanes(square);
  PackedRows to(s, row);
  for (int64_t i = 0; i < kLanes; ++i) put_lanes(packed + to.next() * b.lanes + lane, square[i]);
}

template <class T>
void pack_block(const Sweep& s, const Block& b, const T* w, T* packed) {
  const int64_t lanes = b.lanes;
  w += b.group * s.w_group + b.first * s.w_target;
  const bool in_order = s.axis[2].w_step == 1;  // forward; dx takes the taps from the last
  // One by one, (1, 6, 14, 14) to 16, 5x5, takes 1.3 times as long.
  if (in_order && for_squares<T>(s, b, [&](auto zero, int64_t lane, int64_t row) {
        pack_square<decltype(zero)>(s, b, lane, row, w, packed);
      }))
    return;
  const Axis *A = &s.axis[0], *B = &s.axis[1], *C = &s.axis[2];
  for (int64_t i = 0; i < A->taps; ++i)
    for (int64_t j = 0; j < B->taps; ++j)
      for (int64_t k = 0; k < C->taps; ++k) {
        const int64_t tap =
            ((A->w_first + i * A->w_step) * s.kernel[1] + B->w_first + j * B->w_step) *
                s.kernel[2] +
            C->w_first + k * C->w_step;
        for (int64_t r = 0; r < s.depth; ++r, packed += lanes) {
          const T* from = w + tap + r * s.w_depth;
          for (int64_t l = 0; l < b.width; ++l) packed[l] = from[l * s.w_target];
          for (int64_t l = b.width; l < lanes; ++l) packed[l] = 0;
        }
      }
}

template <class T>
void pack_weights(const Sweep& s, const T* w, T* packed) {
  const int64_t blocks = s.groups * blocks_per_group<T>(s);
  const int64_t work = s.taps() * s.depth * all_lanes<T>(s);
  parallel_for(blocks, work, [=, &s](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const Block b = block_at<T>(s, i);
      pack_block(s, b, w, packed + packed_offset<T>(s, b));
    }
  });
}

// --- the inner loop ---

constexpr int64_t kPiece = 32;

// The taps of a pixel: count * runs of `length` elements side by side, taken in pieces. Short runs
// are listed element by element: loops of a few steps cost more than reading where they are (1
// channel, 3x3x3: 1.15 times as much).
struct Runs {
  int64_t count[3], step[3], length;
  int64_t listed = 0;
  static constexpr int64_t kShort = 12, kMostListed = 256;
  int64_t list[kMostListed];

  int64_t size() const { return count[0] * count[1] * count[2] * length; }
  int64_t pieces() const {
    return length <= kShort ? 1 : size() / length * ((length - 1) / kPiece + 1);
  }
  // f(first element) of each run.
  template <class F>
  [[gnu::always_inline]] void for_each(F f) const {
    for (int64_t a = 0; a < count[0]; ++a)
      for (int64_t b = 0; b < count[1]; ++b)
        for (int64_t c = 0; c < count[2]; ++c) f(a * step[0] + b * step[1] + c * step[2]);
  }
};

template <class T>
void set_runs(const Sweep& s, const View<T>& v, Runs& r) {
  for (int d = 0; d < 3; ++d) {
    r.count[d] = s.axis[d].taps;
    r.step[d] = v.tap[d];
  }
  r.length = s.depth;
  // Where the channels of one tap end, those of the next begin: one long run for a row of taps.
  if (r.step[2] == s.depth) {
    r.length *= r.count[2];
    r.count[2] = r.count[2] > 0;
  }
  if (r.length > Runs::kShort || r.size() > Runs::kMostListed) return;
  r.for_each([&](int64_t first) {
    for (int64_t l = first; l < first + r.length; ++l) r.list[r.listed++] = l;
  });
}

// Where the pixels of a tile lie in the source: kGroup of them side by side, `step` elements apart,
// from each of these places.
template <class T, int kPixels, int kGroup>
struct Places {
  const T* group[kPixels / kGroup];
  int64_t step;

  // False where the pixels of a group do not lie so.
  bool set(const T* const* pixels, int64_t distance) {
    step = distance;
    bool all = true;
    for (int i = 0; i < kPixels; ++i)
      if (i % kGroup == 0)
        group[i / kGroup] = pixels[i];
      else
        all = all && pixels[i] - pixels[i - 1] == step;
    return all;
  }
};

// scalar: acc[i][lane] += sum over s < kSteps of pixel(i)[l + s] * w[s][lane]
template <int kSteps, class V, class T, int kPixels, int kGroup, int kVectors>
[[gnu::always_inline]] inline void multiply_steps(const Places<T, kPixels, kGroup>& in, int64_t l,
                                                  const T* w, V (&acc)[kPixels][kVectors]) {
  V wv[kSteps][kVectors];
  unrolled<kSteps * kVectors>([&](auto v) __attribute__((always_inline)) {
    wv[v.value / kVectors][v.value % kVectors] = lanes_at<V>(w + v.value * kLanesOf<V, T>);
  });
  unrolled<kPixels / kGroup>([&](auto j) __attribute__((always_inline)) {
    const T* at = in.group[j.value] + l;
    if (kGroup > 1) hold(at);
    unrolled<kSteps>([&](auto s) __attribute__((always_inline)) {
      unrolled<kGroup>([&](auto i) __attribute__((always_inline)) {
        const V x = broadcast<V>(at[i.value * in.step + s.value]);
        unrolled<kVectors>([&](auto v) __attribute__((always_inline)) {
          acc[j.value * kGroup + i.value][v.value] += x * wv[s.value][v.value];
        });
      });
    });
  });
}

// scalar: acc[i][lane] += sum over taps and depth of pixel(i)[tap + depth] * w[tap][depth][lane]
template <class V, class T, int kPixels, int kGroup, int kVectors>
[[gnu::always_inline]] inline void multiply_add(const Runs& runs,
                                                const Places<T, kPixels, kGroup>& in, const T* w,
                                                V (&acc)[kPixels][kVectors], Ahead& ahead) {
  constexpr int64_t kLanes = kVectors * kLanesOf<V, T>;
  for (int64_t i = 0; i < runs.listed; ++i, w += kLanes)
    multiply_steps<1, V>(in, runs.list[i], w, acc);
  if (runs.listed) return ahead.advance();
  runs.for_each([&](int64_t l) __attribute__((always_inline)) {
    for (const int64_t end = l + runs.length; l < end; ahead.advance()) {
      const int64_t stop = l + kPiece < end ? l + kPiece : end;
      if constexpr (kGroup > 1)
        for (; l + 2 <= stop; l += 2, w += 2 * kLanes) multiply_steps<2, V>(in, l, w, acc);
      for (; l < stop; ++l, w += kLanes) multiply_steps<1, V>(in, l, w, acc);
    }
  });
}

// Stores the first n < 2 * kHalf lanes, in at most one piece of each power of two.
template <class T, int kHalf>
[[gnu::always_inline]] inline void store_part(int64_t n, const T* lane, T* y) {
  if (n & kHalf) {
    std::memcpy(y, lane, kHalf * sizeof(T));
    y += kHalf;
    lane += kHalf;
  }
  if constexpr (kHalf > 1) store_part<T, kHalf / 2>(n, lane, y);
}

template <class V, class T>
[[gnu::always_inline]] inline void store_lanes(int64_t n, const V& v, T* y) {
  constexpr int kLanes = kLanesOf<V, T>;
  if (n >= kLanes) return put_lanes(y, v);
  T lane[kLanes];
  put_lanes(lane, v);
  store_part<T, kLanes / 2>(n, lane, y);
}

// Walks the pixels of a box in order, at their places in the source and in the output.
struct Cursor {
  int64_t size[3], in_step[3], out_step[3];
  int64_t j[3] = {}, in = 0, out = 0;
  void advance() {
    for (int d = 2; d >= 0; --d) {
      in += in_step[d];
      out += out_step[d];
      if (++j[d] < size[d]) return;
      j[d] = 0;
      in -= size[d] * in_step[d];
      out -= size[d] * out_step[d];
    }
  }
};

// What the tiles of a block share.
template <class T>
struct Tiles {
  const Runs& runs;
  int64_t width;
  const T *source, *w;
  T* y;
  T start[kMostVectors<T> * kWidth<T>];  // of the sums
};

// kPixels pixels share each load of weights, kVectors vectors each source value. Not inlined: the
// loop of tiles would take registers that the sums need, with spills 1.6 times as slow at 8 x 3.
template <class V, class T, int kPixels, int kGroup, int kVectors>
[[gnu::noinline]] void sum_tile(const Tiles<T>& t, const Places<T, kPixels, kGroup>& in,
                                T* const* out, Ahead& ahead) {
  constexpr int64_t kLanes = kLanesOf<V, T>;
  V acc[kPixels][kVectors];
  unrolled<kPixels>([&](auto i) __attribute__((always_inline)) {
    unrolled<kVectors>([&](auto v) __attribute__((always_inline)) {
      acc[i.value][v.value] = lanes_at<V>(t.start + v.value * kLanes);
    });
  });
  // What the tile writes is on its way while the sums are made: 1x1 of 32 channels of 32x32 to 64,
  // of tensors that no cache holds, 1.55 to 1.26 ms.
  unrolled<kPixels>([&](auto i) __attribute__((always_inline)) {
    unrolled<kVectors>([&](auto v) __attribute__((always_inline)) {
      if (v.value * kLanes * sizeof(T) % 64 == 0)
        __builtin_prefetch(out[i.value] + v.value * kLanes);
    });
  });
  multiply_add<V>(t.runs, in, t.w, acc, ahead);
  unrolled<kPixels>([&](auto i) __attribute__((always_inline)) {
    unrolled<kVectors>([&](auto v) __attribute__((always_inline)) {
      store_lanes<V>(t.width - v.value * kLanes, acc[i.value][v.value],
                     out[i.value] + v.value * kLanes);
    });
  });
}

// At AVX-512 one vector of channels leaves room for the sums of 24 pixels, and for their places in
// fours: (16, 16, 32, 32) to 16, 3x3, 0.377 to 0.361 ms.
template <class V, class T, int kVectors>
inline constexpr bool kTakesFours = kVectorBytes == 64 && sizeof(T) == 4 &&
                                    sizeof(V) == kVectorBytes&& kVectors == 1;

template <class V, class T, int kPixels, int kVectors>
void sum_pixels(const Tiles<T>& t, const T* const* pixels, int64_t step, T* const* out,
                Ahead& ahead) {
  if constexpr (kPixels == 24) {
    if (Places<T, kPixels, 4> fours; fours.set(pixels, step))
      return sum_tile<V, T, kPixels, 4, kVectors>(t, fours, out, ahead);
    sum_pixels<V, T, kPixels / 2, kVectors>(t, pixels, step, out, ahead);
    sum_pixels<V, T, kPixels / 2, kVectors>(t, pixels + kPixels / 2, step, out + kPixels / 2,
                                            ahead);
  } else {
    // So many places do not fit the registers; pairs do, and most tiles consist of them: (128, 3,
    // 32, 32) to 16, 3x3, 1.38 to 1.12 ms. Two vectors that share a place gain 1.06 times in long
    // runs, and lose as much where elements are listed.
    if constexpr (kPixels >= 12 && kVectors <= 2 && sizeof(T) == 4)
      if (Places<T, kPixels, 2> pairs; (kVectors == 1 || !t.runs.listed) && pairs.set(pixels, step))
        return sum_tile<V, T, kPixels, 2, kVectors>(t, pairs, out, ahead);
    Places<T, kPixels, 1> all;
    all.set(pixels, step);
    sum_tile<V, T, kPixels, 1, kVectors>(t, all, out, ahead);
  }
}

template <class V, class T, int kPixels, int kVectors>
void sweep_tile(const Tiles<T>& t, Cursor& at, Ahead& ahead) {
  const T* pixels[kPixels];
  T* out[kPixels];
  for (int i = 0; i < kPixels; ++i, at.advance()) {
    pixels[i] = t.source + at.in;
    out[i] = t.y + at.out;
  }
  sum_pixels<V, T, kPixels, kVectors>(t, pixels, at.in_step[2], out, ahead);
}

// Whole tiles, then smaller ones for the pixels that are left.
template <class V, class T, int kPixels, int kVectors>
void sweep_tiles(const Tiles<T>& t, int64_t pixels, Cursor& at, Ahead& ahead) {
  for (; starts_tile<kVectors, kPixels>(pixels); pixels -= kPixels)
    sweep_tile<V, T, kPixels, kVectors>(t, at, ahead);
  if constexpr (kPixels > 1)
    sweep_tiles<V, T, kFewerRows<kVectors, kPixels>, kVectors>(t, pixels, at, ahead);
}

template <class T>
void sweep_box(const Sweep& s, const Box& box, const View<T>& view, const T* packed, const T* b,
               T* y, const Range& next) {
  Cursor first{};
  int64_t step = s.target_channels;
  for (int d = 2; d >= 0; --d) {
    const Axis& a = s.axis[d];
    first.size[d] = box.size[d];
    first.in_step[d] = view.pixel[d];
    first.out_step[d] = a.out_step * step;
    y += (a.out_first + box.begin[d] * a.out_step) * step;
    step *= s.out[d];
  }
  Runs runs;
  set_runs(s, view, runs);
  const int64_t blocks = s.groups * blocks_per_group<T>(s), pixels = box.pixels();
  Ahead ahead(next, blocks * (pixels / kTileRows<kMostVectors<T>> + 1) * runs.pieces());
  for (int64_t i = 0; i < blocks; ++i) {
    const Block block = block_at<T>(s, i);
    const int64_t k = target_channel(s, block);
    Tiles<T> tiles{runs,
                   block.width,
                   view.base + source_channel(s, block),
                   packed + packed_offset<T>(s, block),
                   y + k,
                   {}};
    for (int64_t l = 0; b && l < block.width; ++l) tiles.start[l] = b[k + l];
    Cursor at = first;
    with_vectors<T>(
        block, [&](auto zero, auto vectors) __attribute__((always_inline)) {
          using V = decltype(zero);
          constexpr int kVectors = decltype(vectors)::value;
          constexpr int kPixels = kTakesFours<V, T, kVectors> ? 24 : kTileRows<kVectors>;
          sweep_tiles<V, T, kPixels, kVectors>(tiles, pixels, at, ahead);
        });
  }
}

// --- a whole sweep ---

template <class T>
void sweep_all(const Sweep& s, int64_t threads, const T* x, const T* w, const T* b, T* y) {
  const Cut cut = cut_boxes<T>(s);
  // At most so many boxes are at work, and copied, at once.
  const int64_t tasks = s.N * cut.boxes(), slots = tasks < threads ? tasks : threads;
  const int64_t weight_bytes =
      padded_bytes(s.taps() * s.depth * all_lanes<T>(s) * static_cast<int64_t>(sizeof(T)));
  const int64_t copy_bytes = padded_bytes(box_bytes<T>(s, cut.size));
  Scratch scratch(weight_bytes + slots * copy_bytes);
  T* packed = scratch.data<T>();
  pack_weights(s, w, packed);
  const int64_t x_size = s.axis[0].source * s.axis[1].source * s.axis[2].source * s.source_channels;
  const int64_t y_size = s.out[0] * s.out[1] * s.out[2] * s.target_channels;
  const int64_t work = s.N * s.pixels() * (s.taps() * s.depth / 8 + 1) * s.target_channels;
  parallel_for(slots, work, [&](int64_t begin, int64_t end) {
    for (int64_t slot = begin; slot < end; ++slot)
      for (int64_t i = tasks * slot / slots; i < tasks * (slot + 1) / slots; ++i) {
        const int64_t n = i / cut.boxes(), next = i + 1 < tasks ? i + 1 : i;
        const Box box = box_at(s, cut, i % cut.boxes());
        const View<T> view =
            view_of(s, box, x + n * x_size, scratch.data<T>(weight_bytes + slot * copy_bytes));
        sweep_box(s, box, view, packed, b, y + n * y_size,
                  range_of(s, box_at(s, cut, next % cut.boxes()), x + next / cut.boxes() * x_size));
      }
  });
}

template <class T>
void forward(const ConvGeometry& g, int64_t threads, const T* x, const T* w, const T* b, T* y) {
  sweep_all(forward_sweep(in_long_rows(g)), threads, x, w, b, y);
}

// --- dx from dy: equation 2 ---

Sweep input_grad_sweep(const ConvGeometry& g, const int64_t (&phase)[3]) {
  Sweep s = forward_sweep(g);
  s.source_channels = g.K;
  s.target_channels = g.C;
  s.depth = g.K / g.G;
  s.targets = g.C / g.G;
  const int64_t w_target = s.w_target;
  s.w_target = s.w_depth;
  s.w_depth = w_target;
  for (int d = 0; d < 3; ++d) {
    s.axis[d] = input_grad_axis(g, d, phase[d]);
    s.out[d] = g.in[d];
  }
  return s;
}

template <class F>
[[gnu::always_inline]] inline void for_each_phase(const ConvGeometry& g, F f) {
  int64_t phase[3];
  for (phase[0] = 0; phase[0] < g.stride[0] && phase[0] < g.in[0]; ++phase[0])
    for (phase[1] = 0; phase[1] < g.stride[1] && phase[1] < g.in[1]; ++phase[1])
      for (phase[2] = 0; phase[2] < g.stride[2] && phase[2] < g.in[2]; ++phase[2])
        f(input_grad_sweep(g, phase));
}

template <class T>
void input_grad(const ConvGeometry& g, int64_t threads, const T* dy, const T* w, const T* b,
                T* dx) {
  for_each_phase(in_long_rows(g), [&](const Sweep& s) { sweep_all<T>(s, threads, dy, w, b, dx); });
}

template <class T>
void install(Tables& tables) {
  Conv<T>& conv = tables;
  conv.forward[kConvDirect] = {forward<T>, nullptr};
  conv.input_grad[kConvDirect] = {input_grad<T>, nullptr};
}

}  // namespace

void install_conv(Tables& tables) {
  install<float>(tables);
  if constexpr (kOwnFloat64) install<double>(tables);
}

}  // namespace reel::kernels::REEL_ISA
