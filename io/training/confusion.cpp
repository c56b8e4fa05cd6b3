#include <reel/io/training/confusion.h>

#include <reel/core/error.h>

#include <algorithm>
#include <cstdio>

namespace reel::io {
namespace {

// The table has the square of this many counts.
constexpr int64_t kMaxClasses = 10000;
constexpr std::size_t kRateWidth = 10;

double ratio(int64_t part, int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// "98.7", or "-" where there is nothing to divide by.
std::string percent(int64_t part, int64_t whole) {
  if (whole == 0) return "-";
  char text[16];
  std::snprintf(text, sizeof text, "%.1f", 100 * ratio(part, whole));
  return text;
}

std::string right_aligned(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

}  // namespace

ConfusionTable::ConfusionTable(int64_t num_classes, std::vector<std::string> names)
    : num_classes_(num_classes), names_(std::move(names)) {
  REEL_CHECK(num_classes >= 1 && num_classes <= kMaxClasses, "ConfusionTable: ", num_classes,
             " classes; 1 to ", kMaxClasses, " are supported.");
  if (names_.empty()) {
    for (int64_t i = 0; i < num_classes; ++i) names_.push_back(std::to_string(i));
  }
  REEL_CHECK(static_cast<int64_t>(names_.size()) == num_classes, "ConfusionTable: ", names_.size(),
             " names for ", num_classes, " classes; each class needs one.");
  counts_.resize(static_cast<std::size_t>(num_classes * num_classes));
}

void ConfusionTable::check_class(const char* what, int64_t index) const {
  REEL_CHECK(index >= 0 && index < num_classes_, "ConfusionTable: ", what, " ", index,
             "; classes are 0 to ", num_classes_ - 1, ".");
}

void ConfusionTable::add(int64_t target, int64_t prediction) {
  check_class("target", target);
  check_class("prediction", prediction);
  ++counts_[static_cast<std::size_t>(target * num_classes_ + prediction)];
}

void ConfusionTable::add(const Tensor& targets, const Tensor& predictions) {
  REEL_CHECK(targets.sizes() == predictions.sizes() && targets.dtype() == kInt64 &&
                 predictions.dtype() == kInt64,
             "ConfusionTable: targets ", targets.sizes(), " of ", targets.dtype(),
             " and predictions ", predictions.sizes(), " of ", predictions.dtype(),
             "; both must be int64 of one shape.");
  const Tensor rows = targets.contiguous();
  const Tensor columns = predictions.contiguous();
  for (int64_t i = 0; i < rows.numel(); ++i)
    add(rows.data_ptr<int64_t>()[i], columns.data_ptr<int64_t>()[i]);
}

void ConfusionTable::merge(const ConfusionTable& other) {
  REEL_CHECK(other.num_classes_ == num_classes_, "ConfusionTable: a table of ", other.num_classes_,
             " classes to merge; it must have ", num_classes_, ", as this one.");
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

void ConfusionTable::reset() { std::fill(counts_.begin(), counts_.end(), 0); }

int64_t ConfusionTable::count(int64_t target, int64_t prediction) const {
  check_class("target", target);
  check_class("prediction", prediction);
  return counts_[static_cast<std::size_t>(target * num_classes_ + prediction)];
}

int64_t ConfusionTable::support(int64_t target) const {
  int64_t sum = 0;
  for (int64_t i = 0; i < num_classes_; ++i) sum += count(target, i);
  return sum;
}

int64_t ConfusionTable::column_total(int64_t prediction) const {
  int64_t sum = 0;
  for (int64_t i = 0; i < num_classes_; ++i) sum += count(i, prediction);
  return sum;
}

int64_t ConfusionTable::total() const {
  int64_t sum = 0;
  for (const int64_t n : counts_) sum += n;
  return sum;
}

double ConfusionTable::accuracy() const {
  int64_t right = 0;
  for (int64_t i = 0; i < num_classes_; ++i) right += count(i, i);
  return ratio(right, total());
}

double ConfusionTable::recall(int64_t target) const {
  return ratio(count(target, target), support(target));
}

double ConfusionTable::precision(int64_t prediction) const {
  return ratio(count(prediction, prediction), column_total(prediction));
}

double ConfusionTable::f1(int64_t index) const {
  return ratio(2 * count(index, index), support(index) + column_total(index));
}

ClassRates ConfusionTable::rates(int64_t index) const {
  return {precision(index), recall(index), f1(index)};
}

ClassRates ConfusionTable::macro_rates() const {
  ClassRates mean;
  int64_t classes = 0;
  for (int64_t i = 0; i < num_classes_; ++i) {
    if (support(i) == 0 && column_total(i) == 0) continue;
    const ClassRates r = rates(i);
    mean.precision += r.precision;
    mean.recall += r.recall;
    mean.f1 += r.f1;
    ++classes;
  }
  for (double* rate : {&mean.precision, &mean.recall, &mean.f1})
    *rate /= static_cast<double>(std::max<int64_t>(classes, 1));
  return mean;
}

ClassRates ConfusionTable::micro_rates() const {
  const double rate = accuracy();
  return {rate, rate, rate};
}

std::string ConfusionTable::to_string() const {
  const std::string corner = "true\\pred.";
  const std::string bottom = "precision %";
  std::size_t left = bottom.size();
  std::size_t cell = 6;
  for (const std::string& name : names_) {
    left = std::max(left, name.size());
    cell = std::max(cell, name.size() + 1);
  }
  for (const int64_t n : counts_) cell = std::max(cell, std::to_string(n).size() + 1);

  std::string text = right_aligned(corner, left);
  for (const std::string& name : names_) text += right_aligned(name, cell);
  text += right_aligned("recall %", kRateWidth) + '\n';
  for (int64_t row = 0; row < num_classes_; ++row) {
    text += right_aligned(names_[static_cast<std::size_t>(row)], left);
    for (int64_t column = 0; column < num_classes_; ++column) {
      // Dots for zeros let the mistakes stand out.
      const int64_t n = count(row, column);
      text += right_aligned(n == 0 ? "." : std::to_string(n), cell);
    }
    text += right_aligned(percent(count(row, row), support(row)), kRateWidth) + '\n';
  }
  text += right_aligned(bottom, left);
  for (int64_t column = 0; column < num_classes_; ++column) {
    text += right_aligned(percent(count(column, column), column_total(column)), cell);
  }
  return text + '\n';
}

}  // namespace reel::io
