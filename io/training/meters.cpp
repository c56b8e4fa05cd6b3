#include <reel/io/training/meters.h>

#include <reel/autograd/grad_mode.h>
#include <reel/core/error.h>

#include <algorithm>
#include <cmath>

namespace reel::io {
namespace {

constexpr int64_t kMaxWindow = 1000000;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

template <class T, class Use>
void for_each(const Tensor& x, Use use) {
  const T* values = x.data_ptr<T>();
  for (int64_t i = 0; i < x.numel(); ++i) use(static_cast<double>(values[i]));
}

/// Where they are, if they are floating-point and lie together.
template <class Use>
void for_each_element(const Tensor& given, Use use) {
  const NoGradGuard no_grad;
  const Tensor x = given.detach().contiguous();
  if (x.dtype() == kFloat32) return for_each<float>(x, use);
  if (x.dtype() == kFloat64) return for_each<double>(x, use);
  for_each<double>(x.to(kFloat64), use);
}

}  // namespace

void MeanMeter::add(double value, double weight) {
  REEL_CHECK(std::isfinite(weight) && weight >= 0, "MeanMeter.add: a weight of ", weight,
             "; it must be finite and not negative.");
  if (!std::isfinite(value)) {
    ++non_finite_;
    return;
  }
  sum_ += weight * value;
  weight_ += weight;
}

void MeanMeter::add(const Tensor& values, double weight) {
  for_each_element(values, [&](double v) { add(v, weight); });
}

double MeanMeter::value() const { return weight_ > 0 ? sum_ / weight_ : kNan; }

void MeanMeter::merge(const MeanMeter& other) {
  sum_ += other.sum_;
  weight_ += other.weight_;
  non_finite_ += other.non_finite_;
}

void RangeMeter::add(double value) {
  non_finite_ += !std::isfinite(value);
  if (std::isnan(value)) return;
  min_ = std::min(min_, value);
  max_ = std::max(max_, value);
}

void RangeMeter::add(const Tensor& values) {
  for_each_element(values, [&](double v) { add(v); });
}

RangeMeter::Range RangeMeter::value() const {
  if (min_ > max_) return {kNan, kNan};
  return {min_, max_};
}

void RangeMeter::merge(const RangeMeter& other) {
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  non_finite_ += other.non_finite_;
}

MovingMeter::MovingMeter(int64_t window) : window_(static_cast<std::size_t>(window)) {
  REEL_CHECK(window >= 1 && window <= kMaxWindow, "MovingMeter: a window of ", window,
             "; it must be from 1 to ", kMaxWindow, ".");
}

void MovingMeter::add(double value) {
  if (!std::isfinite(value)) {
    ++non_finite_;
    return;
  }
  if (values_.size() < window_)
    values_.push_back(value);
  else
    values_[next_] = value;
  next_ = (next_ + 1) % window_;
}

double MovingMeter::value() const {
  // Summed anew, so that no rounding error stays for good.
  double sum = 0;
  for (const double v : values_) sum += v;
  return values_.empty() ? kNan : sum / static_cast<double>(values_.size());
}

void MovingMeter::reset() {
  values_.clear();
  next_ = 0;
  non_finite_ = 0;
}

void ThroughputMeter::add(int64_t count) {
  REEL_CHECK(count >= 0, "ThroughputMeter.add: a count of ", count, "; it must not be negative.");
  total_ += count;
}

double ThroughputMeter::value() const {
  const double seconds = watch_.seconds();
  return seconds > 0 ? static_cast<double>(total_) / seconds : 0;
}

void ThroughputMeter::reset() {
  watch_.reset();
  total_ = 0;
}

}  // namespace reel::io
