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

template <class T, class Make>
[[gnu::always_inline]] inline void sum_pixels(const GroupNormGeometry& g, const Scratch<T>& s,
                                              Make make) {
  for (int64_t c = 0; c < g.C; ++c) s.first[c] = s.second[c] = 0;
  add_channel_sums<T>(0, g.P, g.C, make, s.chain, s.first, s.second);
}

// What scales and shifts the channels of a sample: y = (x - centre) * scale + shift.
template <class T>
void set_factors(const GroupNormGeometry& g, const T* w, const T* b, const T* mean, const T* rstd,
                 const Scratch<T>& s) {
  const int64_t width = g.C / g.G;
  for (int64_t c = 0; c < g.C; ++c) {
    s.centre[c] = mean[c / width];
    s.scale[c] = w ? rstd[c / width] * w[c] : rstd[c / width];
    s.shift[c] = b ? b[c] : T(0);
  }
}

// The factors of some channels, in registers.
template <class V>
struct Factors {
  V centre, scale, shift;
  template <class T>
  [[gnu::always_inline]] Factors(const Scratch<T>& s, int64_t c)
      : centre(lanes_at<V>(s.centre + c)),
        scale(lanes_at<V>(s.scale + c)),
        shift(lanes_at<V>(s.shift + c)) {}
  [[gnu::always_inline]] V normalized(const V& x) const { return (x - centre) * scale + shift; }
};

// Mean and variance of each group, from sums shifted by the sample's first pixel: E[x^2] - E[x]^2
// would cancel where the mean is large, and a second pass over x costs a third of the time.
template <class T>
void statistics(const GroupNormGeometry& g, T eps, const T* x, const Scratch<T>& s, T* mean,
                T* rstd) {
  const int64_t C = g.C, width = C / g.G;
  const auto P = static_cast<double>(g.P), count = static_cast<double>(width) * P;
  sum_pixels<T>(
      g, s, [=](auto zero, int64_t c) __attribute__((always_inline)) {
        using V = decltype(zero);
        const V pivot = lanes_at<V>(x + c);
        return [=](int64_t p, V & a, V & b) __attribute__((always_inline)) {
          const V d = lanes_at<V>(x + p * C + c) - pivot;
          a += d;
          b += d * d;
        };
      });
  for (int64_t k = 0; k < g.G; ++k) {
    double centre = 0, squares = 0;
    for (int64_t c = k * width; c < (k + 1) * width; ++c)
      centre += static_cast<double>(x[c]) * P + s.first[c];
    centre /= count;
    // About the group's mean instead of the channel's pivot.
    for (int64_t c = k * width; c < (k + 1) * width; ++c) {
      const double shift = centre - static_cast<double>(x[c]);
      squares += s.second[c] - shift * (2 * s.first[c] - shift * P);
    }
    mean[k] = static_cast<T>(centre);
    const double variance = squares > 0 ? squares / count : 0;
    rstd[k] = static_cast<T>(1 / std::sqrt(variance + static_cast<double>(eps)));
  }
}

template <class T, bool kRelu>
void write_output(const GroupNormGeometry& g, const T* x, const Scratch<T>& s, T* y) {
  const int64_t C = g.C;
  for_channel_rows<T>(
      0, g.P, C, [=](auto zero, int64_t c) __attribute__((always_inline)) {
        using V = decltype(zero);
        const Factors<V> f(s, c);
        return [=](int64_t p) __attribute__((always_inline)) {
          V v = f.normalized(lanes_at<V>(x + p * C + c));
          if constexpr (kRelu) v = v <= V{} ? V{} : v;
          put_lanes(y + p * C + c, v);
        };
      });
}

