#pragma once
// Pooling layers. docs/ops/max_pool.md, avg_pool.md, adaptive_max_pool.md, max_unpool.md,
// lp_pool.md.

#include <reel/autograd/ops/pools.h>
#include <reel/nn/holder.h>
#include <reel/nn/options.h>

#include <optional>

namespace reel::nn {

/// Options of MaxPool; without a stride, windows do not overlap.
template <int D>
struct MaxPoolOptions {
  MaxPoolOptions(ExpandingArray<D> kernel_size) : kernel_size_(kernel_size), stride_(kernel_size) {}
  REEL_ARG(ExpandingArray<D>, kernel_size);
  REEL_ARG(ExpandingArray<D>, stride);
  REEL_ARG(ExpandingArray<D>, padding) = 0;
  REEL_ARG(ExpandingArray<D>, dilation) = 1;
  REEL_ARG(bool, ceil_mode) = false;
};
using MaxPool1dOptions = MaxPoolOptions<1>;
using MaxPool2dOptions = MaxPoolOptions<2>;
using MaxPool3dOptions = MaxPoolOptions<3>;

/// Options of AvgPool; divisor_override is for 2 and 3 dimensions.
template <int D>
struct AvgPoolOptions {
  AvgPoolOptions(ExpandingArray<D> kernel_size) : kernel_size_(kernel_size), stride_(kernel_size) {}
  REEL_ARG(ExpandingArray<D>, kernel_size);
  REEL_ARG(ExpandingArray<D>, stride);
  REEL_ARG(ExpandingArray<D>, padding) = 0;
  REEL_ARG(bool, ceil_mode) = false;
  REEL_ARG(bool, count_include_pad) = true;
  REEL_ARG(std::optional<int64_t>, divisor_override) = {};
};
using AvgPool1dOptions = AvgPoolOptions<1>;
using AvgPool2dOptions = AvgPoolOptions<2>;
using AvgPool3dOptions = AvgPoolOptions<3>;

/// D sizes that adaptive pooling makes: `5`, or `{5, std::nullopt}`, nullopt for the input's size.
template <int D>
class AdaptiveSize {
 public:
  AdaptiveSize(int64_t all) : sizes_(all) {}
  AdaptiveSize(IntArrayRef sizes) : sizes_(sizes) {}
  AdaptiveSize(const std::vector<int64_t>& sizes) : sizes_(IntArrayRef(sizes)) {}
  AdaptiveSize(std::initializer_list<std::optional<int64_t>> sizes);
  /// kKeepSize where there was nullopt.
  operator IntArrayRef() const { return sizes_; }
  int64_t operator[](int i) const { return sizes_[i]; }

