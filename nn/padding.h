#pragma once
// Layers that pad. docs/ops/pad.md.

#include <reel/autograd/padding.h>
#include <reel/nn/holder.h>
#include <reel/nn/options.h>

namespace reel::nn {

/// Options of padding layers: before and after each dimension, the last dimension first, or one
/// number for all.
template <int D>
struct PadOptions {
  PadOptions(ExpandingArray<2 * D> padding) : padding_(padding) {}
  REEL_ARG(ExpandingArray<2 * D>, padding);
};

template <int D>
struct ConstantPadOptions {
  ConstantPadOptions(ExpandingArray<2 * D> padding, double value)
      : padding_(padding), value_(value) {}
  REEL_ARG(ExpandingArray<2 * D>, padding);
  REEL_ARG(double, value);
};

/// Pads the last D dimensions: by zeros, the mirror image without the border itself, the border, or
/// the opposite side. Source: torch.nn.ReflectionPad2d.
template <int D, PaddingMode kMode, class Derived>
class PadImpl : public Cloneable<Derived> {
 public:
  PadImpl(ExpandingArray<2 * D> padding);
  explicit PadImpl(const PadOptions<D>& o);
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;
  PadOptions<D> options;
};

/// Pads the last D dimensions by a value. Source: torch.nn.ConstantPad2d.
template <int D, class Derived>
class ConstantPadImpl : public Cloneable<Derived> {
 public:
  ConstantPadImpl(ExpandingArray<2 * D> padding, double value);
  explicit ConstantPadImpl(const ConstantPadOptions<D>& o);
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;
  ConstantPadOptions<D> options;
};

// The three sizes of each, and their holders, which take `2` or `{2, 3, 0, 1}`.
#define REEL_PAD(Name, D, kMode)                                             \
  using Name##D##dOptions = PadOptions<D>;                                   \
  struct Name##D##dImpl final : PadImpl<D, kMode, Name##D##dImpl> {          \
    using PadImpl<D, kMode, Name##D##dImpl>::PadImpl;                        \
  };                                                                         \
  class Name##D##d : public ModuleHolder<Name##D##dImpl> {                   \
   public:                                                                   \
    using Impl = Name##D##dImpl;                                             \
    using ModuleHolder<Impl>::ModuleHolder;                                  \
    explicit Name##D##d(std::initializer_list<int64_t> padding)              \
        : ModuleHolder(make_module<Impl>(ExpandingArray<2 * D>(padding))) {} \
  }
REEL_PAD(ReflectionPad, 1, kReflect);
REEL_PAD(ReflectionPad, 2, kReflect);
REEL_PAD(ReflectionPad, 3, kReflect);
REEL_PAD(ReplicationPad, 1, kReplicate);
REEL_PAD(ReplicationPad, 2, kReplicate);
REEL_PAD(ReplicationPad, 3, kReplicate);
REEL_PAD(CircularPad, 1, kCircular);
REEL_PAD(CircularPad, 2, kCircular);
REEL_PAD(CircularPad, 3, kCircular);
REEL_PAD(ZeroPad, 1, kZeros);
REEL_PAD(ZeroPad, 2, kZeros);
REEL_PAD(ZeroPad, 3, kZeros);
#undef REEL_PAD

#define REEL_CONSTANT_PAD(D)                                                       \
  using ConstantPad##D##dOptions = ConstantPadOptions<D>;                          \
  struct ConstantPad##D##dImpl final : ConstantPadImpl<D, ConstantPad##D##dImpl> { \
    using ConstantPadImpl<D, ConstantPad##D##dImpl>::ConstantPadImpl;              \
  };                                                                               \
  class ConstantPad##D##d : public ModuleHolder<ConstantPad##D##dImpl> {           \
   public:                                                                         \
    using Impl = ConstantPad##D##dImpl;                                            \
    using ModuleHolder<Impl>::ModuleHolder;                                        \
    ConstantPad##D##d(std::initializer_list<int64_t> padding, double value)        \
        : ModuleHolder(make_module<Impl>(padding, value)) {}                       \
  }
REEL_CONSTANT_PAD(1);
REEL_CONSTANT_PAD(2);
REEL_CONSTANT_PAD(3);
#undef REEL_CONSTANT_PAD

}  // namespace reel::nn
