// Tensors of values that the program has already: literals, vectors, other memory.

#include <reel/core/creation.h>
#include <reel/core/layout.h>

namespace reel {

namespace {

// Follows the first entries down: the shape that all others must have.
Shape shape_of(const NestedValues& values) {
  Shape sizes;
  for (const NestedValues* v = &values; v->is_list(); v = &v->entries().front()) {
    sizes.push_back(static_cast<int64_t>(v->entries().size()));
    if (v->entries().empty()) break;
  }
  return sizes;
}

std::string text_of(const NestedValues& values) {
  return values.is_list() ? as_text("a list of ", values.entries().size()) : "a number";
}

// Appends the numbers in order. `level` counts the brackets around `values`.
void flatten(const NestedValues& values, const Shape& sizes, size_t level,
             std::vector<Scalar>& out) {
  const bool list = level < sizes.size();
  const bool fits = values.is_list() == list &&
                    (!list || static_cast<int64_t>(values.entries().size()) == sizes[level]);
  REEL_CHECK(fits, "tensor: the lists are ragged: at level ", level, " the first entry is ",
             list ? as_text("a list of ", sizes[level]) : "a number", ", another is ",
             text_of(values), "; all entries of a level must be alike.");
  if (list)
    for (const NestedValues& entry : values.entries()) flatten(entry, sizes, level + 1, out);
  else
    out.push_back(values.value());
}

Dtype dtype_of_values(const std::vector<Scalar>& values) {
  if (values.empty()) return kFloat32;
  Dtype widest = kBool;
  for (const Scalar& v : values) widest = promote(widest, v.dtype());
  return is_floating_point(widest) ? kFloat32 : widest;
}

}  // namespace

Tensor tensor(const NestedValues& values, TensorOptions options) {
  const Shape sizes = shape_of(values);
  std::vector<Scalar> flat;
  flatten(values, sizes, 0, flat);
  const Tensor x = empty(sizes, options.dtype_or(dtype_of_values(flat)));
  visit_stored(x.dtype(), [&](auto zero) {
    auto* p = physical_data<decltype(zero)>(x);
    for (const Scalar& v : flat) *p++ = v.to<decltype(zero)>();
  });
  if (options.requires_grad()) x.set_requires_grad(true);
  return x;
}

Tensor from_owner(std::shared_ptr<void> owner, void* data, IntArrayRef sizes, Dtype dtype) {
  const int64_t numel = numel_of(sizes);
  const size_t bytes = static_cast<size_t>(numel) * size_of(dtype);
  REEL_CHECK(data || bytes == 0, "from_blob: the pointer is null, but ", sizes, " needs ", bytes,
             " bytes.");
  return Tensor(
      make_ref<TensorImpl>(make_ref<Storage>(data, bytes, std::move(owner)), sizes, numel, dtype));
}

Tensor from_blob(void* data, IntArrayRef sizes, TensorOptions options) {
  const Tensor x = from_owner(nullptr, data, sizes, options.dtype());
  if (options.requires_grad()) x.set_requires_grad(true);
  return x;
}

Tensor from_blob(void* data, IntArrayRef sizes, std::function<void(void*)> deleter,
                 TensorOptions options) {
  const Tensor x =
      from_owner(std::shared_ptr<void>(data, std::move(deleter)), data, sizes, options.dtype());
  if (options.requires_grad()) x.set_requires_grad(true);
  return x;
}

void check_from_vector(size_t count, IntArrayRef sizes) {
  REEL_CHECK(static_cast<size_t>(numel_of(sizes)) == count, "from_vector: the vector has ", count,
             " elements, the shape ", sizes, " needs ", numel_of(sizes), "; they must agree.");
}

}  // namespace reel
