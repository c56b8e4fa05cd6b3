#include <reel/autograd/ops/convolutions.h>
#include <reel/core/creation.h>
#include <reel/nn/conv_layer.h>
#include <reel/nn/conv_transpose.h>
#include <reel/nn/functional/conv.h>
#include <reel/nn/print_size.h>

#include <ostream>
#include <string>

namespace reel::nn {

namespace functional {

Tensor conv_transpose1d(const Tensor& x, const Tensor& weight,
                        const ConvTranspose1dFuncOptions& o) {
  return reel::conv_transpose1d(x, weight, o.bias(), o.stride(), o.padding(), o.output_padding(),
                                o.groups(), o.dilation());
}
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight,
                        const ConvTranspose2dFuncOptions& o) {
  return reel::conv_transpose2d(x, weight, o.bias(), o.stride(), o.padding(), o.output_padding(),
                                o.groups(), o.dilation());
}
Tensor conv_transpose3d(const Tensor& x, const Tensor& weight,
                        const ConvTranspose3dFuncOptions& o) {
  return reel::conv_transpose3d(x, weight, o.bias(), o.stride(), o.padding(), o.output_padding(),
                                o.groups(), o.dilation());
}

}  // namespace functional

namespace {

template <int D>
void check_options(const ConvTransposeOptions<D>& o) {
  const std::string layer = as_text("ConvTranspose", D, "d");
  check_channels(layer, o.in_channels(), o.out_channels(), o.groups());
  check_each(layer, "kernel_size", o.kernel_size(), 1);
  check_each(layer, "stride", o.stride(), 1);
  check_each(layer, "padding", o.padding(), 0);
  check_each(layer, "output_padding", o.output_padding(), 0);
  check_each(layer, "dilation", o.dilation(), 1);
  REEL_CHECK(o.padding_mode() == kZeros, layer,
             ": the padding mode is not kZeros; there is no other.");
}

// The padding behind that makes the last D values of `wanted` the output's size.
template <int D>
ExpandingArray<D> output_padding_for(const Tensor& x, IntArrayRef wanted,
                                     const ConvTransposeOptions<D>& o) {
  const auto given = static_cast<int64_t>(wanted.size());
  REEL_CHECK(given == D || given == x.dim(), "ConvTranspose", D, "d: output_size ", wanted, " has ",
             given, " values; it must have ", D, ", or ", x.dim(), " as input ", x, ".");
  const IntArrayRef spatial(wanted.data() + given - D, D);
  ExpandingArray<D> padding = 0;
  for (int d = 0; d < D; ++d) {
    const int64_t in = x.size(x.dim() - D + d), stride = o.stride()[d];
    const int64_t least =
        (in - 1) * stride - 2 * o.padding()[d] + o.dilation()[d] * (o.kernel_size()[d] - 1) + 1;
    const int64_t size = spatial[static_cast<size_t>(d)];
    REEL_CHECK(size >= least && size < least + stride, "ConvTranspose", D, "d: output_size ",
               wanted, " asks for ", size, " pixels in spatial dimension ", d, "; input ", x,
               " can make ", least, " to ", least + stride - 1, ".");
    padding[d] = size - least;
  }
  return padding;
}

template <int D>
Tensor conv_transpose(const Tensor& x, const Tensor& weight, const Tensor& bias,
                      const ConvTransposeOptions<D>& o, const ExpandingArray<D>& output_padding) {
  if constexpr (D == 1)
    return conv_transpose1d(x, weight, bias, o.stride(), o.padding(), output_padding, o.groups(),
                            o.dilation());
  if constexpr (D == 2)
    return conv_transpose2d(x, weight, bias, o.stride(), o.padding(), output_padding, o.groups(),
                            o.dilation());
  if constexpr (D == 3)
    return conv_transpose3d(x, weight, bias, o.stride(), o.padding(), output_padding, o.groups(),
                            o.dilation());
}

}  // namespace

template <int D, class Derived>
ConvTransposeImpl<D, Derived>::ConvTransposeImpl(int64_t in_channels, int64_t out_channels,
                                                 ExpandingArray<D> kernel_size)
    : ConvTransposeImpl(ConvTransposeOptions<D>(in_channels, out_channels, kernel_size)) {}

template <int D, class Derived>
ConvTransposeImpl<D, Derived>::ConvTransposeImpl(const ConvTransposeOptions<D>& o) : options(o) {
  check_options(o);
  Shape sizes{o.in_channels(), o.out_channels() / o.groups()};
  for (int64_t k : o.kernel_size()) sizes.push_back(k);
  weight = this->register_parameter("weight", empty(sizes));
  if (o.bias()) bias = this->register_parameter("bias", empty({o.out_channels()}));
  reset_parameters();
}

template <int D, class Derived>
void ConvTransposeImpl<D, Derived>::reset_parameters() {
  reset_conv_parameters(weight, bias);
}

template <int D, class Derived>
Tensor ConvTransposeImpl<D, Derived>::forward(const Tensor& x,
                                              std::optional<IntArrayRef> output_size) const {
  if (!output_size) return conv_transpose(x, weight, bias, options, options.output_padding());
  REEL_CHECK(x.dim() == D + 1 || x.dim() == D + 2, this->name(), ": input ", x, " has ", x.dim(),
             " dimensions; it must be (N, C, ", D, " spatial) or (C, ", D, " spatial).");
  return conv_transpose(x, weight, bias, options, output_padding_for(x, *output_size, options));
}

template <int D, class Derived>
void ConvTransposeImpl<D, Derived>::pretty_print(std::ostream& stream) const {
  const ConvTransposeOptions<D>& o = options;
  stream << this->name() << "(" << o.in_channels() << ", " << o.out_channels()
         << ", kernel_size=" << print_tuple(o.kernel_size())
         << ", stride=" << print_tuple(o.stride());
  const ExpandingArray<D> none = 0;
  if (!(o.padding() == none)) stream << ", padding=" << print_tuple(o.padding());
  if (!(o.dilation() == ExpandingArray<D>(1))) stream << ", dilation=" << print_tuple(o.dilation());
  if (!(o.output_padding() == none))
    stream << ", output_padding=" << print_tuple(o.output_padding());
  if (o.groups() != 1) stream << ", groups=" << o.groups();
  if (!o.bias()) stream << ", bias=False";
  stream << ")";
}

#define REEL_CONV(D)                                                                  \
  template class ConvTransposeImpl<D, ConvTranspose##D##dImpl>;                       \
  ConvTranspose##D##d::ConvTranspose##D##d(int64_t in_channels, int64_t out_channels, \
                                           ExpandingArray<D> kernel_size)             \
      : ModuleHolder(make_module<Impl>(in_channels, out_channels, kernel_size)) {}
REEL_CONV(1)
REEL_CONV(2)
REEL_CONV(3)
#undef REEL_CONV

}  // namespace reel::nn
