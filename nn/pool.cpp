#include <reel/nn/functional/pool.h>
#include <reel/nn/print_size.h>

#include <cstdlib>
#include <ostream>

namespace reel::nn {

template <int D>
AdaptiveSize<D>::AdaptiveSize(std::initializer_list<std::optional<int64_t>> sizes)
    : sizes_(kKeepSize) {
  Shape values;
  for (const auto& size : sizes) values.push_back(size.value_or(kKeepSize));
  sizes_ = ExpandingArray<D>(IntArrayRef(values));
}

template class AdaptiveSize<1>;
template class AdaptiveSize<2>;
template class AdaptiveSize<3>;

namespace functional {

Tensor max_pool1d(const Tensor& x, const MaxPool1dFuncOptions& o) {
  return reel::max_pool1d(x, o.kernel_size(), o.stride(), o.padding(), o.dilation(), o.ceil_mode());
}
std::tuple<Tensor, Tensor> max_pool1d_with_indices(const Tensor& x, const MaxPool1dFuncOptions& o) {
  return reel::max_pool1d_with_indices(x, o.kernel_size(), o.stride(), o.padding(), o.dilation(),
                                       o.ceil_mode());
}
Tensor max_pool2d(const Tensor& x, const MaxPool2dFuncOptions& o) {
  return reel::max_pool2d(x, o.kernel_size(), o.stride(), o.padding(), o.dilation(), o.ceil_mode());
}
std::tuple<Tensor, Tensor> max_pool2d_with_indices(const Tensor& x, const MaxPool2dFuncOptions& o) {
  return reel::max_pool2d_with_indices(x, o.kernel_size(), o.stride(), o.padding(), o.dilation(),
                                       o.ceil_mode());
}
Tensor max_pool3d(const Tensor& x, const MaxPool3dFuncOptions& o) {
  return reel::max_pool3d(x, o.kernel_size(), o.stride(), o.padding(), o.dilation(), o.ceil_mode());
}
std::tuple<Tensor, Tensor> max_pool3d_with_indices(const Tensor& x, const MaxPool3dFuncOptions& o) {
  return reel::max_pool3d_with_indices(x, o.kernel_size(), o.stride(), o.padding(), o.dilation(),
                                       o.ceil_mode());
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
Tensor adaptive_avg_pool1d(const Tensor& x, const AdaptiveAvgPool1dFuncOptions& o) {
  return reel::adaptive_avg_pool1d(x, o.output_size());
}
Tensor adaptive_max_pool1d(const Tensor& x, const AdaptiveMaxPool1dFuncOptions& o) {
  return std::get<0>(reel::adaptive_max_pool1d(x, o.output_size()));
}
std::tuple<Tensor, Tensor> adaptive_max_pool1d_with_indices(const Tensor& x,
                                                            const AdaptiveMaxPool1dFuncOptions& o) {
  return reel::adaptive_max_pool1d(x, o.output_size());
}
Tensor lp_pool1d(const Tensor& x, const LPPool1dFuncOptions& o) {
  return reel::lp_pool1d(x, o.norm_type(), o.kernel_size(), o.stride(), o.ceil_mode());
}
Tensor adaptive_avg_pool2d(const Tensor& x, const AdaptiveAvgPool2dFuncOptions& o) {
  return reel::adaptive_avg_pool2d(x, o.output_size());
}
Tensor adaptive_max_pool2d(const Tensor& x, const AdaptiveMaxPool2dFuncOptions& o) {
  return std::get<0>(reel::adaptive_max_pool2d(x, o.output_size()));
}
std::tuple<Tensor, Tensor> adaptive_max_pool2d_with_indices(const Tensor& x,
                                                            const AdaptiveMaxPool2dFuncOptions& o) {
  return reel::adaptive_max_pool2d(x, o.output_size());
}
Tensor lp_pool2d(const Tensor& x, const LPPool2dFuncOptions& o) {
  return reel::lp_pool2d(x, o.norm_type(), o.kernel_size(), o.stride(), o.ceil_mode());
}
Tensor adaptive_avg_pool3d(const Tensor& x, const AdaptiveAvgPool3dFuncOptions& o) {
  return reel::adaptive_avg_pool3d(x, o.output_size());
}
Tensor adaptive_max_pool3d(const Tensor& x, const AdaptiveMaxPool3dFuncOptions& o) {
  return std::get<0>(reel::adaptive_max_pool3d(x, o.output_size()));
}
std::tuple<Tensor, Tensor> adaptive_max_pool3d_with_indices(const Tensor& x,
                                                            const AdaptiveMaxPool3dFuncOptions& o) {
  return reel::adaptive_max_pool3d(x, o.output_size());
}
Tensor lp_pool3d(const Tensor& x, const LPPool3dFuncOptions& o) {
  return reel::lp_pool3d(x, o.norm_type(), o.kernel_size(), o.stride(), o.ceil_mode());
}

namespace {

// The spatial sizes of what was pooled: output_size, or the least that pool to the size of x.
template <int D>
Shape unpooled_size(const char* op, const Tensor& x, const MaxUnpoolFuncOptions<D>& o) {
  REEL_CHECK(x.dim() == D + 1 || x.dim() == D + 2, op, ": input ", x, " has ", x.dim(),
             " dimensions; it must be (N, C, ", D, " spatial) or (C, ", D, " spatial).");
  Shape least;
  for (int d = 0; d < D; ++d)
    least.push_back((x.size(d - D) - 1) * o.stride()[d] + o.kernel_size()[d] - 2 * o.padding()[d]);
  if (!o.output_size()) return least;
  const std::vector<int64_t>& wanted = *o.output_size();
  bool fits = wanted.size() >= static_cast<size_t>(D);
  Shape sizes;
  for (int d = 0; d < D && fits; ++d) {
    const int64_t n = wanted[wanted.size() - static_cast<size_t>(D - d)];
    fits = std::abs(n - least[static_cast<size_t>(d)]) < o.stride()[d];
    sizes.push_back(n);
  }
  REEL_CHECK(fits, op, ": output_size ", IntArrayRef(wanted), " for input ", x,
             "; its last sizes must differ by less than the stride from ", IntArrayRef(least), ".");
  return sizes;
}

}  // namespace

Tensor max_unpool1d(const Tensor& x, const Tensor& indices, const MaxUnpool1dFuncOptions& o) {
  return reel::max_unpool1d(x, indices, unpooled_size<1>("max_unpool1d", x, o));
}
Tensor max_unpool2d(const Tensor& x, const Tensor& indices, const MaxUnpool2dFuncOptions& o) {
  return reel::max_unpool2d(x, indices, unpooled_size<2>("max_unpool2d", x, o));
}
Tensor max_unpool3d(const Tensor& x, const Tensor& indices, const MaxUnpool3dFuncOptions& o) {
  return reel::max_unpool3d(x, indices, unpooled_size<3>("max_unpool3d", x, o));
}

}  // namespace functional

namespace {

// As print_size, with PyTorch's spelling of kKeepSize.
std::string print_adaptive(IntArrayRef sizes) {
  const auto print = [](int64_t size) {
    return size == kKeepSize ? std::string("None") : std::to_string(size);
  };
  bool equal = true;
  std::string text;
  for (int64_t size : sizes) {
    equal = equal && size == sizes.front();
    text += (text.empty() ? "(" : ", ") + print(size);
  }
  return equal ? print(sizes.front()) : text + ")";
}

}  // namespace

template <int D, class Derived>
Tensor MaxPoolImpl<D, Derived>::forward(const Tensor& x) const {
  if constexpr (D == 1) return functional::max_pool1d(x, options);
  if constexpr (D == 2) return functional::max_pool2d(x, options);
  if constexpr (D == 3) return functional::max_pool3d(x, options);
}

template <int D, class Derived>
std::tuple<Tensor, Tensor> MaxPoolImpl<D, Derived>::forward_with_indices(const Tensor& x) const {
  if constexpr (D == 1) return functional::max_pool1d_with_indices(x, options);
  if constexpr (D == 2) return functional::max_pool2d_with_indices(x, options);
  if constexpr (D == 3) return functional::max_pool3d_with_indices(x, options);
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
  stream << this->name() << "(output_size=" << print_adaptive(options.output_size()) << ")";
}

template <int D, class Derived>
Tensor AdaptiveMaxPoolImpl<D, Derived>::forward(const Tensor& x) const {
  if constexpr (D == 1) return functional::adaptive_max_pool1d(x, options);
  if constexpr (D == 2) return functional::adaptive_max_pool2d(x, options);
  if constexpr (D == 3) return functional::adaptive_max_pool3d(x, options);
}

template <int D, class Derived>
std::tuple<Tensor, Tensor> AdaptiveMaxPoolImpl<D, Derived>::forward_with_indices(
    const Tensor& x) const {
  if constexpr (D == 1) return functional::adaptive_max_pool1d_with_indices(x, options);
  if constexpr (D == 2) return functional::adaptive_max_pool2d_with_indices(x, options);
  if constexpr (D == 3) return functional::adaptive_max_pool3d_with_indices(x, options);
}

template <int D, class Derived>
void AdaptiveMaxPoolImpl<D, Derived>::pretty_print(std::ostream& stream) const {
  stream << this->name() << "(output_size=" << print_adaptive(options.output_size()) << ")";
}

template <int D, class Derived>
Tensor MaxUnpoolImpl<D, Derived>::forward(
    const Tensor& x, const Tensor& indices,
    const std::optional<std::vector<int64_t>>& output_size) const {
  const auto o = functional::MaxUnpoolFuncOptions<D>(options.kernel_size())
                     .stride(options.stride())
                     .padding(options.padding())
                     .output_size(output_size);
  if constexpr (D == 1) return functional::max_unpool1d(x, indices, o);
  if constexpr (D == 2) return functional::max_unpool2d(x, indices, o);
  if constexpr (D == 3) return functional::max_unpool3d(x, indices, o);
}

template <int D, class Derived>
void MaxUnpoolImpl<D, Derived>::pretty_print(std::ostream& stream) const {
  stream << this->name() << "(kernel_size=" << print_tuple(options.kernel_size())
         << ", stride=" << print_tuple(options.stride())
         << ", padding=" << print_tuple(options.padding()) << ")";
}

template <int D, class Derived>
Tensor LPPoolImpl<D, Derived>::forward(const Tensor& x) const {
  if constexpr (D == 1) return functional::lp_pool1d(x, options);
  if constexpr (D == 2) return functional::lp_pool2d(x, options);
  if constexpr (D == 3) return functional::lp_pool3d(x, options);
}

template <int D, class Derived>
void LPPoolImpl<D, Derived>::pretty_print(std::ostream& stream) const {
  stream << this->name() << "(norm_type=" << options.norm_type()
         << ", kernel_size=" << print_size(options.kernel_size())
         << ", stride=" << print_size(options.stride())
         << ", ceil_mode=" << print_bool(options.ceil_mode()) << ")";
}

#define REEL_POOL_OF(Name, D, Size)                         \
  template class Name##Impl<D, Name##D##dImpl>;             \
  Name##D##d::Name##D##d(std::initializer_list<Size> sizes) \
      : ModuleHolder(make_module<Impl>(decltype(Impl::options)(sizes))) {}
#define REEL_POOL(Name, Size) \
  REEL_POOL_OF(Name, 1, Size) REEL_POOL_OF(Name, 2, Size) REEL_POOL_OF(Name, 3, Size)
REEL_POOL(MaxPool, int64_t)
REEL_POOL(AvgPool, int64_t)
REEL_POOL(AdaptiveAvgPool, std::optional<int64_t>)
REEL_POOL(AdaptiveMaxPool, std::optional<int64_t>)
REEL_POOL(MaxUnpool, int64_t)

#define REEL_LP_POOL(D)                                                                    \
  template class LPPoolImpl<D, LPPool##D##dImpl>;                                          \
  LPPool##D##d::LPPool##D##d(double norm_type, std::initializer_list<int64_t> kernel_size) \
      : ModuleHolder(make_module<Impl>(norm_type, kernel_size)) {}
REEL_LP_POOL(1)
REEL_LP_POOL(2)
REEL_LP_POOL(3)

}  // namespace reel::nn
