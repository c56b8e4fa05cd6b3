#pragma once
// A model's layers with their outputs, parameters and work. docs/graphs.md.

#include <reel/nn/holder.h>

#include <iosfwd>
#include <string>
#include <vector>

namespace reel::nn {

/// What a module did in one call.
struct LayerSummary {
  std::string path;  ///< dotted, empty for the model itself
  std::string name;  ///< as it prints: "Linear(in_features=8, out_features=2)"
  int64_t depth = 0;
  int64_t calls = 0;
  std::vector<Shape> inputs;  ///< of the last call, as the output
  Shape output;
  int64_t parameters = 0;        ///< its own, without those of what is in it
  int64_t multiply_adds = 0;     ///< in its own forward (core/work.h), all calls
  int64_t activation_bytes = 0;  ///< of its outputs, all calls
  bool is_container = false;
};

/// A model's modules, each before what is in it. Totals count a shared parameter once, and outputs
/// of modules that contain none.
struct ModelSummary {
  std::vector<LayerSummary> layers;
  int64_t parameters = 0, trainable_parameters = 0, multiply_adds = 0, activation_bytes = 0,
          parameter_bytes = 0;
};

/// As a table.
std::string to_string(const ModelSummary& summary);
std::ostream& operator<<(std::ostream& out, const ModelSummary& summary);

/// Calls the module in evaluation mode without recording, and leaves it as it was.
ModelSummary summarize(Module& module, const std::function<void()>& call);
/// Zeros of the dtype of the module's first floating-point parameter.
Tensor summary_input(const Module& module, IntArrayRef input_shape);

/// `std::cout << nn::summary(net, {1, 3, 32, 32});` where net is a module or a holder that takes
/// one tensor; or `nn::summary(net, x, y)` for inputs of other values or number.
template <class M, class... Inputs>
ModelSummary summary(M& model, const Tensor& input, const Inputs&... others) {
  if constexpr (requires { model.ptr(); })
    return summary(*model, input, others...);
  else
    return summarize(model, [&] { (void)nn::call(model, input, others...); });
}
template <class M>
ModelSummary summary(M& model, IntArrayRef input_shape) {
  if constexpr (requires { model.ptr(); })
    return summary(*model, input_shape);
  else
    return summary(model, summary_input(model, input_shape));
}

}  // namespace reel::nn
