#include <reel/autograd/ops/convolutions.h>
#include <reel/autograd/ops/shapes.h>
#include <reel/core/creation.h>
#include <reel/nn/conv.h>
#include <reel/nn/conv_layer.h>
#include <reel/nn/functional/conv.h>
#include <reel/nn/print_size.h>

#include <ostream>
#include <string>

namespace reel::nn {

namespace functional {

Tensor conv1d(const Tensor& x, const Tensor& weight, const Conv1dFuncOptions& o) {
  return reel::conv1d(x, weight, o.bias(), o.stride(), o.padding(), o.dilation(), o.groups());
}
Tensor conv2d(const Tensor& x, const Tensor& weight, const Conv2dFuncOptions& o) {
  return reel::conv2d(x, weight, o.bias(), o.stride(), o.padding(), o.dilation(), o.groups());
}
Tensor conv3d(const Tensor& x, const Tensor& weight, const Conv3dFuncOptions& o) {
  return reel::conv3d(x, weight, o.bias(), o.stride(), o.padding(), o.dilation(), o.groups());
}

}  // namespace functional

namespace {

template <int D>
void check_options(const ConvOptions<D>& o) {
  const std::string layer = as_text("Conv", D, "d");
  check_channels(layer, o.in_channels(), o.out_channels(), o.groups());
  check_each(layer, "kernel_size", o.kernel_size(), 1);
  check_each(layer, "stride", o.stride(), 1);
  check_each(layer, "padding", o.padding().values(), 0);
  check_each(layer, "dilation", o.dilation(), 1);
  if (o.padding().rule() == kSame)
    for (int64_t s : o.stride())
      REEL_CHECK(s == 1, layer, ": padding 'same' with stride ", IntArrayRef(o.stride()),
                 "; it needs stride 1. [give the padding in numbers]");
}

// Padded by the mode, for a convolution that pads no more.
template <int D>
Tensor padded(const Tensor& x, const ConvOptions<D>& o) {
  Shape pads;  // the last dimension first
  for (int d = D - 1; d >= 0; --d) {
    const int64_t covered = o.dilation()[d] * (o.kernel_size()[d] - 1) + 1;
    pads.push_back(o.padding().before(d, covered));
    pads.push_back(o.padding().after(d, covered));
  }
  return pad(x, pads, o.padding_mode());
}

template <int D>
Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvOptions<D>& o,
            const ConvPadding<D>& padding) {
  if constexpr (D == 1)
    return conv1d(x, weight, bias, o.stride(), padding, o.dilation(), o.groups());
  if constexpr (D == 2)
    return conv2d(x, weight, bias, o.stride(), padding, o.dilation(), o.groups());
  if constexpr (D == 3)
    return conv3d(x, weight, bias, o.stride(), padding, o.dilation(), o.groups());
}

const char* print_rule(PaddingRule rule) { return rule == kSame ? "same" : "valid"; }

const char* print_mode(PaddingMode mode) {
  return mode == kReflect ? "reflect" : mode == kReplicate ? "replicate" : "circular";
}

}  // namespace

template <int D, class Derived>
ConvImpl<D, Derived>::ConvImpl(const ConvOptions<D>& o) : options(o) {
  check_options(o);
  Shape sizes{o.out_channels(), o.in_channels() / o.groups()};
  for (int64_t k : o.kernel_size()) sizes.push_back(k);
  weight = this->register_parameter("weight", empty(sizes));
  if (o.bias()) bias = this->register_parameter("bias", empty({o.out_channels()}));
  reset_parameters();
}

template <int D, class Derived>
void ConvImpl<D, Derived>::reset_parameters() {
  reset_conv_parameters(weight, bias);
}

template <int D, class Derived>
Tensor ConvImpl<D, Derived>::forward(const Tensor& x) const {
  if (options.padding_mode() == kZeros) return conv(x, weight, bias, options, options.padding());
  return conv(padded(x, options), weight, bias, options, ConvPadding<D>(0));
}

template <int D, class Derived>
void ConvImpl<D, Derived>::pretty_print(std::ostream& stream) const {
  const ConvOptions<D>& o = options;
  stream << this->name() << "(" << o.in_channels() << ", " << o.out_channels()
         << ", kernel_size=" << print_tuple(o.kernel_size())
         << ", stride=" << print_tuple(o.stride());
  if (o.padding().rule() != PaddingRule::kNumbers)
    stream << ", padding=" << print_rule(o.padding().rule());
  else if (!(o.padding().values() == ExpandingArray<D>(0)))
    stream << ", padding=" << print_tuple(o.padding().values());
  if (!(o.dilation() == ExpandingArray<D>(1))) stream << ", dilation=" << print_tuple(o.dilation());
  if (o.groups() != 1) stream << ", groups=" << o.groups();
  if (!o.bias()) stream << ", bias=False";
  if (o.padding_mode() != kZeros) stream << ", padding_mode=" << print_mode(o.padding_mode());
  stream << ")";
}

#define REEL_CONV(D)                                                                               \
  template class ConvImpl<D, Conv##D##dImpl>;                                                      \
  Conv##D##d::Conv##D##d(int64_t in_channels, int64_t out_channels, ExpandingArray<D> kernel_size) \
      : ModuleHolder(make_module<Impl>(in_channels, out_channels, kernel_size)) {}
REEL_CONV(1)
REEL_CONV(2)
REEL_CONV(3)
#undef REEL_CONV

}  // namespace reel::nn
