// cross entropy: -sum_c q_c log softmax(x)_c, q the target class made soft and weighted.
// nll: the same of log probabilities x. dx = (sum q) softmax(x) - q and dx = -q;
// docs/ops/cross_entropy.md derives them.

#include <reel/autograd/ops/loss.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/layout.h>
#include <reel/core/reduction.h>
#include <reel/core/scratch.h>

namespace reel {

namespace {

// The sizes and options of both losses as the kernels take them.
struct ClassLoss {
  kernels::ClassGeometry g;  // of plain memory
  Shape rows;                // the shape of the target
  int64_t class_dim;
  Reduction reduction;
  double divisor = 1;  // of the sum over rows: the weight that counts, for a mean
};

// "target[0, 2]"
std::string name_of_row(int64_t index, IntArrayRef rows) {
  Shape position = rows;
  for (size_t d = rows.size(); d-- > 0; index /= rows[d]) position[d] = index % rows[d];
  return rows.empty() ? std::string("target") : as_text("target", IntArrayRef(position));
}

// The total weight of the rows that count; every target is looked at.
template <class T>
double checked_weight(const char* op, const ClassLoss& loss, const Tensor& x, const Tensor& target,
                      const T* w) {
  const int64_t* class_of = target.data_ptr<int64_t>();
  double total = 0;
  for (int64_t i = 0, n = target.numel(); i < n; ++i) {
    const int64_t t = class_of[i];
    if (t == loss.g.ignore_index) continue;
    REEL_CHECK(t >= 0 && t < loss.g.C, op, ": ", name_of_row(i, loss.rows), " is ", t,
               ", but input ", x, " has ", loss.g.C, " classes; a target must be in [0, ",
               loss.g.C - 1, "], or ignore_index ", loss.g.ignore_index, ".");
    total += w ? static_cast<double>(w[t]) : 1.0;
  }
  return total;
}

void check_weight(const char* op, const Tensor& weight, const Tensor& x, int64_t classes) {
  if (!weight.defined()) return;
  REEL_CHECK(weight.sizes() == IntArrayRef(classes), op, ": weight ", weight,
             " does not match input ", x, "; it must have one element per class, ", classes, ".");
  REEL_CHECK(weight.dtype() == x.dtype(), op, ": weight is ", weight.dtype(), ", the input ",
             x.dtype(), "; the dtypes must be equal.");
  REEL_CHECK_GRAPH(!GradMode::is_enabled() || !weight.requires_grad(), op,
                   ": weight requires grad, but the loss has no derivative by it. [detach it]");
}

void check_input(const char* op, const Tensor& x) {
  check_loss_input(op, x);
  REEL_CHECK(x.dim() >= 1, op, ": the input is a single number; it must be (C) or (N, C, ...).");
}

// What both forms of target share: the sizes, and the options.
ClassLoss check_rows(const char* op, const Tensor& x, Reduction reduction, double label_smoothing) {
  check_reduction(op, reduction);
  REEL_CHECK(label_smoothing >= 0 && label_smoothing <= 1, op, ": label_smoothing is ",
             label_smoothing, "; it must be from 0 to 1.");
  ClassLoss loss{{1, 1, 1, 0, label_smoothing}, x.sizes(), 0, reduction, 1};
  loss.class_dim = x.dim() == 1 ? 0 : 1;
  loss.g.C = x.size(loss.class_dim);
  loss.rows.erase(static_cast<size_t>(loss.class_dim));
  if (x.dim() == 1) return loss;
  loss.g.N = loss.rows[0];
  for (size_t d = 1; d < loss.rows.size(); ++d) loss.g.S *= loss.rows[d];
  return loss;
}

// `target` and `weight` are contiguous.
ClassLoss check_class_loss(const char* op, const Tensor& x, const Tensor& target,
                           const Tensor& weight, Reduction reduction, int64_t ignore_index,
                           double label_smoothing) {
  check_input(op, x);
  REEL_CHECK(target.dtype() == kInt64, op, ": the target is ", target.dtype(),
             "; class indices must be int64. [use to(kInt64)]");
  ClassLoss loss = check_rows(op, x, reduction, label_smoothing);
  loss.g.ignore_index = ignore_index;
  REEL_CHECK(target.sizes() == loss.rows, op, ": target ", target, " does not match input ", x,
             "; its shape must be that of the input without the class dimension, ",
             IntArrayRef(loss.rows), ".");
  check_weight(op, weight, x, loss.g.C);
  const double total = visit_floating(x.dtype(), [&](auto zero) {
    return checked_weight(op, loss, x, target, data_or_null<decltype(zero)>(weight));
  });
  if (reduction == Reduction::kMean) loss.divisor = total;
  return loss;
}

// The same rows in memory as x has them: side by side when its channels are.
kernels::ClassGeometry geometry_in(const Tensor& x, const ClassLoss& loss) {
  kernels::ClassGeometry g = loss.g;
  if (is_plain(x)) return g;
  g.N *= g.S;
  g.S = 1;
  return g;
}

// The loss, of which f(rows) computes the rows.
template <class T, class F>
Tensor reduced(const ClassLoss& loss, F f) {
  if (loss.reduction == Reduction::kNone) {
    Tensor rows = empty(loss.rows, dtype_of<T>);
    f(rows.data_ptr<T>());
    return rows;
  }
  const int64_t n = loss.g.N * loss.g.S;
  Scratch rows(n * static_cast<int64_t>(sizeof(T)));
  Tensor y = empty(Shape(), dtype_of<T>);
  f(rows.data<T>());
  sum_rows(n, 1, loss.divisor, rows.data<const T>(), y.data_ptr<T>());
  return y;
}

// q of equation 4, shaped like x.
Tensor soft_targets(const Tensor& x, const ClassLoss& loss, const Tensor& targets,
                    const Tensor& weight) {
  const Tensor q = empty(x.sizes(), x.dtype());
  const auto [N, C, S, ignored, smoothing] = loss.g;
  visit_floating(
      x.dtype(), [&, N = N, C = C, S = S, ignored = ignored, smoothing = smoothing](auto zero) {
        using T = decltype(zero);
        const int64_t* target = targets.data_ptr<int64_t>();
        const T* w = data_or_null<T>(weight);
        T* out = q.data_ptr<T>();
        for (int64_t i = 0; i < N * C * S; ++i) {
          const int64_t c = i / S % C, t = target[i / (C * S) * S + i % S];
          const double share = (t == c ? 1 - smoothing : 0) + smoothing / static_cast<double>(C);
          out[i] = t == ignored ? T(0) : static_cast<T>(share) * (w ? w[c] : T(1));
        }
      });
  return q;
}

// Gradients of the rows, to be broadcast over classes, for recorded backward formulas.
Tensor row_gradients(const Tensor& dy, const ClassLoss& loss) {
  if (loss.reduction == Reduction::kNone) return dy.unsqueeze(loss.class_dim);
  return dy * (1 / loss.divisor);
}

struct CrossEntropyBackward final : NodeOf<CrossEntropyBackward> {
  static constexpr const char* kName = "cross_entropy";
  ClassLoss loss;
  SavedTensor x, target, weight;
  Tensor logs;  // of each row the largest score, then the logarithm of the sum

