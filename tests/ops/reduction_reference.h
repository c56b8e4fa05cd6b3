#pragma once

// Reductions in the plainest way: the elements that meet in one result, gathered, then handed over.

#include "tests/harness.h"

#include <reel/core/reduction.h>

#include <functional>
#include <vector>

namespace reel::tests {

using Group = std::vector<double>;

/// f of each group of elements of a contiguous x that meet when `dims` are reduced, elements in
/// logical order.
inline Tensor reduce_reference(const Tensor& x, const std::vector<int64_t>& dims, bool keepdim,
                               const std::function<double(const Group&)>& f) {
  const ReducedDims d = reduced_dims("reference", x.sizes(), dims);
  const Shape steps = contiguous_strides(d.kept);
  std::vector<Group> groups(static_cast<size_t>(numel_of(d.kept)));
  const std::vector<double> values = x.to_vector();
  for (size_t i = 0; i < values.size(); ++i) {
    int64_t rest = static_cast<int64_t>(i), at = 0;
    for (size_t k = x.sizes().size(); k-- > 0; rest /= x.sizes()[k])
      if (!d.reduced[k]) at += rest % x.sizes()[k] * steps[k];
    groups[static_cast<size_t>(at)].push_back(values[i]);
  }
  std::vector<double> results;
  for (const Group& group : groups) results.push_back(f(group));
  return tensor_of(d.sizes(keepdim), results);
}

/// A case of one input and what it is reduced to.
inline OpCase reduction_case(std::string name, Shape sizes, CaseFunction op,
                             CaseFunction reference) {
  OpCase c;
  c.name = std::move(name);
  c.op = std::move(op);
  c.inputs = CaseInputs({sizes});
  c.reference = std::move(reference);
  c.second_order = true;
  return c;
}

/// The shapes and dimensions that every reduction is tried on; none means all.
struct ReductionShape {
  Shape sizes;
  std::vector<int64_t> dims;
  bool keepdim = false;
};

inline std::vector<ReductionShape> reduction_shapes() {
  std::vector<ReductionShape> shapes = {
      {{}, {}},
      {{}, {-1}},
      {{3, 4, 5}, {}},
      {{3, 4, 5}, {0}},
      {{3, 4, 5}, {1}, true},
      {{3, 4, 5}, {-1}},
      {{3, 4, 5}, {0, 2}},
      {{3, 4, 5}, {0, 1}, true},
      {{3, 4, 5}, {1, 2}},
      {{2, 3, 4, 5}, {0, 2, 3}},
      {{2, 3, 4, 5}, {1}, true},
      {{2, 3, 4, 5}, {0, 3}},
      {{2, 1, 3, 1}, {1, 2}},
      {{1, 1}, {0}, true},
      {{2, 3, 2, 2, 3}, {1, 3}},
      {{40, 200}, {0}},       // several tiles of columns
      {{300, 5}, {0}},        // rows that pass several at a time
      {{70, 3, 11}, {0, 2}},  // stretches of rows
      {{5, 2100}, {1}},       // runs longer than a block
      {{2, 3, 9, 7}, {2, 3}},
  };
  for (int64_t n : {1, 7, 8, 9, 15, 16, 17, 31, 33}) {
    shapes.push_back({{n}, {0}});
    shapes.push_back({{3, n}, {1}});
    shapes.push_back({{5, n}, {0}});
  }
  return shapes;
}

inline std::string name_of(const ReductionShape& s) {
  return as_text(IntArrayRef(s.sizes), " over ", IntArrayRef(s.dims));
}

}  // namespace reel::tests
