#pragma once
// Operations of one's own: a forward and a backward, written with tensors.
//
//   struct Scale : autograd::Function<Scale> {
//     static Tensor forward(autograd::AutogradContext* ctx, const Tensor& x, double factor);
//     static autograd::variable_list backward(autograd::AutogradContext* ctx,
//     autograd::variable_list dy);
//   };
//   Tensor y = Scale::apply(x, 3.0);
//
// What forward keeps besides tensors goes into a context type of the function's own: with
// `struct Context : autograd::AutogradContext { double factor; };` in Scale, forward and backward
// receive a Context*. docs/autograd.md has a whole example.

#include <reel/autograd/anomaly_check.h>
#include <reel/autograd/variable.h>

#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace reel::autograd {

using Variable = Tensor;
using variable_list = std::vector<Tensor>;
using tensor_list = variable_list;
/// From the first argument to before the second.
using IndexRange = std::pair<size_t, size_t>;

class FunctionNode;

/// A number, tensor, text or list of integers, as it is put into saved_data. Throws: ArgumentError
/// when it is asked for as something else.
class SavedValue {
 public:
  SavedValue() = default;
  template <class T, class = std::enable_if_t<std::is_arithmetic_v<T>>>
  SavedValue(T number) : kind_("number"), number_(number) {}
  SavedValue(Tensor tensor) : kind_("tensor"), tensor_(std::move(tensor)) {}
  SavedValue(std::string text) : kind_("text"), text_(std::move(text)) {}
  SavedValue(const char* text) : SavedValue(std::string(text)) {}
  SavedValue(std::vector<int64_t> list) : kind_("list"), list_(std::move(list)) {}
  double toDouble() const { return checked("number").number_.to<double>(); }
  int64_t toInt() const { return checked("number").number_.to<int64_t>(); }
  bool toBool() const { return checked("number").number_.to<bool>(); }
  const Tensor& toTensor() const { return checked("tensor").tensor_; }
  const std::string& toStringRef() const { return checked("text").text_; }
  const std::vector<int64_t>& toIntVector() const { return checked("list").list_; }

 private:
  const SavedValue& checked(const char* wanted) const;
  const char* kind_ = "nothing";
  Scalar number_;
  Tensor tensor_;
  std::string text_;
  std::vector<int64_t> list_;
};

/// Values by name: `ctx->saved_data["factor"] = 2.0;`, in backward
/// `ctx->saved_data["factor"].toDouble()`.
class SavedData {
 public:
  SavedValue& operator[](const std::string& name);

 private:
  std::vector<std::pair<std::string, SavedValue>> values_;
};

/// What forward hands to backward, and tells the tape about its tensors.
class AutogradContext {
 public:
  AutogradContext() = default;
  AutogradContext(const AutogradContext&) = delete;
  AutogradContext& operator=(const AutogradContext&) = delete;

  /// Keeps inputs and outputs (others too) until backward has run. Replaces what was kept before.
  void save_for_backward(variable_list tensors) { to_save_ = std::move(tensors); }
  /// What was kept. Throws: GraphError when one of them was changed in place since.
  variable_list get_saved_variables() const;
  /// Declares that forward wrote to these inputs; it must return them as well.
  /// Throws: GraphError when one is a leaf that requires grad, or a view of one.
  void mark_dirty(const variable_list& inputs);
  /// Declares outputs that take no gradient. Integer outputs never do.
  void mark_non_differentiable(const variable_list& outputs) { constants_ = outputs; }
  /// Whether backward sees zeros (the default) or an undefined tensor where no gradient arrived.
  void set_materialize_grads(bool value) { materialize_ = value; }
  /// Whether the gradient of argument i is needed: compute no other. A list counts its elements.
  bool needs_input_grad(size_t i) const;
  /// Whether any in these ranges is.
  bool needs_input_grad(std::initializer_list<IndexRange> ranges) const;
  /// For what is no tensor, where no Context of one's own is wanted. An output kept here would hold
  /// the node that holds it: save_for_backward takes outputs.
  SavedData saved_data;

