#include <reel/core/kernels/conv_sweep.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/parallel.h>

namespace reel::kernels::REEL_ISA {

namespace {

// Sums are private to a chunk of samples and boxes: [block][row][lane], row 0 for the bias, then a
// row for each tap and depth. Chunks follow from the problem alone and are added up in their order.
constexpr int64_t kChunks = 8;
constexpr int64_t kPartialBytes = 64 << 20;

template <class T>
struct Plan {
  Cut cut;
  int64_t tasks, chunks;  // boxes of all samples, and how many sets of sums they are shared among
  int64_t blocks, rows;   // of one set
  int64_t partial, box, grads;  // bytes of one set, of a copied box, of its packed gradients

  explicit Plan(const Sweep& s) : cut(cut_boxes<T>(s)) {
    constexpr auto kSize = static_cast<int64_t>(sizeof(T));
    tasks = s.N * cut.boxes();
    blocks = s.groups * blocks_per_group<T>(s);
    rows = 1 + s.taps() * s.depth;
    partial = padded_bytes(blocks * rows * block_width<T>(s) * kSize);
    box = padded_bytes(box_bytes<T>(s, cut.size));
    grads = padded_bytes(cut.size[0] * cut.size[1] * cut.size[2] * block_width<T>(s) * kSize);
    chunks = tasks < kChunks ? tasks : kChunks;
    while (chunks > 2 && chunks * partial > kPartialBytes) chunks /= 2;
  }
  int64_t bytes() const { return chunks * (partial + box + grads); }
};

// --- the gradients of a box, a block of channels side by side, and their sum ---

// scalar: sum[l] += sum over p of grads[p][l]
template <class V, class T>
void add_pixels(int64_t pixels, int64_t lanes, const T* grads, T* sum) {
  // Four sums at a time: one would wait for each addition.
  V part[4] = {};
  int64_t p = 0;
  for (; p + 4 <= pixels; p += 4)
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) part[i] += lanes_at<V>(grads + (p + i) * lanes);
  for (; p < pixels; ++p) part[0] += lanes_at<V>(grads + p * lanes);
  put_lanes(sum, lanes_at<V>(sum) + ((part[0] + part[1]) + (part[2] + part[3])));
}

// scalar: out[p][l] = l < width ? dy[p][l] : 0, sum[l] += sum over p of dy[p][l]
template <class T>
void pack_grads(const Sweep& s, const Box& box, const Block& b, const T* dy, T* out, T* sum) {
  const int64_t lanes = b.lanes;
  dy += target_channel(s, b);
  for (int64_t i = 0; i < box.size[0]; ++i)
    for (int64_t j = 0; j < box.size[1]; ++j) {
      const int64_t row = (box.begin[0] + i) * s.out[1] + box.begin[1] + j;
      const T* from = dy + (row * s.out[2] + box.begin[2]) * s.target_channels;
      for (int64_t k = 0; k < box.size[2]; ++k, from += s.target_channels, out += lanes) {
        for (int64_t l = 0; l < b.width; ++l) out[l] = from[l];
        for (int64_t l = b.width; l < lanes; ++l) out[l] = 0;
      }
    }
  out -= box.pixels() * lanes;
  for (int64_t l = 0; l < lanes; l += kLanesOf<Half<T>, T>)
    add_pixels<Half<T>>(box.pixels(), lanes, out + l, sum + l);
}

// --- the inner loop ---

// Rows of image pixels, a part of a box small enough for its gradients to stay in L1.
struct Strip {
  int64_t begin, end, per_plane, length;  // rows of the box, rows of a plane, pixels of a row
  int64_t plane, row, pixel;              // steps in the source
};

// scalar: sums[i][l] += sum over pixels p of the strip of x[p][at[i]] * grads[p][l]
template <class V, class T, int kRows, int kVectors, bool kDepthwise>
[[gnu::always_inline]] inline void multiply_add(const Strip& strip, const T* x,
                                                const int64_t (&at)[kRows], const T* grads,
                                                V (&acc)[kRows][kVectors]) {
  for (int64_t r = strip.begin; r < strip.end; ++r) {
    const T* in = x + r / strip.per_plane * strip.plane + r % strip.per_plane * strip.row;
    for (int64_t p = 0; p < strip.length;
         ++p, in += strip.pixel, grads += kVectors * kLanesOf<V, T>) {
      V g[kVectors];
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) g[v] = lanes_at<V>(grads + v * kLanesOf<V, T>);
#pragma GCC unroll 8
      for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 2
        for (int v = 0; v < kVectors; ++v) {
          if constexpr (kDepthwise) {
            acc[i][v] += lanes_at<V>(in + at[i]) * g[v];
          } else {
            acc[i][v] += in[at[i]] * g[v];
          }
        }
    }
  }
}

// All rows of one block over one strip.
template <class V, class T, int kRows, int kVectors, bool kDepthwise>
void add_rows(const Sweep& s, const View<T>& view, const Strip& strip, const T* x, const T* grads,
              T* sums) {
  constexpr int64_t kLanes = kVectors * kLanesOf<V, T>;
  const int64_t rows = s.taps() * s.depth;
  int64_t tap[3] = {}, depth = 0, next = 0;
  for (int64_t row = 0; row < rows; row += kRows) {
    const int64_t n = rows - row < kRows ? rows - row : kRows;
    int64_t at[kRows];
    for (int i = 0; i < kRows; ++i) {
      at[i] = next + depth;  // beyond the last row, the last again; it is not stored
      if (row + i + 1 >= rows || ++depth < s.depth) continue;
      depth = 0;
      for (int d = 2; d >= 0; --d) {
        next += view.tap[d];
        if (++tap[d] < s.axis[d].taps) break;
        next -= tap[d] * view.tap[d];
        tap[d] = 0;
      }
    }
    V acc[kRows][kVectors] = {};
    multiply_add<V, T, kRows, kVectors, kDepthwise>(strip, x, at, grads, acc);
    for (int64_t i = 0; i < n; ++i)
      for (int v = 0; v < kVectors; ++v) {
        T* to = sums + (row + i) * kLanes + v * kLanesOf<V, T>;
        put_lanes(to, lanes_at<V>(to) + acc[i][v]);
      }
  }
}

