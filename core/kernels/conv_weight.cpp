#include <reel/core/kernels/conv_sweep.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/lane_transpose.h>
#include <reel/core/kernels/level.h>
#include <reel/core/parallel.h>
#include <reel/core/scratch.h>

namespace reel::kernels::REEL_ISA {

namespace {

// Sums are private to a chunk of samples and boxes: [block][row][lane], row 0 for the bias, then a
// row for each tap and depth. Chunks follow from the problem alone and are added up in their order.
constexpr int64_t kChunks = 8;
constexpr int64_t kPartialBytes = 64 << 20;
// Pixels of more bytes are packed: in place they would fall into few sets of L1.
constexpr int64_t kMostBytes = 512;

template <class T>
struct Plan {
  Cut cut;
  int64_t tasks, chunks;  // boxes of all samples, and how many sets of sums they are shared among
  int64_t blocks, rows;   // of one set
  int64_t partial, box, grads;  // bytes of one set, of a copied box, of its packed gradients
  int64_t packs;                // chunks that may pack gradients: all or none

  explicit Plan(const Sweep& s) : cut(cut_boxes<T>(s)) {
    constexpr auto kSize = static_cast<int64_t>(sizeof(T));
    tasks = s.N * cut.boxes();
    blocks = s.groups * blocks_per_group<T>(s);
    rows = 1 + s.taps() * s.depth;
    partial = padded_bytes(all_lanes<T>(s) * rows * kSize);
    box = padded_bytes(box_bytes<T>(s, cut.size));
    int64_t lanes = 0;
    bool whole = true;
    for (int64_t j = 0; j < blocks; ++j) {
      const Block b = block_at<T>(s, j);
      lanes = b.lanes > lanes ? b.lanes : lanes;
      whole = whole && b.width == b.lanes;
    }
    grads = padded_bytes(cut.size[0] * cut.size[1] * cut.size[2] * lanes * kSize);
    chunks = tasks < 1 ? 1 : tasks < kChunks ? tasks : kChunks;
    while (chunks > 2 && chunks * partial > kPartialBytes) chunks /= 2;
    packs = s.target_channels * kSize > kMostBytes || !whole ? chunks : 0;
  }
  int64_t bytes() const { return chunks * (partial + box) + packs * grads; }
};

// --- the gradients of a box, a block of channels side by side, and their sum ---

// Gradients of a box's pixels, in rows of planes.
template <class T>
struct Grads {
  const T* base;
  int64_t plane, row, pixel;  // steps
};

// scalar: sum[l] += sum over pixels of grads[pixel][l]
template <class V, class T>
void add_pixels(const Box& box, const Grads<T>& grads, T* sum) {
  const int64_t rows = box.size[0] * box.size[1], length = box.size[2];
  for (int64_t r = 0; r < rows; ++r) {
    const T* at = grads.base + r / box.size[1] * grads.plane + r % box.size[1] * grads.row;
    // Four sums at a time: one would wait for each addition.
    V part[4] = {};
    int64_t p = 0;
    for (; p + 4 <= length; p += 4)
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) part[i] += lanes_at<V>(at + (p + i) * grads.pixel);
    for (; p < length; ++p) part[0] += lanes_at<V>(at + p * grads.pixel);
    put_lanes(sum, lanes_at<V>(sum) + ((part[0] + part[1]) + (part[2] + part[3])));
  }
}

// scalar: out[p][l] = l < width ? dy[p][l] : 0
template <class T>
void pack_grads(const Sweep& s, const Box& box, const Block& b, const T* dy, T* out) {
  for (int64_t i = 0; i < box.size[0]; ++i)
    for (int64_t j = 0; j < box.size[1]; ++j) {
      const int64_t row = (box.begin[0] + i) * s.out[1] + box.begin[1] + j;
      const T* from = dy + (row * s.out[2] + box.begin[2]) * s.target_channels;
      for (int64_t k = 0; k < box.size[2]; ++k, from += s.target_channels, out += b.lanes) {
        for (int64_t l = 0; l < b.width; ++l) out[l] = from[l];
        for (int64_t l = b.width; l < b.lanes; ++l) out[l] = 0;
      }
    }
}

// Where they are if whole vectors can be read there, else packed. What lies beyond the block's
// channels ends in sums that nobody reads, but `left` elements from dy on are all there is.
template <class T>
Grads<T> grads_of(const Sweep& s, const Box& box, const Block& b, int64_t left, const T* dy,
                  T* packed) {
  const int64_t K = s.target_channels, channel = target_channel(s, b);
  int64_t last = 0;
  for (int d = 0; d < 3; ++d) last = last * s.out[d] + box.begin[d] + box.size[d] - 1;
  dy += channel;
  if (last * K + channel + b.lanes <= left && K * static_cast<int64_t>(sizeof(T)) <= kMostBytes) {
    const int64_t row = box.begin[0] * s.out[1] + box.begin[1];
    return {dy + (row * s.out[2] + box.begin[2]) * K, s.out[1] * s.out[2] * K, s.out[2] * K, K};
  }
  pack_grads(s, box, b, dy, packed);
  const int64_t row = box.size[2] * b.lanes;
  return {packed, box.size[1] * row, row, b.lanes};
}

// The gradients of a box, if they lie about side by side, else nothing.
template <class T>
Range range_of_grads(const Sweep& s, const Box& box, const T* dy) {
  int64_t begin = 0, end = 0;
  for (int d = 0; d < 3; ++d) {
    begin = begin * s.out[d] + box.begin[d];
    end = end * s.out[d] + box.begin[d] + box.size[d] - 1;
  }
  if (++end - begin > 2 * box.pixels()) return {};
  return {reinterpret_cast<const char*>(dy + begin * s.target_channels),
          reinterpret_cast<const char*>(dy + end * s.target_channels)};
}

// --- the inner loop ---

constexpr int64_t kPiece = 64;  // pixels between looks ahead

// Pixels of some rows of a box, so few that their gradients and source values stay in L1.
struct Strip {
  int64_t begin, end, per_plane;  // rows of the box, rows of a plane
  int64_t first, length;          // pixels of each row
  int64_t plane, row, pixel;      // steps in the source
};

// scalar: sums[i][l] += sum over pixels p of the strip of x[p][at[i / kRun] + i % kRun] *
// grads[p][l]
template <class V, class T, int kRows, int kVectors, int kRun>
[[gnu::always_inline]] inline void multiply_add(const Strip& strip, const T* x,
                                                const int64_t (&at)[kRows / kRun],
                                                const Grads<T>& grads, V (&acc)[kRows][kVectors],
                                                Coming& ahead) {
  const int64_t plane = strip.begin / strip.per_plane, row = strip.begin % strip.per_plane;
  const T* first_dy = grads.base + plane * grads.plane + row * grads.row;
  const T* first_in = x + plane * strip.plane + row * strip.row;
  int64_t left = strip.per_plane - row;  // rows of this plane
  for (int64_t r = strip.begin; r < strip.end; ++r) {
    // The rows' places are offsets from one pixel that moves, not pointers that all do.
    const T *in = first_in, *dy = first_dy;
    for (int64_t p = 0; p < strip.length; ahead.advance())
      for (const int64_t stop = p + kPiece < strip.length ? p + kPiece : strip.length; p < stop;
           ++p, dy += grads.pixel) {
        V g[kVectors];
        unrolled<kVectors>([&](auto v) __attribute__((always_inline)) {
          g[v.value] = lanes_at<V>(dy + v.value * kLanesOf<V, T>);
        });
        unrolled<kRows / kRun>([&](auto j) __attribute__((always_inline)) {
          const T* run = in + at[j.value];
          if (kRun > 1) hold(run);
          unrolled<kRun>([&](auto i) __attribute__((always_inline)) {
            const V source = broadcast<V>(run[i.value]);
            unrolled<kVectors>([&](auto v) __attribute__((always_inline)) {
              acc[j.value * kRun + i.value][v.value] += source * g[v.value];
            });
          });
        });
        // The next tile's channels may begin a line of each pixel, which no prefetcher of the
        // processor foresees: over 256 MB of tensors, dw of 1x1 takes 0.9 of the time (Zen 5).
        if constexpr (kRun == 1 && kVectors > 2) __builtin_prefetch(in + at[0] + 64 / sizeof(T));
        in += strip.pixel;
        hold(in);
      }
    first_in += strip.row;
    first_dy += grads.row;
    if (--left == 0) {
      left = strip.per_plane;
      first_in += strip.plane - left * strip.row;
      first_dy += grads.plane - left * grads.row;
    }
  }
}

// Walks the rows of the sums, taps outside and depth inside, at their places in the source.
template <class T>
struct RowCursor {
  const Sweep& s;
  const View<T>& view;
  int64_t tap[3] = {}, depth = 0, first = 0;
  int64_t next() {
    const int64_t at = first + depth;
    if (++depth < s.depth) return at;
    depth = 0;
    for (int d = 2; d >= 0; --d) {
      first += view.tap[d];
      if (++tap[d] < s.axis[d].taps) break;
      first -= tap[d] * view.tap[d];
      tap[d] = 0;
    }
    return at;
  }
};

// A tile of rows of one block over one strip; each kRun rows lie side by side in the source. Not
// inlined, see sum_tile.
template <class V, class T, int kRows, int kVectors, int kRun>
[[gnu::noinline]] void add_tile(const Strip& strip, RowCursor<T>& cursor, const T* x,
                                const Grads<T>& grads, T* sums, Coming& ahead) {
  constexpr int64_t kLanes = kLanesOf<V, T>;
  int64_t at[kRows / kRun];
  for (int i = 0; i < kRows; ++i)
    if (const int64_t place = cursor.next(); i % kRun == 0) at[i / kRun] = place;
  V acc[kRows][kVectors] = {};
  multiply_add<V, T, kRows, kVectors, kRun>(strip, x, at, grads, acc, ahead);
  unrolled<kRows>([&](auto i) __attribute__((always_inline)) {
    unrolled<kVectors>([&](auto v) __attribute__((always_inline)) {
      T* to = sums + (i.value * kVectors + v.value) * kLanes;
      put_lanes(to, lanes_at<V>(to) + acc[i.value][v.value]);
    });
  });
}

// Whole tiles, then smaller ones for the rows that are left.
template <class V, class T, int kRows, int kVectors, int kRun>
void add_rows(const Strip& strip, int64_t rows, RowCursor<T>& cursor, const T* x,
              const Grads<T>& grads, T* sums, Coming& ahead) {
  for (; starts_tile<kVectors, kRows>(rows);
       rows -= kRows, sums += kRows * kVectors * kLanesOf<V, T>)
    add_tile<V, T, kRows, kVectors, kRun>(strip, cursor, x, grads, sums, ahead);
  if constexpr (kRows > kRun) {
    constexpr int kFewer =
        kFewerRows<kVectors, kRows> % kRun == 0 ? kFewerRows<kVectors, kRows> : kRun;
    add_rows<V, T, kFewer, kVectors, kRun>(strip, rows, cursor, x, grads, sums, ahead);
  }
}

// Tiles of many rows spare registers, which would hold the place of each row, by taking some that
// lie side by side ((64, 6, 14, 14) to 16, 5x5: 0.34 to 0.24 ms).
template <class V, class T, int kVectors>
void add_all_rows(const Strip& strip, const Sweep& s, const View<T>& view, const T* x,
                  const Grads<T>& grads, T* sums, Coming& ahead) {
  constexpr int kRows = kTileRows<kVectors>;
  RowCursor<T> cursor{s, view};
  const int64_t rows = s.taps() * s.depth;
  if constexpr (sizeof(T) == 4 && sizeof(V) == kVectorBytes && kRows >= 12) {
    constexpr int kMost = kVectors == 1 && kVectorBytes == 64 ? 24 : kRows;
    const int64_t run = view.tap[2] == s.depth ? s.axis[2].taps * s.depth : s.depth;
    if (run % 4 == 0)
      return add_rows<V, T, kMost, kVectors, 4>(strip, rows, cursor, x, grads, sums, ahead);
    if (run % 3 == 0)
      return add_rows<V, T, kMost, kVectors, 3>(strip, rows, cursor, x, grads, sums, ahead);
  }
  add_rows<V, T, kRows, kVectors, 1>(strip, rows, cursor, x, grads, sums, ahead);
}

template <class T>
void add_strip(const Sweep& s, const View<T>& view, const Block& b, const Strip& strip,
               const Grads<T>& grads, T* sums, Coming& ahead) {
  const T* x = view.base + source_channel(s, b) + strip.first * strip.pixel;
  Grads<T> dy = grads;
  dy.base += strip.first * grads.pixel;
  with_vectors<T>(
      b, [&](auto zero, auto vectors) __attribute__((always_inline)) {
        constexpr int kVectors = decltype(vectors)::value;
        add_all_rows<decltype(zero), T, kVectors>(strip, s, view, x, dy, sums, ahead);
      });
}

template <class T>
void add_box(const Sweep& s, const Box& box, const View<T>& view, const Block& b,
             const Grads<T>& grads, T* sums, Coming& ahead) {
  constexpr int64_t kStripBytes = 16 * 1024;
  const int64_t rows = box.size[0] * box.size[1], length = box.size[2];
  const int64_t pixels = kStripBytes / (b.lanes * static_cast<int64_t>(sizeof(T)));
  const int64_t row_step = length < pixels ? pixels / length : 1;
  const int64_t parts = (length + pixels - 1) / pixels;
  for (int64_t r = 0; r < rows; r += row_step)
    for (int64_t i = 0; i < parts; ++i) {
      const int64_t first = length * i / parts;
      const Strip strip{r,
                        r + row_step < rows ? r + row_step : rows,
                        box.size[1],
                        first,
                        length * (i + 1) / parts - first,
                        view.pixel[0],
                        view.pixel[1],
                        view.pixel[2]};
      add_strip(s, view, b, strip, grads, sums, ahead);
    }
}

// --- a chunk, and the sum of the chunks ---

template <class T>
void add_chunk(const Sweep& s, const Plan<T>& plan, int64_t c, const T* dy, const T* x,
               char* scratch, bool weights, bool bias) {
  T* sums = reinterpret_cast<T*>(scratch + c * plan.partial);
  T* buffer = reinterpret_cast<T*>(scratch + plan.chunks * plan.partial + c * plan.box);
  T* packed = reinterpret_cast<T*>(scratch + plan.chunks * (plan.partial + plan.box) +
                                   (plan.packs > 0 ? c : 0) * plan.grads);
  std::memset(sums, 0, static_cast<size_t>(plan.partial));
  const int64_t x_size = s.axis[0].source * s.axis[1].source * s.axis[2].source * s.source_channels;
  const int64_t y_size = s.pixels() * s.target_channels;
  const int64_t end = plan.tasks * (c + 1) / plan.chunks, boxes = plan.cut.boxes();
  for (int64_t i = plan.tasks * c / plan.chunks; i < end; ++i) {
    const int64_t n = i / boxes, next = i + 1 < end ? i + 1 : i;
    const Box box = box_at(s, plan.cut, i % boxes);
    const Box next_box = box_at(s, plan.cut, next % boxes);
    const int64_t pieces = plan.blocks * (plan.rows / kTileRows<kMostVectors<T>> + 1) *
                           box.size[0] * box.size[1] * (box.size[2] / kPiece + 1);
    Coming ahead{{range_of(s, next_box, x + next / boxes * x_size), pieces},
                 {range_of_grads(s, next_box, dy + next / boxes * y_size), pieces}};
    const View<T> view = weights ? view_of(s, box, x + n * x_size, buffer) : View<T>{};
    for (int64_t j = 0; j < plan.blocks; ++j) {
      const Block b = block_at<T>(s, j);
      T* block_sums = sums + plan.rows * b.offset;
      const Grads<T> grads = grads_of(s, box, b, (s.N - n) * y_size, dy + n * y_size, packed);
      if (bias)
        for (int64_t l = 0; l < b.lanes; l += kLanesOf<Half<T>, T>)
          add_pixels<Half<T>>(box, Grads<T>{grads.base + l, grads.plane, grads.row, grads.pixel},
                              block_sums + l);
      if (weights) add_box(s, box, view, b, grads, block_sums + b.lanes, ahead);
    }
  }
}

// Adds a block's sums of the other chunks to those of the first.
template <class T>
void add_chunks(const Plan<T>& plan, int64_t n, T* sums) {
  const T* from = sums;
  for (int64_t c = 1; c < plan.chunks; ++c) {
    from += plan.partial / static_cast<int64_t>(sizeof(T));
    for (int64_t i = 0; i < n; ++i) sums[i] += from[i];
  }
}

// A square of sums to its places in dw, which has them as columns.
template <class V, class T>
void put_square(const Sweep& s, const Block& b, int64_t lane, int64_t row, const T* sums, T* dw) {
  constexpr int64_t kLanes = kLanesOf<V, T>;
  V square[kLanes];
  PackedRows from(s, row);
  for (int64_t i = 0; i < kLanes; ++i) square[i] = lanes_at<V>(sums + from.next() * b.lanes + lane);
  transpose_lanes(square);
  dw += lane * s.w_target + row;
  for (int64_t i = 0; i < kLanes && lane + i < b.width; ++i)
    put_lanes(dw + i * s.w_target, square[i]);
}

template <class T>
void reduce_block(const Sweep& s, const Plan<T>& plan, int64_t j, T* sums, T* dw, T* db) {
  const Block b = block_at<T>(s, j);
  sums += plan.rows * b.offset;
  add_chunks(plan, (dw ? plan.rows : 1) * b.lanes, sums);
  for (int64_t l = 0; db && l < b.width; ++l) db[target_channel(s, b) + l] = sums[l];
  if (!dw) return;
  sums += b.lanes;
  dw += b.group * s.w_group + b.first * s.w_target;
  // One by one, dw of (1, 6, 14, 14) to 16, 5x5, takes 1.5 times as long.
  if (for_squares<T>(s, b, [&](auto zero, int64_t lane, int64_t row) {
        put_square<decltype(zero)>(s, b, lane, row, sums, dw);
      }))
    return;
  PackedRows from(s, 0);
  for (int64_t row = 0; row + 1 < plan.rows; ++row) {
    const T* lanes = sums + from.next() * b.lanes;
    for (int64_t l = 0; l < b.width; ++l) dw[l * s.w_target + row] = lanes[l];
  }
}

template <class T>
void backward(const ConvGeometry& g, int64_t, const T* dy, const T* x, T* dw, T* db) {
  const Sweep s = forward_sweep(in_long_rows(g));
  const Plan<T> plan(s);
  Scratch scratch(plan.bytes());
  char* memory = scratch.data<char>();
  const int64_t depth = dw ? plan.rows : 1;
  const int64_t work = s.N * s.pixels() * (depth / 8 + 1) * s.target_channels;
  parallel_for(plan.chunks, work, [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; ++c)
      add_chunk(s, plan, c, dy, x, memory, dw != nullptr, db != nullptr);
  });
  const int64_t size = plan.chunks * depth * all_lanes<T>(s);
  parallel_for(plan.blocks, size, [&](int64_t begin, int64_t end) {
    for (int64_t j = begin; j < end; ++j)
      reduce_block(s, plan, j, reinterpret_cast<T*>(memory), dw, db);
  });
}

template <class T>
void install(Tables& tables) {
  Conv<T>& conv = tables;
  conv.weight_grad[kConvDirect] = {backward<T>, nullptr};
}

}  // namespace

void install_conv_weight(Tables& tables) {
  install<float>(tables);
  if constexpr (kOwnFloat64) install<double>(tables);
}

}  // namespace reel::kernels::REEL_ISA
