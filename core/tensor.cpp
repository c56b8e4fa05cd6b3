#include <reel/core/layout.h>
#include <reel/core/tensor.h>

#include <cstring>

namespace reel {

void Tensor::throw_undefined() {
  throw_argument_error("tensor: it is undefined; only defined() may be asked of it.");
}

int64_t Tensor::size(int64_t d) const {
  return sizes()[static_cast<size_t>(wrap_dim("size", d, dim()))];
}

int64_t Tensor::stride(int64_t d) const {
  return strides()[static_cast<size_t>(wrap_dim("stride", d, dim()))];
}

bool Tensor::is_contiguous(MemoryFormat format) const {
  checked();
  // A held layout presents itself as row-major, and is not converted by being asked.
  if (is_held(*this)) return format == MemoryFormat::kContiguous;
  return format == MemoryFormat::kContiguous ? is_plain(*this) : is_channels_last(*this);
}

void* Tensor::checked_data(Dtype wanted) const {
  TensorImpl& impl = presented();
  REEL_CHECK(impl.dtype == wanted, "data_ptr: the tensor is ", impl.dtype,
             ", the pointer asked for is ", wanted, "; they must agree. [use to(", wanted, ")]");
  REEL_CHECK(is_plain(*this) || is_channels_last(*this), "data_ptr: the tensor ", *this,
             " with strides ", impl.strides,
             " is not dense; a pointer to its first element would mislead. [use contiguous(), "
             "or accessor()]");
  return first();
}

void Tensor::check_accessor(Dtype wanted, int64_t ndim) const {
  REEL_CHECK(dtype() == wanted, "accessor: the tensor is ", dtype(), ", the accessor ", wanted,
             "; they must agree.");
  REEL_CHECK(dim() == ndim, "accessor: the tensor ", *this, " has ", dim(),
             " dimensions, the accessor ", ndim, "; they must agree.");
}

Scalar Tensor::item() const {
  REEL_CHECK(numel() == 1, "item: the tensor ", *this, " has ", numel(),
             " elements; it must have one.");
  return visit_stored(dtype(),
                      [&](auto zero) { return Scalar(*static_cast<decltype(zero)*>(first())); });
}

std::vector<double> Tensor::to_vector() const {
  std::vector<double> values(static_cast<size_t>(numel()));
  const Tensor all(make_ref<TensorImpl>(
      make_ref<Storage>(values.data(), values.size() * sizeof(double), nullptr), sizes(), numel(),
      kFloat64));
  copy_values(*this, all);
  return values;
}

const Tensor& Tensor::resize_(IntArrayRef sizes) const {
  TensorImpl& impl = presented();
  REEL_CHECK_GRAPH(!requires_grad(), "resize_: the tensor ", *this,
                   " requires grad; its history knows no change of shape. [use detach()]");
  const int64_t numel = numel_of(sizes);
  const size_t bytes = static_cast<size_t>(impl.offset + numel) * itemsize();
  if (bytes > impl.storage->bytes()) {
    const Ref<Storage> old = std::exchange(impl.storage, make_ref<Storage>(bytes));
    if (old->bytes() > 0) std::memcpy(impl.storage->data(), old->data(), old->bytes());
    impl.recorded_writes = impl.storage->recorded_writes;
  }
  impl.sizes = sizes;
  impl.strides = contiguous_strides(sizes);
  impl.row_major = true;
  impl.numel = numel;
  ++impl.storage->version;
  return *this;
}

void append_text(std::string& out, const Tensor& x) {
  if (x.defined())
    append_text(out, IntArrayRef(x.sizes()));
  else
    out += "(undefined)";
}

}  // namespace reel