 private:
  friend class FunctionNode;
  FunctionNode* node_ = nullptr;
  variable_list to_save_, dirty_, constants_;
  bool materialize_ = true;
};

/// The tape's part of a Function, the same for all of them.
class FunctionNode : public Node {
 public:
  bool is_view() const override { return shares_input_; }
  void backward(BackwardCall& call) override;
  void release_saved() override;

  // --- for Function::apply ---
  void add_argument(const Tensor& x) { arguments_.push_back({x, true}); }
  void add_argument(const std::optional<Tensor>& x) { add_argument(x.value_or(Tensor())); }
  void add_argument(const variable_list& list) {
    for (const Tensor& x : list) add_argument(x);
  }
  template <class Other>
  void add_argument(const Other& other) {
    if constexpr (std::is_base_of_v<Tensor, Other>)  // a parameter of a module
      add_argument(static_cast<const Tensor&>(other));
    else
      arguments_.push_back({});
  }
  /// Decides whether the call is recorded, before forward runs.
  void start(AutogradContext& context);
  /// Puts the outputs on the tape.
  variable_list finish(variable_list outputs);
  Tensor finish(Tensor output) { return finish(variable_list{std::move(output)})[0]; }

 protected:
  virtual variable_list run_backward(variable_list gradients) = 0;
  virtual void drop_context() = 0;

 private:
  friend class AutogradContext;
  struct Argument {
    Tensor tensor;  // until forward has run
    bool is_tensor = false;
    Shape sizes = {};
    Dtype dtype = kFloat32;
    bool wanted = false;
    uint32_t edge = 0;
  };
  struct Output {
    Shape sizes;
    Dtype dtype;
  };
  const Argument* argument_of(const Tensor& x) const;
  Tensor wrap(const Tensor& y, uint32_t nr);
  void save(const variable_list& outputs);
  void watch(const variable_list& outputs) const;

  AutogradContext* context_ = nullptr;
  std::vector<Argument> arguments_;
  std::vector<Output> outputs_;
  std::vector<SavedTensor> saved_;
  bool recorded_ = false, shares_input_ = false;
  const BackwardCall* call_ = nullptr;  // while backward runs
};

/// The type's own name out of the signature of a function template over it, for errors.
std::string type_in(const char* signature);

/// T::Context if T has one, else AutogradContext.
template <class T, class = void>
struct ContextOf {
  using type = AutogradContext;
};
template <class T>
struct ContextOf<T, std::void_t<typename T::Context>> {
  static_assert(std::is_base_of_v<AutogradContext, typename T::Context>,
                "Context must derive from reel::autograd::AutogradContext");
  using type = typename T::Context;
};

/// The node that runs T::backward.
template <class T>
class FunctionNodeOf final : public FunctionNode {
 public:
  using Context = typename ContextOf<T>::type;
  const char* name() const override {
    static const std::string name = type_in(__PRETTY_FUNCTION__);
    return name.c_str();
  }
  Context& context() { return *context_; }

 private:
  variable_list run_backward(variable_list gradients) override {
    return T::backward(&*context_, std::move(gradients));
  }
  void drop_context() override { context_.reset(); }

  std::optional<Context> context_{std::in_place};
};

/// Base of a user's operation. `apply` calls T::forward with recording off and puts what it
/// returns, one tensor or a list, on the tape. T::backward receives a gradient for each output and
/// returns one for each argument of forward after the context, undefined where there is none.
/// Throws: ArgumentError in backward when their number, shapes or dtypes are wrong.
template <class T>
struct Function {
  template <class X = T, class... Args>
  static auto apply(Args&&... args) {
    const auto node = make_ref<FunctionNodeOf<X>>();
    const OperationScope profiled(node->name());
    (node->add_argument(args), ...);
    node->start(node->context());
    return node->finish([&] {
      const NoGradGuard no_grad;
      const FunctionScope scope(node->name());
      return X::forward(&node->context(), std::forward<Args>(args)...);
    }());
  }
};

/// Passes tensors on, and no gradient back: what comes of a gradient that is undefined.
struct UndefinedGrad {
  variable_list apply(variable_list inputs) const;
};

}  // namespace reel::autograd
