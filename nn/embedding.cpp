#include <reel/autograd/grad_mode.h>
#include <reel/core/creation.h>
#include <reel/nn/embedding.h>
#include <reel/nn/functional/embedding.h>
#include <reel/nn/init.h>
#include <reel/nn/print_size.h>

#include <ostream>

namespace reel::nn {

namespace {

// The row from the front; none when there is no padding.
int64_t padding_row(const char* op, std::optional<int64_t> padding_idx, int64_t rows) {
  if (!padding_idx) return -1;
  REEL_CHECK(*padding_idx >= -rows && *padding_idx < rows, op, ": padding_idx ", *padding_idx,
             " is out of range; the table has ", rows, " rows, so it must be in [", -rows, ", ",
             rows, ").");
  return *padding_idx < 0 ? *padding_idx + rows : *padding_idx;
}

}  // namespace

namespace functional {

Tensor embedding(const Tensor& input, const Tensor& weight, const EmbeddingFuncOptions& options) {
  const int64_t padding = padding_row("embedding", options.padding_idx(), weight.size(0));
  if (options.max_norm()) {
    const NoGradGuard no_grad;
    embedding_renorm_(weight, input, *options.max_norm(), options.norm_type());
  }
  return reel::embedding(weight, input, padding, options.scale_grad_by_freq());
}

}  // namespace functional

EmbeddingImpl::EmbeddingImpl(const EmbeddingOptions& o) : options(o) {
  REEL_CHECK(o.num_embeddings() >= 0 && o.embedding_dim() >= 0, "Embedding: num_embeddings is ",
             o.num_embeddings(), " and embedding_dim ", o.embedding_dim(),
             "; they must not be negative.");
  padding_row("Embedding", o.padding_idx(), o.num_embeddings());
  weight = register_parameter("weight", empty({o.num_embeddings(), o.embedding_dim()}));
  reset_parameters();
}

void EmbeddingImpl::reset_parameters() {
  init::normal_(weight);
  const int64_t padding = padding_row("Embedding", options.padding_idx(), options.num_embeddings());
  if (padding < 0) return;
  const NoGradGuard no_grad;
  weight[padding].zero_();
}

Tensor EmbeddingImpl::forward(const Tensor& x) const {
  return functional::embedding(x, weight,
                               functional::EmbeddingFuncOptions()
                                   .padding_idx(options.padding_idx())
                                   .max_norm(options.max_norm())
                                   .norm_type(options.norm_type())
                                   .scale_grad_by_freq(options.scale_grad_by_freq()));
}

void EmbeddingImpl::pretty_print(std::ostream& stream) const {
  stream << "Embedding(" << options.num_embeddings() << ", " << options.embedding_dim();
  if (options.padding_idx())
    stream << ", padding_idx="
           << padding_row("Embedding", options.padding_idx(), options.num_embeddings());
  if (options.max_norm()) stream << ", max_norm=" << *options.max_norm();
  if (options.norm_type() != 2) stream << ", norm_type=" << options.norm_type();
  if (options.scale_grad_by_freq()) stream << ", scale_grad_by_freq=True";
  stream << ")";
}

Embedding Embedding::from_pretrained(const Tensor& embeddings,
                                     const EmbeddingFromPretrainedOptions& options) {
  REEL_CHECK(embeddings.dim() == 2, "Embedding.from_pretrained: the embeddings ", embeddings,
             " have ", embeddings.dim(), " dimensions; they must have 2, entries and features.");
  Embedding layer(EmbeddingOptions(embeddings.size(0), embeddings.size(1))
                      .padding_idx(options.padding_idx())
                      .max_norm(options.max_norm())
                      .norm_type(options.norm_type())
                      .scale_grad_by_freq(options.scale_grad_by_freq()));
  layer->weight.set_data(embeddings);
  layer->weight.set_requires_grad(!options.freeze());
  return layer;
}

}  // namespace reel::nn
