// Pooling and resampling.

#include <reel/autograd/grad_mode.h>
#include <reel/core/creation.h>
#include <reel/io/onnx/operation.h>

#include <algorithm>
#include <numeric>

namespace reel::io::onnx {

namespace {

struct Axis {
  int64_t in, out;
};

// The spatial dimensions.
std::vector<Axis> axes_of(const Operation& o) {
  std::vector<Axis> axes;
  for (int64_t d = 2; d < o.in(0).dim(); ++d) axes.push_back({o.in(0).size(d), o.out().size(d)});
  return axes;
}

// Windows of a kernel, for each spatial dimension.
struct Windows {
  std::vector<Axis> axes;
  std::vector<int64_t> kernel, stride, padding, dilation;

  explicit Windows(const Operation& o)
      : axes(axes_of(o)),
        kernel(o.integers("kernel")),
        stride(o.integers("stride")),
        padding(o.integers("padding")),
        dilation(o.integers("dilation")) {}
  int64_t covered(size_t d) const { return dilation[d] * (kernel[d] - 1) + 1; }
  // The padding behind the last pixel that makes as many windows: more than before it, if the last
  // window reaches beyond.
  int64_t behind(size_t d) const {
    return std::max(padding[d],
                    (axes[d].out - 1) * stride[d] + covered(d) - axes[d].in - padding[d]);
  }
  bool is_symmetric() const {
    for (size_t d = 0; d < axes.size(); ++d)
      if (behind(d) != padding[d]) return false;
    return true;
  }
  std::vector<int64_t> pads() const {
    std::vector<int64_t> all = padding;
    for (size_t d = 0; d < axes.size(); ++d) all.push_back(behind(d));
    return all;
  }
};

void max_pool(Operation& o) {
  const Windows w(o);
  o.result(o.add("MaxPool", {o.input(0)},
                 {integers("kernel_shape", w.kernel), integers("strides", w.stride),
                  integers("pads", w.pads()), integers("dilations", w.dilation)}));
}

// A row for each window: what it takes of each pixel.
Tensor average_matrix(const Axis& axis, Dtype dtype, int64_t kernel, int64_t stride,
                      int64_t padding, bool count_padding, double divisor) {
  Tensor m = zeros({axis.out, axis.in}, kFloat64);
  auto at = m.accessor<double, 2>();
  for (int64_t w = 0; w < axis.out; ++w) {
    const int64_t start = w * stride - padding;
    const int64_t padded_end = std::min(start + kernel, axis.in + padding);
    const int64_t begin = std::max<int64_t>(start, 0), end = std::min(padded_end, axis.in);
    const int64_t count = count_padding ? padded_end - start : end - begin;
    for (int64_t i = begin; i < end; ++i)
      at[w][i] = 1 / (divisor != 0 ? divisor : static_cast<double>(count));
  }
  return m.to(dtype);
}

Tensor adaptive_matrix(const Axis& axis, Dtype dtype) {
  Tensor m = zeros({axis.out, axis.in}, kFloat64);
  auto at = m.accessor<double, 2>();
  for (int64_t w = 0; w < axis.out; ++w) {
    const int64_t begin = w * axis.in / axis.out,
                  end = ((w + 1) * axis.in + axis.out - 1) / axis.out;
    for (int64_t i = begin; i < end; ++i) at[w][i] = 1 / static_cast<double>(end - begin);
  }
  return m.to(dtype);
}

void windowed_average(Operation& o) {
  const Windows w(o);
  const bool count_padding = o.integer("count_include_pad");
  const auto divisor = o.told("divisor") ? static_cast<double>(o.integer("divisor")) : 0.0;
  if (w.is_symmetric()) {
    std::string y = o.add(
        "AveragePool", {o.input(0)},
        {integers("kernel_shape", w.kernel), integers("strides", w.stride),
         integers("pads", w.pads()), integer("count_include_pad", count_padding || divisor != 0)});
    if (divisor != 0) {
      const int64_t taps = std::accumulate(w.kernel.begin(), w.kernel.end(), int64_t{1},
                                           [](int64_t a, int64_t b) { return a * b; });
      y = o.add("Mul", {y, o.scalar(static_cast<double>(taps) / divisor)});
    }
    return o.result(y);
  }
  std::string y = o.input(0);
  for (size_t d = 0; d < w.axes.size(); ++d) {
    const double share = divisor == 0 ? 0 : d + 1 == w.axes.size() ? divisor : 1;
    y = along(o, y, static_cast<int64_t>(d) + 2,
              average_matrix(w.axes[d], o.out().dtype(), w.kernel[d], w.stride[d], w.padding[d],
                             count_padding, share));
  }
  o.result(y);
}

bool is_global(const std::vector<Axis>& axes) {
  return std::all_of(axes.begin(), axes.end(), [](const Axis& a) { return a.out == 1; });
}
bool is_even(const std::vector<Axis>& axes) {
  return std::all_of(axes.begin(), axes.end(), [](const Axis& a) { return a.in % a.out == 0; });
}
// Equal windows that touch.
std::vector<Attribute> tiles(const std::vector<Axis>& axes) {
  std::vector<int64_t> sizes;
  for (const Axis& a : axes) sizes.push_back(a.in / a.out);
  return {integers("kernel_shape", sizes), integers("strides", sizes)};
}

void avg_pool(Operation& o) {
  if (o.told("kernel")) return windowed_average(o);
  const std::vector<Axis> axes = axes_of(o);
  if (is_global(axes)) return o.result(o.add("GlobalAveragePool", {o.input(0)}));
  if (is_even(axes)) return o.result(o.add("AveragePool", {o.input(0)}, tiles(axes)));
  std::string y = o.input(0);
  for (size_t d = 0; d < axes.size(); ++d)
    if (axes[d].in != axes[d].out)
      y = along(o, y, static_cast<int64_t>(d) + 2, adaptive_matrix(axes[d], o.out().dtype()));
  o.result(y);
}

void adaptive_max_pool(Operation& o) {
  const std::vector<Axis> axes = axes_of(o);
  if (is_global(axes)) return o.result(o.add("GlobalMaxPool", {o.input(0)}));
  if (is_even(axes)) return o.result(o.add("MaxPool", {o.input(0)}, tiles(axes)));
  std::string y = o.input(0);
  for (size_t d = 0; d < axes.size(); ++d) {
    const auto [in, out] = axes[d];
    const std::string axis = o.integers({static_cast<int64_t>(d) + 2});
    std::vector<std::string> rows;
    for (int64_t w = 0; w < out; ++w) {
      const std::string part = o.add("Slice", {y, o.integers({w * in / out}),
                                               o.integers({((w + 1) * in + out - 1) / out}), axis});
      rows.push_back(o.add("ReduceMax", {part, axis}));
    }
    y = o.add("Concat", rows, {integer("axis", static_cast<int64_t>(d) + 2)});
  }
  o.result(y);
}

// The scales of the spatial dimensions, or their sizes.
std::vector<std::string> resized_to(Operation& o) {
  const int64_t D = o.in(0).dim() - 2;
  if (!o.integer("scaled")) {
    std::vector<int64_t> sizes;
    for (const Axis& a : axes_of(o)) sizes.push_back(a.out);
    return {o.input(0), "", "", o.integers(sizes)};
  }
  constexpr const char* kScales[] = {"scale_d", "scale_h", "scale_w"};
  const Tensor scales = empty({D}, kFloat32);
  for (int64_t d = 0; d < D; ++d)
    scales.data_ptr<float>()[d] = static_cast<float>(o.number(kScales[3 - D + d]));
  return {o.input(0), "", o.graph().constant(scales)};
}

void interpolate(Operation& o) {
  const std::string mode = o.text("mode");
  const bool nearest = mode == "nearest" || mode == "nearest-exact", cubic = mode == "bicubic";
  const bool antialias = o.integer("antialias");
  std::vector<int64_t> axes(static_cast<size_t>(o.in(0).dim() - 2));
  std::iota(axes.begin(), axes.end(), 2);
  std::vector<Attribute> attributes{
      integers("axes", axes),
      text("mode", nearest ? "nearest"
                   : cubic ? "cubic"
                           : "linear"),
      text("coordinate_transformation_mode", mode == "nearest"            ? "asymmetric"
                                             : o.integer("align_corners") ? "align_corners"
                                                                          : "half_pixel")};
  if (nearest)
    attributes.push_back(text("nearest_mode", mode == "nearest" ? "floor" : "round_prefer_ceil"));
  if (cubic) attributes.push_back(real("cubic_coeff_a", antialias ? -0.5 : -0.75));
  if (antialias) {
    attributes.push_back(integer("antialias", 1));
    attributes.push_back(integer("exclude_outside", 1));
  }
  o.result(o.add("Resize", resized_to(o), attributes));
}

}  // namespace

std::string along(Operation& o, const std::string& x, int64_t dim, const Tensor& matrix) {
  const std::string weights = o.graph().constant(matrix.t());
  std::vector<int64_t> order(static_cast<size_t>(o.in(0).dim()));
  std::iota(order.begin(), order.end(), 0);
  if (dim + 1 == o.in(0).dim()) return o.add("MatMul", {x, weights});
  std::swap(order[static_cast<size_t>(dim)], order.back());
  const Attribute swapped = integers("perm", order);
  const std::string last = o.add("Transpose", {x}, {swapped});
  return o.add("Transpose", {o.add("MatMul", {last, weights})}, {swapped});
}

Rules pool_rules() {
  return {{"max_pool", "MaxPool", max_pool},
          {"avg_pool", "AveragePool, GlobalAveragePool, or MatMul for uneven windows", avg_pool},
          {"adaptive_max_pool", "MaxPool, GlobalMaxPool, or Slice, ReduceMax and Concat",
           adaptive_max_pool},
          {"interpolate", "Resize", interpolate}};
}

}  // namespace reel::io::onnx
