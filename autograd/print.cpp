// A tensor's text: its values, and what they do not show.

#include <reel/autograd/node.h>
#include <reel/core/print.h>

#include <ostream>

namespace reel {

namespace {

// Whether `tensor(values)` would choose this dtype by itself.
bool is_evident(Dtype dtype, bool empty) {
  return dtype == kFloat32 || (!empty && (dtype == kInt64 || dtype == kBool));
}

}  // namespace

std::string to_string(const Tensor& x) {
  if (!x.defined()) return "tensor(undefined)";
  const std::string head = "tensor(";
  std::string out = head + text_of_values(x, head.size());
  std::string notes;
  const auto note = [&](const auto&... values) { notes += as_text(", ", values...); };
  const bool empty = x.numel() == 0;
  if (is_summarised(x) || (empty && x.dim() != 1)) note("size=", x.sizes());
  if (!is_evident(x.dtype(), empty)) note("dtype=", x.dtype());
  if (const Ref<Node> made_by = x.grad_fn())
    note("grad_fn=", made_by->name());
  else if (x.requires_grad())
    note("requires_grad=true");
  const size_t column = out.size() - (out.rfind('\n') + 1);
  if (notes.size() + column + 1 > kPrintWidth)
    notes.replace(0, 2, ",\n" + std::string(head.size(), ' '));
  return out + notes + ")";
}

std::ostream& operator<<(std::ostream& out, const Tensor& x) { return out << to_string(x); }

}  // namespace reel
