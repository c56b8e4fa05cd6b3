#pragma once
// Optimizer: parameters in groups, what is remembered of each, and a step.

#include <reel/core/options.h>
#include <reel/core/ordered_dict.h>
#include <reel/core/segment.h>
#include <reel/core/tensor.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace reel::optim {

/// What an optimizer is told about a group of parameters: its learning rate and the rest.
class OptimizerOptions {
 public:
  virtual ~OptimizerOptions() = default;
  virtual std::unique_ptr<OptimizerOptions> clone() const = 0;
  /// Throws: ArgumentError on a value that makes no sense.
  virtual void check() const = 0;
  /// The numbers among the options, by name, to save and to schedule.
  virtual std::vector<std::pair<const char*, double*>> numbers() = 0;
  double get_lr() const;
  void set_lr(double lr);
  /// The option of that name, or null.
  double* find(const std::string& name);

 protected:
  OptimizerOptions() = default;
  OptimizerOptions(const OptimizerOptions&) = default;
  OptimizerOptions& operator=(const OptimizerOptions&) = default;
  /// For check(): throws ArgumentError below 0; unless beta1 and beta2 are in [0, 1).
  static void check_not_negative(const char* optimizer, const char* option, double value);
  static void check_betas(const char* optimizer, double beta1, double beta2);
};

/// Parameters that share options; without options, the optimizer's defaults hold.
class OptimizerParamGroup {
 public:
  OptimizerParamGroup(TensorList params) : params_(std::move(params)) {}
  OptimizerParamGroup(TensorList params, const OptimizerOptions& options)
      : params_(std::move(params)), options_(options.clone()) {}
  OptimizerParamGroup(TensorList params, std::unique_ptr<OptimizerOptions> options)
      : params_(std::move(params)), options_(std::move(options)) {}
  OptimizerParamGroup(const OptimizerParamGroup& other)
      : params_(other.params_),
        options_(other.options_ ? other.options_->clone() : nullptr),
        initial_lr_(other.initial_lr_) {}
  OptimizerParamGroup(OptimizerParamGroup&&) = default;
  OptimizerParamGroup& operator=(OptimizerParamGroup other) noexcept {
    std::swap(params_, other.params_);
    std::swap(options_, other.options_);
    std::swap(initial_lr_, other.initial_lr_);
    return *this;
  }

  const TensorList& params() const { return params_; }
  bool has_options() const { return options_ != nullptr; }
  /// Throws: ArgumentError when it has none, as before it is added to an optimizer.
  OptimizerOptions& options();
  const OptimizerOptions& options() const;
  void set_options(std::unique_ptr<OptimizerOptions> options) { options_ = std::move(options); }

 private:
  friend class Optimizer;
  friend class LRScheduler;
  TensorList params_;
  std::unique_ptr<OptimizerOptions> options_;
  std::optional<double> initial_lr_;  // before the first schedule changed it: the base of all
};

/// What an optimizer remembers of one parameter. Buffers are in the order of buffer_names(), and
/// undefined until they are needed.
struct OptimizerParamState {
  int64_t step = 0;
  TensorList buffers;
  double product = 1;  ///< of a factor a step, for those that need one (NAdam's mu_product)
};

/// Parameters that one pass updates: of one group and dtype, and with as many steps behind them.
struct ParameterBatch {
  Dtype dtype{};
  int64_t step = 0;    ///< counted from one
  bool first = false;  ///< a buffer in use was made for this step, of zeros
  double product = 1;  ///< with this step's factor
  std::vector<Segment> segments;
  std::vector<const Tensor*> parameters;  ///< whose segments they are, for their shapes

  int64_t size() const { return static_cast<int64_t>(segments.size()); }
};

/// Base of all optimizers: `loss.backward(); optimizer.step(); optimizer.zero_grad();`. Options and
/// state belong to the optimizer; parameters are shared with the model.
class Optimizer {
 public:
  using LossClosure = std::function<Tensor()>;
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// Updates every parameter that has a gradient. With a closure, calls it first, recording on the
  /// tape; it should zero the gradients, compute the loss, call backward and return the loss.
  virtual Tensor step(const LossClosure& closure = nullptr);
  /// Forgets the gradients, or fills them with zeros.
  void zero_grad(bool set_to_none = true);

