// Losses of margins, most of them a sum of max(0, margin - difference).
// Composed of recorded operations; docs/ops/margin_loss.md. At a margin kept exactly the gradient
// is 0, as relu's at 0.

#include <reel/autograd/ops/activations.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/loss.h>
#include <reel/autograd/ops/reductions.h>
#include <reel/core/creation.h>

namespace reel {

namespace {

// Scores (N, C) of x (N, C) or (C).
Tensor check_scores(const char* op, const Tensor& x) {
  check_loss_input(op, x);
  REEL_CHECK((x.dim() == 1 || x.dim() == 2) && x.size(-1) > 0, op, ": the input is ", x,
             "; it must be (N, C) or (C), with a class at least.");
  return x.dim() == 1 ? x.unsqueeze(0) : x;
}

void check_classes(const char* op, const Tensor& target, int64_t lowest, int64_t classes) {
  REEL_CHECK(target.dtype() == kInt64, op, ": the target is ", target.dtype(),
             "; class indices must be int64. [use to(kInt64)]");
  const Borrowed plain = contiguous(target);
  const int64_t* t = plain->data_ptr<int64_t>();
  for (int64_t i = 0; i < plain->numel(); ++i)
    REEL_CHECK(t[i] >= lowest && t[i] < classes, op, ": a target is ", t[i], ", but there are ",
               classes, " classes; it must be in [", lowest, ", ", classes - 1, "].");
}

// Whether class c is the target, (..., C) of targets (...).
Tensor is_target(const Tensor& target, int64_t classes) {
  return target.unsqueeze(-1) == arange(classes, kInt64);
}

// The labels of each row up to the first -1, then -1, (N, K) with K the largest number of a row.
Tensor labels_of(const Tensor& target) {
  const Borrowed plain = contiguous(target);
  const int64_t N = target.size(0), C = target.size(1), *t = plain->data_ptr<int64_t>();
  const auto count = [=](int64_t n) {
    int64_t k = 0;
    while (k < C && t[n * C + k] >= 0) ++k;
    return k;
  };
  int64_t most = 0;
  for (int64_t n = 0; n < N; ++n) most = count(n) > most ? count(n) : most;
  const Tensor labels = full({N, most}, -1, kInt64);
  for (int64_t n = 0; n < N; ++n)
    for (int64_t k = 0; k < count(n); ++k) labels.data_ptr<int64_t>()[n * most + k] = t[n * C + k];
  return labels;
}

// The loss of rows (N), one of which an unbatched input is.
Tensor combined_rows(const char* op, const Tensor& rows, bool batched, Reduction reduction) {
  return combined(op, batched ? rows : rows.squeeze(0), reduction);
}

}  // namespace

Tensor hinge_embedding_loss(const Tensor& x, const Tensor& target, double margin,
                            Reduction reduction) {
  check_loss_pair("hinge_embedding_loss", x, target);
  const Tensor each = where(target != 1, relu(margin - x), 0) + where(target != -1, x, 0);
  return combined("hinge_embedding_loss", each, reduction);
}

Tensor margin_ranking_loss(const Tensor& x1, const Tensor& x2, const Tensor& target, double margin,
                           Reduction reduction) {
  check_loss_input("margin_ranking_loss", x1);
  const Shape both = broadcast_shapes("margin_ranking_loss", x1.sizes(), x2.sizes());
  broadcast_shapes("margin_ranking_loss", both, target.sizes());
  return combined("margin_ranking_loss", relu(margin - target * (x1 - x2)), reduction);
}

Tensor soft_margin_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
  check_loss_pair("soft_margin_loss", x, target);
  return combined("soft_margin_loss", -logsigmoid(target * x), reduction);
}

Tensor multi_margin_loss(const Tensor& x, const Tensor& target, Scalar p, Scalar margin,
                         const Tensor& weight, Reduction reduction) {
  const char* op = "multi_margin_loss";
  const Tensor rows = check_scores(op, x);
  const int64_t N = rows.size(0), C = rows.size(1);
  const double power = p.to<double>();
  REEL_CHECK(power == 1 || power == 2, op, ": p is ", power, "; it must be 1 or 2.");
  REEL_CHECK(target.numel() == N && target.dim() <= 1 && (x.dim() == 1 || target.dim() == 1), op,
             ": target ", target, " does not match input ", x,
             "; it must be (N) for (N, C), or a single class for (C).");
  check_classes(op, target, 0, C);
  if (weight.defined()) {
    REEL_CHECK(weight.sizes() == IntArrayRef(C), op, ": weight ", weight, " does not match input ",
               x, "; it must have one element per class, ", C, ".");
    check_loss_weight(op, "weight", weight, x);
  }
  const Tensor chosen = is_target(target.reshape(N), C);
  const Tensor score = where(chosen, rows, 0).sum(1, true);
  Tensor each = relu(rows - score + margin.to<double>());
  if (power == 2) each = each.square();
  if (weight.defined()) each = each * where(chosen, weight, 0).sum(1, true);
  const Tensor losses = where(chosen, 0, each).sum(1) / static_cast<double>(C);
  return combined_rows(op, losses, x.dim() == 2 || target.dim() == 1, reduction);
}

Tensor multilabel_margin_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
  const char* op = "multilabel_margin_loss";
  const Tensor rows = check_scores(op, x);
  const int64_t C = rows.size(1);
  REEL_CHECK(target.sizes() == x.sizes(), op, ": target ", target, " does not match input ", x,
             "; the shapes must be equal. [a row's labels end at -1]");
  check_classes(op, target, -1, C);
  const Tensor labels = labels_of(target.reshape(rows.sizes()));  // (N, K)
  if (labels.size(1) == 0)  // no row has a label, and sums of nothing are 0
    return combined_rows(op, (rows * 0.0).sum(1), x.dim() == 2, reduction);
  const Tensor chosen = is_target(labels, C);  // (N, K, C)
  const Tensor others = amax(chosen.to(kInt32), 1, true) == 0;
  const Tensor scores = rows.unsqueeze(1);
  const Tensor label_score = where(chosen, scores, 0).sum(2, true);
  const Tensor counts = others.logical_and(labels.unsqueeze(-1) >= 0);
  const Tensor each = where(counts, relu(1 - label_score + scores), 0);
  return combined_rows(op, each.sum({1, 2}) / static_cast<double>(C), x.dim() == 2, reduction);
}

Tensor multilabel_soft_margin_loss(const Tensor& x, const Tensor& target, const Tensor& weight,
                                   Reduction reduction) {
  const char* op = "multilabel_soft_margin_loss";
  check_loss_pair(op, x, target);
  REEL_CHECK(x.dim() >= 1, op, ": the input is a single number; it must be (..., C).");
  const Tensor w = check_loss_weight(op, "weight", weight, x);
  Tensor each = -(target * logsigmoid(x) + (1 - target) * logsigmoid(-x));
  if (w.defined()) each = each * w;
  return combined(op, each.mean(-1), reduction);
}

}  // namespace reel
