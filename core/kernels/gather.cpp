#include <reel/core/kernels/gather.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/parallel.h>

namespace reel::kernels::REEL_ISA {

namespace {

// f(place in y and index, place in x of entry 0 of the line) for all entries. Lines share no place,
// and each is walked in order by one thread.
template <class F>
[[gnu::always_inline]] inline void for_entries(const GatherGeometry& g, F f) {
  parallel_for(g.lines, g.lines * g.length * 4, [&g, f](int64_t begin, int64_t end) {
    while (begin < end) {
      // Some lines that lie side by side.
      const int64_t first = begin % g.size[0];
      const int64_t n = g.size[0] - first < end - begin ? g.size[0] - first : end - begin;
      int64_t at_x = first * g.x_stride[0], at_y = first * g.y_stride[0];
      int64_t rest = begin / g.size[0];
      for (int d = 1; d < g.ndim; ++d) {
        at_x += rest % g.size[d] * g.x_stride[d];
        at_y += rest % g.size[d] * g.y_stride[d];
        rest /= g.size[d];
      }
      if (g.y_step < g.y_stride[0]) {
        for (int64_t i = 0; i < n; ++i)
          for (int64_t j = 0; j < g.length; ++j)
            f(at_y + i * g.y_stride[0] + j * g.y_step, at_x + i * g.x_stride[0]);
      } else {
        for (int64_t j = 0; j < g.length; ++j)
          for (int64_t i = 0; i < n; ++i)
            f(at_y + i * g.y_stride[0] + j * g.y_step, at_x + i * g.x_stride[0]);
      }
      begin += n;
    }
  });
}

template <class T>
void gather(const GatherGeometry& g, const int64_t* index, const T* x, T* y) {
  const int64_t step = g.x_step;
  for_entries(
      g, [=](int64_t at_y, int64_t at_x)
             __attribute__((always_inline)) { y[at_y] = x[at_x + index[at_y] * step]; });
}

template <class T>
void scatter(const GatherGeometry& g, const int64_t* index, const T* y, T* x) {
  const int64_t step = g.x_step;
  for_entries(
      g, [=](int64_t at_y, int64_t at_x)
             __attribute__((always_inline)) { x[at_x + index[at_y] * step] = y[at_y]; });
}

template <class T>
void add(const GatherGeometry& g, const int64_t* index, const T* y, T* x) {
  const int64_t step = g.x_step;
  for_entries(
      g, [=](int64_t at_y, int64_t at_x) __attribute__((always_inline)) {
        T& to = x[at_x + index[at_y] * step];
        to = static_cast<T>(to + y[at_y]);
      });
}

}  // namespace

void install_gather(Tables& tables) {
  if constexpr (kOwnIntegers) {
    tables.set(Gather<uint8_t>{gather<uint8_t>, scatter<uint8_t>});
    tables.set(Gather<uint16_t>{gather<uint16_t>, scatter<uint16_t>});
    tables.set(ScatterAdd<uint8_t>{add<uint8_t>});
    tables.set(ScatterAdd<int32_t>{add<int32_t>});
    tables.set(ScatterAdd<int64_t>{add<int64_t>});
  }
  tables.set(Gather<uint32_t>{gather<uint32_t>, scatter<uint32_t>});
  tables.set(ScatterAdd<float>{add<float>});
  if constexpr (kOwnFloat64) {
    tables.set(Gather<uint64_t>{gather<uint64_t>, scatter<uint64_t>});
    tables.set(ScatterAdd<double>{add<double>});
  }
}

}  // namespace reel::kernels::REEL_ISA
