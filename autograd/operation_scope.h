#pragma once
// Where operations begin and end, for the thread's profiler (autograd/profiler.h).

#include <cstddef>
#include <initializer_list>

namespace reel {

class Node;
class Tensor;
struct Operation;
class ProfileRecorder;

/// What records on the calling thread, or null. An operation asks nothing else while nothing is
/// profiled.
extern constinit thread_local ProfileRecorder* active_recorder [[gnu::tls_model("initial-exec")]];

/// An operation, from the first thing it does to the last. Stands in each function that records or
/// computes; `name` lives as long as the program.
class OperationScope {
 public:
  explicit OperationScope(const char* name) : recorder_(active_recorder) {
    if (recorder_) [[unlikely]]
      begin(name);
  }
  ~OperationScope() {
    if (recorder_) [[unlikely]]
      end();
  }
  OperationScope(const OperationScope&) = delete;
  OperationScope& operator=(const OperationScope&) = delete;

  /// What it reads and writes, of parts of a gradient that nothing records. All shapes are shown:
  /// those of dy and x alone do not tell one convolution from another. Undefined ones do not count.
  void moves(std::initializer_list<const Tensor*> read, const Tensor& written) const {
    if (recorder_) [[unlikely]]
      note(read, written);
  }

 private:
  static void begin(const char* name);
  void note(std::initializer_list<const Tensor*> read, const Tensor& written) const;
  void end() const;

  const ProfileRecorder* recorder_;
};

/// A node's turn in backward, with the gradients that arrived.
class GradientScope {
 public:
  GradientScope(const Node& node, const Tensor* arrived) : recorder_(active_recorder) {
    if (recorder_) [[unlikely]]
      begin(node, arrived);
  }
  ~GradientScope() {
    if (recorder_) [[unlikely]]
      end();
  }
  GradientScope(const GradientScope&) = delete;
  GradientScope& operator=(const GradientScope&) = delete;

  /// The gradients that it made, undefined where none was wanted.
  void made(const Tensor* gradients, size_t n) const {
    if (recorder_) [[unlikely]]
      note(gradients, n);
  }

 private:
  static void begin(const Node& node, const Tensor* arrived);
  void note(const Tensor* gradients, size_t n) const;
  void end() const;

  const ProfileRecorder* recorder_;
};

// While something records:
/// What the running operation reads and writes; its inputs' shapes are those that are shown.
void note_operation(const Operation& operation);
/// A tensor that backward reads besides gradients.
void note_saved(const Tensor& x);
/// The module of that path is entered, or left; null where it has none.
void note_module_begin(const char* path);
void note_module_end(const char* path);
/// The module that was entered last was only asked whether it can do something, and did nothing.
void note_module_skipped();

}  // namespace reel
