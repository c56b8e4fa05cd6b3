#pragma once
// What a network computes, operation by operation, for who writes it in another form. The tape
// knows who made what; while a trace is taken, operations also say what they were told besides
// their inputs.

#include <reel/autograd/grad_mode.h>
#include <reel/autograd/node.h>

#include <vector>

namespace reel {

/// What an operation was told: integers, a number, a text or a tensor.
struct TracedValue {
  const char* name;
  std::vector<int64_t> integers;
  double number = 0;
  const char* text = nullptr;
  Tensor tensor;
};

/// A recorded operation with the tensors that it read and made. Their histories may have moved on
/// since, by writes in place: what an input was is node->edge(i).
struct TracedOperation {
  Ref<Node> node;
  TensorList inputs, outputs;
  std::vector<uint32_t> versions;  ///< of the inputs, when they were read
  /// Of a write through a view, as the change of its base (outputs[0]): the operation that wrote to
  /// the view (inputs[0]).
  Ref<Node> write;
  std::vector<TracedValue> values;

  TracedOperation& integers(const char* name, IntArrayRef v);
  TracedOperation& number(const char* name, double v);
  TracedOperation& text(const char* name, const char* v);
  TracedOperation& tensor(const char* name, const Tensor& v);
  /// Null if it was not told.
  const TracedValue* find(const char* name) const;
};

/// Collects what this thread records while it lives, on the tape or not: an operation is recorded
/// when an input requires grad. One at a time.
class Trace {
 public:
  Trace();
  ~Trace();
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  std::vector<TracedOperation> take() { return std::move(operations_); }

  // --- for autograd/variable.cpp ---
  static void expect(const Tensor* const* outputs, size_t n);
  static void add(Node& node, const Tensor* const* inputs, size_t n);
  static void add_write(Node& node, const Tensor& base, const Node& write);
  static TracedOperation* find(const Tensor& y);

 private:
  std::vector<TracedOperation> operations_;
  TensorList expected_;
  AutoGradMode recording_{true};
};

/// The operation that has just made `y`, for what it was told; null when no trace is taken.
inline TracedOperation* traced(const Tensor& y) {
  return TapeMode::get() & TapeMode::kTraces ? Trace::find(y) : nullptr;
}

}  // namespace reel
