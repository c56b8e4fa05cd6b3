#pragma once

#include <reel/optim/one_cycle_lr.h>

namespace reel::optim {

/// Goes from the rate that it finds to swa_lr in anneal_epochs steps and stays there: for the end
/// of a training whose weights are averaged (averaged_weights.h). Source: Izmailov et al. 2018,
/// arXiv 1803.05407.
struct SWALR : LRScheduler {
  SWALR(Optimizer& optimizer, double swa_lr, int64_t anneal_epochs = 10,
        Anneal anneal_strategy = Anneal::kCosine);
};

}  // namespace reel::optim
