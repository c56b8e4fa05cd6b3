// y[...] = weight[indices[...]]; the gradient adds each row of dy to the row of the weight it came
// from, but for the padding's, and divided by how often the row was taken if asked.
// docs/ops/embedding.md.

#include <reel/autograd/ops/indexing.h>
#include <reel/autograd/ops/reductions.h>
#include <reel/autograd/ops/row_index.h>
#include <reel/autograd/trace.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

#include <cmath>

namespace reel {

namespace {

RowIndex check_embedding(const Tensor& weight, const Tensor& indices, int64_t padding_idx) {
  REEL_CHECK(weight.dim() == 2, "embedding: the weight ", weight, " has ", weight.dim(),
             " dimensions; it must have 2, entries and features.");
  REEL_CHECK(padding_idx >= -1 && padding_idx < weight.size(0), "embedding: padding_idx ",
             padding_idx, " is out of range; the weight has ", weight.size(0),
             " rows, so it must be in [0, ", weight.size(0), "), or -1 for none.");
  RowIndex rows = rows_along(
      weight, 0, checked_index("embedding", indices, 0, weight.size(0), false).reshape(-1));
  rows.sizes = indices.sizes();
  rows.sizes.push_back(weight.size(1));
  return rows;
}

// What the gradient of each taken row counts: equation 3.
Tensor shares(const RowIndex& rows, int64_t padding_idx, bool by_frequency, Dtype dtype) {
  const NoGradGuard no_grad;
  const Tensor& index = rows.index;
  Tensor share = ones(index.sizes(), dtype);
  if (by_frequency) {
    const Tensor count = zeros(rows.merged[1], dtype).index_add_(0, index, share);
    share = share / count.index_select(0, index);
  }
  return padding_idx < 0 ? share : share.masked_fill(index.eq(padding_idx), 0);
}

struct EmbeddingBackward final : NodeOf<EmbeddingBackward> {
  static constexpr const char* kName = "embedding";
  RowIndex rows;
  int64_t padding_idx;
  bool by_frequency;

  void backward(BackwardCall& call) override {
    Tensor g = call.grad_output().reshape({rows.index.numel(), rows.merged[2]});
    if (padding_idx >= 0 || by_frequency)
      g = g * shares(rows, padding_idx, by_frequency, g.dtype()).unsqueeze(1);
    call.set_grad_input(0, zeros(rows.x_sizes, g.dtype()).index_add_(0, rows.index, g));
  }
  void release_saved() override { rows.index = Tensor(); }
};

}  // namespace

Tensor embedding(const Tensor& weight, const Tensor& indices, int64_t padding_idx,
                 bool scale_grad_by_freq) {
  const OperationScope scope(EmbeddingBackward::kName);
  const RowIndex rows = check_embedding(weight, indices, padding_idx);
  Tensor y;
  {
    const NoGradGuard no_grad;
    y = read_rows(weight, rows);
  }
  if (auto* node = record<EmbeddingBackward>(y, weight)) {
    node->rows = rows;
    node->padding_idx = padding_idx;
    node->by_frequency = scale_grad_by_freq;
    if (TracedOperation* t = traced(y)) t->tensor("indices", indices);
  }
  return y;
}

const Tensor& embedding_renorm_(const Tensor& weight, const Tensor& indices, double max_norm,
                                double norm_type) {
  check_in_place("embedding_renorm_", weight);
  const RowIndex rows = check_embedding(weight, indices, -1);
  REEL_CHECK(max_norm >= 0, "embedding_renorm_: max_norm is ", max_norm, "; it must be 0 or more.");
  const NoGradGuard no_grad;
  const Tensor named = zeros(weight.size(0), kBool).index_fill_(0, rows.index, true);
  const Tensor norm = std::isinf(norm_type) ? amax(weight.abs(), 1)
                                            : weight.abs().pow(norm_type).sum(1).pow(1 / norm_type);
  // The small number is PyTorch's.
  const Tensor scale = max_norm / (norm + 1e-7);
  const Tensor kept = named.logical_and(norm.gt(max_norm)).logical_not();
  weight.mul_(scale.masked_fill(kept, 1).unsqueeze(1));
  return weight;
}

Tensor one_hot(const Tensor& x, int64_t num_classes) {
  REEL_CHECK(x.dtype() == kInt64 || x.dtype() == kInt32, "one_hot: the classes are ", x.dtype(),
             "; they must be int64 or int32.");
  REEL_CHECK(x.numel() > 0 || num_classes > 0, "one_hot: no class is given, and num_classes is ",
             num_classes, "; it must be given for an empty tensor.");
  const int64_t classes = num_classes == -1 ? x.max().item<int64_t>() + 1 : num_classes;
  REEL_CHECK(classes > 0, "one_hot: num_classes is ", num_classes,
             "; it must be 1 or more, or -1 to infer it from classes of 0 or more.");
  if (x.numel() > 0) {
    const auto low = x.min().item<int64_t>(), high = x.max().item<int64_t>();
    REEL_CHECK(low >= 0 && high < classes, "one_hot: the classes reach from ", low, " to ", high,
               "; with num_classes ", classes, " they must be in [0, ", classes, ").");
  }
  Shape sizes = x.sizes();
  sizes.push_back(classes);
  return zeros(sizes, kInt64).scatter_(-1, x.unsqueeze(-1), 1);
}

}  // namespace reel
