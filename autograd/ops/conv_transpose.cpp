// y[o * stride + t * dilation - padding] += weight[t] * x[o], in 1 to 3 dimensions: the input
// gradient of a convolution as an operation. docs/ops/conv_transpose.md.

#include <reel/autograd/ops/conv.h>
#include <reel/autograd/ops/convolutions.h>
#include <reel/core/error.h>

namespace reel {

namespace {

template <int D>
constexpr const char* kName = D == 1   ? "conv_transpose1d"
                              : D == 2 ? "conv_transpose2d"
                                       : "conv_transpose3d";

template <int D>
void check_transposed_channels(const Tensor& x, const Tensor& weight, const Tensor& bias,
                               int64_t groups) {
  constexpr const char* op = kName<D>;
  check_conv_tensors(op, D, x, weight, bias, "in_channels, out_channels / groups");
  const int64_t channels = x.size(x.dim() - D - 1), C = weight.size(0), Kg = weight.size(1);
  REEL_CHECK(channels == C, op, ": input ", x, " has ", channels, " channels, but weight ", weight,
             " needs ", C, ".");
  REEL_CHECK(groups >= 1 && C % groups == 0, op, ": groups=", groups, " with weight ", weight,
             "; it must divide the ", C, " input channels.");
  REEL_CHECK(Kg <= kLargestConvSize && groups <= kLargestConvSize, op, ": weight ", weight,
             " with groups=", groups, "; both must be at most ", kLargestConvSize, ".");
  if (!bias.defined()) return;
  REEL_CHECK(bias.dim() == 1 && bias.size(0) == Kg * groups, op, ": bias ", bias,
             " does not match weight ", weight, " with groups=", groups,
             "; it must have one value for each of the ", Kg * groups, " output channels.");
}

// The convolution that the result is the input gradient of: x is its output, y its input.
template <int D>
ConvGeometry check_conv_transpose(const Tensor& x, const Tensor& weight, const Tensor& bias,
                                  const ExpandingArray<D>& stride, const ExpandingArray<D>& padding,
                                  const ExpandingArray<D>& output_padding, int64_t groups,
                                  const ExpandingArray<D>& dilation) {
  constexpr const char* op = kName<D>;
  check_transposed_channels<D>(x, weight, bias, groups);
  check_conv_option(op, "stride", stride, 1);
  check_conv_option(op, "padding", padding, 0);
  check_conv_option(op, "output_padding", output_padding, 0);
  check_conv_option(op, "dilation", dilation, 1);
  ConvGeometry g{x.dim() == D + 2 ? x.size(0) : 1, weight.size(1) * groups, weight.size(0), groups};
  for (int i = 0; i < D; ++i) {
    const int d = 3 - D + i;
    g.out[d] = x.size(x.dim() - D + i);
    g.kernel[d] = weight.size(2 + i);
    g.stride[d] = stride[i];
    g.dilation[d] = dilation[i];
    g.pad[d] = padding[i];
    REEL_CHECK(g.out[d] >= 1, op, ": input ", x,
               " has an empty spatial dimension; only the batch may be empty.");
    REEL_CHECK(g.out[d] <= kLargestConvSize && g.kernel[d] <= kLargestConvSize, op, ": input ", x,
               ", weight ", weight, "; spatial sizes must be at most ", kLargestConvSize, ".");
    REEL_CHECK(output_padding[i] < g.stride[d] || output_padding[i] < g.dilation[d], op,
               ": output_padding ", IntArrayRef(output_padding), " with stride ",
               IntArrayRef(stride), " and dilation ", IntArrayRef(dilation),
               "; each value must be less than the stride or the dilation.");
    g.in[d] = (g.out[d] - 1) * g.stride[d] - 2 * g.pad[d] + g.dilation[d] * (g.kernel[d] - 1) +
              output_padding[i] + 1;
    REEL_CHECK(g.in[d] >= 1 && g.in[d] <= kLargestConvSize, op, ": input ", x, " with padding ",
               IntArrayRef(padding), " makes ", g.in[d], " pixels in spatial dimension ", i,
               "; it must make from 1 to ", kLargestConvSize, ".");
  }
  return g;
}

template <int D>
Tensor conv_transpose(const Tensor& x, const Tensor& weight, const Tensor& bias,
                      const ExpandingArray<D>& stride, const ExpandingArray<D>& padding,
                      const ExpandingArray<D>& output_padding, int64_t groups,
                      const ExpandingArray<D>& dilation) {
  const ConvGeometry g =
      check_conv_transpose<D>(x, weight, bias, stride, padding, output_padding, groups, dilation);
  if (x.dim() == D + 2) return conv_input_grad<D>(g, x, weight, bias, kName<D>);
  return conv_input_grad<D>(g, x.unsqueeze(0), weight, bias, kName<D>).squeeze(0);
}

}  // namespace

Tensor conv_transpose1d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        ExpandingArray<1> stride, ExpandingArray<1> padding,
                        ExpandingArray<1> output_padding, int64_t groups,
                        ExpandingArray<1> dilation) {
  return conv_transpose<1>(x, weight, bias, stride, padding, output_padding, groups, dilation);
}

Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        ExpandingArray<2> stride, ExpandingArray<2> padding,
                        ExpandingArray<2> output_padding, int64_t groups,
                        ExpandingArray<2> dilation) {
  return conv_transpose<2>(x, weight, bias, stride, padding, output_padding, groups, dilation);
}

Tensor conv_transpose3d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        ExpandingArray<3> stride, ExpandingArray<3> padding,
                        ExpandingArray<3> output_padding, int64_t groups,
                        ExpandingArray<3> dilation) {
  return conv_transpose<3>(x, weight, bias, stride, padding, output_padding, groups, dilation);
}

}  // namespace reel
