#include <reel/nn/functional/pool.h>
#include <reel/nn/print_size.h>

#include <ostream>

namespace reel::nn {

namespace functional {

Tensor max_pool1d(const Tensor& x, const MaxPool1dOptions& o) {
  return reel::max_pool1d(x, o.kernel_size(), o.stride(), o.padding(), o.dilation(), o.ceil_mode());
}
Tensor max_pool2d(const Tensor& x, const MaxPool2dOptions& o) {
  return reel::max_pool2d(x, o.kernel_size(), o.stride(), o.padding(), o.dilation(), o.ceil_mode());
}
Tensor max_pool3d(const Tensor& x, const MaxPool3dOptions& o) {
  return reel::max_pool3d(x, o.kernel_size(), o.stride(), o.padding(), o.dilation(), o.ceil_mode());
}
Tensor avg_pool1d(const Tensor& x, const AvgPool1dOptions& o) {
  REEL_CHECK(!o.divisor_override(), "avg_pool1d: divisor_override is for 2 and 3 dimensions.");
  return reel::avg_pool1d(x, o.kernel_size(), o.stride(), o.padding(), o.ceil_mode(),
                          o.count_include_pad());
}
Tensor avg_pool2d(const Tensor& x, const AvgPool2dOptions& o) {
  return reel::avg_pool2d(x, o.kernel_size(), o.stride(), o.padding(), o.ceil_mode(),
                          o.count_include_pad(), o.divisor_override());
}
Tensor avg_pool3d(const Tensor& x, const AvgPool3dOptions& o) {
  return reel::avg_pool3d(x, o.kernel_size(), o.stride(), o.padding(), o.ceil_mode(),
                          o.count_include_pad(), o.divisor_override());
}
Tensor adaptive_avg_pool1d(const Tensor& x, const AdaptiveAvgPool1dOptions& o) {
  return reel::adaptive_avg_pool1d(x, o.output_size());
}
Tensor adaptive_avg_pool2d(const Tensor& x, const AdaptiveAvgPool2dOptions& o) {
  return reel::adaptive_avg_pool2d(x, o.output_size());
}
Tensor adaptive_avg_pool3d(const Tensor& x, const AdaptiveAvgPool3dOptions& o) {
  return reel::adaptive_avg_pool3d(x, o.output_size());
}

}  // namespace functional

template <int D, class Derived>
Tensor MaxPoolImpl<D, Derived>::forward(const Tensor& x) const {
  if constexpr (D == 1) return functional::max_pool1d(x, options);
  if constexpr (D == 2) return functional::max_pool2d(x, options);
  if constexpr (D == 3) return functional::max_pool3d(x, options);
}

template <int D, class Derived>
void MaxPoolImpl<D, Derived>::pretty_print(std::ostream& stream) const {
  stream << this->name() << "(kernel_size=" << print_size(options.kernel_size())
         << ", stride=" << print_size(options.stride())
         << ", padding=" << print_size(options.padding())
         << ", dilation=" << print_size(options.dilation())
         << ", ceil_mode=" << print_bool(options.ceil_mode()) << ")";
}

template <int D, class Derived>
Tensor AvgPoolImpl<D, Derived>::forward(const Tensor& x) const {
  if constexpr (D == 1) return functional::avg_pool1d(x, options);
  if constexpr (D == 2) return functional::avg_pool2d(x, options);
  if constexpr (D == 3) return functional::avg_pool3d(x, options);
}

template <int D, class Derived>
void AvgPoolImpl<D, Derived>::pretty_print(std::ostream& stream) const {
  stream << this->name() << "(kernel_size=" << print_size(options.kernel_size())
         << ", stride=" << print_size(options.stride())
         << ", padding=" << print_size(options.padding()) << ")";
}

template <int D, class Derived>
Tensor AdaptiveAvgPoolImpl<D, Derived>::forward(const Tensor& x) const {
  if constexpr (D == 1) return functional::adaptive_avg_pool1d(x, options);
  if constexpr (D == 2) return functional::adaptive_avg_pool2d(x, options);
  if constexpr (D == 3) return functional::adaptive_avg_pool3d(x, options);
}

template <int D, class Derived>
void AdaptiveAvgPoolImpl<D, Derived>::pretty_print(std::ostream& stream) const {
  stream << this->name() << "(output_size=" << print_size(options.output_size()) << ")";
}

template class MaxPoolImpl<1, MaxPool1dImpl>;
template class MaxPoolImpl<2, MaxPool2dImpl>;
template class MaxPoolImpl<3, MaxPool3dImpl>;
template class AvgPoolImpl<1, AvgPool1dImpl>;
template class AvgPoolImpl<2, AvgPool2dImpl>;
template class AvgPoolImpl<3, AvgPool3dImpl>;
template class AdaptiveAvgPoolImpl<1, AdaptiveAvgPool1dImpl>;
template class AdaptiveAvgPoolImpl<2, AdaptiveAvgPool2dImpl>;
template class AdaptiveAvgPoolImpl<3, AdaptiveAvgPool3dImpl>;

}  // namespace reel::nn
