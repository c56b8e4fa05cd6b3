#pragma once
// Runs one case and says what is wrong with it.

#include "tests/tools/golden_runner/golden_case.h"

#include <functional>
#include <map>
#include <stdexcept>
#include <string>

namespace golden {

/// A case that does not come out as it should: what differs and by how much.
struct Mismatch : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Tolerance {
  double relative, absolute;  ///< float64: of each element
  double largest;             ///< float32: of the largest element
};
inline constexpr Tolerance kTolerance{1e-9, 1e-10, 1e-4};
inline constexpr Tolerance kTrainingTolerance{1e-6, 1e-6, 1e-2};
/// In evaluation running means follow, late, biases whose gradients are rounding and of which Adam
/// makes steps all the same: up to 2 % between instruction sets in float32.
inline constexpr Tolerance kTrainedOutputTolerance{1e-6, 1e-6, 3e-2};
/// kTolerance, but where the family's float32 is looser, with the reason. Of outputs (order 0),
/// gradients (1) or gradients of gradients (2).
Tolerance tolerance_of(const Case& c, int order);

/// Throws Mismatch, naming the worst element, unless the tensors agree.
void compare(const std::string& what, const Tensor& actual, const Tensor& expected,
             const Tolerance& tolerance = kTolerance);

using Operation = std::function<TensorList(Call&)>;
using OperationTable = std::map<std::string, Operation>;

// The operations that cases name, as far as they exist, by family.
void add_activations(OperationTable& table);
void add_convolutions(OperationTable& table);
void add_distances(OperationTable& table);
void add_elementwise(OperationTable& table);
void add_indexing(OperationTable& table);
void add_losses(OperationTable& table);
void add_norms(OperationTable& table);
void add_pools(OperationTable& table);
void add_products(OperationTable& table);
void add_reductions(OperationTable& table);
void add_shapes(OperationTable& table);

/// Outputs, gradients, gradients of gradients and state of an operation.
void check_operation(const Case& c, const Operation& op);
/// Parameters after each step of an optimizer.
void check_optimizer(const Case& c);
/// Learning rates after each step of a scheduler.
void check_scheduler(const Case& c);
void check_clipping(const Case& c);
/// Losses, parameters and outputs of a whole training run.
void check_training(const Case& c);

/// Runs any case. Throws: Mismatch, or what the operation throws.
void check(const Case& c);

}  // namespace golden
