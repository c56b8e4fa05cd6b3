#pragma once
// Losses in plain double loops: what a loss is element by element, reduced as asked.

#include <reel/autograd/ops/losses.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/harness.h"

namespace reel::tests {

/// The inputs' elements in row-major order, to the losses in that order.
using LossElements =
    std::function<std::vector<double>(const std::vector<std::vector<double>>& inputs)>;
using LossOp = std::function<Tensor(const TensorList& inputs, Reduction reduction)>;

/// A case a reduction; `sizes` is the shape of the unreduced loss.
inline void check_loss_op(const std::string& name, CaseInputs inputs, const LossOp& op, Shape sizes,
                          const LossElements& elements, std::vector<size_t> constant = {},
                          bool second_order = true) {
  for (Reduction r : {kNone, kMean, kSum}) {
    OpCase c;
    c.name = as_text(name, ", reduction ", static_cast<int>(r));
    c.inputs = inputs;
    c.op = [=](const TensorList& in) { return op(in, r); };
    c.reference = [=](const TensorList& in) {
      std::vector<std::vector<double>> values;
      for (const Tensor& x : in)
        values.push_back(x.defined() ? x.to_vector() : std::vector<double>());
      const std::vector<double> each = elements(values);
      if (r == kNone) return tensor_of(sizes, each);
      double sum = 0;
      for (double v : each) sum += v;
      return tensor_of({}, {r == kSum ? sum : sum / static_cast<double>(each.size())});
    };
    c.constant = constant;
    c.second_order = second_order;
    check_op(c);
  }
}

/// 1 and -1, the same on every call.
inline Tensor signs(IntArrayRef sizes, uint64_t seed = 0) {
  return integers(sizes, 2, seed).to(kFloat64) * 2 - 1;
}

/// f(x, t) for each of two inputs' elements.
inline LossElements each_pair(std::function<double(double x, double t)> f) {
  return [=](const std::vector<std::vector<double>>& in) {
    std::vector<double> each;
    for (size_t i = 0; i < in[0].size(); ++i) each.push_back(f(in[0][i], in[1][i]));
    return each;
  };
}

}  // namespace reel::tests