  void backward(BackwardCall& call) override {
    const Tensor &input = call.unpack(x, "input"), &classes = call.unpack(target, "target"),
                 &w = call.unpack(weight, "weight");
    if (call.create_graph()) {
      // Equation 5, in differentiable operations.
      const Tensor q = soft_targets(input, loss, classes, w);
      const Tensor d = q.sum(loss.class_dim, true) * input.softmax(loss.class_dim) - q;
      return call.set_grad_input(0, d * row_gradients(call.grad_output(), loss));
    }
    const Borrowed from = dense(input), dy = contiguous(call.grad_output());
    Tensor dx = empty_like_layout(from, input.dtype());
    visit_floating(input.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const T* largest = logs.data_ptr<T>();
      kernels::active<kernels::CrossEntropy<T>>().backward(
          geometry_in(from, loss), physical_data<T>(from), classes.data_ptr<int64_t>(),
          data_or_null<T>(w), largest, largest + logs.numel() / 2, dy->data_ptr<T>(),
          loss.reduction == Reduction::kNone ? 1 : 0, static_cast<T>(1 / loss.divisor),
          physical_data<T>(dx));
    });
    call.set_grad_input(0, std::move(dx));
  }
  void release_saved() override {
    for (SavedTensor* saved : {&x, &target, &weight}) saved->reset();
    logs = Tensor();
  }
};

struct NllLossBackward final : NodeOf<NllLossBackward> {
  static constexpr const char* kName = "nll_loss";
  ClassLoss loss;
  Shape sizes;
  SavedTensor target, weight;

