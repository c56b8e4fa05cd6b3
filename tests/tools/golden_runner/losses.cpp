// Losses.

#include "tests/tools/golden_runner/check.h"

#include <reel/autograd/ops/losses.h>

namespace golden {

namespace {

using namespace reel;

Reduction reduction_of(const Arguments& c) {
  const std::string name = c.text("reduction");
  if (name == "none") return kNone;
  if (name == "mean") return kMean;
  if (name == "sum") return kSum;
  if (name == "batchmean") return kBatchMean;
  throw Mismatch("there is no reduction " + name);
}

// Losses of margins and of likelihoods.
void add_margin_losses(OperationTable& table) {
  table["poisson_nll_loss"] = [](Call& c) -> TensorList {
    return {poisson_nll_loss(c["x"], c["target"], c.flag("log_input"), c.flag("full"),
                             c.number("eps"), reduction_of(c))};
  };
  table["gaussian_nll_loss"] = [](Call& c) -> TensorList {
    return {gaussian_nll_loss(c["x"], c["target"], c["var"], c.flag("full"), c.number("eps"),
                              reduction_of(c))};
  };
  table["hinge_embedding_loss"] = [](Call& c) -> TensorList {
    return {hinge_embedding_loss(c["x"], c["target"], c.number("margin"), reduction_of(c))};
  };
  table["margin_ranking_loss"] = [](Call& c) -> TensorList {
    return {
        margin_ranking_loss(c["x1"], c["x2"], c["target"], c.number("margin"), reduction_of(c))};
  };
  table["soft_margin_loss"] = [](Call& c) -> TensorList {
    return {soft_margin_loss(c["x"], c["target"], reduction_of(c))};
  };
  table["multi_margin_loss"] = [](Call& c) -> TensorList {
    return {multi_margin_loss(c["x"], c["target"], c.integer("p"), c.number("margin"), c["weight"],
                              reduction_of(c))};
  };
  table["multilabel_margin_loss"] = [](Call& c) -> TensorList {
    return {multilabel_margin_loss(c["x"], c["target"], reduction_of(c))};
  };
  table["multilabel_soft_margin_loss"] = [](Call& c) -> TensorList {
    return {multilabel_soft_margin_loss(c["x"], c["target"], c["weight"], reduction_of(c))};
  };
  table["cosine_embedding_loss"] = [](Call& c) -> TensorList {
    return {
        cosine_embedding_loss(c["x1"], c["x2"], c["target"], c.number("margin"), reduction_of(c))};
  };
  table["triplet_margin_loss"] = [](Call& c) -> TensorList {
    return {triplet_margin_loss(c["anchor"], c["positive"], c["negative"], c.number("margin"),
                                c.number("p"), c.number("eps"), c.flag("swap"), reduction_of(c))};
  };
  table["triplet_margin_with_distance_loss"] = [](Call& c) -> TensorList {
    return {triplet_margin_with_distance_loss(c["anchor"], c["positive"], c["negative"], {},
                                              c.number("margin"), c.flag("swap"), reduction_of(c))};
  };
}

}  // namespace

void add_losses(OperationTable& table) {
  add_margin_losses(table);
  table["mse_loss"] = [](Call& c) -> TensorList {
    return {mse_loss(c["x"], c["target"], reduction_of(c))};
  };
  table["l1_loss"] = [](Call& c) -> TensorList {
    return {l1_loss(c["x"], c["target"], reduction_of(c))};
  };
  table["smooth_l1_loss"] = [](Call& c) -> TensorList {
    return {smooth_l1_loss(c["x"], c["target"], reduction_of(c), c.number("beta"))};
  };
  table["huber_loss"] = [](Call& c) -> TensorList {
    return {huber_loss(c["x"], c["target"], reduction_of(c), c.number("delta"))};
  };
  table["binary_cross_entropy_with_logits"] = [](Call& c) -> TensorList {
    return {binary_cross_entropy_with_logits(c["x"], c["target"], c["weight"], c["pos_weight"],
                                             reduction_of(c))};
  };
  table["binary_cross_entropy"] = [](Call& c) -> TensorList {
    return {binary_cross_entropy(c["x"], c["target"], c["weight"], reduction_of(c))};
  };
  table["kl_div"] = [](Call& c) -> TensorList {
    return {kl_div(c["x"], c["target"], reduction_of(c), c.flag("log_target"))};
  };
  table["cross_entropy_probabilities"] = [](Call& c) -> TensorList {
    return {cross_entropy(c["x"], c["target"], c["weight"], reduction_of(c), -100,
                          c.number("label_smoothing"))};
  };
  table["nll_loss"] = [](Call& c) -> TensorList {
    return {nll_loss(c["x"], c["target"], c["weight"], reduction_of(c), c.integer("ignore_index"))};
  };
  table["cross_entropy"] = [](Call& c) -> TensorList {
    return {cross_entropy(c["x"], c["target"], c["weight"], reduction_of(c),
                          c.integer("ignore_index"), c.number("label_smoothing"))};
  };
}

}  // namespace golden
