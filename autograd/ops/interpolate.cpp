// y = A x along each spatial dimension, A a sparse matrix of the mode's weights. dx = A^T dy.
// docs/ops/interpolate.md has the weights.

#include <reel/autograd/ops/pools.h>
#include <reel/autograd/ops/resampling.h>
#include <reel/autograd/trace.h>
#include <reel/autograd/variable.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/layout.h>
#include <reel/core/parallel.h>
#include <reel/core/scratch.h>

#include <algorithm>
#include <cmath>
#include <memory>

namespace reel {

namespace {

using Mode = InterpolateMode;

const char* name_of(Mode mode) {
  constexpr const char* kNames[] = {"nearest",   "nearest-exact", "linear", "bilinear",
                                    "trilinear", "bicubic",       "area"};
  return kNames[static_cast<size_t>(mode)];
}

// --- the weights of a dimension ---

// Rows of a sparse matrix: kernels::ResampleAxis points into it.
struct Weights {
  int64_t in = 1;
  std::vector<int64_t> first{0}, index;
  std::vector<double> weight;

  int64_t out() const { return static_cast<int64_t>(first.size()) - 1; }
  // Weights of one row for the same input are added up, zeros left out.
  void add(int64_t i, double w) {
    if (w == 0) return;
    if (static_cast<int64_t>(index.size()) > first.back() && index.back() == i) {
      weight.back() += w;
      return;
    }
    index.push_back(i);
    weight.push_back(w);
  }
  void end_row() { first.push_back(static_cast<int64_t>(index.size())); }
  kernels::ResampleAxis axis() const {
    return {in, out(), first.data(), index.data(), weight.data()};
  }
  Weights transposed() const;
};

Weights Weights::transposed() const {
  const auto at = [](int64_t i) { return static_cast<size_t>(i); };
  Weights t;
  t.in = out();
  t.first.assign(at(in + 1), 0);
  t.index.resize(index.size());
  t.weight.resize(index.size());
  for (int64_t i : index) ++t.first[at(i + 1)];
  for (int64_t i = 0; i < in; ++i) t.first[at(i + 1)] += t.first[at(i)];
  std::vector<int64_t> next(t.first.begin(), t.first.end() - 1);
  for (int64_t o = 0; o < out(); ++o)
    for (int64_t i = first[at(o)]; i < first[at(o + 1)]; ++i) {
      const size_t to = at(next[at(index[at(i)])]++);
      t.index[to] = o;
      t.weight[to] = weight[at(i)];
    }
  return t;
}

// One dimension, as it was asked for; `step` is the scale factor's inverse if there is one.
struct Axis {
  int64_t in, out;
  std::optional<double> step;
};

// Input pixels an output pixel, in T: rounding decides which pixels a place lies between.
template <class T>
T step_of(const Axis& a, bool align_corners) {
  if (align_corners) return a.out > 1 ? static_cast<T>(a.in - 1) / static_cast<T>(a.out - 1) : T(0);
  return a.step ? static_cast<T>(*a.step) : static_cast<T>(a.in) / static_cast<T>(a.out);
}

int64_t clamped(int64_t i, const Axis& a) { return std::clamp<int64_t>(i, 0, a.in - 1); }

// Equations 1 and 2. Always in float, as PyTorch does it.
int64_t nearest(const Axis& a, int64_t o, bool exact) {
  if (!exact && a.out == a.in) return o;
  if (!exact && a.out == 2 * a.in) return o / 2;
  const float place = (static_cast<float>(o) + (exact ? 0.5F : 0)) * step_of<float>(a, false);
  return clamped(static_cast<int64_t>(std::floor(place)), a);
}

// Keys' cubic polynomial at a distance from the centre.
template <class T>
T cubic(T d, T a) {
  d = std::abs(d);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((d - 5) * d + 8) * d * a - 4 * a : T(0);
}

// Equation 5: a filter as wide as the step, its weights made to add up to 1.
template <class T>
void add_antialiased(const Axis& a, Mode mode, T step, int64_t o, Weights& w) {
  const T wide = std::max(step, T(1)), support = (mode == kBicubic ? T(2) : T(1)) * wide;
  const T centre = step * (static_cast<T>(o) + T(0.5));
  const auto begin = std::max<int64_t>(static_cast<int64_t>(centre - support + T(0.5)), 0);
  const auto end = std::min<int64_t>(static_cast<int64_t>(centre + support + T(0.5)), a.in);
  const auto at = [&](int64_t i) {
    const T d = (static_cast<T>(i) - centre + T(0.5)) / wide;
    return mode == kBicubic ? cubic<T>(d, T(-0.5)) : std::max(T(0), 1 - std::abs(d));
  };
  T sum = 0;
  for (int64_t i = begin; i < end; ++i) sum += at(i);
  for (int64_t i = begin; i < end; ++i) w.add(i, static_cast<double>(at(i) / sum));
}

template <class T>
Weights weights_of(const Axis& a, Mode mode, bool align_corners, bool antialias) {
  Weights w;
  w.in = a.in;
  const T step = step_of<T>(a, align_corners);
  for (int64_t o = 0; o < a.out; ++o, w.end_row()) {
    if (mode == kNearest || mode == kNearestExact) {
      w.add(nearest(a, o, mode == kNearestExact), 1);
      continue;
    }
    if (antialias) {
      add_antialiased<T>(a, mode, step, o, w);
      continue;
    }
    if (mode != kBicubic && a.out == a.in) {  // as PyTorch, whatever the step
      w.add(o, 1);
      continue;
    }
    const auto place = static_cast<T>(o);
    T x = align_corners ? step * place : step * (place + T(0.5)) - T(0.5);
    if (mode == kBicubic) {  // equation 4
      const auto i = static_cast<int64_t>(std::floor(x));
      const T t = x - static_cast<T>(i);
      for (int64_t k = -1; k <= 2; ++k)
        w.add(clamped(i + k, a), static_cast<double>(cubic<T>(t - static_cast<T>(k), T(-0.75))));
      continue;
    }
    x = std::max(x, T(0));  // equation 3
    const int64_t i = clamped(static_cast<int64_t>(x), a);
    const T t = std::clamp(x - static_cast<T>(i), T(0), T(1));
    w.add(i, static_cast<double>(1 - t));
    w.add(clamped(i + 1, a), static_cast<double>(t));
  }
  return w;
}

// --- what is asked for ---

constexpr const char* kScales[] = {"scale_d", "scale_h", "scale_w"};

struct Interpolation {
  int D;
  Axis axis[3];  // the last D
};

void check_mode(const Tensor& x, Mode mode, std::optional<bool> align_corners, bool antialias) {
  REEL_CHECK(x.is_floating_point(), "interpolate: the input is ", x.dtype(),
             "; it must be float32 or float64.");
  REEL_CHECK(x.dim() >= 3 && x.dim() <= 5, "interpolate: input ", x, " has ", x.dim(),
             " dimensions; it must be (N, C, 1 to 3 spatial).");
  const int64_t D = x.dim() - 2;
  const int64_t only = mode == kLinear                         ? 1
                       : mode == kBilinear || mode == kBicubic ? 2
                       : mode == kTrilinear                    ? 3
                                                               : D;
  REEL_CHECK(only == D, "interpolate: mode ", name_of(mode), " of input ", x, ", which has ", D,
             " spatial dimensions; the mode is for ", only, ".");
  const bool nearest_or_area = mode == kNearest || mode == kNearestExact || mode == kArea;
  REEL_CHECK(!nearest_or_area || !align_corners, "interpolate: align_corners with mode ",
             name_of(mode), "; only linear, bilinear, trilinear and bicubic have it.");
  REEL_CHECK(!antialias || mode == kBilinear || mode == kBicubic,
             "interpolate: antialias with mode ", name_of(mode),
             "; only bilinear and bicubic have it.");
}

Interpolation check_interpolate(const Tensor& x, IntArrayRef size,
                                const std::vector<double>& scale_factor,
                                bool recompute_scale_factor) {
  const int D = static_cast<int>(x.dim() - 2);
  REEL_CHECK(size.empty() != scale_factor.empty(), "interpolate: ",
             size.empty() ? "neither size nor scale_factor is given"
                          : "both size and scale_factor are given",
             "; give one of them.");
  const size_t given = std::max(size.size(), scale_factor.size());
  REEL_CHECK(given == 1 || given == static_cast<size_t>(D),
             "interpolate: ", size.empty() ? "scale_factor" : "size", " has ", given,
             " values for ", D, " spatial dimensions; give ", D, " or one for all.");
  REEL_CHECK(!recompute_scale_factor || size.empty(),
             "interpolate: recompute_scale_factor with size; it is for scale_factor.");
  Interpolation p{D, {{1, 1, {}}, {1, 1, {}}, {1, 1, {}}}};
  for (int i = 0; i < D; ++i) {
    Axis& a = p.axis[3 - D + i];
    a.in = x.size(2 + i);
    const size_t at = given == 1 ? 0 : static_cast<size_t>(i);
    double out = 0;
    if (size.empty()) {
      const double scale = scale_factor[at];
      REEL_CHECK(scale > 0, "interpolate: scale_factor ", scale, "; it must be positive.");
      out = std::floor(static_cast<double>(a.in) * scale);
      if (!recompute_scale_factor) a.step = 1 / scale;
    } else {
      out = static_cast<double>(size[at]);
    }
    REEL_CHECK(a.in >= 1 && a.in <= INT32_MAX && out >= 1 && out <= INT32_MAX,
               "interpolate: input ", x, " to ", out, " pixels in spatial dimension ", i,
               "; both sizes must be from 1 to ", INT32_MAX, ".");
    a.out = static_cast<int64_t>(out);
  }
  return p;
}

// --- the map ---

struct Map {
  int64_t N, C;
  int D;
  Weights axis[3];