  void backward(BackwardCall& call) override {
    const Tensor &classes = call.unpack(target, "target"), &w = call.unpack(weight, "weight");
    const Tensor& grad = call.grad_output();
    Tensor dx = empty(sizes, grad.dtype());
    if (call.create_graph())
      return call.set_grad_input(0,
                                 -soft_targets(dx, loss, classes, w) * row_gradients(grad, loss));
    const Borrowed dy = contiguous(grad);
    visit_floating(dx.dtype(), [&](auto zero) {
      using T = decltype(zero);
      kernels::active<kernels::NllLoss<T>>().backward(
          loss.g, classes.data_ptr<int64_t>(), data_or_null<T>(w), dy->data_ptr<T>(),
          loss.reduction == Reduction::kNone ? 1 : 0, static_cast<T>(1 / loss.divisor),
          dx.data_ptr<T>());
    });
    call.set_grad_input(0, std::move(dx));
  }
  void release_saved() override {
    target.reset();
    weight.reset();
  }
};

ClassLoss check_soft_loss(const Tensor& x, const Tensor& target, const Tensor& weight,
                          Reduction reduction, double label_smoothing) {
  const char* op = "cross_entropy";
  check_input(op, x);
  REEL_CHECK(target.sizes() == x.sizes(), op, ": target ", target, " does not match input ", x,
             "; the shapes must be equal for a floating-point target. [class indices are int64]");
  REEL_CHECK(target.dtype() == x.dtype(), op, ": the target is ", target.dtype(), ", the input ",
             x.dtype(), "; the dtypes must be equal.");
  ClassLoss loss = check_rows(op, x, reduction, label_smoothing);
  check_weight(op, weight, x, loss.g.C);
  if (reduction == Reduction::kMean) loss.divisor = static_cast<double>(loss.g.N * loss.g.S);
  return loss;
}

struct SoftCrossEntropyBackward final : NodeOf<SoftCrossEntropyBackward> {
  static constexpr const char* kName = "cross_entropy";
  ClassLoss loss;
  SavedTensor x, target, weight;
  Tensor logs;  // as in CrossEntropyBackward

  void backward(BackwardCall& call) override {
    const Tensor &input = call.unpack(x, "input"), &q = call.unpack(target, "target"),
                 &w = call.unpack(weight, "weight");
    if (call.create_graph()) return recorded(call, input, q, w);
    const Borrowed from = dense(input), dy = contiguous(call.grad_output());
    const Borrowed like = laid_out_like(q, from);
    Tensor dx = call.wanted(0) ? empty_like_layout(from, input.dtype()) : Tensor();
    Tensor dq = call.wanted(1) ? empty_like_layout(from, input.dtype()) : Tensor();
    visit_floating(input.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const T* largest = logs.data_ptr<T>();
      kernels::active<kernels::CrossEntropy<T>>().soft_backward(
          geometry_in(from, loss), physical_data<T>(from), physical_data<T>(like),
          data_or_null<T>(w), largest, largest + logs.numel() / 2, dy->data_ptr<T>(),
          loss.reduction == Reduction::kNone ? 1 : 0, static_cast<T>(1 / loss.divisor),
          data_or_null<T>(dx), data_or_null<T>(dq));
    });
    call.set_grad_input(0, std::move(dx));
    call.set_grad_input(1, std::move(dq));
  }

  // Equations 7 and 8 in differentiable operations.
  void recorded(BackwardCall& call, const Tensor& input, const Tensor& q, const Tensor& w) const {
    const Tensor grad = row_gradients(call.grad_output(), loss);
    const double smoothing = loss.g.label_smoothing;
    Tensor each_w = w;
    if (w.defined()) {
      Shape along = Shape::filled(input.sizes().size(), 1);
      along[static_cast<size_t>(loss.class_dim)] = loss.g.C;
      each_w = w.reshape(along);
    }
    if (call.wanted(0)) {
      Tensor share = q * (1 - smoothing) + smoothing / static_cast<double>(loss.g.C);
      if (w.defined()) share = share * each_w;
      const Tensor all = share.sum(loss.class_dim, true);
      call.set_grad_input(0, (all * input.softmax(loss.class_dim) - share) * grad);
    }
    if (!call.wanted(1)) return;
    Tensor slope = input.log_softmax(loss.class_dim) * (smoothing - 1);
    if (w.defined()) slope = slope * each_w;
    call.set_grad_input(1, slope * grad);
  }
  void release_saved() override {
    for (SavedTensor* saved : {&x, &target, &weight}) saved->reset();
    logs = Tensor();
  }
};

