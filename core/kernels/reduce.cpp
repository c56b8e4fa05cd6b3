// An operation gives what is done; the walks here give where. Partial results of float are kept in
// double across blocks of some hundred elements, so that the error does not grow with the length.

#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/lanes.h>
#include <reel/core/kernels/level.h>
#include <reel/core/kernels/reduce_nest.h>
#include <reel/core/kernels/vector_math.h>
#include <reel/core/parallel.h>

#include <cmath>
#include <limits>

namespace reel::kernels::REEL_ISA {

namespace {

// --- the operations: map an element, join partial results, finish ---

template <class T>
struct TotalType {
  using type = int64_t;
};
template <>
struct TotalType<float> {
  using type = double;
};
template <>
struct TotalType<double> {
  using type = double;
};

template <class T>
struct Sum {
  using In = T;
  using Out = typename SumType<T>::type;  // also of a block
  using Total = typename TotalType<T>::type;
  static constexpr int64_t kWork = 1;
  double divisor = 1;

  template <class A>
  A identity() const {
    return 0;
  }
  template <class A>
  A join(A a, A b) const {
    return a + b;
  }
  Out map(T x, T) const { return static_cast<Out>(x); }
  Out finish(Total total, T) const {
    if constexpr (std::numeric_limits<T>::is_integer)
      return total;
    else
      return static_cast<Out>(total / divisor);
  }
};

template <class T>
struct Squares : Sum<T> {
  T map(T x, T p) const { return (x - p) * (x - p); }
};

template <class T>
struct LogSumExp : Sum<T> {
  static constexpr int64_t kWork = 8;
  T map(T x, T p) const { return exp(x - p); }
  T finish(double total, T p) const { return static_cast<T>(p + std::log(total)); }
};

template <class T, bool kLargest>
struct Extreme {
  using In = T;
  using Out = T;
  using Total = T;
  static constexpr int64_t kWork = 1;

  using Limits = std::numeric_limits<T>;
  static constexpr T kLowest = Limits::is_integer ? Limits::lowest() : -Limits::infinity();
  static constexpr T kHighest = Limits::is_integer ? Limits::max() : Limits::infinity();

