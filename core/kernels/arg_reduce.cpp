#include <reel/core/kernels/arg_reduce.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/kernels/reduce_nest.h>
#include <reel/core/parallel.h>

namespace reel::kernels::REEL_ISA {

namespace {

// Whether b replaces a, which comes first.
template <bool kLargest, class T>
[[gnu::always_inline]] inline bool replaces(T b, T a) {
  return (kLargest ? b > a : b < a) || (b != b && a == a);
}

template <bool kLargest, class T>
int64_t find_in_run(int64_t n, int64_t step, const T* x) {
  int64_t best = 0;
  for (int64_t i = 1; i < n; ++i)
    if (replaces<kLargest>(x[i * step], x[best * step])) best = i;
  return best;
}

template <bool kLargest, class T>
void find_in_rows(int64_t rows, int64_t row_step, int64_t width, int64_t step, const T* x, T* value,
                  int64_t* index) {
  for (int64_t c = 0; c < width; ++c) {
    value[c] = x[c * step];
    index[c] = 0;
  }
  for (int64_t r = 1; r < rows; ++r)
    for (int64_t c = 0; c < width; ++c) {
      const T candidate = x[r * row_step + c * step];
      const bool better = replaces<kLargest>(candidate, value[c]);
      value[c] = better ? candidate : value[c];
      index[c] = better ? r : index[c];
    }
}

template <bool kLargest, class T>
void find(const ReduceNest& g, const T* x, T* values, int64_t* indices) {
  const int64_t row_step = g.reduced_stride[0];
  parallel_for(units_of(g), g.kept * g.reduced * 2, [=, &g](int64_t begin, int64_t end) {
    for (int64_t u = begin; u < end; ++u) {
      const auto [first, width] = unit_of(g, u);
      const ReducePlace at = place_of(g, first);
      T value[kReduceTile];
      int64_t index[kReduceTile];
      if (g.columns) {
        find_in_rows<kLargest>(g.reduced, row_step, width, g.kept_stride[0], x + at.x, value,
                               index);
      } else {
        index[0] = find_in_run<kLargest>(g.reduced, row_step, x + at.x);
        value[0] = x[at.x + index[0] * row_step];
      }
      for (int64_t c = 0; c < width; ++c) {
        if (values) values[at.y + c * g.out_stride[0]] = value[c];
        indices[at.y + c * g.out_stride[0]] = index[c];
      }
    }
  });
}

template <class T>
void install(Tables& tables) {
  tables.set(ArgReduce<T>{find<true, T>, find<false, T>});
}

}  // namespace

void install_arg_reduce(Tables& tables) {
  if constexpr (kOwnIntegers) {
    install<uint8_t>(tables);
    install<int32_t>(tables);
    install<int64_t>(tables);
  }
  install<float>(tables);
  if constexpr (kOwnFloat64) install<double>(tables);
}

}  // namespace reel::kernels::REEL_ISA
