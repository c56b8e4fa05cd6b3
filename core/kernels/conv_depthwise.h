#pragma once
// Depthwise convolutions, where each target channel has one source channel of its own: how rows and
// columns of a target meet the source. Pixels outside are stepped over, so nothing is copied.
// Included inside kernels only: everything here belongs to the level that compiles it.

#include <reel/core/kernels/conv_sweep.h>

namespace reel::kernels::REEL_ISA {

inline const char* refuses_depthwise(const ConvGeometry& g) {
  if (g.G == 1) return "it has no groups";
  if (g.C != g.G || g.K != g.G) return "its groups have several channels";
  return nullptr;
}

// --- blocks of channels ---

template <class V>
struct LanesTag {
  using Type = V;
};

/// f(LanesTag<V>{}) with the widest vector that C channels fill: a block of channels is one.
template <class T, class F>
[[gnu::always_inline]] inline auto with_lanes(int64_t C, F f) {
  constexpr int kHalfLanes = kLanesOf<Half<T>, T>;
  if (C >= kWidth<T>) return f(LanesTag<Vector<T>>{});
  if constexpr (kHalfLanes < kWidth<T>)
    if (C >= kHalfLanes) return f(LanesTag<Half<T>>{});
  if constexpr (sizeof(T) == 4 && kHalfLanes > 4)
    if (C >= 4) return f(LanesTag<typename FourOf<T>::type>{});
  return f(LanesTag<T>{});
}

/// The first channel of the block that would begin at c: the last block overlaps the one before.
template <int kLanes>
inline int64_t block_channel(int64_t c, int64_t C) {
  return c + kLanes <= C ? c : C - kLanes;
}

// --- rows and columns ---

/// How one place of the target along an outer axis meets the source: by `count` taps inside.
struct Line {
  int64_t count;
  int64_t x, x_step;  // elements of the source: at the first tap, and to the next
  int64_t w, w_step;  // taps likewise
};

/// Target columns that meet the same lattice of source columns, one dilation apart: column q of
/// them meets at tap t the lattice's column q * stride + t.
struct Columns {
  int64_t count, taps, stride;
  int64_t begin, end;  // the lattice's columns inside the source
  int64_t x, x_step;   // elements of the source: the lattice's first column, and to the next
  int64_t y, y_step;   // elements of the target: the first column, and to the next
  int64_t w, w_step;   // taps
};

inline Line line_of(const Axis& a, int64_t j, int64_t x_size, int64_t w_size) {
  const int64_t z = a.first + j * a.stride;
  const int64_t begin = z >= 0 ? 0 : (a.dilation - 1 - z) / a.dilation;
  int64_t end = z < a.source ? (a.source - 1 - z) / a.dilation + 1 : 0;
  end = end < a.taps ? end : a.taps;
  return {begin < end ? end - begin : 0, (z + begin * a.dilation) * x_size, a.dilation * x_size,
          (a.w_first + begin * a.w_step) * w_size, a.w_step * w_size};
}

/// How many lattices the columns of an axis meet.
inline int64_t lattices(const Axis& a) {
  const int64_t n = a.taps > 1 ? a.dilation / gcd(a.stride, a.dilation) : 1;
  return n < a.target ? n : a.target;
}
inline Columns columns_of(const Axis& a, int64_t lattice, int64_t C) {
  const int64_t step = a.taps > 1 ? a.dilation : a.stride, common = gcd(a.stride, step);
  const int64_t z = a.first + lattice * a.stride;
  Columns c{};
  c.count = (a.target - 1 - lattice) / (step / common) + 1;
  c.taps = a.taps;
  c.stride = a.stride / common;
  c.begin = z >= 0 ? 0 : (step - 1 - z) / step;
  c.end = z < a.source ? (a.source - 1 - z) / step + 1 : 0;
  c.x = z * C;
  c.x_step = step * C;
  c.y = (a.out_first + lattice * a.out_step) * C;
  c.y_step = step / common * a.out_step * C;
  c.w = a.w_first;
  c.w_step = a.w_step;
  return c;
}

enum class Direction { kForward, kInputGrad };

/// A target and its tables. Units of work are some columns of a few rows beside each other, whose
/// source stays in L1 from one row to the next.
struct Plan {
  int64_t C, taps;
  int64_t target[3];                // sizes
  int64_t source_size, source_row;  // elements of a sample of the source, of a row of it
  int64_t row_size;                 // elements of a row of the target
  int64_t lattices;                 // entries of `columns`
  int64_t band, bands, parts;       // rows of a unit; units along axis 1 and along the columns
  Line* lines[2];                   // of each row, along the two outer axes
  Columns* columns;
  int64_t units() const { return target[0] * bands * parts; }
  int64_t pixels() const { return target[0] * target[1] * target[2]; }
};

/// Most rows and columns of a unit (64 channels of 56x56: 1.24 ms by single rows, 1.08 by 4).
inline constexpr int64_t kBand = 4, kPart = 128;
/// Units that are worth larger ones.
inline constexpr int64_t kManyUnits = 64;

inline int64_t phases(const ConvGeometry& g, Direction direction, int d) {
  if (direction == Direction::kForward) return 1;
  return g.stride[d] < g.in[d] ? g.stride[d] : g.in[d];
}
inline Axis axis_of(const ConvGeometry& g, Direction direction, int d, int64_t phase) {
  return direction == Direction::kForward ? forward_axis(g, d) : input_grad_axis(g, d, phase);
}

/// A plan without its tables.
inline Plan plan_of(const ConvGeometry& g, Direction direction) {
  const auto& source = direction == Direction::kForward ? g.in : g.out;
  const auto& target = direction == Direction::kForward ? g.out : g.in;
  Plan p{};
  p.C = g.C;
  p.taps = g.kernel[0] * g.kernel[1] * g.kernel[2];
  for (int d = 0; d < 3; ++d) p.target[d] = target[d];
  p.source_size = source[0] * source[1] * source[2] * g.C;
  p.source_row = source[2] * g.C;
  p.row_size = target[2] * g.C;
  int64_t longest = 0;
  for (int64_t i = 0; i < phases(g, direction, 2); ++i) {
    const Axis a = axis_of(g, direction, 2, i);
    const int64_t n = lattices(a), length = (a.target - 1) / n + 1;
    p.lattices += n;
    longest = length > longest ? length : longest;
  }
  p.band = g.N * target[0] * target[1] < kBand * kManyUnits ? 1 : kBand;
  p.bands = (target[1] + p.band - 1) / p.band;
  p.parts = (longest + kPart - 1) / kPart;
  return p;
}

inline int64_t table_bytes(const Plan& p) {
  return padded_bytes((p.target[0] + p.target[1]) * static_cast<int64_t>(sizeof(Line)) +
                      p.lattices * static_cast<int64_t>(sizeof(Columns)));
}

/// Writes the tables of a plan to `memory`.
inline void write_tables(const ConvGeometry& g, Direction direction, void* memory, Plan& p) {
  p.lines[0] = static_cast<Line*>(memory);
  p.lines[1] = p.lines[0] + p.target[0];
  p.columns = reinterpret_cast<Columns*>(p.lines[1] + p.target[1]);
  const auto& source = direction == Direction::kForward ? g.in : g.out;
  int64_t x_size = source[1] * source[2] * g.C, w_size = g.kernel[1] * g.kernel[2];
  for (int d = 0; d < 2; ++d, x_size = source[2] * g.C, w_size = g.kernel[2])
    for (int64_t i = 0; i < phases(g, direction, d); ++i) {
      const Axis a = axis_of(g, direction, d, i);
      for (int64_t j = 0; j < a.target; ++j)
        p.lines[d][a.out_first + j * a.out_step] = line_of(a, j, x_size, w_size);
    }
  Columns* next = p.columns;
  for (int64_t i = 0; i < phases(g, direction, 2); ++i) {
    const Axis a = axis_of(g, direction, 2, i);
    for (int64_t j = 0; j < lattices(a); ++j) *next++ = columns_of(a, j, g.C);
  }
}

/// Unit number i of all samples.
struct Unit {
  int64_t sample, plane, row, rows;  // rows from `row` on
  int64_t begin, end;                // of each lattice's columns; the end may lie beyond the last
};
inline Unit unit_at(const Plan& p, int64_t i) {
  Unit u{};
  u.begin = i % p.parts * kPart;
  u.end = u.begin + kPart;
  i /= p.parts;
  u.row = i % p.bands * p.band;
  u.rows = p.target[1] - u.row < p.band ? p.target[1] - u.row : p.band;
  i /= p.bands;
  u.plane = i % p.target[0];
  u.sample = i / p.target[0];
  return u;
}

/// How a row of a unit meets the source.
struct Row {
  int64_t taps[2];  // inside, along the outer axes
  int64_t x, w;     // the first of them: elements of the source; taps
  int64_t x_step[2], w_step[2];
  int64_t y;  // the row's first element of the target
};
inline Row row_at(const Plan& p, const Unit& u, int64_t i) {
  const Line *a = p.lines[0] + u.plane, *b = p.lines[1] + u.row + i;
  const int64_t row = (u.sample * p.target[0] + u.plane) * p.target[1] + u.row + i;
  return {{a->count, b->count},
          u.sample * p.source_size + a->x + b->x,
          a->w + b->w,
          {a->x_step, b->x_step},
          {a->w_step, b->w_step},
          row * p.row_size};
}

/// Pixels of a tile, and of a narrow one.
inline constexpr int64_t kWide = 8, kNarrow = 4;

/// What unit i reads of the source, of several planes of taps the last, and its rows of the target,
/// asked for in the course of the unit before, whose tiles are of so many blocks of channels: of
/// tensors that no cache holds, forward and input gradient take 0.5 to 1 of the time. Asked for a
/// tile at a time, lines come in bursts (weight gradient of 256 channels of 8x8: 2 times as long).
template <class T>
inline Coming coming_unit(const Plan& p, int64_t i, int64_t blocks, const T* x, const T* y) {
  const Unit u = unit_at(p, i);
  const Row a = row_at(p, u, 0), b = row_at(p, u, u.rows - 1);
  const auto range = [](const T* first, const T* last) {
    return Range{reinterpret_cast<const char*>(first), reinterpret_cast<const char*>(last)};
  };
  Range source, target = range(y + a.y, y + a.y + u.rows * p.row_size);
  if (a.taps[0] > 0 && a.taps[1] > 0 && b.taps[1] > 0) {
    const T* plane = x + (a.taps[0] - 1) * a.x_step[0];
    source = range(plane + a.x, plane + b.x + (b.taps[1] - 1) * b.x_step[1] + p.source_row);
  }
  int64_t tiles = 0;
  for (int64_t l = 0; l < p.lattices; ++l) tiles += (p.columns[l].count + kWide - 1) / kWide;
  const int64_t steps = u.rows * tiles * blocks;
  return {{source, steps}, {target, steps}};
}

/// Kept apart: it is used in the code for each number of taps.
[[gnu::noinline]] inline void advance(Coming& coming) { coming.advance(); }

/// Targets of 1 MB or more: L2 may hold others, whose time it would be (up to 1.2 of it).
inline bool asks_ahead(const Plan& p, int64_t N) {
  return N * p.pixels() * p.C >= 1 << 18 && p.parts == 1;
}

}  // namespace reel::kernels::REEL_ISA
