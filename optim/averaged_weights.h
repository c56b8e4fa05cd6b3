#pragma once
// Averages of weights over the steps of a training, which often do better than the last weights.

#include <reel/core/ordered_dict.h>
#include <reel/core/tensor.h>

#include <string>

namespace reel::optim {

/// Base of both averages: keeps one of each parameter, and of each buffer that it is given.
/// `average.update();` after optimizer.step(); to evaluate, `{ AverageScope with(average); ... }`.
/// Buffers of integers are copied instead of averaged.
class AveragedWeights {
 public:
  virtual ~AveragedWeights() = default;
  AveragedWeights(const AveragedWeights&) = delete;
  AveragedWeights& operator=(const AveragedWeights&) = delete;

  /// Takes the present weights into the average; the first call copies them. Throws:
  /// ArgumentError while swapped, or when a shape has changed.
  void update();
  /// Exchanges weights and averages: the model has the averages until the next call. No values are
  /// copied; gradients and what an optimizer remembers stay with the parameters.
  void swap();
  bool is_swapped() const { return swapped_; }
  /// Ends the training on the averages: writes them into the parameters and buffers.
  void copy_to_parameters();

  /// In the order of the parameters, then the buffers.
  const TensorList& averages() const { return averages_; }
  int64_t n_averaged() const { return n_averaged_; }

  /// "n_averaged" and "average.<index>"; averages are shared, not copied.
  OrderedDict<std::string, Tensor> state_dict() const;
  /// Throws: ArgumentError, changing nothing, for a name that is missing or a shape that differs.
  void load_state_dict(const OrderedDict<std::string, Tensor>& state);

 protected:
  AveragedWeights(const char* name, const TensorList& parameters, const TensorList& buffers);
  /// The weight of the present values after n updates; the first has all.
  virtual double share(int64_t n) const = 0;

 private:
  void check_not_swapped(const char* what) const;
  void follow_dtypes();
  const char* name_;
  TensorList tensors_, averages_;
  int64_t n_averaged_ = 0;
  bool swapped_ = false;
};

/// Exponential moving average: a = decay a + (1 - decay) x. With warmup the decay after n updates
/// is at most (1 + n) / (10 + n), so that the first weights are soon forgotten. Source: Polyak,
/// Juditsky 1992, "Acceleration of stochastic approximation by averaging".
class EMA : public AveragedWeights {
 public:
  explicit EMA(const TensorList& parameters, double decay = 0.999, bool warmup = false);
  EMA(const TensorList& parameters, const TensorList& buffers, double decay = 0.999,
      bool warmup = false);
  double decay(int64_t n) const;

 protected:
  double share(int64_t n) const override { return 1 - decay(n); }

 private:
  double decay_;
  bool warmup_;
};

/// Stochastic weight averaging: all updates count alike. Averaged weights want new batch-norm
/// statistics, from nn::utils::update_bn, and the rate of SWALR while they gather.
/// Source: Izmailov et al. 2018, arXiv 1803.05407.
class SWA : public AveragedWeights {
 public:
  explicit SWA(const TensorList& parameters, const TensorList& buffers = {});

 protected:
  double share(int64_t n) const override { return 1 / (1 + static_cast<double>(n)); }
};

/// Gives the model its averages while it lives; inside another one, it has them already.
class AverageScope {
 public:
  explicit AverageScope(AveragedWeights& average)
      : average_(average), swaps_(!average.is_swapped()) {
    if (swaps_) average_.swap();
  }
  ~AverageScope() {
    if (swaps_) average_.swap();
  }
  AverageScope(const AverageScope&) = delete;
  AverageScope& operator=(const AverageScope&) = delete;

 private:
  AveragedWeights& average_;
  const bool swaps_;
};

/// targets[i] += share * (sources[i] - targets[i]), in one pass over all; off the tape.
/// Throws: ArgumentError unless there are as many of both, alike in shape in pairs, and the targets
/// are floating-point and contiguous.
void lerp_(const TensorList& targets, const TensorList& sources, double share);

}  // namespace reel::optim
