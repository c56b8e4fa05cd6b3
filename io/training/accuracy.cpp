#include <reel/io/training/accuracy.h>

#include <reel/autograd/grad_mode.h>
#include <reel/core/error.h>

#include <cmath>
#include <limits>

namespace reel::io {
namespace {

/// Scores of samples: those of one lie `stride` apart.
template <class T>
struct Scores {
  const T* values;
  int64_t classes, stride;

  const T* sample(int64_t i) const { return values + i / stride * classes * stride + i % stride; }
  bool has_nan(int64_t i) const {
    const T* s = sample(i);
    for (int64_t c = 0; c < classes; ++c)
      if (std::isnan(s[c * stride])) return true;
    return false;
  }
  /// How many classes come before this one.
  int64_t rank(int64_t i, int64_t target) const {
    const T* s = sample(i);
    const T own = s[target * stride];
    int64_t before = 0;
    for (int64_t c = 0; c < classes; ++c)
      before += s[c * stride] > own || (s[c * stride] == own && c < target);
    return before;
  }
  int64_t best(int64_t i) const {
    const T* s = sample(i);
    int64_t best = 0;
    for (int64_t c = 1; c < classes; ++c)
      if (s[c * stride] > s[best * stride]) best = c;
    return best;
  }
};

void check_targets(const char* op, const Tensor& targets) {
  REEL_CHECK(targets.dtype() == kInt64, op, ": targets of ", targets.dtype(),
             "; they must be int64.");
}

bool are_classes(const Tensor& outputs, const Tensor& targets) {
  return outputs.dtype() == kInt64 && outputs.sizes() == targets.sizes();
}

void check_scores(const char* op, const Tensor& outputs, const Tensor& targets) {
  bool fits = outputs.is_floating_point() && outputs.dim() >= 2 &&
              outputs.dim() == targets.dim() + 1 && outputs.size(0) == targets.size(0) &&
              outputs.size(1) > 0;
  for (int64_t d = 2; fits && d < outputs.dim(); ++d) fits = outputs.size(d) == targets.size(d - 1);
  REEL_CHECK(fits, op, ": outputs ", outputs.sizes(), " of ", outputs.dtype(), " and targets ",
             targets.sizes(),
             "; they must be floating-point (N, C, ...) and (N, ...), or both int64 of one shape.");
}

/// Calls use(scores of a type, sample, target) for each that is not ignored.
template <class T, class Use>
void for_each_sample(const char* op, const Tensor& outputs, const Tensor& targets,
                     int64_t ignore_index, Use use) {
  const int64_t classes = outputs.size(1), n = targets.numel();
  const Scores<T> scores{outputs.data_ptr<T>(), classes, n / std::max<int64_t>(targets.size(0), 1)};
  const auto* labels = targets.data_ptr<int64_t>();
  for (int64_t i = 0; i < n; ++i) {
    if (labels[i] == ignore_index) continue;
    REEL_CHECK(labels[i] >= 0 && labels[i] < classes, op, ": target ", labels[i],
               "; classes are 0 to ", classes - 1, ".");
    use(scores, i, labels[i]);
  }
}

template <class Use>
void for_each_sample(const char* op, const Tensor& given_outputs, const Tensor& given_targets,
                     int64_t ignore_index, Use use) {
  const NoGradGuard no_grad;
  const Tensor outputs = given_outputs.detach().contiguous(), targets = given_targets.contiguous();
  if (outputs.dtype() == kFloat32)
    for_each_sample<float>(op, outputs, targets, ignore_index, use);
  else
    for_each_sample<double>(op, outputs, targets, ignore_index, use);
}

}  // namespace

AccuracyMeter::AccuracyMeter(int64_t k, int64_t ignore_index) : k_(k), ignore_index_(ignore_index) {
  REEL_CHECK(k >= 1, "AccuracyMeter: k is ", k, "; it must be positive.");
}

void AccuracyMeter::add(const Tensor& outputs, const Tensor& targets) {
  constexpr const char* kOp = "AccuracyMeter.add";
  check_targets(kOp, targets);
  if (are_classes(outputs, targets)) {
    REEL_CHECK(k_ == 1, kOp, ": predicted classes for a meter of the top ", k_,
               "; it needs scores (N, C, ...).");
    const Tensor ours = outputs.contiguous(), theirs = targets.contiguous();
    for (int64_t i = 0; i < ours.numel(); ++i) {
      const int64_t target = theirs.data_ptr<int64_t>()[i];
      if (target == ignore_index_) continue;
      ++total_;
      correct_ += ours.data_ptr<int64_t>()[i] == target;
    }
    return;
  }
  check_scores(kOp, outputs, targets);
  REEL_CHECK(k_ <= outputs.size(1), kOp, ": outputs of ", outputs.size(1),
             " classes for a meter of the top ", k_, "; there must be at least ", k_, ".");
  // Counted apart, so that a target that is no class leaves the meter as it was.
  int64_t total = 0, correct = 0, nan_samples = 0;
  for_each_sample(kOp, outputs, targets, ignore_index_,
                  [&](const auto& scores, int64_t i, int64_t target) {
                    const bool has_nan = scores.has_nan(i);
                    ++total;
                    nan_samples += has_nan;
                    correct += !has_nan && scores.rank(i, target) < k_;
                  });
  total_ += total;
  correct_ += correct;
  nan_samples_ += nan_samples;
}

double AccuracyMeter::value() const {
  if (total_ == 0) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(correct_) / static_cast<double>(total_);
}

void AccuracyMeter::merge(const AccuracyMeter& other) {
  REEL_CHECK(other.k_ == k_, "AccuracyMeter.merge: a meter of the top ", other.k_,
             "; it must be of the top ", k_, ", as this one.");
  correct_ += other.correct_;
  total_ += other.total_;
  nan_samples_ += other.nan_samples_;
}

void AccuracyMeter::reset() { *this = AccuracyMeter(k_, ignore_index_); }

ConfusionMeter::ConfusionMeter(int64_t num_classes, std::vector<std::string> names,
                               int64_t ignore_index)
    : table_(num_classes, std::move(names)), ignore_index_(ignore_index) {}

void ConfusionMeter::add(const Tensor& outputs, const Tensor& targets) {
  constexpr const char* kOp = "ConfusionMeter.add";
  check_targets(kOp, targets);
  ConfusionTable table(table_.num_classes(), table_.names());
  if (are_classes(outputs, targets)) {
    const Tensor ours = outputs.contiguous(), theirs = targets.contiguous();
    for (int64_t i = 0; i < ours.numel(); ++i) {
      const int64_t target = theirs.data_ptr<int64_t>()[i];
      if (target != ignore_index_) table.add(target, ours.data_ptr<int64_t>()[i]);
    }
    table_.merge(table);
    return;
  }
  check_scores(kOp, outputs, targets);
  REEL_CHECK(outputs.size(1) == table_.num_classes(), kOp, ": outputs of ", outputs.size(1),
             " classes; there must be ", table_.num_classes(), ", as the table has.");
  int64_t nan_samples = 0;
  for_each_sample(kOp, outputs, targets, ignore_index_,
                  [&](const auto& scores, int64_t i, int64_t target) {
                    if (scores.has_nan(i))
                      ++nan_samples;
                    else
                      table.add(target, scores.best(i));
                  });
  table_.merge(table);
  nan_samples_ += nan_samples;
}

void ConfusionMeter::merge(const ConfusionMeter& other) {
  table_.merge(other.table_);
  nan_samples_ += other.nan_samples_;
}

void ConfusionMeter::reset() {
  table_.reset();
  nan_samples_ = 0;
}

}  // namespace reel::io
