#include <reel/io/onnx/operation.h>

#include <cmath>
#include <iterator>

namespace reel::io::onnx {

std::string Operation::input(size_t i) {
  if (!has(i)) return {};
  const Edge& edge = a_.node->edge(i);
  if (edge.node && !edge.node->is_accumulator()) {
    const auto made = graph_.values.find({edge.node.get(), edge.output_nr});
    if (made == graph_.values.end()) fail("an operand was made before the network was called.");
    return made->second;
  }
  const Tensor &x = a_.inputs[i], &y = b_.inputs[i];
  const bool overwritten = !edge.node && i == 0 && !a_.outputs.empty() && out().is_same(x);
  if (overwritten || x.version() != a_.versions[i])
    fail(as_text("a constant ", x,
                 " is written in place; what it was can not be exported. [write out of place]"));
  return graph_.given(x, y);
}

const TracedValue& Operation::value(const char* name) const {
  const TracedValue* found = a_.find(name);
  if (!found) fail("it computes a gradient; only what a network's forward does can be exported.");
  return *found;
}

const std::vector<int64_t>& Operation::integers(const char* name) const {
  const std::vector<int64_t>& told = value(name).integers;
  if (const TracedValue* other = b_.find(name); !other || other->integers != told)
    fail(as_text("'", name, "' is ", IntArrayRef(told), " in one pass and ",
                 other ? IntArrayRef(other->integers) : IntArrayRef(),
                 " in another; it must not depend on the batch or the input's values."));
  return told;
}

double Operation::number(const char* name) const {
  const double told = value(name).number;
  const TracedValue* other = b_.find(name);
  const bool same =
      other && (other->number == told || (std::isnan(told) && std::isnan(other->number)));
  if (!same)
    fail(as_text("'", name, "' is ", told, " in one pass and ", other ? other->number : 0.0,
                 " in another; it must not depend on the batch or the input's values."));
  return told;
}

std::string Operation::tensor(const char* name) {
  const TracedValue* other = b_.find(name);
  REEL_ASSERT(other);
  return graph_.given(value(name).tensor, other->tensor);
}

const Rules& all_rules() {
  static const Rules rules = [] {
    Rules all;
    for (const Rules& family : {layer_rules(), pool_rules(), pointwise_rules(), arithmetic_rules(),
                                reduction_rules(), shape_rules()})
      std::copy(family.begin(), family.end(), std::back_inserter(all));
    return all;
  }();
  return rules;
}

}  // namespace reel::io::onnx
