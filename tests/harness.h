#pragma once
// One table of cases an operation; check_op derives every test of a case from its row:
//
//   const OpCase kCases[] = {
//       {.name = "rows", .op = op, .inputs = {{2, 3}, {3}}, .reference = reference},
//       {.name = "wide", .op = op, .inputs = {{5, 33}, {33}}, .reference = reference},
//   };
//   TEST_CASE("layer_norm") { for (const OpCase& c : kCases) check_op(c); }

#include <reel/autograd/gradcheck.h>
#include <reel/core/tensor.h>

#include <functional>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <vector>

namespace reel::tests {

/// Values in [low, high), the same on every call: of a counter-based stream that `seed` chooses.
Tensor uniform(IntArrayRef sizes, uint64_t seed = 0, double low = -1, double high = 1,
               Dtype dtype = kFloat64);

/// Whole numbers in [0, end), for labels and indices.
Tensor integers(IntArrayRef sizes, int64_t end, uint64_t seed = 0, Dtype dtype = kInt64);

/// A float64 tensor of these values in row-major order: what references return.
Tensor tensor_of(IntArrayRef sizes, const std::vector<double>& values);

/// From tensors to tensors; made of a callable that returns one tensor or several.
struct CaseFunction : TensorListFunction {
  CaseFunction() = default;
  template <class F, class = std::enable_if_t<std::is_invocable_v<F, const TensorList&>>>
  CaseFunction(F f)
      : TensorListFunction([f](const TensorList& xs) {
          if constexpr (std::is_convertible_v<std::invoke_result_t<F, const TensorList&>, Tensor>)
            return TensorList{f(xs)};
          else
            return TensorList(f(xs));
        }) {}
};

/// The inputs of a case in float64: shapes, to be filled with uniform(shape, position), or a
/// callable that makes the tensors, the same ones each time. Integers and undefined tensors are
/// passed as they are.
struct CaseInputs : std::function<TensorList()> {
  CaseInputs() = default;
  CaseInputs(std::initializer_list<Shape> shapes);
  template <class F, class = std::enable_if_t<std::is_invocable_r_v<TensorList, F>>>
  CaseInputs(F f) : std::function<TensorList()>(std::move(f)) {}
};

struct OpCase {
  std::string name;
  CaseFunction op;
  CaseInputs inputs;
  /// Plain loops in double. It is given contiguous float64 tensors without history.
  CaseFunction reference = {};

  std::vector<size_t> constant = {};  ///< floating inputs that take no gradient
  bool differentiable = true;         ///< false: only values are compared
  bool second_order = false;          ///< gradgradcheck as well
  bool zero_gradient = false;         ///< a gradient that is zero everywhere is right
  bool float32 = true;                ///< also compare float32 with float64
  GradcheckMode mode = GradcheckMode::kCotangent;
  double double_tolerance = 1e-10;  ///< of the largest element
  double float_tolerance = 2e-5;    ///< of the largest element
  double max_kinks = 0.1;           ///< as in GradcheckOptions
};

/// Forward against the reference; gradients against differences; float32 against float64; memory
/// that was poisoned and guarded; accumulation; each subset of wanted gradients; strided,
/// transposed and held channels-last inputs; every instruction-set level; 1, 2 and 3 threads;
/// gradients of gradients.
void check_op(const OpCase& c);

/// Restores level, threads and the parallel threshold when it goes.
class ExecutionScope {
 public:
  ExecutionScope();
  ~ExecutionScope();
  ExecutionScope(const ExecutionScope&) = delete;
  ExecutionScope& operator=(const ExecutionScope&) = delete;

 private:
  int isa_, threads_;
  int64_t parallel_work_;
};

}  // namespace reel::tests
