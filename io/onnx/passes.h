#pragma once
// The calls of a network that a file is made from, with other values each and other batches: a file
// repeats what they have in common.

#include <reel/autograd/trace.h>

#include <functional>
#include <vector>

namespace reel::io::onnx {

/// One pass through the network.
struct Pass {
  TensorList inputs, outputs;
  std::vector<Edge> made;  // where the outputs came from
  int64_t batch = 0;       // 0: it does not vary
  std::vector<TracedOperation> operations;
};

/// Three passes of the same operations: the example's own values, others from their range, others
/// from a wider range.
struct Passes {
  Pass first, second, third;
};

using Forward = std::function<TensorList(const TensorList& inputs)>;

/// Calls it with batches of 2, 3 and 1 where the batch is open. The third is of 4 where the network
/// refuses 1 or lays out memory otherwise for it. Throws: ArgumentError where passes differ.
Passes call_with(const TensorList& examples, bool dynamic_batch, const Forward& forward);

}  // namespace reel::io::onnx
