#include <reel/autograd/module_path.h>
#include <reel/autograd/operation_scope.h>
#include <reel/autograd/profile_recorder.h>
#include <reel/autograd/variable.h>

namespace reel {

using autograd::ProfileCategory;

namespace {

using Kind = ProfileRecorder::Kind;

int64_t bytes_of(const Tensor& x) { return static_cast<int64_t>(x.nbytes()); }

// A scope may have begun with a recorder that has stopped, or is gone.
void end_on(const void* recorder) {
  if (active_recorder && active_recorder == recorder) active_recorder->end();
}

}  // namespace

void OperationScope::begin(const char* name) {
  ProfileRecorder& recorder = *active_recorder;
  const char* path = current_module_path();
  const ProfileCategory phase = recorder.phase();
  recorder.begin(Kind::kOperation, name, path ? path : recorder.path(), phase, phase);
}

void OperationScope::note(std::initializer_list<const Tensor*> read, const Tensor& written) const {
  if (!active_recorder || active_recorder != recorder_) return;
  const auto add = [](const Tensor& x) {
    if (!x.defined()) return;
    active_recorder->note_shape(x);
    active_recorder->note_bytes(bytes_of(x));
  };
  for (const Tensor* x : read) add(*x);
  add(written);
}

void OperationScope::end() const { end_on(recorder_); }

void GradientScope::begin(const Node& node, const Tensor* arrived) {
  active_recorder->begin(node.is_accumulator() ? Kind::kOperation : Kind::kGradient, node.name(),
                         node.module_path, ProfileCategory::kBackward, ProfileCategory::kBackward);
  for (uint32_t i = 0; i < node.num_outputs; ++i)
    if (arrived[i].defined()) {
      active_recorder->note_shape(arrived[i]);
      active_recorder->note_bytes(bytes_of(arrived[i]));
    }
}

void GradientScope::note(const Tensor* gradients, size_t n) const {
  if (!active_recorder || active_recorder != recorder_) return;
  for (size_t i = 0; i < n; ++i)
    if (gradients[i].defined()) active_recorder->note_bytes(bytes_of(gradients[i]));
}

void GradientScope::end() const { end_on(recorder_); }

void note_operation(const Operation& operation) {
  const size_t n = operation.num_inputs;
  const auto is_view = [&](const Tensor& y) {
    return n > 0 && operation.inputs[0]->defined() && !operation.in_place &&
           y.impl()->storage == operation.inputs[0]->impl()->storage;
  };
  bool moves = true;
  for (size_t i = 0; i < operation.num_outputs; ++i)
    if (const Tensor& y = *operation.outputs[i]; y.defined()) {
      moves = moves && !is_view(y);
      if (moves) active_recorder->note_bytes(bytes_of(y));
    }
  for (size_t i = 0; i < n; ++i)
    if (const Tensor& x = *operation.inputs[i]; x.defined()) {
      active_recorder->note_shape(x);
      if (moves) active_recorder->note_bytes(bytes_of(x));
    }
}

void note_saved(const Tensor& x) {
  if (x.defined()) active_recorder->note_bytes(bytes_of(x));
}

void note_module_begin(const char* path) {
  if (!path) return;
  active_recorder->begin(Kind::kPart, path, path, ProfileCategory::kModule,
                         active_recorder->phase());
}

void note_module_end(const char* path) {
  if (path) active_recorder->end();
}

void note_module_skipped() { active_recorder->skip(); }

namespace autograd {

void ProfileRange::begin(const char* name, ProfileCategory category) {
  const ProfileCategory phase =
      category == ProfileCategory::kUser ? active_recorder->phase() : category;
  const char* path = current_module_path();
  active_recorder->begin(Kind::kPart, intern_path(name), path ? path : active_recorder->path(),
                         category, phase);
}

void ProfileRange::end() const { end_on(recorder_); }

}  // namespace autograd

}  // namespace reel