  Map transposed() const {
    return {N, C, D, {axis[0].transposed(), axis[1].transposed(), axis[2].transposed()}};
  }
  Shape output() const {
    Shape s{N, C};
    for (int d = 3 - D; d < 3; ++d) s.push_back(axis[d].out());
    return s;
  }
};
using SharedMap = std::shared_ptr<const Map>;

Tensor resample(const Tensor& x, const SharedMap& map, const SharedMap& transposed);

struct InterpolateBackward final : NodeOf<InterpolateBackward> {
  static constexpr const char* kName = "interpolate";
  SharedMap map, transposed;  // of this operation; its gradient's are the other way round
  void backward(BackwardCall& call) override {
    call.set_grad_input(0, resample(call.grad_output(), transposed, map));
  }
  void release_saved() override {
    map.reset();
    transposed.reset();
  }
};

// The map of x; `transposed` may be null.
Tensor resample(const Tensor& x, const SharedMap& map, const SharedMap& transposed) {
  const OperationScope scope(InterpolateBackward::kName);
  const Borrowed in = to_channels_last(x);
  const Tensor y = empty_channels_last(map->output(), x.dtype());
  const kernels::ResampleGeometry g{
      map->N, map->C, {map->axis[0].axis(), map->axis[1].axis(), map->axis[2].axis()}};
  visit_floating(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const int64_t threads = num_threads(), row = g.axis[2].in * g.C;
    Scratch scratch(threads * row * static_cast<int64_t>(sizeof(T)));
    kernels::active<kernels::Resample<T>>().apply(g, threads, scratch.data<T>(),
                                                  physical_data<T>(in), physical_data<T>(y));
  });
  if (auto* node = record<InterpolateBackward>(y, x)) {
    node->map = map;
    node->transposed = transposed ? transposed : std::make_shared<Map>(map->transposed());
  }
  return y;
}

Tensor mean_of_area(const Tensor& x, const Interpolation& p) {
  Shape size;
  for (int d = 3 - p.D; d < 3; ++d) size.push_back(p.axis[d].out);
  if (p.D == 1) return adaptive_avg_pool1d(x, size);
  return p.D == 2 ? adaptive_avg_pool2d(x, size) : adaptive_avg_pool3d(x, size);
}

}  // namespace

