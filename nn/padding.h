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
template <int D, PaddingMode kMode>
class PadImpl final : public Cloneable<PadImpl<D, kMode>> {
 public:
  PadImpl(ExpandingArray<2 * D> padding);
  explicit PadImpl(const PadOptions<D>& o);
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;
  PadOptions<D> options;
};

/// Pads the last D dimensions by a value. Source: torch.nn.ConstantPad2d.
template <int D>
class ConstantPadImpl final : public Cloneable<ConstantPadImpl<D>> {
 public:
  ConstantPadImpl(ExpandingArray<2 * D> padding, double value);
  explicit ConstantPadImpl(const ConstantPadOptions<D>& o);
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;
  ConstantPadOptions<D> options;
};

// The holders, which take `2` or `{2, 3, 0, 1}`. Templates, with aliases for the layers: fifteen
// classes would cost each program that includes this, whether it pads or not.
template <int D, PaddingMode kMode>
class PadLayer : public ModuleHolder<PadImpl<D, kMode>> {
 public:
  using Impl = PadImpl<D, kMode>;
  REEL_HOLDER(PadLayer);
  explicit PadLayer(std::initializer_list<int64_t> padding)
      : ModuleHolder<Impl>(make_module<Impl>(padding)) {}
};

template <int D>
class ConstantPadLayer : public ModuleHolder<ConstantPadImpl<D>> {
 public:
  using Impl = ConstantPadImpl<D>;
  REEL_HOLDER(ConstantPadLayer);
  ConstantPadLayer(std::initializer_list<int64_t> padding, double value)
      : ModuleHolder<Impl>(make_module<Impl>(padding, value)) {}
};

#define REEL_PAD(Name, D, kMode)            \
  using Name##D##dOptions = PadOptions<D>;  \
  using Name##D##dImpl = PadImpl<D, kMode>; \
  using Name##D##d = PadLayer<D, kMode>
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

using ConstantPad1dOptions = ConstantPadOptions<1>;
using ConstantPad2dOptions = ConstantPadOptions<2>;
using ConstantPad3dOptions = ConstantPadOptions<3>;
using ConstantPad1dImpl = ConstantPadImpl<1>;
using ConstantPad2dImpl = ConstantPadImpl<2>;
using ConstantPad3dImpl = ConstantPadImpl<3>;
using ConstantPad1d = ConstantPadLayer<1>;
using ConstantPad2d = ConstantPadLayer<2>;
using ConstantPad3d = ConstantPadLayer<3>;

}  // namespace reel::nn