// A target of probabilities, one for each score.
Tensor soft_cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight,
                          Reduction reduction, double label_smoothing) {
  const OperationScope scope(SoftCrossEntropyBackward::kName);
  const Borrowed plain_weight = contiguous(weight);
  const Tensor& w = plain_weight;
  const ClassLoss loss = check_soft_loss(input, target, w, reduction, label_smoothing);
  const Borrowed x = dense(input), q = laid_out_like(target, x);
  Tensor logs = empty({2, loss.g.N * loss.g.S}, input.dtype());
  Tensor y = visit_floating(input.dtype(), [&](auto zero) {
    using T = decltype(zero);
    T* largest = logs.data_ptr<T>();
    return reduced<T>(loss, [&](T* rows) {
      kernels::active<kernels::CrossEntropy<T>>().soft_forward(
          geometry_in(x, loss), physical_data<T>(x), physical_data<T>(q), data_or_null<T>(w), rows,
          largest, largest + logs.numel() / 2);
    });
  });
  if (auto* node = record<SoftCrossEntropyBackward>(y, input, target)) {
    node->loss = loss;
    node->x.save(input);
    node->target.save(target);
    node->weight.save(w);
    node->logs = std::move(logs);
  }
  return y;
}

}  // namespace

Tensor cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight,
                     Reduction reduction, int64_t ignore_index, double label_smoothing) {
  if (target.is_floating_point())
    return soft_cross_entropy(input, target, weight, reduction, label_smoothing);
  const OperationScope scope(CrossEntropyBackward::kName);
  const Borrowed classes = contiguous(target), plain_weight = contiguous(weight);
  const Tensor& w = plain_weight;
  const ClassLoss loss = check_class_loss("cross_entropy", input, classes, w, reduction,
                                          ignore_index, label_smoothing);
  const Borrowed x = dense(input);
  Tensor logs = empty({2, loss.g.N * loss.g.S}, input.dtype());
  Tensor y = visit_floating(input.dtype(), [&](auto zero) {
    using T = decltype(zero);
    T* largest = logs.data_ptr<T>();
    return reduced<T>(loss, [&](T* rows) {
      kernels::active<kernels::CrossEntropy<T>>().forward(
          geometry_in(x, loss), physical_data<T>(x), classes->data_ptr<int64_t>(),
          data_or_null<T>(w), rows, largest, largest + logs.numel() / 2);
    });
  });
  if (auto* node = record<CrossEntropyBackward>(y, input)) {
    node->loss = loss;
    node->x.save(input);
    node->target.save(classes);
    node->weight.save(w);
    node->logs = std::move(logs);
  }
  return y;
}

Tensor nll_loss(const Tensor& input, const Tensor& target, const Tensor& weight,
                Reduction reduction, int64_t ignore_index) {
  const OperationScope scope(NllLossBackward::kName);
  const Borrowed classes = contiguous(target), plain_weight = contiguous(weight);
  const Tensor& w = plain_weight;
  const ClassLoss loss =
      check_class_loss("nll_loss", input, classes, w, reduction, ignore_index, 0);
  const Borrowed x = dense(input);
  Tensor y = visit_floating(input.dtype(), [&](auto zero) {
    using T = decltype(zero);
    return reduced<T>(loss, [&](T* rows) {
      kernels::active<kernels::NllLoss<T>>().forward(geometry_in(x, loss), physical_data<T>(x),
                                                     classes->data_ptr<int64_t>(),
                                                     data_or_null<T>(w), rows);
    });
  });
  if (auto* node = record<NllLossBackward>(y, input)) {
    node->loss = loss;
    node->sizes = input.sizes();
    node->target.save(classes);
    node->weight.save(w);
  }
  return y;
}

}  // namespace reel
