#include <reel/core/kernels/channel_norm.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/parallel.h>
#include <reel/core/scratch.h>

#include <cmath>

namespace reel::kernels::REEL_ISA {

namespace {

// f(i, group) for the channels c .. c + n.
template <class F>
[[gnu::always_inline]] inline void for_channels(const GroupNormGeometry& g, int64_t c, int64_t n,
                                                F f) {
  const int64_t width = g.C / g.G;
  int64_t group = c / width;
  for (int64_t i = 0; i < n; ++group) {
    const int64_t stop = (group + 1) * width - c < n ? (group + 1) * width - c : n;
    for (; i < stop; ++i) f(i, group);
  }
}

// A value near the group's mean: that of its first pixel.
template <class T>
[[gnu::always_inline]] inline T pivot_of(const GroupNormGeometry& g, const T* x, int64_t group) {
  const int64_t width = g.C / g.G;
  T sum = 0;
  for (int64_t c = group * width; c < (group + 1) * width; ++c) sum += x[c];
  return sum / static_cast<T>(width);
}

template <class T>
struct Pivots {
  const GroupNormGeometry& g;
  const T* x;
  template <int kCount, int64_t kChannels>
  void operator()(int64_t c, int64_t n, T (&k)[kCount][kChannels]) const {
    int64_t last = -1;
    T pivot = 0;
    for_channels(g, c, n, [&](int64_t i, int64_t group) {
      if (group != last) pivot = pivot_of(g, x, group);
      last = group;
      k[kCentre][i] = pivot;
    });
  }
};

// The factors of equation 3 for one sample.
template <class T>
struct AffineFactors {
  const GroupNormGeometry& g;
  const T *w, *b, *mean, *rstd;
  template <int kCount, int64_t kChannels>
  void operator()(int64_t c, int64_t n, T (&k)[kCount][kChannels]) const {
    for_channels(g, c, n, [&](int64_t i, int64_t group) {
      k[kCentre][i] = mean[group];
      if constexpr (kCount > kShift) {
        k[kScale][i] = w ? rstd[group] * w[c + i] : rstd[group];
        k[kShift][i] = b ? b[c + i] : T(0);
      }
    });
  }
};

// And those of equation 6: the two means times rstd, a group.
template <class T>
struct GradientFactors {
  AffineFactors<T> affine;
  const T *mean_gradient, *mean_product;
  template <int kCount, int64_t kChannels>
  void operator()(int64_t c, int64_t n, T (&k)[kCount][kChannels]) const {
    affine(c, n, k);
    for_channels(affine.g, c, n, [&](int64_t i, int64_t group) {
      k[kMeanGradient][i] = mean_gradient[group];
      k[kMeanProduct][i] = mean_product[group];
    });
  }
};

// In how many parts the pixels of a sample are summed, whatever the number of threads: several, of
// some 16384 elements, where samples are too few to share and large enough to cut.
int64_t parts_of(const GroupNormGeometry& g) {
  constexpr int64_t kFewSamples = 8, kPart = 16384, kMost = 32;
  const int64_t parts = g.N < kFewSamples ? g.P * g.C / kPart : 1;
  return parts < 1 ? 1 : parts < kMost ? parts : kMost;
}

// Of each sample two sums a channel and two means a group, and the sums of one sample's parts.
int64_t bytes_of_sums(const GroupNormGeometry& g) {
  const int64_t parts = parts_of(g);
  const int64_t count = g.N * 2 * (g.C + g.G) + (parts > 1 ? parts * 2 * g.C : 0);
  return count * static_cast<int64_t>(sizeof(double));
}

// The parts in which the pixels of a sample are summed.
struct Parts {
  explicit Parts(const GroupNormGeometry& g, double* all)
      : count(parts_of(g)), sums(all + g.N * 2 * (g.C + g.G)) {}
  int64_t count;
  double* sums;
};

// Two sums a channel of one sample, in sums[0 .. 2C).
template <class T, class Op>
[[gnu::always_inline]] inline void sum_pixels(const GroupNormGeometry& g, const Parts& parts,
                                              const Op& op, double* sums) {
  const int64_t rows = rows_together<T>(g.C), units = g.P / rows;
  double* part_sums = parts.count > 1 ? parts.sums : sums;
  parallel_for(parts.count, 2 * g.P * g.C, [&, rows, units](int64_t begin, int64_t end) {
    for (int64_t k = begin; k < end; ++k) {
      const int64_t last = k + 1 < parts.count ? units * (k + 1) / parts.count * rows : g.P;
      double* part = part_sums + k * 2 * g.C;
      sum_rows<T>(units * k / parts.count * rows, last, g.C, op, part, part + g.C);
    }
  });
  if (parts.count == 1) return;
  for (int64_t c = 0; c < 2 * g.C; ++c) sums[c] = part_sums[c];
  for (int64_t k = 1; k < parts.count; ++k)
    for (int64_t c = 0; c < 2 * g.C; ++c) sums[c] += part_sums[k * 2 * g.C + c];
}

// Calls f(n) for all samples: side by side, or one after the other where each is cut.
template <class F>
[[gnu::always_inline]] inline void for_samples(const GroupNormGeometry& g, const Parts& parts,
                                               int64_t work, F f) {
  if (parts.count > 1) {
    for (int64_t n = 0; n < g.N; ++n) f(n);
    return;
  }
  parallel_for(g.N, work, [&](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; ++n) f(n);
  });
}

// Equations 1 and 2 of a sample, from sums about its pivots: E[x^2] - E[x]^2 would cancel where the
// mean is large, and a second pass over x costs a third of the time.
template <class T>
void moments(const GroupNormGeometry& g, T eps, const T* x, const double* sums, T* mean, T* rstd) {
  const int64_t width = g.C / g.G;
  const auto count = static_cast<double>(width * g.P);
  for (int64_t k = 0; k < g.G; ++k) {
    double shift = 0, squares = 0;
    for (int64_t c = k * width; c < (k + 1) * width; ++c) {
      shift += sums[c];
      squares += sums[g.C + c];
    }
    shift /= count;
    const double v = squares / count - shift * shift, variance = v < 0 ? 0 : v;
    mean[k] = static_cast<T>(static_cast<double>(pivot_of(g, x, k)) + shift);
    rstd[k] = static_cast<T>(1 / std::sqrt(variance + static_cast<double>(eps)));
  }
}

template <class T, bool kRelu>
void forward_samples(const GroupNormGeometry& g, T eps, const T* x, const T* w, const T* b,
                     double* all, T* y, T* mean, T* rstd) {
  const Parts parts(g, all);
  for_samples(g, parts, 4 * g.N * g.P * g.C, [&](int64_t n) {
    const T* in = x + n * g.P * g.C;
    T *m = mean + n * g.G, *r = rstd + n * g.G;
    double* sums = all + n * 2 * (g.C + g.G);
    sum_pixels<T>(g, parts, AboutCentre<T, Pivots<T>>{{g, in}, in}, sums);
    moments(g, eps, in, sums, m, r);
    const Normalize<T, kRelu, AffineFactors<T>> normalize{{g, w, b, m, r}, in};
    map_all_rows(g.P, g.C, 2 * g.P * g.C, normalize, y + n * g.P * g.C);
  });
}

template <class T>
void forward(const GroupNormGeometry& g, T eps, const T* x, const T* w, const T* b, T* y, T* mean,
             T* rstd) {
  if (g.P * g.C == 0) return;
  const auto run = g.relu ? forward_samples<T, true> : forward_samples<T, false>;
  Scratch scratch(bytes_of_sums(g));
  run(g, eps, x, w, b, scratch.data<double>(), y, mean, rstd);
}

// The means of equation 6, times rstd, from the sample's terms of equations 4 and 5.
template <class T>
void gradient_means(const GroupNormGeometry& g, const T* w, const T* rstd, const double* sums,
                    T* mean_gradient, T* mean_product) {
  const int64_t width = g.C / g.G;
  const auto count = static_cast<double>(width * g.P);
  for (int64_t k = 0; k < g.G; ++k) {
    double m1 = 0, m2 = 0;
    for (int64_t c = k * width; c < (k + 1) * width; ++c) {
      const double weight = w ? static_cast<double>(w[c]) : 1;
      m1 += weight * sums[c];
      m2 += weight * sums[g.C + c];
    }
    const auto r = static_cast<double>(rstd[k]);
    mean_gradient[k] = static_cast<T>(m1 / count * r);
    mean_product[k] = static_cast<T>(m2 / count * r * r);
  }
}

// Leaves each sample's terms of equations 4 and 5 in its part of `all`.
template <class T, bool kRelu>
void backward_samples(const GroupNormGeometry& g, const T* dy, const T* x, const T* w, const T* b,
                      const T* mean, const T* rstd, double* all, T* dx) {
  const Parts parts(g, all);
  for_samples(g, parts, 5 * g.N * g.P * g.C, [&](int64_t n) {
    const int64_t sample = n * g.P * g.C;
    const AffineFactors<T> affine{g, w, b, mean + n * g.G, rstd + n * g.G};
    double* sums = all + n * 2 * (g.C + g.G);
    const GradientSums<T, kRelu, AffineFactors<T>> terms{affine, dy + sample, x + sample};
    sum_pixels<T>(g, parts, terms, sums);
    for_channels(g, 0, g.C, [&](int64_t c, int64_t group) {
      sums[g.C + c] *= static_cast<double>(affine.rstd[group]);
    });
    if (!dx) return;
    T *m1 = reinterpret_cast<T*>(sums + 2 * g.C), *m2 = m1 + g.G;
    gradient_means(g, w, affine.rstd, sums, m1, m2);
    const GradientFactors<T> factors{affine, m1, m2};
    const InputGradient<T, kRelu, GradientFactors<T>> gradient{factors, dy + sample, x + sample};
    map_all_rows(g.P, g.C, 3 * g.P * g.C, gradient, dx + sample);
  });
}

template <class T>
void backward(const GroupNormGeometry& g, const T* dy, const T* x, const T* w, const T* b,
              const T* mean, const T* rstd, T* dx, T* dw, T* db) {
  const auto run = g.relu ? backward_samples<T, true> : backward_samples<T, false>;
  Scratch scratch(bytes_of_sums(g));
  double* sums = scratch.data<double>();
  run(g, dy, x, w, b, mean, rstd, sums, dx);
  if (g.N == 0) {
    for (int64_t c = 0; c < g.C; ++c) {
      if (dw) dw[c] = 0;
      if (db) db[c] = 0;
    }
    return;
  }
  for (int64_t n = 1; n < g.N; ++n)
    for (int64_t c = 0; c < 2 * g.C; ++c) sums[c] += sums[n * 2 * (g.C + g.G) + c];
  for (int64_t c = 0; c < g.C; ++c) {
    if (db) db[c] = static_cast<T>(sums[c]);
    if (dw) dw[c] = static_cast<T>(sums[g.C + c]);
  }
}

template <class T>
void install(Tables& tables) {
  tables.set(GroupNorm<T>{forward<T>, backward<T>});
}

}  // namespace

void install_group_norm(Tables& tables) {
  install<float>(tables);
  if constexpr (kOwnFloat64) install<double>(tables);
}

}  // namespace reel::kernels::REEL_ISA
