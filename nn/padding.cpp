#include <reel/autograd/ops/shapes.h>
#include <reel/nn/padding.h>
#include <reel/nn/print_size.h>

#include <ostream>

namespace reel::nn {

template <int D, PaddingMode kMode, class Derived>
PadImpl<D, kMode, Derived>::PadImpl(ExpandingArray<2 * D> padding) : options(padding) {}

template <int D, PaddingMode kMode, class Derived>
PadImpl<D, kMode, Derived>::PadImpl(const PadOptions<D>& o) : options(o) {}

template <int D, PaddingMode kMode, class Derived>
Tensor PadImpl<D, kMode, Derived>::forward(const Tensor& x) const {
  return pad(x, options.padding(), kMode);
}

template <int D, PaddingMode kMode, class Derived>
void PadImpl<D, kMode, Derived>::pretty_print(std::ostream& stream) const {
  stream << this->name() << "(" << print_tuple(options.padding()) << ")";
}

template <int D, class Derived>
ConstantPadImpl<D, Derived>::ConstantPadImpl(ExpandingArray<2 * D> padding, double value)
    : options(padding, value) {}

template <int D, class Derived>
ConstantPadImpl<D, Derived>::ConstantPadImpl(const ConstantPadOptions<D>& o) : options(o) {}

template <int D, class Derived>
Tensor ConstantPadImpl<D, Derived>::forward(const Tensor& x) const {
  return pad(x, options.padding(), kConstant, options.value());
}

template <int D, class Derived>
void ConstantPadImpl<D, Derived>::pretty_print(std::ostream& stream) const {
  stream << this->name() << "(padding=" << print_tuple(options.padding())
         << ", value=" << options.value() << ")";
}

template class PadImpl<1, kReflect, ReflectionPad1dImpl>;
template class PadImpl<2, kReflect, ReflectionPad2dImpl>;
template class PadImpl<3, kReflect, ReflectionPad3dImpl>;
template class PadImpl<1, kReplicate, ReplicationPad1dImpl>;
template class PadImpl<2, kReplicate, ReplicationPad2dImpl>;
template class PadImpl<3, kReplicate, ReplicationPad3dImpl>;
template class PadImpl<1, kCircular, CircularPad1dImpl>;
template class PadImpl<2, kCircular, CircularPad2dImpl>;
template class PadImpl<3, kCircular, CircularPad3dImpl>;
template class PadImpl<1, kZeros, ZeroPad1dImpl>;
template class PadImpl<2, kZeros, ZeroPad2dImpl>;
template class PadImpl<3, kZeros, ZeroPad3dImpl>;
template class ConstantPadImpl<1, ConstantPad1dImpl>;
template class ConstantPadImpl<2, ConstantPad2dImpl>;
template class ConstantPadImpl<3, ConstantPad3dImpl>;

}  // namespace reel::nn