  /// Throws: ArgumentError for options of another optimizer, a parameter that is not a leaf, or one
  /// that is in a group already.
  void add_param_group(OptimizerParamGroup group);
  /// Adds to the first group.
  void add_parameters(const TensorList& parameters);
  std::vector<OptimizerParamGroup>& param_groups() { return groups_; }
  const std::vector<OptimizerParamGroup>& param_groups() const { return groups_; }
  /// Of groups that are added without options of their own.
  OptimizerOptions& defaults() { return *defaults_; }
  const OptimizerOptions& defaults() const { return *defaults_; }
  TensorList parameters() const;
  /// Number of parameters.
  size_t size() const { return states_.size(); }

  const char* name() const { return name_; }
  /// "momentum_buffer", ...
  const std::vector<std::string>& buffer_names() const { return buffer_names_; }
  /// What is remembered of a parameter. Throws: ArgumentError when it is in no group.
  const OptimizerParamState& state(const Tensor& parameter) const;
  /// Numbers of steps and buffers as "state.<parameter>.step", "state.<parameter>.<buffer>", and
  /// the options' numbers as "param_groups.<group>.<name>". Buffers are shared, not copied.
  virtual OrderedDict<std::string, Tensor> state_dict() const;
  /// Takes all of that back, copied. Throws: ArgumentError, changing nothing, for a name that is
  /// missing or unknown or a shape that differs.
  virtual void load_state_dict(const OrderedDict<std::string, Tensor>& state);

 protected:
  /// `product_name` is what OptimizerParamState::product is saved as; null where it is not used.
  Optimizer(const char* name, std::vector<std::string> buffer_names,
            std::unique_ptr<OptimizerOptions> defaults, const char* product_name = nullptr);
  /// Adds the groups; for constructors of derived classes.
  void add_param_groups(std::vector<OptimizerParamGroup> groups);
  /// Calls the closure, recording on the tape; undefined without one.
  static Tensor call(const LossClosure& closure);

  /// Changes all parameters of a batch, and what is remembered of them. An optimizer that does not
  /// go parameter by parameter overrides step() instead.
  virtual void update(const OptimizerOptions&, const ParameterBatch&) {}
  /// Whether buffer i is in use under these options; what is not is never made.
  virtual bool uses(const OptimizerOptions&, size_t) const { return true; }
  /// What the elements of a buffer are before the first step.
  virtual double initial(const OptimizerOptions&, size_t) const { return 0; }
  /// This step's factor of OptimizerParamState::product.
  virtual double factor(const OptimizerOptions&, int64_t) const { return 1; }
  /// Throws: ArgumentError for a parameter that this optimizer has no formula for.
  virtual void check_shape(const Tensor&, size_t) const {}

 private:
  void check_parameter(const Tensor& parameter, const TensorList& known) const;
  void check_gradient(const OptimizerParamGroup& group, size_t index,
                      const Tensor& parameter) const;
  void add_to_batch(const OptimizerParamGroup& group, size_t index, const Tensor& parameter);
  bool make_buffers(const OptimizerOptions& options, OptimizerParamState& state,
                    const Tensor& parameter) const;
  void update_batch(const OptimizerParamGroup& group);
  bool needs(const OptimizerOptions& options, size_t buffer) const;
  OptimizerParamState load_state(const OrderedDict<std::string, Tensor>& dict, size_t i,
                                 const Tensor& parameter, const OptimizerOptions& options,
                                 size_t& known) const;
  void clear_batch();

  const char *name_, *product_name_;
  std::vector<std::string> buffer_names_;
  std::unique_ptr<OptimizerOptions> defaults_;
  std::vector<OptimizerParamGroup> groups_;
  std::vector<OptimizerParamState> states_;  // one a parameter, in the order of parameters()
  // Of the running step; kept, so that steps allocate nothing.
  ParameterBatch batch_;
  TensorList copies_;  // contiguous ones, that the batch points into
};

}  // namespace reel::optim
