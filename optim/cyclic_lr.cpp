#include <reel/optim/cyclic_lr.h>

#include <cmath>

namespace reel::optim {

namespace {

// How high the cycle stands at a step, 0 at its feet and 1 at the first peak.
double height(const CyclicLROptions& o, int64_t step) {
  const int64_t up = o.step_size_up(), total = up + o.step_size_down().value_or(up);
  REEL_CHECK(up > 0 && total > up, "CyclicLR: step_size_up is ", up, ", step_size_down ",
             total - up, "; they must be above 0.");
  const int64_t cycle = step / total, within = step % total;
  const double rise = within <= up
                          ? static_cast<double>(within) / static_cast<double>(up)
                          : static_cast<double>(total - within) / static_cast<double>(total - up);
  switch (o.mode()) {
    case CyclicMode::kTriangular:
      return rise;
    case CyclicMode::kTriangular2:
      return rise / std::pow(2.0, static_cast<double>(cycle));
    case CyclicMode::kExpRange:
      return rise * std::pow(o.gamma(), static_cast<double>(step));
  }
  return rise;
}

}  // namespace

CyclicLR::CyclicLR(Optimizer& optimizer, const CyclicLROptions& options)
    : LRScheduler(options.cycle_momentum() ? with_momentum("CyclicLR", optimizer) : optimizer,
                  always([options](int64_t step, double) {
                    return options.base_lr() +
                           (options.max_lr() - options.base_lr()) * height(options, step);
                  })),
      options_(options) {
  apply_momentum();
}

void CyclicLR::apply() {
  LRScheduler::apply();
  apply_momentum();
}

void CyclicLR::apply_momentum() {
  if (!options_.cycle_momentum()) return;
  const double range = options_.max_momentum() - options_.base_momentum();
  set_momentum(options_.max_momentum() - range * height(options_, last_epoch()));
}

}  // namespace reel::optim
