#include <reel/autograd/trace.h>

#include <cstring>

namespace reel {

namespace {

thread_local Trace* active = nullptr;

TracedValue named(const char* name) {
  TracedValue value;
  value.name = name;
  return value;
}

}  // namespace

TracedOperation& TracedOperation::integers(const char* name, IntArrayRef v) {
  values.push_back(named(name));
  values.back().integers = v.vec();
  return *this;
}

TracedOperation& TracedOperation::number(const char* name, double v) {
  values.push_back(named(name));
  values.back().number = v;
  return *this;
}

TracedOperation& TracedOperation::text(const char* name, const char* v) {
  values.push_back(named(name));
  values.back().text = v;
  return *this;
}

TracedOperation& TracedOperation::tensor(const char* name, const Tensor& v) {
  values.push_back(named(name));
  values.back().tensor = v;
  return *this;
}

const TracedValue* TracedOperation::find(const char* name) const {
  for (const TracedValue& value : values)
    if (std::strcmp(value.name, name) == 0) return &value;
  return nullptr;
}

Trace::Trace() {
  REEL_CHECK(!active, "trace: another trace is being taken on this thread; there can be one.");
  active = this;
  TapeMode::set(TapeMode::kTraces, true);
}

Trace::~Trace() {
  TapeMode::set(TapeMode::kTraces, false);
  active = nullptr;
}

void Trace::expect(const Tensor* const* outputs, size_t n) {
  active->expected_.clear();
  for (size_t i = 0; i < n; ++i) active->expected_.push_back(*outputs[i]);
}

void Trace::add(Node& node, const Tensor* const* inputs, size_t n) {
  TracedOperation& made = active->operations_.emplace_back();
  made.node = Ref<Node>(&node);
  for (size_t i = 0; i < n; ++i) {
    made.inputs.push_back(*inputs[i]);
    made.versions.push_back(inputs[i]->defined() ? inputs[i]->version() : 0);
  }
  made.outputs.swap(active->expected_);
}

void Trace::add_write(Node& node, const Tensor& base, const Node& write) {
  TensorList view;
  if (const auto& all = active->operations_; !all.empty()) view = all.back().outputs;
  TracedOperation& made = active->operations_.emplace_back();
  made.node = Ref<Node>(&node);
  made.write = Ref<Node>(const_cast<Node*>(&write));
  made.inputs = std::move(view);
  made.outputs.push_back(base);
}

TracedOperation* Trace::find(const Tensor& y) {
  auto& all = active->operations_;
  for (size_t i = all.size(), looked = 0; i-- > 0 && looked < 4; ++looked)
    if (!all[i].outputs.empty() && all[i].outputs[0].is_same(y)) return &all[i];
  return nullptr;
}

}  // namespace reel
