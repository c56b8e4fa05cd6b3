#include <reel/io/training/early_stopping.h>

#include <reel/core/creation.h>
#include <reel/core/error.h>

#include <cmath>
#include <limits>

namespace reel::io {

EarlyStopping::EarlyStopping(EarlyStoppingOptions options) : options_(options) {
  REEL_CHECK(options.patience >= 1, "EarlyStopping: a patience of ", options.patience,
             "; it must be positive.");
  REEL_CHECK(std::isfinite(options.min_delta) && options.min_delta >= 0,
             "EarlyStopping: min_delta is ", options.min_delta,
             "; it must be finite and not negative.");
  reset();
}

void EarlyStopping::reset() {
  best_ = std::numeric_limits<double>::quiet_NaN();
  best_index_ = -1;
  count_ = bad_ = 0;
  stopped_ = false;
}

bool EarlyStopping::add(double value) {
  const bool finite = std::isfinite(value);
  if (finite && (best_index_ < 0 || is_better(options_.goal, value, best_, options_.min_delta))) {
    best_ = value;
    best_index_ = count_;
    bad_ = 0;
  } else {
    ++bad_;
  }
  ++count_;
  stopped_ = stopped_ || bad_ >= options_.patience || (!finite && options_.stop_if_not_finite);
  return stopped_;
}

OrderedDict<std::string, Tensor> EarlyStopping::state_dict() const {
  const auto number = [](int64_t v) { return full({}, v, kInt64); };
  return OrderedDict<std::string, Tensor>({{"best", full({}, best_, kFloat64)},
                                           {"best_index", number(best_index_)},
                                           {"count", number(count_)},
                                           {"bad", number(bad_)},
                                           {"stopped", number(stopped_)}});
}

void EarlyStopping::load_state_dict(const OrderedDict<std::string, Tensor>& state) {
  const auto whole = [&](const char* key) { return state[key].item<int64_t>(); };
  EarlyStopping loaded = *this;  // all are read before one is written
  loaded.best_ = state["best"].item<double>();
  loaded.best_index_ = whole("best_index");
  loaded.count_ = whole("count");
  loaded.bad_ = whole("bad");
  loaded.stopped_ = whole("stopped") != 0;
  *this = loaded;
}

}  // namespace reel::io
