// cosine_embedding_loss, triplet_margin_loss: margins between distances of embeddings.
// Composed of recorded operations; docs/ops/metric_loss.md.

#include <reel/autograd/ops/activations.h>
#include <reel/autograd/ops/distances.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/loss.h>

namespace reel {

namespace {

constexpr double kCosineEps = 1e-12;

// |x|^2, and a little so that a vector of zeros has a direction.
Tensor squared_length(const Tensor& x) { return x.square().sum(-1) + kCosineEps; }

void check_triplet(const char* op, const Tensor& anchor, const Tensor& positive,
                   const Tensor& negative, double margin) {
  check_loss_input(op, anchor);
  REEL_CHECK(anchor.dim() == positive.dim() && anchor.dim() == negative.dim(), op, ": anchor ",
             anchor, ", positive ", positive, " and negative ", negative,
             " differ in their number of dimensions; it must be equal.");
  REEL_CHECK(margin > 0, op, ": the margin is ", margin, "; it must be positive.");
}

template <class Distance>
Tensor triplet(const char* op, const Tensor& anchor, const Tensor& positive, const Tensor& negative,
               const Distance& distance, double margin, bool swap, Reduction reduction) {
  const Tensor near = distance(anchor, positive);
  Tensor far = distance(anchor, negative);
  if (swap) far = minimum(far, distance(positive, negative));
  return combined(op, relu(near - far + margin), reduction);
}

}  // namespace

Tensor cosine_embedding_loss(const Tensor& x1, const Tensor& x2, const Tensor& target,
                             double margin, Reduction reduction) {
  const char* op = "cosine_embedding_loss";
  check_loss_input(op, x1);
  Shape rows = x1.sizes();
  if (!rows.empty()) rows.erase(rows.size() - 1);
  REEL_CHECK((x1.dim() == 1 || x1.dim() == 2) && x1.sizes() == x2.sizes() && target.sizes() == rows,
             op, ": inputs ", x1, " and ", x2, " with target ", target,
             " do not match; they must be (N, D), (N, D) and (N), or (D), (D) and ().");
  const Tensor cosine = (x1 * x2).sum(-1) / (squared_length(x1) * squared_length(x2)).sqrt();
  const Tensor each =
      where(target == 1, 1 - cosine, 0) + where(target == -1, relu(cosine - margin), 0);
  return combined(op, each, reduction);
}

Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           double margin, double p, double eps, bool swap, Reduction reduction) {
  const char* op = "triplet_margin_loss";
  check_triplet(op, anchor, positive, negative, margin);
  const auto distance = [=](const Tensor& a, const Tensor& b) {
    return pairwise_distance(a, b, p, eps);
  };
  return triplet(op, anchor, positive, negative, distance, margin, swap, reduction);
}

Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive,
                                         const Tensor& negative,
                                         const DistanceFunction& distance_function, double margin,
                                         bool swap, Reduction reduction) {
  const char* op = "triplet_margin_with_distance_loss";
  check_triplet(op, anchor, positive, negative, margin);
  if (!distance_function)
    return triplet_margin_loss(anchor, positive, negative, margin, 2, 1e-6, swap, reduction);
  return triplet(op, anchor, positive, negative, distance_function, margin, swap, reduction);
}

}  // namespace reel
