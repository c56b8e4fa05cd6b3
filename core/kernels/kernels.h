#pragma once
// The table of contents: every kernel source, the tables it fills, and how a kernel is found.
//
// core/kernels/<op>.h declares a struct of function pointers, `template <class T> struct
// LayerNorm`, one member a kernel. core/kernels/<op>.cpp is compiled once per instruction-set
// level, with the namespace REEL_ISA naming the level, and fills its structs in `install_<op>`.
// Callers write `kernels::active<kernels::LayerNorm<T>>().forward(...)`.
//
// Kernels take raw pointers, int64_t sizes and geometry structs; sizes first, inputs next, outputs
// last; a null output is one not wanted. They take memory as Scratch, throw nothing else and touch
// no std container: a shared template would carry this level's instructions into other sources.

#include <reel/core/kernels/adaptive.h>
#include <reel/core/kernels/arg_reduce.h>
#include <reel/core/kernels/batch_norm.h>
#include <reel/core/kernels/binary.h>
#include <reel/core/kernels/conv.h>
#include <reel/core/kernels/cross_entropy.h>
#include <reel/core/kernels/cumsum.h>
#include <reel/core/kernels/dropout.h>
#include <reel/core/kernels/elementary.h>
#include <reel/core/kernels/elementwise_loss.h>
#include <reel/core/kernels/gather.h>
#include <reel/core/kernels/gemm.h>
#include <reel/core/kernels/group_norm.h>
#include <reel/core/kernels/index_select.h>
#include <reel/core/kernels/layer_norm.h>
#include <reel/core/kernels/optimizer.h>
#include <reel/core/kernels/pad.h>
#include <reel/core/kernels/pointwise.h>
#include <reel/core/kernels/pool.h>
#include <reel/core/kernels/probability_loss.h>
#include <reel/core/kernels/product.h>
#include <reel/core/kernels/random.h>
#include <reel/core/kernels/rare_binary.h>
#include <reel/core/kernels/reduce.h>
#include <reel/core/kernels/resample.h>
#include <reel/core/kernels/softmax.h>
#include <reel/core/kernels/transpose.h>
#include <reel/core/kernels/unfold.h>
#include <reel/core/kernels/where.h>

/// Kernel sources: core/kernels/<name>.cpp defines install_<name>(Tables&) at every level.
#define REEL_KERNEL_SOURCES(X) \
  X(adaptive)                  \
  X(adaptive_max_pool)         \
  X(arg_reduce)                \
  X(avg_pool)                  \
  X(batch_norm)                \
  X(binary)                    \
  X(conv)                      \
  X(conv_col2im)               \
  X(conv_depthwise)            \
  X(conv_depthwise_weight)     \
  X(conv_matmul)               \
  X(conv_planes)               \
  X(conv_planes_weight)        \
  X(conv_swapped_weight)       \
  X(conv_weight)               \
  X(conv_winograd)             \
  X(conv_winograd_weight)      \
  X(cross_entropy)             \
  X(cumsum)                    \
  X(dropout)                   \
  X(elementary)                \
  X(elementwise_loss)          \
  X(gather)                    \
  X(gemm)                      \
  X(group_norm)                \
  X(index_select)              \
  X(layer_norm)                \
  X(max_pool)                  \
  X(optimizer)                 \
  X(pad)                       \
  X(pointwise)                 \
  X(probability_loss)          \
  X(product)                   \
  X(random)                    \
  X(rare_binary)               \
  X(reduce)                    \
  X(resample)                  \
  X(softmax)                   \
  X(transpose)                 \
  X(unfold)                    \
  X(where)

namespace reel::kernels {

/// The tables of all operations for one level.
struct Tables : AdaptiveMaxPool<float>,
                AdaptiveMaxPool<double>,
                AdaptiveStep<float>,
                AdaptiveStep<double>,
                ArgReduce<uint8_t>,
                ArgReduce<int32_t>,
                ArgReduce<int64_t>,
                ArgReduce<float>,
                ArgReduce<double>,
                AveragePool<float>,
                AveragePool<double>,
                BatchNorm<float>,
                BatchNorm<double>,
                Binary<uint8_t>,
                Binary<int32_t>,
                Binary<int64_t>,
                Binary<float>,
                Binary<double>,
                Binary<bool>,
                Compare<uint8_t>,
                Compare<int32_t>,
                Compare<int64_t>,
                Compare<float>,
                Compare<double>,
                Compare<bool>,
                Conv<float>,
                Conv<double>,
                CrossEntropy<float>,
                CrossEntropy<double>,
                Cumsum<int64_t>,
                Cumsum<float>,
                Cumsum<double>,
                Dropout<float>,
                Dropout<double>,
                Elementary<float>,
                Elementary<double>,
                ElementwiseLoss<float>,
                ElementwiseLoss<double>,
                Gather<uint8_t>,
                Gather<uint16_t>,
                Gather<uint32_t>,
                Gather<uint64_t>,
                Gemm<float>,
                Gemm<double>,
                GroupNorm<float>,
                GroupNorm<double>,
                IndexAdd<uint8_t>,
                IndexAdd<int32_t>,
                IndexAdd<int64_t>,
                IndexAdd<float>,
                IndexAdd<double>,
                IndexSelect<uint8_t>,
                IndexSelect<uint16_t>,
                IndexSelect<uint32_t>,
                IndexSelect<uint64_t>,
                LayerNorm<float>,
                LayerNorm<double>,
                MaxPool<double, int32_t>,
                MaxPool<double, uint8_t>,
                MaxPool<float, int32_t>,
                MaxPool<float, uint8_t>,
                NllLoss<float>,
                NllLoss<double>,
                OptimizerStep<float>,
                OptimizerStep<double>,
                Pad<uint8_t>,
                Pad<uint32_t>,
                Pad<uint64_t>,
                PadGrad<float>,
                PadGrad<double>,
                Pointwise<float>,
                Pointwise<double>,
                ProbabilityLoss<float>,
                ProbabilityLoss<double>,
                Product<int64_t>,
                Product<float>,
                Product<double>,
                RandomIntegers,
                RandomReals<float>,
                RandomReals<double>,
                RareBinary<int64_t>,
                RareBinary<float>,
                RareBinary<double>,
                Reduce<uint8_t>,
                Reduce<int32_t>,
                Reduce<int64_t>,
                Reduce<float>,
                Reduce<double>,
                ReduceAbout<float>,
                ReduceAbout<double>,
                Resample<float>,
                Resample<double>,
                ScatterAdd<uint8_t>,
                ScatterAdd<int32_t>,
                ScatterAdd<int64_t>,
                ScatterAdd<float>,
                ScatterAdd<double>,
                Softmax<float>,
                Softmax<double>,
                Transpose<uint32_t>,
                Transpose<uint64_t>,
                Unfold<float>,
                Unfold<double>,
                Where<uint8_t>,
                Where<uint16_t>,
                Where<uint32_t>,
                Where<uint64_t> {
  template <class Table>
  [[gnu::always_inline]] void set(const Table& table) {
    static_cast<Table&>(*this) = table;
  }
};

/// The tables of the level in use.
const Tables& active_tables();

template <class Table>
[[gnu::always_inline]] inline const Table& active() {
  return active_tables();
}

}  // namespace reel::kernels