Tensor interpolate(const Tensor& x, IntArrayRef size, const std::vector<double>& scale_factor,
                   InterpolateMode mode, std::optional<bool> align_corners,
                   bool recompute_scale_factor, bool antialias) {
  check_mode(x, mode, align_corners, antialias);
  const Interpolation p = check_interpolate(x, size, scale_factor, recompute_scale_factor);
  if (mode == kArea) return mean_of_area(x, p);
  auto map = std::make_shared<Map>(Map{x.size(0), x.size(1), p.D, {}});
  visit_floating(x.dtype(), [&](auto zero) {
    for (int d = 0; d < 3; ++d)
      map->axis[d] =
          weights_of<decltype(zero)>(p.axis[d], d < 3 - p.D ? kNearest : mode,
                                     align_corners.value_or(false), antialias && d >= 3 - p.D);
  });
  const Tensor y = resample(x, map, nullptr);
  if (TracedOperation* t = traced(y)) {
    t->text("mode", name_of(mode)).integers("align_corners", align_corners.value_or(false));
    t->integers("antialias", antialias).integers("scaled", p.axis[2].step.has_value());
    for (int d = 3 - p.D; d < 3; ++d) t->number(kScales[d], 1 / p.axis[d].step.value_or(1));
  }
  return y;
}

}  // namespace reel