template <class T>
void add_box(const Sweep& s, const Box& box, const View<T>& view, const Block& b, const T* grads,
             T* sums) {
  constexpr int64_t kStripPixels = 192;
  const auto add = s.depthwise            ? add_rows<Vector<T>, T, 8, 1, true>
                   : b.lanes > kWidth<T>  ? add_rows<Vector<T>, T, 6, 2, false>
                   : b.lanes == kWidth<T> ? add_rows<Vector<T>, T, 8, 1, false>
                                          : add_rows<Half<T>, T, 8, 1, false>;
  const int64_t rows = box.size[0] * box.size[1], length = box.size[2];
  const int64_t step = length < kStripPixels ? kStripPixels / length : 1;
  for (int64_t r = 0; r < rows; r += step) {
    const Strip strip{r,
                      r + step < rows ? r + step : rows,
                      box.size[1],
                      length,
                      view.pixel[0],
                      view.pixel[1],
                      view.pixel[2]};
    add(s, view, strip, view.base + source_channel(s, b), grads + r * length * b.lanes, sums);
  }
}

// --- a chunk, and the sum of the chunks ---

template <class T>
void add_chunk(const Sweep& s, const Plan<T>& plan, int64_t c, const T* dy, const T* x,
               char* scratch, bool weights) {
  T* sums = reinterpret_cast<T*>(scratch + c * plan.partial);
  char* own = scratch + plan.chunks * plan.partial + c * (plan.box + plan.grads);
  T *buffer = reinterpret_cast<T*>(own), *grads = reinterpret_cast<T*>(own + plan.box);
  const int64_t size = plan.rows * block_width<T>(s);
  std::memset(sums, 0, static_cast<size_t>(plan.partial));
  const int64_t x_size = s.axis[0].source * s.axis[1].source * s.axis[2].source * s.source_channels;
  const int64_t y_size = s.pixels() * s.target_channels;
  for (int64_t i = plan.tasks * c / plan.chunks; i < plan.tasks * (c + 1) / plan.chunks; ++i) {
    const int64_t n = i / plan.cut.boxes();
    const Box box = box_at(s, plan.cut, i % plan.cut.boxes());
    const View<T> view = weights ? view_of(s, box, x + n * x_size, buffer) : View<T>{};
    for (int64_t j = 0; j < plan.blocks; ++j) {
      const Block b = block_at<T>(s, j);
      T* block_sums = sums + j * size;
      pack_grads(s, box, b, dy + n * y_size, grads, block_sums);
      if (weights) add_box(s, box, view, b, grads, block_sums + b.lanes);
    }
  }
}

template <class T>
void reduce_block(const Sweep& s, const Plan<T>& plan, int64_t j, const T* sums, T* dw, T* db) {
  const Block b = block_at<T>(s, j);
  const int64_t lanes = b.lanes;
  sums += j * plan.rows * block_width<T>(s);
  for (int64_t row = dw ? plan.rows - 1 : 0; row >= (db ? 0 : 1); --row)
    for (int64_t l = 0; l < b.width; ++l) {
      T sum = 0;
      for (int64_t c = 0; c < plan.chunks; ++c)
        sum += sums[c * (plan.partial / static_cast<int64_t>(sizeof(T))) + row * lanes + l];
      if (row == 0) {
        db[target_channel(s, b) + l] = sum;
      } else {
        const int64_t tap = (row - 1) / s.depth, depth = (row - 1) % s.depth;
        dw[b.group * s.w_group + (b.first + l) * s.w_target + depth * s.w_depth + tap] = sum;
      }
    }
}

template <class T>
int64_t scratch_bytes(const ConvGeometry& g, int64_t) {
  return Plan<T>(forward_sweep(g)).bytes();
}

template <class T>
void backward(const ConvGeometry& g, int64_t, void* scratch, const T* dy, const T* x, T* dw,
              T* db) {
  const Sweep s = forward_sweep(g);
  const Plan<T> plan(s);
  char* memory = static_cast<char*>(scratch);
  const int64_t depth = dw ? plan.rows : 1;
  const int64_t work = s.N * s.pixels() * (depth / 8 + 1) * s.target_channels;
  parallel_for(plan.chunks, work, [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; ++c) add_chunk(s, plan, c, dy, x, memory, dw != nullptr);
  });
  const int64_t size = plan.chunks * plan.blocks * depth * block_width<T>(s);
  parallel_for(plan.blocks, size, [&](int64_t begin, int64_t end) {
    for (int64_t j = begin; j < end; ++j)
      reduce_block(s, plan, j, reinterpret_cast<const T*>(memory), dw, db);
  });
}

template <class T>
void install(Tables& tables) {
  Conv<T>& conv = tables;
  conv.weight_grad[kConvDirect] = {backward<T>, scratch_bytes<T>, nullptr};
}

}  // namespace

void install_conv_weight(Tables& tables) {
  install<float>(tables);
  install<double>(tables);
}

}  // namespace reel::kernels::REEL_ISA
