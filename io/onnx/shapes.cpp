// Other shapes, and parts of tensors.

#include <reel/io/onnx/operation.h>

#include <cstdint>

namespace reel::io::onnx {

namespace {

void view(Operation& o) {
  const std::vector<Dim> from = o.input_dims(0), to = o.output_dims();
  if (to.size() == 2 && from.size() > 2 && from[0] == to[0])
    return o.result(o.add("Flatten", {o.input(0)}, {integer("axis", 1)}));
  o.result(o.reshape(o.input(0), to));
}

void permute(Operation& o) {
  o.result(o.add("Transpose", {o.input(0)}, {integers("perm", o.integers("order"))}));
}

void expand(Operation& o) {
  const std::vector<Dim> from = o.input_dims(0);
  std::vector<Dim> to = o.output_dims();
  // 1 keeps what is there.
  const size_t lead = to.size() - from.size();
  for (size_t i = 0; i < from.size(); ++i)
    if (from[i] == to[lead + i]) to[lead + i] = {1, 0};
  o.result(o.add("Expand", {o.input(0), o.graph().sizes(to)}));
}

// Another window onto the same elements, as histories of views are renewed by.
void as_strided(Operation& o) {
  const TensorImpl &x = *o.in(0).impl(), &y = *o.out().impl();
  if (x.offset != y.offset || x.numel != y.numel || !x.row_major || !y.row_major)
    o.fail(
        "a window onto a tensor's memory has no counterpart in ONNX. [use slice, select, "
        "permute or reshape, and do not write through views]");
  o.result(o.reshape(o.input(0), o.output_dims()));
}

void slice(Operation& o) {
  const int64_t dim = o.integer("dim"), start = o.integer("start"), step = o.integer("step");
  const Dim from = o.input_dims(0)[static_cast<size_t>(dim)],
            to = o.output_dims()[static_cast<size_t>(dim)];
  const int64_t in = o.in(0).size(dim), out = o.out().size(dim);
  const bool to_the_end = out == (in - start + step - 1) / step;
  if (from.per_batch > 0 && !(to_the_end ? start == 0 || to.per_batch == 0 : to.per_batch == 0))
    o.fail(
        "the part depends on the size of the batch; it must be fixed. [dynamic_batch(false) "
        "exports for the batch of the example]");
  const int64_t end = to_the_end ? INT64_MAX : start + out * step;
  o.result(o.add("Slice", {o.input(0), o.integers({start}), o.integers({end}), o.integers({dim}),
                           o.integers({step})}));
}

void select(Operation& o) {
  const std::string index = o.graph().number(static_cast<double>(o.integer("start")), kInt64);
  o.result(o.add("Gather", {o.input(0), index}, {integer("axis", o.integer("dim"))}));
}

void split(Operation& o) {
  const int64_t dim = o.integer("dim");
  std::vector<Dim> lengths;
  for (size_t i = 0; i < o.num_outputs(); ++i)
    lengths.push_back(o.output_dims(i)[static_cast<size_t>(dim)]);
  const std::string parts = o.add("Split", {o.input(0), o.graph().sizes(lengths)},
                                  {integer("axis", dim)}, o.num_outputs());
  for (size_t i = 0; i < o.num_outputs(); ++i)
    o.result(Graph::sibling(parts, i), static_cast<uint32_t>(i));
}

void unbind(Operation& o) {
  const int64_t dim = o.integer("dim");
  for (size_t i = 0; i < o.num_outputs(); ++i) {
    const std::string index = o.graph().number(static_cast<double>(i), kInt64);
    o.result(o.add("Gather", {o.input(0), index}, {integer("axis", dim)}),
             static_cast<uint32_t>(i));
  }
}

void cat(Operation& o) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < o.num_inputs(); ++i)
    if (o.in(i).dim() == o.out().dim()) parts.push_back(o.input(i));  // [0] is of no account
  o.result(o.add("Concat", parts, {integer("axis", o.integer("dim"))}));
}

void flip(Operation& o) {
  const std::vector<int64_t> dims = o.integers("dims");
  if (dims.empty() || o.in(0).dim() == 0) return o.result(o.input(0));
  const std::vector<int64_t> last(dims.size(), -1), before_first(dims.size(), INT64_MIN);
  o.result(o.add("Slice", {o.input(0), o.integers(last), o.integers(before_first), o.integers(dims),
                           o.integers(last)}));
}

void roll(Operation& o) {
  const int64_t dim = o.integer("dim"), shift = o.integer("shift");
  if (o.in(0).dim() == 0) return o.result(o.input(0));
  if (o.input_dims(0)[static_cast<size_t>(dim)].per_batch > 0)
    o.fail(
        "the batch is rolled; along it there can be any number of samples. "
        "[dynamic_batch(false) exports for the batch of the example]");
  const int64_t n = o.in(0).size(dim), cut = n - (shift % n + n) % n;
  const std::string axis = o.integers({dim});
  const auto part = [&](int64_t start, int64_t end) {
    return o.add("Slice", {o.input(0), o.integers({start}), o.integers({end}), axis});
  };
  const std::string behind = part(cut, INT64_MAX), before = part(0, cut);
  o.result(o.add("Concat", {behind, before}, {integer("axis", dim)}));
}

void pad(Operation& o) {
  const std::vector<int64_t> before = o.integers("before");
  const std::vector<Dim> from = o.input_dims(0), to = o.output_dims();
  std::vector<int64_t> pads = before;
  for (size_t d = 0; d < before.size(); ++d) {
    if (from[d].per_batch != to[d].per_batch)
      o.fail("the batch is padded by as much as it has samples; that must be fixed.");
    pads.push_back(o.out().size(static_cast<int64_t>(d)) - o.in(0).size(static_cast<int64_t>(d)) -
                   before[d]);
  }
  const std::string mode = o.text("mode");
  const char* name = mode == "replicate" ? "edge" : mode == "circular" ? "wrap" : mode.c_str();
  std::vector<std::string> inputs{o.input(0), o.integers(pads)};
  if (mode == "constant") inputs.push_back(o.scalar(o.number("value")));
  o.result(o.add("Pad", inputs, {reel::io::onnx::text("mode", name)}));
}

void embedding(Operation& o) {
  o.result(o.add("Gather", {o.input(0), o.tensor("indices")}, {integer("axis", 0)}));
}
void index_select(Operation& o) {
  if (!o.told("dim")) {
    o.graph().operation = "index";
    o.fail("indexing by tensors is not exported; index_select, embedding and slices are.");
  }
  o.result(o.add("Gather", {o.input(0), o.tensor("indices")}, {integer("axis", o.integer("dim"))}));
}

}  // namespace

Rules shape_rules() {
  return {{"view", "Flatten or Reshape", view},
          {"permute", "Transpose", permute},
          {"expand", "Expand", expand},
          {"as_strided", "Reshape, of whole tensors only", as_strided},
          {"slice", "Slice", slice},
          {"select", "Gather", select},
          {"split", "Split", split},
          {"unbind", "Gather", unbind},
          {"cat", "Concat", cat},
          {"flip", "Slice", flip},
          {"roll", "Slice and Concat", roll},
          {"pad", "Pad", pad},
          {"embedding", "Gather", embedding},
          {"index_select", "Gather", index_select}};
}

}  // namespace reel::io::onnx
