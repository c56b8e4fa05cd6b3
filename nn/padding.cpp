#include <reel/autograd/ops/shapes.h>
#include <reel/nn/padding.h>
#include <reel/nn/print_size.h>

#include <ostream>

namespace reel::nn {

namespace {

template <int D>
std::string layer_name(PaddingMode mode) {
  const char* kind = mode == kReflect     ? "ReflectionPad"
                     : mode == kReplicate ? "ReplicationPad"
                     : mode == kCircular  ? "CircularPad"
                                          : "ZeroPad";
  return as_text(kind, D, "d");
}

}  // namespace

template <int D, PaddingMode kMode>
PadImpl<D, kMode>::PadImpl(ExpandingArray<2 * D> padding) : PadImpl(PadOptions<D>(padding)) {}

template <int D, PaddingMode kMode>
PadImpl<D, kMode>::PadImpl(const PadOptions<D>& o)
    : Cloneable<PadImpl>(layer_name<D>(kMode)), options(o) {}

template <int D, PaddingMode kMode>
Tensor PadImpl<D, kMode>::forward(const Tensor& x) const {
  return pad(x, options.padding(), kMode);
}

template <int D, PaddingMode kMode>
void PadImpl<D, kMode>::pretty_print(std::ostream& stream) const {
  stream << this->name() << "(" << print_tuple(options.padding()) << ")";
}

template <int D>
ConstantPadImpl<D>::ConstantPadImpl(ExpandingArray<2 * D> padding, double value)
    : ConstantPadImpl(ConstantPadOptions<D>(padding, value)) {}

template <int D>
ConstantPadImpl<D>::ConstantPadImpl(const ConstantPadOptions<D>& o)
    : Cloneable<ConstantPadImpl>(as_text("ConstantPad", D, "d")), options(o) {}

template <int D>
Tensor ConstantPadImpl<D>::forward(const Tensor& x) const {
  return pad(x, options.padding(), kConstant, options.value());
}

template <int D>
void ConstantPadImpl<D>::pretty_print(std::ostream& stream) const {
  stream << this->name() << "(padding=" << print_tuple(options.padding())
         << ", value=" << options.value() << ")";
}

template class PadImpl<1, kReflect>;
template class PadImpl<2, kReflect>;
template class PadImpl<3, kReflect>;
template class PadImpl<1, kReplicate>;
template class PadImpl<2, kReplicate>;
template class PadImpl<3, kReplicate>;
template class PadImpl<1, kCircular>;
template class PadImpl<2, kCircular>;
template class PadImpl<3, kCircular>;
template class PadImpl<1, kZeros>;
template class PadImpl<2, kZeros>;
template class PadImpl<3, kZeros>;
template class ConstantPadImpl<1>;
template class ConstantPadImpl<2>;
template class ConstantPadImpl<3>;

}  // namespace reel::nn
