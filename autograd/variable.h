#pragma once
// A tensor's place on the tape, and how an operation puts its output there.

#include <reel/autograd/grad_mode.h>
#include <reel/autograd/node.h>
#include <reel/autograd/operation_scope.h>
#include <reel/autograd/view.h>

namespace reel {

/// TensorImpl::recorded_writes of a detached tensor: it follows its memory whatever is recorded
/// about it, and has no history to be wrong.
inline constexpr uint32_t kFollowsMemory = UINT32_MAX;

/// The history of a tensor: the node that made it, or, for a leaf, the end that collects its
/// gradient.
struct AutogradMeta final : AutogradSlot, Pooled {
  Ref<Node> grad_fn;
  uint32_t output_nr = 0;
  Ref<GradSlot> slot;     // of a leaf, or of a tensor that retains its gradient
  Ref<Node> accumulator;  // of a leaf, made when the tape first meets it
};

inline AutogradMeta* find_meta(const Tensor& x) {
  return static_cast<AutogradMeta*>(x.impl()->autograd);
}
AutogradMeta& meta_of(const Tensor& x);

/// The node that the gradient of `x` flows to; none when x takes no gradient.
Edge gradient_edge(const Tensor& x);

/// Throws GraphError when `x` was written in place, on the tape, through another handle to its
/// memory, and its history can not be made anew: it no longer describes its values.
void check_history(const char* op, const Tensor& x);

/// Makes `x` stand for `value`, by its data and its history, until the next call; what backward has
/// saved of x before stays as it was. For a module's member whose value is computed before each
/// forward. Without a history, x does not require grad.
void stand_in(const Tensor& x, const Tensor& value);
/// Makes `x` a leaf again, that requires grad, with the data it has.
void end_stand_in(const Tensor& x);

/// Whether a gradient may be written in place with nobody the wiser: no other handle to it or its
/// memory, and a place for each element (a sum's gradient has one for all).
bool is_exclusive(const Tensor& x);

/// Makes `node` the history of output `nr`.
void set_history(const Tensor& y, Ref<Node> node, uint32_t nr = 0);

/// Links the node to its inputs, gives it its place in the sequence.
void link(Node& node, const Tensor* const* inputs, size_t n);

/// The same for a node that stands for `write` as a change of `base`, which takes the place of its
/// input 0.
void link_write(Node& node, const Tensor& base, const Node& write);

/// What an operation read and wrote; `outputs` may be left out where they are not known yet.
struct Operation {
  const char* name;
  const Tensor* const* inputs;
  size_t num_inputs;
  const Tensor* const* outputs = nullptr;
  size_t num_outputs = 0;
  bool in_place = false;  ///< the first input is the output
};

/// Whether an operation on these inputs goes on the tape. Undefined inputs do not count.
bool needs_recording(const Operation& operation);

/// As record, below, for a node type that stands for several operations: `op` is named in errors.
template <class N, class... Inputs>
N* record_as(const char* op, const Tensor& y, const Inputs&... inputs) {
  const Tensor* list[] = {&inputs...};
  const Tensor* output = &y;
  if (!needs_recording({op, list, sizeof...(inputs), &output, 1})) return nullptr;
  Ref<N> made = make_ref<N>();
  N* node = made.get();
  link(*node, list, sizeof...(inputs));
  set_history(y, std::move(made));
  return node;
}

/// Records the operation: a node of type N made of `inputs` becomes the history of `y`. Returns the
/// node for saving, or null when nothing is to be recorded (no input requires grad, or grad mode is
/// off).
template <class N, class... Inputs>
N* record(const Tensor& y, const Inputs&... inputs) {
  return record_as<N>(N::kName, y, inputs...);
}

/// The same for any number of inputs and outputs.
template <class N>
N* record_list(const TensorList& outputs, const TensorList& inputs) {
  std::vector<const Tensor*> list;
  for (const Tensor& x : inputs) list.push_back(&x);
  const size_t n = list.size();
  for (const Tensor& y : outputs) list.push_back(&y);
  if (!needs_recording({N::kName, list.data(), n, list.data() + n, outputs.size()})) return nullptr;
  Ref<N> node = make_ref<N>();
  link(*node, list.data(), n);
  node->num_outputs = static_cast<uint32_t>(outputs.size());
  for (uint32_t i = 0; i < outputs.size(); ++i) set_history(outputs[i], node, i);
  return node.get();
}

/// Throws GraphError when `x` may not be written in place now: a leaf that requires grad, or a view
/// of one, or memory in which several elements of x share a place. Call before writing.
void check_in_place(const char* op, const Tensor& x);
/// The same where the history of `values` will be part of that of x.
void check_in_place(const char* op, const Tensor& x, const Tensor& values);

/// As record_in_place, below, for a node type that stands for several operations.
template <class N, class... Inputs>
N* record_in_place_as(const char* op, const Tensor& x, const Inputs&... others) {
  const Tensor* list[] = {&x, &others...};
  ++x.impl()->storage->version;
  if (!x.is_floating_point()) return nullptr;  // what integers are made of gets no gradient
  if (!needs_recording({op, list, sizeof...(others) + 1, list, 1, true})) return nullptr;
  Ref<N> made = make_ref<N>();
  N* node = made.get();
  link(*node, list, sizeof...(others) + 1);
  record_write(op, x, std::move(made));
  return node;
}

/// Counts a write in place and, when an input requires grad, records it: `x` is the first input as
/// it was, and the output. Returns the node for saving, or null. Call after writing.
template <class N, class... Inputs>
N* record_in_place(const Tensor& x, const Inputs&... others) {
  return record_in_place_as<N>(N::kName, x, others...);
}

/// A node whose class only names what differs: N::kName, members, backward, release_saved.
template <class Derived>
struct NodeOf : Node {
  const char* name() const final { return Derived::kName; }
};

}  // namespace reel
