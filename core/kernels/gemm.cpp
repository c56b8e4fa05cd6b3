#include <reel/core/kernels/gemm_dots.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/parallel.h>
#include <reel/core/scratch.h>

namespace reel::kernels::REEL_ISA {

namespace {

int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }
int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

// n things in `count` parts about equally long.
struct Parts {
  int64_t count, size, longer;
  Parts(int64_t n, int64_t parts)
      : count(parts), size(parts == 1 ? n : n / parts), longer(n - size * parts) {}
  int64_t begin(int64_t i) const { return size * i + least(i, longer); }
  int64_t length(int64_t i) const { return size + (i < longer); }
  int64_t longest() const { return size + (longer > 0); }
};
struct Range {
  int64_t begin, end;
};
Range part(const Parts& parts, int64_t i) { return {parts.begin(i), parts.begin(i + 1)}; }

constexpr int64_t kLine = 64, kPage = 4096;  // bytes

// How a product is cut and what of it is copied. The sums of an element are made alike in any tile,
// so only the blocks of the depth must follow from the sizes alone.
template <class T>
struct Plan {
  static constexpr int64_t kSize = sizeof(T), W = kWidth<T>;
  int64_t tiles;                   // of kTileRows rows
  Parts panels;                    // of N, in vectors
  Parts depth;                     // blocks of K
  int64_t chunks;                  // of these blocks, each with sums of its own
  bool pack_a, pack_b;             // else they are read in place
  bool rows_first;                 // a row of tiles after the other, rather than panel after panel
  int64_t row_block, panel_block;  // tiles and panels that are packed at once

  explicit Plan(const GemmGeometry& g)
      : tiles(ceil_div(g.M, kTileRows)),
        panels(ceil_div(g.N, W), panels_of(g)),
        depth(g.K, depth_blocks(g)) {
    // A small output with a long depth is shared among threads by depth, so that none reads an
    // operand that the other reads too.
    chunks = g.M * g.N <= 1 << 16 && g.K >= 2048 ? least(8, g.K / 1024) : 1;
    // Reading in place wins until a copy is used often, or what lies in place fills few cache sets
    // or straddles cache lines.
    const int64_t a_bytes = g.lda * kSize, b_bytes = g.ldb * kSize;
    pack_a = g.trans_a && panels.count >= (a_bytes % (kPage / 2) == 0 ? 8 : 16);
    pack_b = g.trans_b || g.M >= (b_bytes % kPage == 0 ? 48 : b_bytes % kLine != 0 ? 192 : 512);
    // Shallow products write more than they read: 1024 x 1024, depth 8: 390 us by panels, 233 so.
    rows_first = g.K <= least(32, g.M * g.N * kSize >> 18);
    // A's part of L2, and B's: all that few rows use stays there, many share a larger one.
    constexpr int64_t kRowBlock = 192, kFewRows = 128, kSmallBlock = 128 << 10, kBlock = 1 << 20;
    row_block = kRowBlock / kTileRows;
    panel_block = panels.count;
    if (pack_b) {
      const int64_t panel = depth.longest() * panels.longest() * kVectorBytes;
      panel_block = (g.M <= kFewRows ? kSmallBlock : kBlock) / most(panel, 1);
      panel_block = most(1, least(panel_block, panels.count));
    }
  }

  static int64_t panels_of(const GemmGeometry& g) {
    return ceil_div(ceil_div(g.N, W), g.M <= kFlatRows ? kFlatVectors : kTileVectors);
  }
  static int64_t depth_blocks(const GemmGeometry& g) {
    // 1 KB of a row of A. Few rows read a large B in place once, by few rows of its own at a time:
    // they come from memory as the processor foresees.
    const bool once = !g.trans_b && g.M <= 16 && g.K * g.N * kSize > 2 << 20;
    const int64_t block = (once ? 256 : 1024) / kSize;
    return g.K <= block ? 1 : ceil_div(g.K, block);
  }

  // Elements that a thread packs.
  int64_t own_a() const {
    return pack_a ? least(row_block, tiles) * kTileRows * depth.longest() : 0;
  }
  int64_t own_b() const {
    return (pack_b ? panel_block : 1) * panels.longest() * W * depth.longest();
  }
  int64_t own() const { return ceil_div((own_a() + own_b()) * kSize, kLine) * kLine / kSize; }
};

// --- one part of a product, on one thread ---

template <class T>
struct Product {
  static constexpr int64_t W = kWidth<T>;
  const GemmGeometry& g;
  const Plan<T>& plan;
  const T *A, *B;

