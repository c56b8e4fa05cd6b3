#pragma once
// Compares the gradients that backward computes with differences of the function's own values.

#include <reel/core/tensor.h>

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

namespace reel {

/// kCotangent: every element of every input, outputs weighted at random. kJacobian: every element
/// of every input against every element of every output. kDirectional: one random direction an
/// input; two evaluations however large the input is.
enum class GradcheckMode : uint8_t { kCotangent, kJacobian, kDirectional };

struct GradcheckOptions {
  GradcheckMode mode = GradcheckMode::kCotangent;
  double eps = 1e-6;   ///< step of the differences, relative to elements above one
  double rtol = 1e-5;  ///< of the larger of the two gradients
  double atol = 1e-7;
  double max_kinks = 0.1;   ///< share of elements that may sit at a kink; they are not checked
  bool allow_zero = false;  ///< accept that every gradient is zero
  uint64_t seed = 0;        ///< of cotangents and directions
  std::string name = {};    ///< what is checked; else the operation that made the first output
};

/// One gradient that was computed both ways.
struct GradcheckElement {
  size_t input = 0;
  Shape shape, index;   ///< of that input; no index in directional mode
  int64_t output = -1;  ///< the output element (all outputs one after the other) in Jacobian mode
  double analytic = 0, numeric = 0;
  double tolerance = 0;
  double error() const;           ///< |analytic - numeric|
  double relative_error() const;  ///< error over the larger magnitude of the two
};

/// What gradcheck found; converts to whether it passed, and to_string explains it.
struct GradcheckReport {
  bool passed = false;
  std::string op;
  std::string reason;  ///< why it failed; empty when it passed
  int64_t checked = 0, wrong = 0, kinks = 0;
  std::vector<GradcheckElement> worst;  ///< the elements furthest out of tolerance, the worst first
  explicit operator bool() const { return passed; }
};
std::string to_string(const GradcheckReport& report);
std::ostream& operator<<(std::ostream& out, const GradcheckReport& report);

using TensorFunction = std::function<Tensor(const TensorList&)>;
using TensorListFunction = std::function<TensorList(const TensorList&)>;

/// Compares d(fn)/d(input) from backward with central differences for each input that requires
/// grad. `fn` may also use its inputs by capture: their memory is what is varied. Undefined
/// gradients are zero. A report fails on a wrong gradient, on a check that shows nothing (all
/// gradients zero, every element at a kink), and on a function whose values change from call to
/// call. Throws: ArgumentError unless all is float64, inputs overlap nowhere and one requires grad.
GradcheckReport gradcheck(const TensorListFunction& fn, const TensorList& inputs,
                          const GradcheckOptions& options = {});
GradcheckReport gradcheck(const TensorFunction& fn, const TensorList& inputs,
                          const GradcheckOptions& options = {});

/// The same for the gradients themselves, as functions of the inputs and of the cotangents.
/// Throws: also GraphError when an operation has no gradient of its gradient.
GradcheckReport gradgradcheck(const TensorListFunction& fn, const TensorList& inputs,
                              const GradcheckOptions& options = {});
GradcheckReport gradgradcheck(const TensorFunction& fn, const TensorList& inputs,
                              const GradcheckOptions& options = {});

}  // namespace reel