 private:
  ExpandingArray<D> sizes_;
};

/// Options of AdaptiveAvgPool and AdaptiveMaxPool.
template <int D>
struct AdaptivePoolOptions {
  AdaptivePoolOptions(AdaptiveSize<D> output_size) : output_size_(output_size) {}
  AdaptivePoolOptions(std::initializer_list<std::optional<int64_t>> output_size)
      : output_size_(output_size) {}
  REEL_ARG(AdaptiveSize<D>, output_size);
};
template <int D>
using AdaptiveAvgPoolOptions = AdaptivePoolOptions<D>;
template <int D>
using AdaptiveMaxPoolOptions = AdaptivePoolOptions<D>;
using AdaptiveAvgPool1dOptions = AdaptivePoolOptions<1>;
using AdaptiveAvgPool2dOptions = AdaptivePoolOptions<2>;
using AdaptiveAvgPool3dOptions = AdaptivePoolOptions<3>;
using AdaptiveMaxPool1dOptions = AdaptivePoolOptions<1>;
using AdaptiveMaxPool2dOptions = AdaptivePoolOptions<2>;
using AdaptiveMaxPool3dOptions = AdaptivePoolOptions<3>;

/// Options of MaxUnpool, those of the max pooling that it undoes.
template <int D>
struct MaxUnpoolOptions {
  MaxUnpoolOptions(ExpandingArray<D> kernel_size)
      : kernel_size_(kernel_size), stride_(kernel_size) {}
  REEL_ARG(ExpandingArray<D>, kernel_size);
  REEL_ARG(ExpandingArray<D>, stride);
  REEL_ARG(ExpandingArray<D>, padding) = 0;
};
using MaxUnpool1dOptions = MaxUnpoolOptions<1>;
using MaxUnpool2dOptions = MaxUnpoolOptions<2>;
using MaxUnpool3dOptions = MaxUnpoolOptions<3>;

/// Options of LPPool.
template <int D>
struct LPPoolOptions {
  LPPoolOptions(double norm_type, ExpandingArray<D> kernel_size)
      : norm_type_(norm_type), kernel_size_(kernel_size), stride_(kernel_size) {}
  REEL_ARG(double, norm_type);
  REEL_ARG(ExpandingArray<D>, kernel_size);
  REEL_ARG(ExpandingArray<D>, stride);
  REEL_ARG(bool, ceil_mode) = false;
};
using LPPool1dOptions = LPPoolOptions<1>;
using LPPool2dOptions = LPPoolOptions<2>;
using LPPool3dOptions = LPPoolOptions<3>;

/// The largest value of each window. Source: torch.nn.MaxPool2d.
template <int D, class Derived>
class MaxPoolImpl : public Cloneable<Derived> {
 public:
  MaxPoolImpl(ExpandingArray<D> kernel_size) : options(kernel_size) {}
  explicit MaxPoolImpl(const MaxPoolOptions<D>& o) : options(o) {}
  Tensor forward(const Tensor& x) const;
  /// Also which pixel won each window, for MaxUnpool.
  std::tuple<Tensor, Tensor> forward_with_indices(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;
  MaxPoolOptions<D> options;
};

/// The mean of each window. Source: torch.nn.AvgPool2d.
template <int D, class Derived>
class AvgPoolImpl : public Cloneable<Derived> {
 public:
  AvgPoolImpl(ExpandingArray<D> kernel_size) : options(kernel_size) {}
  explicit AvgPoolImpl(const AvgPoolOptions<D>& o) : options(o) {}
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;
  AvgPoolOptions<D> options;
};

/// Means over windows that cover any input with output_size of them. Source:
/// torch.nn.AdaptiveAvgPool2d.
template <int D, class Derived>
class AdaptiveAvgPoolImpl : public Cloneable<Derived> {
 public:
  AdaptiveAvgPoolImpl(AdaptiveSize<D> output_size) : options(output_size) {}
  explicit AdaptiveAvgPoolImpl(const AdaptivePoolOptions<D>& o) : options(o) {}
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;
  AdaptivePoolOptions<D> options;
};

/// The same of maxima. Source: torch.nn.AdaptiveMaxPool2d.
template <int D, class Derived>
class AdaptiveMaxPoolImpl : public Cloneable<Derived> {
 public:
  AdaptiveMaxPoolImpl(AdaptiveSize<D> output_size) : options(output_size) {}
  explicit AdaptiveMaxPoolImpl(const AdaptivePoolOptions<D>& o) : options(o) {}
  Tensor forward(const Tensor& x) const;
  std::tuple<Tensor, Tensor> forward_with_indices(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;
  AdaptivePoolOptions<D> options;
};

/// Zeros with x where max pooling took it from; output_size, the last of its sizes, decides what
/// the options leave open. Source: torch.nn.MaxUnpool2d.
template <int D, class Derived>
class MaxUnpoolImpl : public Cloneable<Derived> {
 public:
  MaxUnpoolImpl(ExpandingArray<D> kernel_size) : options(kernel_size) {}
  explicit MaxUnpoolImpl(const MaxUnpoolOptions<D>& o) : options(o) {}
  Tensor forward(const Tensor& x, const Tensor& indices,
                 const std::optional<std::vector<int64_t>>& output_size = {}) const;
  void pretty_print(std::ostream& stream) const override;
  MaxUnpoolOptions<D> options;
};

/// The norm_type-norm of each window. Source: torch.nn.LPPool2d.
template <int D, class Derived>
class LPPoolImpl : public Cloneable<Derived> {
 public:
  LPPoolImpl(double norm_type, ExpandingArray<D> kernel_size) : options(norm_type, kernel_size) {}
  explicit LPPoolImpl(const LPPoolOptions<D>& o) : options(o) {}
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;
  LPPoolOptions<D> options;
};

REEL_MODULES_OF_DIMENSIONS(MaxPool, std::initializer_list<int64_t> kernel_size);
REEL_MODULES_OF_DIMENSIONS(AvgPool, std::initializer_list<int64_t> kernel_size);
REEL_MODULES_OF_DIMENSIONS(AdaptiveAvgPool,
                           std::initializer_list<std::optional<int64_t>> output_size);
REEL_MODULES_OF_DIMENSIONS(AdaptiveMaxPool,
                           std::initializer_list<std::optional<int64_t>> output_size);
REEL_MODULES_OF_DIMENSIONS(MaxUnpool, std::initializer_list<int64_t> kernel_size);
REEL_MODULES_OF_DIMENSIONS(LPPool, double norm_type, std::initializer_list<int64_t> kernel_size);

}  // namespace reel::nn