  // A block of the depth, and where what was packed of it lies.
  struct Block {
    int64_t k, depth;
    Epilogue<T> e;
    T* C;
    int64_t ldc;
    T *a, *b;
    int64_t tile, panel, edge;  // the first ones packed; the panel that alone is packed
  };

  int64_t rows_of(int64_t tile) const { return least(g.M - tile * kTileRows, kTileRows); }
  int64_t lanes_of(int64_t panel) const { return plan.panels.length(panel) * W; }
  int64_t column_of(int64_t panel) const { return plan.panels.begin(panel) * W; }
  int64_t width_of(int64_t panel) const { return least(g.N - column_of(panel), lanes_of(panel)); }
  T* packed_a(const Block& x, int64_t tile) const {
    return x.a + (tile - x.tile) * kTileRows * x.depth;
  }
  T* packed_b(const Block& x, int64_t panel) const {
    return x.b + (column_of(panel) - column_of(x.panel)) * x.depth;
  }

  void pack_tiles(const Block& x, Range tiles) const {
    for (int64_t t = tiles.begin; t < tiles.end; ++t)
      pack_columns(rows_of(t), x.depth, A + x.k * g.lda + t * kTileRows, g.lda, packed_a(x, t));
  }
  void pack_panels(const Block& x, Range panels) const {
    if (g.trans_b) {
      for (int64_t p = panels.begin; p < panels.end; ++p)
        pack_transposed(lanes_of(p), width_of(p), x.depth, B + column_of(p) * g.ldb + x.k, g.ldb,
                        packed_b(x, p));
      return;
    }
    // Row by row, as they come from memory.
    for (int64_t k = 0; k < x.depth; ++k)
      for (int64_t p = panels.begin; p < panels.end; ++p)
        pack_row(width_of(p), B + (x.k + k) * g.ldb + column_of(p),
                 packed_b(x, p) + k * lanes_of(p));
  }

  // The tiles of one panel.
  void sweep(const Block& x, Range tiles, int64_t p) const {
    const int64_t j = column_of(p), width = width_of(p), vectors = plan.panels.length(p);
    const bool packed = plan.pack_b || p == x.edge;
    Operands<T> in{};
    in.b = packed ? packed_b(x, p) : B + x.k * g.ldb + j;
    in.ldb = packed ? lanes_of(p) : g.ldb;
    Epilogue<T> e = x.e;
    T bias[kFlatVectors * W];
    if (e.bias) {
      pack_row(width, e.bias + j, bias);
      e.bias = bias;
    }
    Tile<T> add = tile_of<T>(rows_of(tiles.begin), vectors);
    for (int64_t t = tiles.begin; t < tiles.end; ++t) {
      const int64_t i = t * kTileRows, rows = rows_of(t);
      if (t + 1 == tiles.end) add = tile_of<T>(rows, vectors);
      in.a = plan.pack_a ? packed_a(x, t) : A + (g.trans_a ? x.k * g.lda + i : i * g.lda + x.k);
      in.row = g.trans_a ? 1 : g.lda;
      in.step = plan.pack_a ? rows : g.trans_a ? g.lda : 1;
      add(x.depth, in, e, width, x.C + i * x.ldc + j, x.ldc);
    }
  }

  void compute(Range tiles, Range panels, Range blocks, const Epilogue<T>& e, T* own, T* C,
               int64_t ldc) const {
    Block x{0, 0, e, C, ldc, own, own + plan.own_a(), 0, 0, -1};
    // In place, a last panel whose vectors would reach beyond the rows is packed nevertheless.
    if (!plan.pack_b && g.N % W != 0) x.edge = plan.panels.count - 1;
    for (int64_t q = blocks.begin; q < blocks.end; ++q) {
      x.k = plan.depth.begin(q);
      x.depth = plan.depth.length(q);
      if (q > blocks.begin) x.e.beta = 1, x.e.bias = nullptr;
      for (int64_t p = panels.begin; p < panels.end; p += plan.panel_block) {
        const Range some{p, least(p + plan.panel_block, panels.end)};
        x.panel = plan.pack_b ? p : x.edge;
        if (plan.pack_b)
          pack_panels(x, some);
        else if (x.edge >= some.begin && x.edge < some.end)
          pack_panels(x, {x.edge, x.edge + 1});
        for (int64_t t = tiles.begin; t < tiles.end; t += plan.row_block) {
          const Range block{t, least(t + plan.row_block, tiles.end)};
          x.tile = t;
          if (plan.pack_a) pack_tiles(x, block);
          sweep_all(x, block, some);
        }
      }
    }
  }

