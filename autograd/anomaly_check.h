#pragma once
// How operations and the engine are watched while anomaly mode is on.

#include <reel/autograd/grad_mode.h>
#include <reel/autograd/node.h>

namespace reel {

/// Nothing is watched while it lives: backward is judged as a whole, and an operation that is given
/// an infinity to write means it.
class AnomalyPause {
 public:
  explicit AnomalyPause(bool pause = true)
      : paused_(pause && (TapeMode::get() & TapeMode::kDetectsAnomalies)) {
    if (paused_) TapeMode::set(TapeMode::kDetectsAnomalies, false);
  }
  ~AnomalyPause() {
    if (paused_) TapeMode::set(TapeMode::kDetectsAnomalies, true);
  }
  AnomalyPause(const AnomalyPause&) = delete;
  AnomalyPause& operator=(const AnomalyPause&) = delete;

 private:
  bool paused_;
};

/// What went into an operation and came out. `overwritten` is the number of leading inputs whose
/// values are gone, written in place.
struct ForwardTensors {
  const Tensor* const* outputs;
  size_t num_outputs;
  const Tensor* const* inputs;
  size_t num_inputs;
  size_t overwritten = 0;
};

/// Throws AnomalyError when the outputs have what no input had, or an input brought a NaN.
void check_forward(const char* op, const ForwardTensors& tensors);

/// Keeps what is known of the inputs' values, for errors in backward.
void note_forward(Node& node, const Tensor* const* inputs, size_t n);

/// The same for a node's backward: of the gradients that arrived, it made those of its inputs.
void check_backward(const Node& node, const TensorList& arrived, const Tensor* made,
                    const bool* wanted);

/// Names the custom function whose forward runs, while it lives.
class FunctionScope {
 public:
  explicit FunctionScope(const char* name);
  ~FunctionScope();
  FunctionScope(const FunctionScope&) = delete;
  FunctionScope& operator=(const FunctionScope&) = delete;

 private:
  const char* previous_;
};

}  // namespace reel
