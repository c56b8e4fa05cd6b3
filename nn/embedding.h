#pragma once
// A table of learnt vectors. docs/ops/embedding.md.

#include <reel/nn/holder.h>
#include <reel/nn/options.h>

#include <optional>

namespace reel::nn {

struct EmbeddingOptions {
  EmbeddingOptions(int64_t num_embeddings, int64_t embedding_dim)
      : num_embeddings_(num_embeddings), embedding_dim_(embedding_dim) {}
  REEL_ARG(int64_t, num_embeddings);
  REEL_ARG(int64_t, embedding_dim);
  REEL_ARG(std::optional<int64_t>, padding_idx);
  REEL_ARG(std::optional<double>, max_norm);
  REEL_ARG(double, norm_type) = 2;
  REEL_ARG(bool, scale_grad_by_freq) = false;
};

struct EmbeddingFromPretrainedOptions {
  REEL_ARG(bool, freeze) = true;
  REEL_ARG(std::optional<int64_t>, padding_idx);
  REEL_ARG(std::optional<double>, max_norm);
  REEL_ARG(double, norm_type) = 2;
  REEL_ARG(bool, scale_grad_by_freq) = false;
};

/// y[...] = weight[x[...]] for int64 or int32 x of any shape. The row padding_idx starts at zero
/// and takes no gradient; max_norm bounds the norms of the rows that are taken, in place.
/// Parameter: weight (num_embeddings, embedding_dim), normal. Source: torch.nn.Embedding.
class EmbeddingImpl final : public Cloneable<EmbeddingImpl> {
 public:
  EmbeddingImpl(int64_t num_embeddings, int64_t embedding_dim)
      : EmbeddingImpl(EmbeddingOptions(num_embeddings, embedding_dim)) {}
  /// Throws: ArgumentError when a size is negative or padding_idx out of range.
  explicit EmbeddingImpl(const EmbeddingOptions& o);
  void reset_parameters();
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;

  EmbeddingOptions options;
  Parameter weight;
};

class Embedding : public ModuleHolder<EmbeddingImpl> {
 public:
  using Impl = EmbeddingImpl;
  REEL_HOLDER(Embedding);
  /// A layer that shares the memory of `embeddings` (num_embeddings, embedding_dim), which are not
  /// trained unless freeze is false.
  static Embedding from_pretrained(const Tensor& embeddings,
                                   const EmbeddingFromPretrainedOptions& options = {});
};

}  // namespace reel::nn
