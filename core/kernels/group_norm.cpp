#include <reel/core/kernels/channel_sums.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/parallel.h>

#include <cmath>

namespace reel::kernels::REEL_ISA {

namespace {

// One sample's part of the scratch: values of C channels each.
template <class T>
struct Scratch {
  Scratch(double* all, int64_t n, int64_t C)
      : first(all + n * 7 * C),
        second(first + C),
        chain(reinterpret_cast<T*>(second + C)),
        centre(reinterpret_cast<T*>(second + 3 * C)),
        scale(reinterpret_cast<T*>(second + 4 * C)),
        shift(reinterpret_cast<T*>(second + 5 * C)) {}
  double *first, *second;     // sums
  T* chain;                   // for add_channel_sums: 2C
  T *centre, *scale, *shift;  // factors of the pass that writes
};

template <class T, class F>
[[gnu::always_inline]] inline void sum_pixels(const GroupNormGeometry& g, const Scratch<T>& s,
                                              F f) {
  for (int64_t c = 0; c < g.C; ++c) s.first[c] = s.second[c] = 0;
  add_channel_sums<T>(0, g.P, g.C, f, s.chain, s.first, s.second);
}

template <class T>
double group_sum(const T* v, int64_t k, int64_t width) {
  double total = 0;
  for (int64_t c = k * width; c < (k + 1) * width; ++c) total += static_cast<double>(v[c]);
  return total;
}

// Spreads one value a group over its channels.
template <class T>
void spread(const GroupNormGeometry& g, const T* groups, T* channels) {
  const int64_t width = g.C / g.G;
  for (int64_t k = 0; k < g.G; ++k)
    for (int64_t c = k * width; c < (k + 1) * width; ++c) channels[c] = groups[k];
}

template <class T>
void forward_sample(const GroupNormGeometry& g, T eps, const T* x, const T* w, const T* b,
                    const Scratch<T>& s, T* y, T* mean, T* rstd) {
  const int64_t C = g.C, width = C / g.G;
  const double count = static_cast<double>(width * g.P);
  sum_pixels<T>(g, s, [=](int64_t p, int64_t c, T& sum, T&) { sum += x[p * C + c]; });
  for (int64_t k = 0; k < g.G; ++k) mean[k] = static_cast<T>(group_sum(s.first, k, width) / count);
  const T* centre = s.centre;
  spread(g, mean, s.centre);
  // A second pass: E[x^2] - E[x]^2 would cancel where the mean is large.
  sum_pixels<T>(g, s, [=](int64_t p, int64_t c, T& sum, T&) {
    const T d = x[p * C + c] - centre[c];
    sum += d * d;
  });
  for (int64_t k = 0; k < g.G; ++k)
    rstd[k] = static_cast<T>(
        1 / std::sqrt(group_sum(s.first, k, width) / count + static_cast<double>(eps)));
  spread(g, rstd, s.scale);
  for (int64_t c = 0; c < C; ++c) {
    if (w) s.scale[c] *= w[c];
    s.shift[c] = b ? b[c] : T(0);
  }
  for (int64_t p = 0; p < g.P; ++p)
    for (int64_t c = 0; c < C; ++c)
      y[p * C + c] = (x[p * C + c] - s.centre[c]) * s.scale[c] + s.shift[c];
}

template <class T>
void forward(const GroupNormGeometry& g, T eps, const T* x, const T* w, const T* b, double* scratch,
             T* y, T* mean, T* rstd) {
  const int64_t sample = g.P * g.C;
  parallel_for(g.N, 4 * g.N * sample, [=](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; ++n)
      forward_sample(g, eps, x + n * sample, w, b, Scratch<T>(scratch, n, g.C), y + n * sample,
                     mean + n * g.G, rstd + n * g.G);
  });
}

// Leaves the sample's terms of equations 4 and 5 in first (db) and second (dw).
template <class T>
void backward_sample(const GroupNormGeometry& g, const T* dy, const T* x, const T* w, const T* mean,
                     const T* rstd, const Scratch<T>& s, T* dx) {
  const int64_t C = g.C, width = C / g.G;
  const double count = static_cast<double>(width * g.P);
  const T* centre = s.centre;
  spread(g, mean, s.centre);
  spread(g, rstd, s.scale);
  sum_pixels<T>(g, s, [=](int64_t p, int64_t c, T& sum, T& product) {
    const T d = dy[p * C + c];
    sum += d;
    product += d * (x[p * C + c] - centre[c]);
  });
  for (int64_t c = 0; c < C; ++c) s.second[c] *= static_cast<double>(s.scale[c]);
  if (!dx) return;
  T *c1 = s.chain, *c2 = s.chain + C;  // the two means of equation 6, a channel
  for (int64_t c = 0; c < C; ++c) {
    const double weight = w ? static_cast<double>(w[c]) : 1;
    c1[c] = static_cast<T>(weight * s.first[c]);
    c2[c] = static_cast<T>(weight * s.second[c]);
  }
  for (int64_t k = 0; k < g.G; ++k) {
    const T m1 = static_cast<T>(group_sum(c1, k, width) / count);
    const T m2 = static_cast<T>(group_sum(c2, k, width) / count);
    for (int64_t c = k * width; c < (k + 1) * width; ++c) {
      c1[c] = m1;
      c2[c] = m2 * s.scale[c];
    }
  }
  for (int64_t c = 0; c < C; ++c) s.shift[c] = w ? w[c] : T(1);
  for (int64_t p = 0; p < g.P; ++p)
    for (int64_t c = 0; c < C; ++c) {
      const int64_t i = p * C + c;
      dx[i] = s.scale[c] * (dy[i] * s.shift[c] - c1[c] - (x[i] - s.centre[c]) * c2[c]);
    }
}

template <class T>
void backward(const GroupNormGeometry& g, const T* dy, const T* x, const T* w, const T* mean,
              const T* rstd, double* scratch, T* dx, T* dw, T* db) {
  const int64_t sample = g.P * g.C;
  parallel_for(g.N, 5 * g.N * sample, [=](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; ++n)
      backward_sample(g, dy + n * sample, x + n * sample, w, mean + n * g.G, rstd + n * g.G,
                      Scratch<T>(scratch, n, g.C), dx ? dx + n * sample : nullptr);
  });
  if (!dw && !db) return;
  for (int64_t c = 0; c < g.C; ++c) {
    double sum_w = 0, sum_b = 0;
    for (int64_t n = 0; n < g.N; ++n) {
      const Scratch<T> s(scratch, n, g.C);
      sum_b += s.first[c];
      sum_w += s.second[c];
    }
    if (dw) dw[c] = static_cast<T>(sum_w);
    if (db) db[c] = static_cast<T>(sum_b);
  }
}

template <class T>
void install(Tables& tables) {
  tables.set(GroupNorm<T>{forward<T>, backward<T>});
}

}  // namespace

void install_group_norm(Tables& tables) {
  install<float>(tables);
  install<double>(tables);
}

}  // namespace reel::kernels::REEL_ISA
