#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/kernels/softmax_rows.h>

#include <cmath>

namespace reel::kernels::REEL_ISA {

namespace {

template <class T>
T weight_of(const T* w, int64_t c) {
  return w ? w[c] : T(1);
}

// What smoothing gives to every class: label_smoothing / C.
template <class T>
T spread_of(const ClassGeometry& g) {
  return static_cast<T>(g.label_smoothing / static_cast<double>(g.C));
}

// out = scale w, apart from the loops that compute: a choice inside those keeps them from being
// vector code.
template <class T>
void fill_weights(int64_t C, int64_t S, int64_t width, const T* w, T scale, T* out) {
  if (w)
    for_each_element(C, S, width, [=](int64_t c, int64_t s) { out[c * S + s] = scale * w[c]; });
  else
    for_each_element(C, S, width, [=](int64_t c, int64_t s) { out[c * S + s] = scale; });
}

template <class T>
void forward(const ClassGeometry& g, const T* x, const int64_t* target, const T* w, T* loss,
             T* largest, T* log_sum) {
  const int64_t C = g.C, S = g.S, ignored = g.ignore_index;
  const T spread = spread_of<T>(g), direct = static_cast<T>(1 - g.label_smoothing);
  for_each_tile(g.N, C, S, [=](int64_t n, int64_t s0, int64_t width) {
    const T* row = x + n * C * S + s0;
    const int64_t at = n * S + s0;
    T *m = largest + at, *l = log_sum + at, sum[kRowTile];
    max_rows(C, S, width, row, m);
    sum_rows(
        C, S, width, [=](int64_t c, int64_t s) { return exp(row[c * S + s] - m[s]); }, sum);
    for (int64_t s = 0; s < width; ++s) {
      l[s] = std::log(sum[s]);
      const int64_t t = target[at + s];
      // -log p = log_sum - (x - largest): exact where the scores are large.
      loss[at + s] =
          t == ignored ? T(0) : direct * weight_of(w, t) * (l[s] - (row[t * S + s] - m[s]));
    }
    if (spread == T(0)) return;
    sum_rows(
        C, S, width,
        [=](int64_t c, int64_t s) { return weight_of(w, c) * (l[s] - (row[c * S + s] - m[s])); },
        sum);
    for (int64_t s = 0; s < width; ++s)
      if (target[at + s] != ignored) loss[at + s] += spread * sum[s];
  });
}

template <class T>
void backward(const ClassGeometry& g, const T* x, const int64_t* target, const T* w,
              const T* largest, const T* log_sum, const T* dy, int64_t step_dy, T scale, T* dx) {
  const int64_t C = g.C, S = g.S, ignored = g.ignore_index;
  const T spread = spread_of<T>(g), direct = static_cast<T>(1 - g.label_smoothing);
  T total_weight = 0;
  if (spread != T(0))
    for (int64_t c = 0; c < C; ++c) total_weight += weight_of(w, c);
  for_each_tile(g.N, C, S, [=](int64_t n, int64_t s0, int64_t width) {
    const T* row = x + n * C * S + s0;
    T* out = dx + n * C * S + s0;
    const int64_t at = n * S + s0;
    const T *m = largest + at, *l = log_sum + at;
    T grad[kRowTile], all[kRowTile];  // of the row's loss; that times the target's total weight
    for (int64_t s = 0; s < width; ++s) {
      const int64_t t = target[at + s];
      grad[s] = t == ignored ? T(0) : dy[(at + s) * step_dy] * scale;
      all[s] = t == ignored ? T(0) : grad[s] * (direct * weight_of(w, t) + spread * total_weight);
    }
    if (spread != T(0)) fill_weights(C, S, width, w, spread, out);
    if (spread == T(0))
      for_each_element(C, S, width, [&](int64_t c, int64_t s) {
        out[c * S + s] = all[s] * exp((row[c * S + s] - m[s]) - l[s]);
      });
    else
      for_each_element(C, S, width, [&](int64_t c, int64_t s) {
        out[c * S + s] = all[s] * exp((row[c * S + s] - m[s]) - l[s]) - grad[s] * out[c * S + s];
      });
    for (int64_t s = 0; s < width; ++s) {
      const int64_t t = target[at + s];
      if (t != ignored) out[t * S + s] -= grad[s] * direct * weight_of(w, t);
    }
  });
}

template <class T>
void soft_forward(const ClassGeometry& g, const T* x, const T* q, const T* w, T* loss, T* largest,
                  T* log_sum) {
  const int64_t C = g.C, S = g.S;
  const T direct = static_cast<T>(1 - g.label_smoothing), spread = spread_of<T>(g);
  for_each_tile(g.N, C, S, [=](int64_t n, int64_t s0, int64_t width) {
    const T *row = x + n * C * S + s0, *p = q + n * C * S + s0;
    const int64_t at = n * S + s0;
    T *m = largest + at, *l = log_sum + at, sum[kRowTile];
    max_rows(C, S, width, row, m);
    sum_rows(
        C, S, width, [=](int64_t c, int64_t s) { return exp(row[c * S + s] - m[s]); }, sum);
    for (int64_t s = 0; s < width; ++s) l[s] = std::log(sum[s]);
    sum_rows(
        C, S, width,
        [=](int64_t c, int64_t s) {
          const T share = weight_of(w, c) * (direct * p[c * S + s] + spread);
          return share * (l[s] - (row[c * S + s] - m[s]));
        },
        loss + at);
  });
}

template <class T>
void soft_backward(const ClassGeometry& g, const T* x, const T* q, const T* w, const T* largest,
                   const T* log_sum, const T* dy, int64_t step_dy, T scale, T* dx, T* dq) {
  const int64_t C = g.C, S = g.S;
  const T direct = static_cast<T>(1 - g.label_smoothing), spread = spread_of<T>(g);
  for_each_tile(g.N, C, S, [=](int64_t n, int64_t s0, int64_t width) {
    const int64_t first = n * C * S + s0, at = n * S + s0;
    const T *row = x + first, *p = q + first, *m = largest + at, *l = log_sum + at;
    T grad[kRowTile], all[kRowTile];  // of the row's loss; that times the sum of its shares
    for (int64_t s = 0; s < width; ++s) grad[s] = dy[(at + s) * step_dy] * scale;
    if (dx) {
      T* out = dx + first;
      fill_weights(C, S, width, w, T(1), out);
      for_each_element(C, S, width, [&](int64_t c, int64_t s) {
        out[c * S + s] *= direct * p[c * S + s] + spread;
      });
      sum_rows(
          C, S, width, [=](int64_t c, int64_t s) { return out[c * S + s]; }, all);
      for (int64_t s = 0; s < width; ++s) all[s] *= grad[s];
      for_each_element(C, S, width, [&](int64_t c, int64_t s) {
        out[c * S + s] = all[s] * exp((row[c * S + s] - m[s]) - l[s]) - grad[s] * out[c * S + s];
      });
    }
    if (dq) {
      T* out = dq + first;
      fill_weights(C, S, width, w, direct, out);
      for_each_element(C, S, width, [&](int64_t c, int64_t s) {
        out[c * S + s] *= grad[s] * (l[s] - (row[c * S + s] - m[s]));
      });
    }
  });
}

template <class T>
void nll_forward(const ClassGeometry& g, const T* x, const int64_t* target, const T* w, T* loss) {
  const int64_t C = g.C, S = g.S, ignored = g.ignore_index;
  parallel_for(g.N * S, 4 * g.N * S, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t t = target[i];
      loss[i] = t == ignored ? T(0) : -weight_of(w, t) * x[(i / S * C + t) * S + i % S];
    }
  });
}

template <class T>
void nll_backward(const ClassGeometry& g, const int64_t* target, const T* w, const T* dy,
                  int64_t step_dy, T scale, T* dx) {
  const int64_t C = g.C, S = g.S, ignored = g.ignore_index;
  parallel_for(g.N, g.N * C * S, [=](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; ++n) {
      T* out = dx + n * C * S;
      for (int64_t i = 0; i < C * S; ++i) out[i] = 0;
      for (int64_t s = 0; s < S; ++s) {
        const int64_t i = n * S + s, t = target[i];
        if (t != ignored) out[t * S + s] = -weight_of(w, t) * dy[i * step_dy] * scale;
      }
    }
  });
}

template <class T>
void install(Tables& tables) {
  tables.set(CrossEntropy<T>{forward<T>, backward<T>, soft_forward<T>, soft_backward<T>});
  tables.set(NllLoss<T>{nll_forward<T>, nll_backward<T>});
}

}  // namespace

void install_cross_entropy(Tables& tables) {
  install<float>(tables);
  if constexpr (kOwnFloat64) install<double>(tables);
}

}  // namespace reel::kernels::REEL_ISA