template <class T>
void forward(const GroupNormGeometry& g, T eps, const T* x, const T* w, const T* b, double* scratch,
             T* y, T* mean, T* rstd) {
  const int64_t sample = g.P * g.C;
  if (sample == 0) return;
  parallel_for(g.N, 4 * g.N * sample, [=](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; ++n) {
      const Scratch<T> s(scratch, n, g.C);
      statistics(g, eps, x + n * sample, s, mean + n * g.G, rstd + n * g.G);
      set_factors(g, w, b, mean + n * g.G, rstd + n * g.G, s);
      const auto write = g.relu ? write_output<T, true> : write_output<T, false>;
      write(g, x + n * sample, s, y + n * sample);
    }
  });
}

// scalar: dy of the normalization, 0 where ReLU gave 0
template <bool kRelu, class V, class T>
[[gnu::always_inline]] inline V gradient_at(const Factors<V>& f, const T* dy, const V& x) {
  const V g = lanes_at<V>(dy);
  if constexpr (kRelu) return f.normalized(x) <= V{} ? V{} : g;
  return g;
}

// Leaves the sample's terms of equations 4 and 5 in first (db) and second (dw).
template <class T, bool kRelu>
void backward_sample(const GroupNormGeometry& g, const T* dy, const T* x, const T* w, const T* rstd,
                     const Scratch<T>& s, T* dx) {
  const int64_t C = g.C, width = C / g.G;
  const double count = static_cast<double>(width * g.P);
  sum_pixels<T>(
      g, s, [=](auto zero, int64_t c) __attribute__((always_inline)) {
        using V = decltype(zero);
        const Factors<V> f(s, c);
        return [=](int64_t p, V & a, V & b) __attribute__((always_inline)) {
          const V in = lanes_at<V>(x + p * C + c);
          const V d = gradient_at<kRelu>(f, dy + p * C + c, in);
          a += d;
          b += d * (in - f.centre);
        };
      });
  for (int64_t c = 0; c < C; ++c) s.second[c] *= static_cast<double>(rstd[c / width]);
  if (!dx) return;
  T *c1 = s.chain, *c2 = s.chain + C;  // the two means of equation 6, a channel
  for (int64_t k = 0; k < g.G; ++k) {
    double m1 = 0, m2 = 0;
    for (int64_t c = k * width; c < (k + 1) * width; ++c) {
      const double weight = w ? static_cast<double>(w[c]) : 1;
      m1 += weight * s.first[c];
      m2 += weight * s.second[c];
    }
    const auto r = static_cast<double>(rstd[k]);
    for (int64_t c = k * width; c < (k + 1) * width; ++c) {
      c1[c] = static_cast<T>(m1 / count * r);
      c2[c] = static_cast<T>(m2 / count * r * r);
    }
  }
  for_channel_rows<T>(
      0, g.P, C, [=](auto zero, int64_t c) __attribute__((always_inline)) {
        using V = decltype(zero);
        const Factors<V> f(s, c);
        const V k1 = lanes_at<V>(c1 + c), k2 = lanes_at<V>(c2 + c);
        return [=](int64_t p) __attribute__((always_inline)) {
          const V in = lanes_at<V>(x + p * C + c);
          const V d = gradient_at<kRelu>(f, dy + p * C + c, in);
          put_lanes(dx + p * C + c, d * f.scale - k1 - (in - f.centre) * k2);
        };
      });
}

template <class T>
void backward(const GroupNormGeometry& g, const T* dy, const T* x, const T* w, const T* b,
              const T* mean, const T* rstd, double* scratch, T* dx, T* dw, T* db) {
  const int64_t sample = g.P * g.C;
  parallel_for(g.N, 5 * g.N * sample, [=](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; ++n) {
      const Scratch<T> s(scratch, n, g.C);
      set_factors(g, w, b, mean + n * g.G, rstd + n * g.G, s);
      const auto run = g.relu ? backward_sample<T, true> : backward_sample<T, false>;
      run(g, dy + n * sample, x + n * sample, w, rstd + n * g.G, s, dx ? dx + n * sample : nullptr);
    }
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