  template <class A>
  A identity() const {
    return kLargest ? kLowest : kHighest;
  }
  template <class A>
  A join(A a, A b) const {
    return ((kLargest ? b > a : b < a) || b != b) ? b : a;
  }
  T map(T x, T) const { return x; }
  T finish(T total, T) const { return total; }
};

// --- one run of elements into one result ---

constexpr int64_t kRun = 1024;  // elements joined in the type of a block

template <class Op>
[[gnu::noinline]] typename Op::Total reduce_run(const Op& op, int64_t n, int64_t step,
                                                const typename Op::In* x, typename Op::In p,
                                                typename Op::Total total) {
  using Block = typename Op::Out;
  constexpr int64_t L = kLanes<Block>;
  if (n < L) {
    for (int64_t i = 0; i < n; ++i)
      total = op.join(total, static_cast<typename Op::Total>(op.map(x[i * step], p)));
    return total;
  }
  for (int64_t begin = 0; begin < n; begin += kRun) {
    const int64_t end = n - begin < kRun ? n : begin + kRun;
    Block lane[L];
    for (int64_t l = 0; l < L; ++l) lane[l] = op.template identity<Block>();
    int64_t i = begin;
    if (step == 1)
      for (; i + L <= end; i += L)
        for (int64_t l = 0; l < L; ++l) lane[l] = op.join(lane[l], op.map(x[i + l], p));
    for (int64_t l = 0; i < end; ++i, l = l + 1 < L ? l + 1 : 0)
      lane[l] = op.join(lane[l], op.map(x[i * step], p));
    for (int64_t half = L / 2; half > 0; half /= 2)
      for (int64_t l = 0; l < half; ++l) lane[l] = op.join(lane[l], lane[l + half]);
    total = op.join(total, static_cast<typename Op::Total>(lane[0]));
  }
  return total;
}

// --- rows of a tile of columns into as many results ---

constexpr int64_t kRows = 128;  // rows joined in the type of a block

// Not inlined: it is called in two places, for nineteen operations.
template <class Op>
[[gnu::noinline]] void reduce_rows(const Op& op, int64_t rows, int64_t row_step, int64_t width,
                                   int64_t step, const typename Op::In* x, const typename Op::In* p,
                                   typename Op::Total* total) {
  typename Op::Out sum[kReduceTile];
  typename Op::In gathered[kReduceTile];
  for (int64_t begin = 0; begin < rows; begin += kRows) {
    const int64_t end = rows - begin < kRows ? rows : begin + kRows;
    for (int64_t c = 0; c < width; ++c) sum[c] = op.template identity<typename Op::Out>();
    for (int64_t r = begin; r < end; ++r) {
      const typename Op::In* row = x + r * row_step;
      if (step != 1) {
        for (int64_t c = 0; c < width; ++c) gathered[c] = row[c * step];
        row = gathered;
      }
      for (int64_t c = 0; c < width; ++c) sum[c] = op.join(sum[c], op.map(row[c], p[c]));
    }
    for (int64_t c = 0; c < width; ++c)
      total[c] = op.join(total[c], static_cast<typename Op::Total>(sum[c]));
  }
}

// Few columns, side by side in memory, rows without gaps: several rows pass as one wide row.
template <class Op>
int64_t reduce_wide_rows(const Op& op, int64_t rows, int64_t width, const typename Op::In* x,
                         const typename Op::In* p, typename Op::Total* total) {
  const int64_t group = kReduceTile / width, wide = group * width;
  typename Op::Total wide_total[kReduceTile];
  typename Op::In wide_p[kReduceTile];
  for (int64_t c = 0; c < wide; ++c) {
    wide_total[c] = op.template identity<typename Op::Total>();
    wide_p[c] = p[c % width];
  }
  reduce_rows(op, rows / group, wide, wide, 1, x, wide_p, wide_total);
  for (int64_t g = 0; g < group; ++g)
    for (int64_t c = 0; c < width; ++c) total[c] = op.join(total[c], wide_total[g * width + c]);
  return rows / group * group;
}

// --- the walk ---

// One tile of columns from `first`, over the reduced elements [begin, end).
template <class Op>
void reduce_tile(const ReduceNest& g, const Op& op, int64_t first, int64_t width, int64_t begin,
                 int64_t end, const typename Op::In* x, const typename Op::In* p,
                 typename Op::Total* total) {
  const int64_t step = g.kept_stride[0], row_step = g.reduced_stride[0];
  const ReducePlace at = place_of(g, first);
  typename Op::In pivot[kReduceTile];
  for (int64_t c = 0; c < width; ++c) {
    pivot[c] = p ? p[at.y + c * g.out_stride[0]] : typename Op::In(0);
    total[c] = op.template identity<typename Op::Total>();
  }
  for_each_stretch(g, begin, end, [&](int64_t offset, int64_t rows) {
    const typename Op::In* from = x + at.x + offset;
    if (step == 1 && row_step == width && width <= kReduceTile / 2) {
      const int64_t done = reduce_wide_rows(op, rows, width, from, pivot, total);
      from += done * row_step;
      rows -= done;
    }
    reduce_rows(op, rows, row_step, width, step, from, pivot, total);
  });
}

// A unit of results over one chunk of what is reduced.
template <class Op>
void reduce_unit(const ReduceNest& g, const Op& op, int64_t unit, int64_t chunk,
                 const typename Op::In* x, const typename Op::In* p, typename Op::Total* partial) {
  const auto [first, width] = unit_of(g, unit);
  const int64_t begin = g.reduced * chunk / g.chunks, end = g.reduced * (chunk + 1) / g.chunks;
  typename Op::Total* total = partial + chunk * g.kept + first;
  if (g.columns) return reduce_tile(g, op, first, width, begin, end, x, p, total);
  const ReducePlace at = place_of(g, first);
  typename Op::Total sum = op.template identity<typename Op::Total>();
  for_each_stretch(g, begin, end, [&](int64_t offset, int64_t n) {
    sum = reduce_run(op, n, g.reduced_stride[0], x + at.x + offset,
                     p ? p[at.y] : typename Op::In(0), sum);
  });
  *total = sum;
}

template <class Op>
void reduce(const ReduceNest& g, const Op& op, const typename Op::In* x, const typename Op::In* p,
            void* scratch, typename Op::Out* y) {
  using Total = typename Op::Total;
  Total* partial = static_cast<Total*>(scratch);
  parallel_for(units_of(g) * g.chunks, g.kept * g.reduced * Op::kWork,
               [&](int64_t begin, int64_t end) {
                 for (int64_t u = begin; u < end; ++u)
                   reduce_unit(g, op, u / g.chunks, u % g.chunks, x, p, partial);
               });
  const bool side_by_side = g.kept_ndim == 1 && g.out_stride[0] == 1;
  parallel_for(g.kept, g.kept * g.chunks, [&](int64_t begin, int64_t end) {
    if (g.chunks == 1 && side_by_side && !p) {  // a loop of vectors
      for (int64_t k = begin; k < end; ++k) y[k] = op.finish(partial[k], typename Op::In(0));
      return;
    }
    for (int64_t k = begin; k < end; ++k) {
      Total total = partial[k];
      for (int64_t c = 1; c < g.chunks; ++c) total = op.join(total, partial[c * g.kept + k]);
      const int64_t at = place_of(g, k).y;
      y[at] = op.finish(total, p ? p[at] : typename Op::In(0));
    }
  });
}

template <class T>
void sum(const ReduceNest& g, double divisor, const T* x, void* scratch,
         typename SumType<T>::type* y) {
  reduce(g, Sum<T>{divisor}, x, static_cast<const T*>(nullptr), scratch, y);
}

template <class T, bool kLargest>
void extreme(const ReduceNest& g, const T* x, void* scratch, T* y) {
  reduce(g, Extreme<T, kLargest>{}, x, static_cast<const T*>(nullptr), scratch, y);
}

template <class T>
void squares(const ReduceNest& g, double divisor, const T* x, const T* p, void* scratch, T* y) {
  reduce(g, Squares<T>{{divisor}}, x, p, scratch, y);
}

template <class T>
void log_sum_exp(const ReduceNest& g, const T* x, const T* p, void* scratch, T* y) {
  reduce(g, LogSumExp<T>{}, x, p, scratch, y);
}

template <class T>
void install(Tables& tables) {
  tables.set(Reduce<T>{sum<T>, extreme<T, true>, extreme<T, false>});
}

}  // namespace

void install_reduce(Tables& tables) {
  if constexpr (kOwnIntegers) {
    install<uint8_t>(tables);
    install<int32_t>(tables);
    install<int64_t>(tables);
  }
  install<float>(tables);
  tables.set(ReduceAbout<float>{squares<float>, log_sum_exp<float>});
  if constexpr (kOwnFloat64) {
    install<double>(tables);
    tables.set(ReduceAbout<double>{squares<double>, log_sum_exp<double>});
  }
}

}  // namespace reel::kernels::REEL_ISA
