#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/kernels/softmax_rows.h>

#include <cmath>

namespace reel::kernels::REEL_ISA {

namespace {

template <class T>
void forward(int64_t N, int64_t D, int64_t S, const T* x, T* y) {
  for_each_tile(N, D, S, [=](int64_t n, int64_t s0, int64_t width) {
    const T* row = x + n * D * S + s0;
    T* out = y + n * D * S + s0;
    T largest[kRowTile], sum[kRowTile];
    max_rows(D, S, width, row, largest);
    for_each_element(D, S, width, [&](int64_t d, int64_t s) {
      out[d * S + s] = exp(row[d * S + s] - largest[s]);
    });
    sum_rows(
        D, S, width, [=](int64_t d, int64_t s) { return out[d * S + s]; }, sum);
    for_each_element(D, S, width, [&](int64_t d, int64_t s) { out[d * S + s] /= sum[s]; });
  });
}

template <class T>
void log_forward(int64_t N, int64_t D, int64_t S, const T* x, T* y) {
  for_each_tile(N, D, S, [=](int64_t n, int64_t s0, int64_t width) {
    const T* row = x + n * D * S + s0;
    T* out = y + n * D * S + s0;
    T largest[kRowTile], sum[kRowTile];
    max_rows(D, S, width, row, largest);
    sum_rows(
        D, S, width, [&](int64_t d, int64_t s) { return exp(row[d * S + s] - largest[s]); }, sum);
    for (int64_t s = 0; s < width; ++s) sum[s] = std::log(sum[s]);
    for_each_element(D, S, width, [&](int64_t d, int64_t s) {
      out[d * S + s] = (row[d * S + s] - largest[s]) - sum[s];
    });
  });
}

template <class T>
void backward(int64_t N, int64_t D, int64_t S, const T* dy, const T* y, T* dx) {
  for_each_tile(N, D, S, [=](int64_t n, int64_t s0, int64_t width) {
    const int64_t at = n * D * S + s0;
    const T *g = dy + at, *p = y + at;
    T* out = dx + at;
    T dot[kRowTile];
    sum_rows(
        D, S, width, [=](int64_t d, int64_t s) { return g[d * S + s] * p[d * S + s]; }, dot);
    for_each_element(D, S, width, [&](int64_t d, int64_t s) {
      out[d * S + s] = p[d * S + s] * (g[d * S + s] - dot[s]);
    });
  });
}

template <class T>
void log_backward(int64_t N, int64_t D, int64_t S, const T* dy, const T* y, T* dx) {
  for_each_tile(N, D, S, [=](int64_t n, int64_t s0, int64_t width) {
    const int64_t at = n * D * S + s0;
    const T *g = dy + at, *log_p = y + at;
    T* out = dx + at;
    T total[kRowTile];
    sum_rows(
        D, S, width, [=](int64_t d, int64_t s) { return g[d * S + s]; }, total);
    for_each_element(D, S, width, [&](int64_t d, int64_t s) {
      out[d * S + s] = g[d * S + s] - exp(log_p[d * S + s]) * total[s];
    });
  });
}

template <class T>
void install(Tables& tables) {
  tables.set(Softmax<T>{forward<T>, log_forward<T>, backward<T>, log_backward<T>});
}

}  // namespace

void install_softmax(Tables& tables) {
  install<float>(tables);
  if constexpr (kOwnFloat64) install<double>(tables);
}

}  // namespace reel::kernels::REEL_ISA