  void sweep_all(const Block& x, Range tiles, Range panels) const {
    if (plan.rows_first) {
      for (int64_t t = tiles.begin; t < tiles.end; ++t)
        for (int64_t p = panels.begin; p < panels.end; ++p) sweep(x, {t, t + 1}, p);
    } else {
      for (int64_t p = panels.begin; p < panels.end; ++p) sweep(x, tiles, p);
    }
  }
};

// --- who computes what ---

int64_t work_of(const GemmGeometry& g) { return g.M * g.N * g.K / 8; }
int64_t threads_for(const GemmGeometry& g, int64_t threads) {
  return work_of(g) < parallel_work() ? 1 : threads;
}

// C in rows * columns cells, for each chunk of the depth; tasks in `slots` ranges. Each thread
// packs what its cells need: another one's copy would come from the other core's cache, and more
// slowly (128 x 128 x 128 on 2 threads: 40 us with a shared copy, 15 so).
struct Grid {
  int64_t rows, columns, tasks, slots;
};
template <class T>
Grid grid_of(const GemmGeometry& g, const Plan<T>& plan, int64_t threads) {
  const int64_t n = threads_for(g, threads), each = most(1, n / plan.chunks);
  int64_t rows = 1, columns = 1, cost = INT64_MAX;
  for (int64_t r = least(each, plan.tiles); r >= 1; --r) {
    const int64_t c = least(each / r, plan.panels.count);
    const int64_t height = ceil_div(plan.tiles, r) * kTileRows;
    const int64_t width = ceil_div(plan.panels.count, c) * plan.panels.longest() * kWidth<T>;
    // What the largest cell costs, in multiply-adds; to pack an element takes half a vector of
    // them.
    const int64_t now = height * width + (height + width) * kWidth<T> / 2;
    if (now < cost) rows = r, columns = c, cost = now;
  }
  const int64_t tasks = plan.chunks * rows * columns;
  return {rows, columns, tasks, least(tasks, n)};
}

// C from the sums of the chunks, in their order.
template <class T>
void add_chunks(const GemmGeometry& g, int64_t chunks, const Epilogue<T>& e, T* sums, T* C) {
  const int64_t size = g.M * g.N;
  parallel_for(g.M, size * chunks, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      T *sum = sums + i * g.N, *c = C + i * g.ldc;
      for (int64_t n = 1; n < chunks; ++n)
        for (int64_t j = 0; j < g.N; ++j) sum[j] += sum[n * size + j];
      for (int64_t j = 0; j < g.N; ++j) {
        const T y = e.bias ? sum[j] + e.bias[j] : e.alpha * sum[j];
        c[j] = e.beta == T(0) ? y : y + e.beta * c[j];
      }
    }
  });
}

// --- A times B^T with few rows: no copies ---

bool is_dots(const GemmGeometry& g) {
  // The vectors lie along the depth; shorter ones than this are not worth adding up their lanes.
  constexpr int64_t kFewRows = 16, kFewColumns = 10, kDepth = 64;
  return !g.trans_a && g.trans_b && (g.M <= kFewRows || g.N <= kFewColumns) &&
         g.K >= (g.M <= 2 ? kDepth / 4 : kDepth);
}

template <class T>
void dot_rows(const GemmGeometry& g, int64_t threads, const Epilogue<T>& e, const T* A, const T* B,
              T* C) {
  // Of the matrix with fewer rows so much of the depth that it stays in L1.
  constexpr int64_t kCached = (32 << 10) / sizeof(T);
  const Parts depth(g.K, ceil_div(g.K * least(g.M, g.N), kCached));
  const bool by_rows = g.M > g.N;
  const int64_t groups = by_rows ? ceil_div(g.M, kDotRows) : ceil_div(g.N, kDotColumns);
  const Parts cut(groups, least(groups, threads_for(g, threads)));
  const auto group = [&](int64_t q, int64_t i, int64_t j) {
    Epilogue<T> now = e;
    if (q > 0) now.beta = 1, now.bias = nullptr;
    if (now.bias) now.bias += j;
    const int64_t k = depth.begin(q);
    dots(least(g.M - i, kDotRows), least(g.N - j, kDotColumns), depth.length(q), A + i * g.lda + k,
         g.lda, B + j * g.ldb + k, g.ldb, now, C + i * g.ldc + j, g.ldc);
  };
  parallel_for(cut.count, work_of(g), [&](int64_t begin, int64_t end) {
    for (int64_t q = 0; q < depth.count; ++q)
      for (int64_t t = cut.begin(begin); t < cut.begin(end); ++t)
        if (by_rows)
          for (int64_t j = 0; j < g.N; j += kDotColumns) group(q, t * kDotRows, j);
        else
          for (int64_t i = 0; i < g.M; i += kDotRows) group(q, i, t * kDotColumns);
  });
}

