#include <reel/optim/one_cycle_lr.h>

#include <cmath>
#include <numbers>

namespace reel::optim {

namespace {

void check(const OneCycleLROptions& o) {
  REEL_CHECK(o.total_steps() > 0, "OneCycleLR: total_steps is ", o.total_steps(),
             "; it must be above 0.");
  REEL_CHECK(o.pct_start() >= 0 && o.pct_start() <= 1, "OneCycleLR: pct_start is ", o.pct_start(),
             "; it must be between 0 and 1.");
  REEL_CHECK(!o.three_phase() || o.pct_start() <= 0.5, "OneCycleLR: pct_start is ", o.pct_start(),
             " with three phases; it must be at most 0.5, to come down as it went up.");
  REEL_CHECK(o.div_factor() > 0 && o.final_div_factor() > 0, "OneCycleLR: div_factor is ",
             o.div_factor(), ", final_div_factor ", o.final_div_factor(),
             "; they must be above 0.");
}

double anneal(const OneCycleLROptions& o, double from, double to, double done) {
  if (o.anneal_strategy() == Anneal::kLinear) return from + (to - from) * done;
  return to + (from - to) * (1 + std::cos(std::numbers::pi * done)) / 2;
}

// A value that goes from `first` to `peak` to `last`; with three phases by way of `first` again.
double cycle(const OneCycleLROptions& o, int64_t step, double first, double peak, double last) {
  REEL_CHECK(
      step < o.total_steps() + 1, "OneCycleLR: step ", step, " of ", o.total_steps(),
      "; the cycle is over. [give it as many total_steps as there are batches in all epochs]");
  const double total = static_cast<double>(o.total_steps()), now = static_cast<double>(step);
  const double top = o.pct_start() * total - 1, end = total - 1;
  const double low = o.three_phase() ? 2 * o.pct_start() * total - 2 : top;
  const double bottom = o.three_phase() ? first : peak;
  // In a very short cycle a phase may have no length.
  if (now <= top && top > 0) return anneal(o, first, peak, now / top);
  if (now <= low && low > top) return anneal(o, peak, bottom, (now - top) / (low - top));
  return anneal(o, bottom, last, end > low ? (now - low) / (end - low) : 1);
}

}  // namespace

OneCycleLR::OneCycleLR(Optimizer& optimizer, const OneCycleLROptions& options)
    : LRScheduler(options.cycle_momentum() ? with_momentum("OneCycleLR", optimizer) : optimizer,
                  always([options](int64_t step, double) {
                    check(options);
                    const double first = options.max_lr() / options.div_factor();
                    return cycle(options, step, first, options.max_lr(),
                                 first / options.final_div_factor());
                  })),
      options_(options) {
  apply_momentum();
}

void OneCycleLR::apply() {
  LRScheduler::apply();
  apply_momentum();
}

void OneCycleLR::apply_momentum() {
  if (!options_.cycle_momentum()) return;
  set_momentum(cycle(options_, last_epoch(), options_.max_momentum(), options_.base_momentum(),
                     options_.max_momentum()));
}

}  // namespace reel::optim
