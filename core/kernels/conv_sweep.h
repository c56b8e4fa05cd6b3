#pragma once
// What the three directions of a convolution share: every pixel of a target meets, tap by tap,
// pixels of a source. Boxes of target pixels are the unit of work; the source pixels that a box
// meets are copied side by side, with zeros for the border, unless they can be read where they are.
// Included inside kernels only: everything here belongs to the level that compiles it.

#include <reel/core/kernels/ahead.h>
#include <reel/core/kernels/conv.h>
#include <reel/core/kernels/vectors.h>

#include <cstdint>
#include <cstring>

namespace reel::kernels::REEL_ISA {

/// One spatial dimension of a sweep. Target pixel j meets at tap t source pixel
/// first + j * stride + t * dilation, with weight tap w_first + t * w_step.
struct Axis {
  int64_t source, target, taps;     // counts
  int64_t first, stride, dilation;  // in source pixels
  int64_t w_first, w_step;
  int64_t out_first, out_step;  // target pixel j is pixel out_first + j * out_step of the output
};

inline int64_t gcd(int64_t a, int64_t b) {
  while (b != 0) {
    const int64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/// y from x: equation 1.
inline Axis forward_axis(const ConvGeometry& g, int d) {
  return {g.in[d], g.out[d], g.kernel[d], -g.pad[d], g.stride[d], g.dilation[d], 0, 1, 0, 1};
}

/// dx from dy, equation 2: the input pixels i = phase + j * stride. Output pixel o reached them by
/// tap r where o * stride = i + pad - r * dilation, so only each (stride / common)-th tap counts,
/// and o falls as r rises: the taps are taken from the last to the first.
inline Axis input_grad_axis(const ConvGeometry& g, int d, int64_t phase) {
  const int64_t stride = g.stride[d], common = gcd(stride, g.dilation[d]), reach = phase + g.pad[d];
  Axis a{};
  a.source = g.out[d];
  a.target = g.in[d] > phase ? (g.in[d] - phase - 1) / stride + 1 : 0;
  a.stride = 1;
  a.dilation = g.dilation[d] / common;
  a.out_first = phase;
  a.out_step = stride;
  a.w_step = -(stride / common);
  int64_t r = 0;
  while (r < g.kernel[d] && (reach - r * g.dilation[d]) % stride != 0) ++r;
  if (r == g.kernel[d]) return a;
  a.taps = (g.kernel[d] - 1 - r) / -a.w_step + 1;
  a.w_first = r - (a.taps - 1) * a.w_step;
  a.first = (reach - a.w_first * g.dilation[d]) / stride;
  return a;
}

/// target += source (*) taps for all samples and groups.
struct Sweep {
  Axis axis[3];
  int64_t N, groups;
  int64_t source_channels, target_channels;  // of a pixel in memory
  int64_t depth, targets;                    // of a group: source channels summed, target channels
  int64_t out[3], kernel[3];                 // sizes of the whole output and of the kernel
  int64_t w_group, w_target, w_depth;        // steps in the weights
  int64_t taps() const { return axis[0].taps * axis[1].taps * axis[2].taps; }
  int64_t pixels() const { return axis[0].target * axis[1].target * axis[2].target; }
};

/// The same convolution in as long rows as there are: pixels that do not meet their neighbours are
/// one row, of all samples, of which tiles leave few over.
inline ConvGeometry in_long_rows(const ConvGeometry& g) {
  if (!g.is_pointwise()) return g;
  ConvGeometry row{1, g.C, g.K, g.G};
  row.in[2] = row.out[2] = g.N * g.in[0] * g.in[1] * g.in[2];
  return row;
}

/// y from x: equation 1.
inline Sweep forward_sweep(const ConvGeometry& g) {
  Sweep s{};
  const int64_t taps = g.kernel[0] * g.kernel[1] * g.kernel[2], Cg = g.C / g.G;
  s.N = g.N;
  s.groups = g.G;
  s.source_channels = g.C;
  s.target_channels = g.K;
  s.depth = Cg;
  s.targets = g.K / s.groups;
  s.w_group = s.targets * Cg * taps;
  s.w_target = Cg * taps;
  s.w_depth = taps;
  for (int d = 0; d < 3; ++d) {
    s.axis[d] = forward_axis(g, d);
    s.out[d] = g.out[d];
    s.kernel[d] = g.kernel[d];
  }
  return s;
}

// --- blocks: the target channels that one pass over a box computes ---

/// Some vectors, or half a one, of target channels of a group.
struct Block {
  int64_t group, first, width;  // width channels from `first` of the group
  int64_t lanes;
  int64_t offset;  // lanes of the blocks before
};

/// With that many vectors a tile of sums fills the registers and shares each source value best;
/// float64, which is there for checking, makes do with tiles of 12 x 2 at AVX-512 too.
#if defined(__AVX512F__)
template <class T>
inline constexpr int64_t kMostVectors = sizeof(T) == 4 ? 4 : 2;
#else
template <class T>
inline constexpr int64_t kMostVectors = 2;
#endif

template <class T>
inline int64_t vectors_per_group(const Sweep& s) {
  return (s.targets + kWidth<T> - 1) / kWidth<T>;
}
template <class T>
inline int64_t blocks_per_group(const Sweep& s) {
  return (vectors_per_group<T>(s) + kMostVectors<T> - 1) / kMostVectors<T>;
}
/// Lanes of all blocks.
template <class T>
inline int64_t all_lanes(const Sweep& s) {
  return s.groups * vectors_per_group<T>(s) * kWidth<T>;
}
/// The blocks of a group are about equally wide.
template <class T>
inline Block block_at(const Sweep& s, int64_t i) {
  const int64_t per_group = blocks_per_group<T>(s), vectors = vectors_per_group<T>(s);
  const int64_t group = i / per_group, j = i % per_group;
  const int64_t begin = vectors * j / per_group, end = vectors * (j + 1) / per_group;
  const int64_t first = begin * kWidth<T>, rest = s.targets - first;
  const int64_t lanes = (end - begin) * kWidth<T>, width = rest < lanes ? rest : lanes;
  constexpr int64_t kHalf = kLanesOf<Half<T>, T>;
  return {group, first, width, width <= kHalf ? kHalf : lanes, group * vectors * kWidth<T> + first};
}
/// f(V{}, Constant<vectors>{}) for the vectors of a block.
template <class T, class F>
[[gnu::always_inline]] inline void with_vectors(const Block& b, F f) {
  if (b.lanes < kWidth<T>) return f(Half<T>{}, Constant<1>{});
  if constexpr (kMostVectors<T> == 4) {
    if (b.lanes == 4 * kWidth<T>) return f(Vector<T>{}, Constant<4>{});
    if (b.lanes == 3 * kWidth<T>) return f(Vector<T>{}, Constant<3>{});
  }
  if (b.lanes == 2 * kWidth<T>) return f(Vector<T>{}, Constant<2>{});
  f(Vector<T>{}, Constant<1>{});
}
/// Rows of a tile of sums of that many vectors: 24 sums fill the registers of AVX-512, 12 those of
/// the others, beside the vectors that are shared and a source value.
template <int kVectors>
inline constexpr int kTileRows = kMostVectors<float> == 2 ? (kVectors == 2 ? 6 : 12)
                                 : kVectors == 4          ? 6
                                 : kVectors == 3          ? 8
                                                          : 12;
/// Sums of fewer rows than 3 wait for each other, so where 6 rows are a whole tile, 7 are taken as
/// 4 and 3, 8 as 4 and 4, 11 as 4, 4 and 3.
template <int kVectors>
inline constexpr bool kSplitsEvenly = kTileRows<kVectors> == 6;
/// The next smaller tile.
template <int kVectors, int kRows>
inline constexpr int kFewerRows = kSplitsEvenly<kVectors>&& kRows == 6   ? 4
                                  : kSplitsEvenly<kVectors>&& kRows == 4 ? 3
                                                                         : kRows / 2;
/// Whether the first of so many rows are taken as a tile of kRows.
template <int kVectors, int kRows>
inline bool starts_tile(int64_t rows) {
  if (kSplitsEvenly<kVectors> && kRows == 6 && (rows == 7 || rows == 8 || rows == 11)) return false;
  return rows >= kRows;
}
/// The first source channel that a block reads.
inline int64_t source_channel(const Sweep& s, const Block& b) { return b.group * s.depth; }
/// The first target channel that it writes.
inline int64_t target_channel(const Sweep& s, const Block& b) {
  return b.group * s.targets + b.first;
}

// --- weights: in memory [target][depth][tap], packed [tap][depth][lane of a block] ---

/// Packed rows in the order that their weights have in memory.
class PackedRows {
 public:
  PackedRows(const Sweep& s, int64_t first)
      : taps_(s.taps()), depth_(s.depth), tap_(first % taps_), at_(first / taps_) {}
  int64_t next() {
    const int64_t row = tap_ * depth_ + at_;
    if (++tap_ == taps_) {
      tap_ = 0;
      ++at_;
    }
    return row;
  }

 private:
  int64_t taps_, depth_, tap_, at_;
};

/// f(V{}, lane, row) for squares of a block's weights, as many lanes and rows as V has lanes, that
/// can be transposed in registers; the last rows may be visited twice. False, if that can not be.
template <class T, class F>
[[gnu::always_inline]] inline bool for_squares(const Sweep& s, const Block& b, F f) {
  bool done = false;
  if constexpr (sizeof(T) == 4) {
    const int64_t rows = s.taps() * s.depth;
    const auto visit = [&](auto zero) __attribute__((always_inline)) {
      constexpr int64_t kLanes = kLanesOf<decltype(zero), T>;
      done = rows >= kLanes;
      for (int64_t row = 0; done && row < rows; row += kLanes)
        for (int64_t lane = 0; lane < b.width; lane += kLanes)
          f(zero, lane, row + kLanes <= rows ? row : rows - kLanes);
    };
    if (b.lanes < kWidth<T>)
      visit(Half<T>{});
    else
      visit(Vector<T>{});
  }
  return done;
}

// --- boxes ---

/// Bytes of source that a box may hold: a part of L2 that leaves room for weights and results.
inline constexpr int64_t kBoxBytes = 128 * 1024;
/// What is worth sharing among threads, and how small its parts may get.
inline constexpr int64_t kMinTasks = 8, kMinPixels = 96;

/// Target pixels begin .. begin + size.
struct Box {
  int64_t begin[3], size[3];
  int64_t pixels() const { return size[0] * size[1] * size[2]; }
};

/// How the target is cut into boxes, by the sizes of the problem alone.
struct Cut {
  int64_t size[3], count[3];
  int64_t boxes() const { return count[0] * count[1] * count[2]; }
};

/// The step between the source pixels that n target pixels meet.
inline int64_t lattice_step(const Axis& a, int64_t n) {
  if (a.taps <= 1) return n <= 1 ? 1 : a.stride;
  return n <= 1 ? a.dilation : gcd(a.stride, a.dilation);
}
/// How many they are; those outside the source count.
inline int64_t lattice_size(const Axis& a, int64_t n) {
  if (a.taps == 0 || n == 0) return 0;
  return ((n - 1) * a.stride + (a.taps - 1) * a.dilation) / lattice_step(a, n) + 1;
}

/// Bytes of the copied source of a box of that size.
template <class T>
inline int64_t box_bytes(const Sweep& s, const int64_t (&size)[3]) {
  int64_t n = s.source_channels * static_cast<int64_t>(sizeof(T));
  for (int d = 0; d < 3; ++d) n *= lattice_size(s.axis[d], size[d]);
  return n;
}

template <class T>
inline Cut cut_boxes(const Sweep& s) {
  Cut cut{};
  for (int d = 0; d < 3; ++d) {
    cut.size[d] = s.axis[d].target;
    cut.count[d] = cut.size[d] > 0;
  }
  if (s.pixels() == 0) return cut;
  for (;;) {
    const int64_t pixels = cut.size[0] * cut.size[1] * cut.size[2];
    const bool few = s.N * cut.boxes() < kMinTasks && pixels >= 2 * kMinPixels;
    if (pixels == 1 || !(few || box_bytes<T>(s, cut.size) > kBoxBytes)) return cut;
    // Outermost first: what is left is long rows.
    const int d = cut.size[0] > 1 ? 0 : cut.size[1] > 1 ? 1 : 2;
    cut.size[d] = (cut.size[d] + 1) / 2;
    cut.count[d] = (s.axis[d].target + cut.size[d] - 1) / cut.size[d];
  }
}

inline Box box_at(const Sweep& s, const Cut& cut, int64_t i) {
  const int64_t at[3] = {i / (cut.count[2] * cut.count[1]), i / cut.count[2] % cut.count[1],
                         i % cut.count[2]};
  Box box;
  for (int d = 0; d < 3; ++d) {
    box.begin[d] = at[d] * cut.size[d];
    const int64_t rest = s.axis[d].target - box.begin[d];
    box.size[d] = rest < cut.size[d] ? rest : cut.size[d];
  }
  return box;
}

// --- the source of a box ---

/// Source elements of a box: base + sum over dimensions of j * pixel + t * tap (+ channel).
template <class T>
struct View {
  const T* base;
  int64_t pixel[3], tap[3];
};

/// Copies n pixels from z, z + step, ... of a row, zeros where they lie outside.
template <class T>
inline void gather_row(int64_t n, int64_t z, int64_t step, int64_t size, int64_t C, int64_t pitch,
                       const T* row, T* out) {
  const auto bytes = [](int64_t count) { return static_cast<size_t>(count) * sizeof(T); };
  int64_t inside = z >= 0 ? 0 : (-z + step - 1) / step;
  inside = inside < n ? inside : n;
  int64_t end = z < size ? (size - 1 - z) / step + 1 : 0;
  end = end > inside ? (end < n ? end : n) : inside;
  std::memset(out, 0, bytes(inside * pitch));
  const T* from = row + (z + inside * step) * C;
  if (step == 1 && pitch == C) {
    if (end > inside) std::memcpy(out + inside * C, from, bytes((end - inside) * C));
  } else {
    for (int64_t i = inside; i < end; ++i, from += step * C) {
      for (int64_t c = 0; c < C; ++c) out[i * pitch + c] = from[c];
      for (int64_t c = C; c < pitch; ++c) out[i * pitch + c] = 0;
    }
  }
  std::memset(out + end * pitch, 0, bytes((n - end) * pitch));
}

/// The source pixels of a box in a sample: where they are, if none lies outside, else copied to
/// `buffer`.
template <class T>
inline View<T> view_of(const Sweep& s, const Box& box, const T* x, T* buffer) {
  const int64_t C = s.source_channels;
  View<T> v{x, {}, {}};
  if (s.taps() == 0) return v;
  int64_t z[3], step[3], size[3];
  bool inside = true;
  for (int d = 0; d < 3; ++d) {
    const Axis& a = s.axis[d];
    z[d] = a.first + box.begin[d] * a.stride;
    step[d] = lattice_step(a, box.size[d]);
    size[d] = lattice_size(a, box.size[d]);
    inside = inside && z[d] >= 0 && z[d] + (size[d] - 1) * step[d] < a.source;
  }
  int64_t element = C;
  for (int d = 2; d >= 0; --d) {
    const Axis& a = s.axis[d];
    v.pixel[d] = inside ? a.stride * element : a.stride / step[d] * element;
    v.tap[d] = inside ? a.dilation * element : a.dilation / step[d] * element;
    if (inside) v.base += z[d] * element;
    element *= inside ? a.source : size[d];
  }
  if (inside) return v;
  v.base = buffer;
  const int64_t row = size[2] * C;
  for (int64_t i = 0; i < size[0]; ++i)
    for (int64_t j = 0; j < size[1]; ++j, buffer += row) {
      const int64_t z0 = z[0] + i * step[0], z1 = z[1] + j * step[1];
      if (z0 < 0 || z0 >= s.axis[0].source || z1 < 0 || z1 >= s.axis[1].source)
        std::memset(buffer, 0, static_cast<size_t>(row) * sizeof(T));
      else
        gather_row(size[2], z[2], step[2], s.axis[2].source, C, C,
                   x + (z0 * s.axis[1].source + z1) * s.axis[2].source * C, buffer);
    }
  return v;
}

/// The source pixels of a box, if they lie about side by side, else nothing.
template <class T>
inline Range range_of(const Sweep& s, const Box& box, const T* x) {
  int64_t begin = 0, end = 0, size = 1;
  for (int d = 0; d < 3; ++d) {
    const Axis& a = s.axis[d];
    int64_t first = a.first + box.begin[d] * a.stride;
    int64_t last = first + (box.size[d] - 1) * a.stride + (a.taps - 1) * a.dilation;
    first = first < 0 ? 0 : first;
    last = last < a.source ? last : a.source - 1;
    if (last < first) return {};
    begin = begin * a.source + first;
    end = end * a.source + last;
    size *= last - first + 1;
  }
  if (++end - begin > 2 * size) return {};
  return {reinterpret_cast<const char*>(x + begin * s.source_channels),
          reinterpret_cast<const char*>(x + end * s.source_channels)};
}

/// Bytes rounded up, so that the next piece of scratch starts a cache line.
inline int64_t padded_bytes(int64_t bytes) { return (bytes + 63) / 64 * 64; }

}  // namespace reel::kernels::REEL_ISA