// --- products so small that a plan would cost as much ---

constexpr int64_t kTinyDepth = 64;

bool is_tiny(const GemmGeometry& g) {
  return g.K <= kTinyDepth && g.M * g.N <= 1024 && g.M * g.N * g.K <= 32 * 32 * 32;
}

template <class T>
void tiny(const GemmGeometry& g, const Epilogue<T>& e, const T* A, const T* B, T* C) {
  constexpr int64_t W = kWidth<T>, kLanes = kTileVectors * W;
  const FlushDenormals flush;
  alignas(kLine) T panel[kTinyDepth * kLanes];
  T bias[kLanes];
  for (int64_t j = 0; j < g.N; j += kLanes) {
    const int64_t width = least(g.N - j, kLanes), vectors = ceil_div(width, W), lanes = vectors * W;
    const bool packed = g.trans_b || width < lanes;
    if (g.trans_b)
      pack_transposed(lanes, width, g.K, B + j * g.ldb, g.ldb, panel);
    else if (packed)
      for (int64_t k = 0; k < g.K; ++k) pack_row(width, B + k * g.ldb + j, panel + k * lanes);
    Epilogue<T> now = e;
    if (e.bias) {
      pack_row(width, e.bias + j, bias);
      now.bias = bias;
    }
    for (int64_t i = 0; i < g.M; i += kTileRows) {
      const Operands<T> in{A + (g.trans_a ? i : i * g.lda), g.trans_a ? 1 : g.lda,
                           g.trans_a ? g.lda : 1, packed ? panel : B + j, packed ? lanes : g.ldb};
      tile_of<T>(least(g.M - i, kTileRows), vectors)(g.K, in, now, width, C + i * g.ldc + j, g.ldc);
    }
  }
}

// --- entry ---

template <class T>
void run(const GemmGeometry& g, int64_t threads, T alpha, const T* A, const T* B, T beta,
         const T* bias, T* C) {
  const Epilogue<T> e{alpha, beta, bias};
  if (is_dots(g)) return dot_rows(g, threads, e, A, B, C);
  if (is_tiny(g)) return tiny(g, e, A, B, C);
  const Plan<T> plan(g);
  const Product<T> product{g, plan, A, B};
  const Grid grid = grid_of(g, plan, threads);
  const Parts rows(plan.tiles, grid.rows), columns(plan.panels.count, grid.columns);
  const Parts chunks(plan.depth.count, plan.chunks), slots(grid.tasks, grid.slots);
  const bool direct = plan.chunks == 1;
  const int64_t all_own = grid.slots * plan.own(), all_sums = direct ? 0 : plan.chunks * g.M * g.N;
  Scratch scratch((all_own + all_sums) * plan.kSize);
  T *own = scratch.data<T>(), *sums = own + all_own;
  parallel_for(grid.slots, work_of(g), [&](int64_t begin, int64_t end) {
    for (int64_t s = begin; s < end; ++s)
      for (int64_t t = slots.begin(s); t < slots.begin(s + 1); ++t) {
        const int64_t c = t % grid.columns, r = t / grid.columns % grid.rows;
        const int64_t n = t / grid.columns / grid.rows;
        product.compute(part(rows, r), part(columns, c), part(chunks, n),
                        direct ? e : Epilogue<T>{T(1), T(0), nullptr}, own + s * plan.own(),
                        direct ? C : sums + n * g.M * g.N, direct ? g.ldc : g.N);
      }
  });
  if (!direct) add_chunks(g, plan.chunks, e, sums, C);
}

}  // namespace

void install_gemm(Tables& tables) {
  tables.set(Gemm<float>{run<float>});
  if constexpr (kOwnFloat64) tables.set(Gemm<double>{run<double>});
}

}  // namespace reel::kernels::REEL_ISA
