#pragma once
// Pooling layers. docs/ops/max_pool.md, docs/ops/avg_pool.md.

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

/// Options of AdaptiveAvgPool; kKeepSize keeps the input's size.
template <int D>
struct AdaptiveAvgPoolOptions {
  AdaptiveAvgPoolOptions(ExpandingArray<D> output_size) : output_size_(output_size) {}
  REEL_ARG(ExpandingArray<D>, output_size);
};
using AdaptiveAvgPool1dOptions = AdaptiveAvgPoolOptions<1>;
using AdaptiveAvgPool2dOptions = AdaptiveAvgPoolOptions<2>;
using AdaptiveAvgPool3dOptions = AdaptiveAvgPoolOptions<3>;

/// The largest value of each window. Source: torch.nn.MaxPool2d.
template <int D, class Derived>
class MaxPoolImpl : public Cloneable<Derived> {
 public:
  MaxPoolImpl(ExpandingArray<D> kernel_size) : options(kernel_size) {}
  explicit MaxPoolImpl(const MaxPoolOptions<D>& o) : options(o) {}
  Tensor forward(const Tensor& x) const;
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
  AdaptiveAvgPoolImpl(ExpandingArray<D> output_size) : options(output_size) {}
  explicit AdaptiveAvgPoolImpl(const AdaptiveAvgPoolOptions<D>& o) : options(o) {}
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;
  AdaptiveAvgPoolOptions<D> options;
};

// The three sizes of each, and their holders, which take `2` or `{2, 3}`.
#define REEL_POOL(Name, D)                                             \
  struct Name##D##dImpl final : Name##Impl<D, Name##D##dImpl> {        \
    using Name##Impl<D, Name##D##dImpl>::Name##Impl;                   \
  };                                                                   \
  class Name##D##d : public ModuleHolder<Name##D##dImpl> {             \
   public:                                                             \
    using Impl = Name##D##dImpl;                                       \
    using ModuleHolder<Impl>::ModuleHolder;                            \
    explicit Name##D##d(std::initializer_list<int64_t> sizes)          \
        : ModuleHolder(make_module<Impl>(ExpandingArray<D>(sizes))) {} \
  }
REEL_POOL(MaxPool, 1);
REEL_POOL(MaxPool, 2);
REEL_POOL(MaxPool, 3);
REEL_POOL(AvgPool, 1);
REEL_POOL(AvgPool, 2);
REEL_POOL(AvgPool, 3);
REEL_POOL(AdaptiveAvgPool, 1);
REEL_POOL(AdaptiveAvgPool, 2);
REEL_POOL(AdaptiveAvgPool, 3);
#undef REEL_POOL

}  // namespace reel::nn
