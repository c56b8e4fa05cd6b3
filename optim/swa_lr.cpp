#include <reel/optim/swa_lr.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace reel::optim {

namespace {

// The share of swa_lr in the rate after a step.
double share(int64_t step, int64_t epochs, Anneal strategy) {
  const double done =
      epochs == 0 ? 1 : static_cast<double>(std::min(step, epochs)) / static_cast<double>(epochs);
  return strategy == Anneal::kLinear ? done : (1 - std::cos(std::numbers::pi * done)) / 2;
}

}  // namespace

SWALR::SWALR(Optimizer& optimizer, double swa_lr, int64_t anneal_epochs, Anneal anneal_strategy)
    : LRScheduler(optimizer, [=](int64_t step, double, double lr) {
        REEL_CHECK(anneal_epochs >= 0, "SWALR: anneal_epochs is ", anneal_epochs,
                   "; it must be at least 0.");
        if (step == 0 && anneal_epochs > 0) return lr;
        const double before =
            step > 0 && anneal_epochs > 0 ? share(step - 1, anneal_epochs, anneal_strategy) : 0;
        if (before == 1) return swa_lr;
        // What the rate was when it began, from what it is now.
        const double first = (lr - before * swa_lr) / (1 - before);
        const double now = share(step, anneal_epochs, anneal_strategy);
        return swa_lr * now + first * (1 - now);
      }) {}

}  // namespace reel::optim
