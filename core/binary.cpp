#include <reel/core/binary.h>
#include <reel/core/creation.h>
#include <reel/core/elementwise.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/layout.h>

#include <cstring>

namespace reel {

namespace {

bool is_single(Operand x) { return !x.tensor || x.tensor->numel() == 1; }

// The first element of an operand; a number is converted into `place`.
template <class T>
const T* data_of(Operand x, T& place) {
  if (x.tensor) return physical_data<T>(*x.tensor);
  place = x.number.to<T>();
  return &place;
}

// The nest over y, tensors and operands; a number is everywhere the same element.
template <int N>
kernels::LoopNest<N> nest_of(const Tensor (&tensors)[N], Operand a, Operand b) {
  kernels::LoopNest<N> nest = loop_nest<N>(tensors);
  for (int d = 0; d < nest.ndim; ++d) {
    if (!a.tensor) nest.stride[N - 2][d] = 0;
    if (!b.tensor) nest.stride[N - 1][d] = 0;
  }
  return nest;
}

const Tensor& tensor_or(Operand x, const Tensor& other) { return x.tensor ? *x.tensor : other; }

// Whether operand k of the nest lies across y: neighbours in y are in other cache lines. To copy it
// first, by a transpose, is faster: x + z.t() of 512 x 512 takes 53 us in place of 293.
bool lies_across(const kernels::LoopNest<3>& nest, int k, Operand x, const Tensor& y) {
  constexpr int64_t kLine = 16, kWorth = 4096;
  return x.tensor && x.tensor->itemsize() >= 4 && x.tensor->sizes() == y.sizes() && is_dense(y) &&
         nest.numel >= kWorth && nest.stride[k][0] >= kLine;
}

// y = f(a, b) by Table<T>, where T is `dtype`.
template <template <class> class Table, class Op>
void evaluate(Op op, Dtype dtype, const Tensor& y, Operand a, Operand b, Scalar alpha) {
  if (y.numel() == 0) return;
  const bool one_a = is_single(a), one_b = is_single(b);
  // One loop over the memory as it lies, when each operand lies as y does or is a single element.
  const bool flat = (one_a ? is_dense(y) : lie_alike(*a.tensor, y)) &&
                    (one_b ? is_dense(y) : lie_alike(*b.tensor, y));
  kernels::LoopNest<3> nest;
  if (!flat) {
    nest = nest_of<3>({y, tensor_or(a, y), tensor_or(b, y)}, a, b);
    if (lies_across(nest, 1, a, y))
      return evaluate<Table>(op, dtype, y, *laid_out_like(*a.tensor, y), b, alpha);
    if (lies_across(nest, 2, b, y))
      return evaluate<Table>(op, dtype, y, a, *laid_out_like(*b.tensor, y), alpha);
  }
  visit(dtype, [&](auto zero) {
    using T = decltype(zero);
    const auto& kernels = kernels::active<Table<T>>();
    const auto f = static_cast<size_t>(op);
    T number_a{}, number_b{};
    const T *data_a = data_of(a, number_a), *data_b = data_of(b, number_b);
    auto* data_y = physical_data<typename Table<T>::Result>(y);
    if (flat)
      kernels.flat[f](y.numel(), alpha.to<T>(), data_a, one_a ? 0 : 1, data_b, one_b ? 0 : 1,
                      data_y);
    else
      kernels.strided[f](nest, alpha.to<T>(), data_a, data_b, data_y);
  });
}

Tensor result_of(const char* op, Operand a, Operand b, Dtype dtype) {
  if (a.tensor && b.tensor && !(a.tensor->sizes() == b.tensor->sizes()))
    return empty_result(broadcast_shapes(op, a.tensor->sizes(), b.tensor->sizes()), dtype,
                        *a.tensor, *b.tensor);
  return empty_like_layout(a.tensor ? *a.tensor : *b.tensor, dtype);
}

// An operand in the type that kernels compute in.
class Widened {
 public:
  explicit Widened(Operand x) : operand_(x) {
    if (!x.tensor) return;
    tensor_ = x.tensor->detach().to(computed_in(x.tensor->dtype()));
    operand_.tensor = &tensor_;
  }
  Widened(const Widened&) = delete;
  Widened& operator=(const Widened&) = delete;
  operator Operand() const { return operand_; }

 private:
  Tensor tensor_;
  Operand operand_;
};

template <class Bits>
void choose_bits(const Tensor& y, const Tensor& c, Operand a, Operand b) {
  Bits number_a = 0, number_b = 0;
  visit_stored(y.dtype(), [&](auto zero) {
    using T = decltype(zero);
    if constexpr (sizeof(T) == sizeof(Bits)) {
      const T value_a = a.number.to<T>(), value_b = b.number.to<T>();
      std::memcpy(&number_a, &value_a, sizeof value_a);
      std::memcpy(&number_b, &value_b, sizeof value_b);
    }
  });
  kernels::active<kernels::Where<Bits>>().strided(
      nest_of<4>({y, c, tensor_or(a, y), tensor_or(b, y)}, a, b), physical_data<bool>(c),
      a.tensor ? physical_data<Bits>(*a.tensor) : &number_a,
      b.tensor ? physical_data<Bits>(*b.tensor) : &number_b, physical_data<Bits>(y));
}

}  // namespace

Dtype promote(Dtype tensor, Scalar number) {
  if (is_floating_point(tensor)) return tensor;
  if (number.is_floating_point()) return kFloat32;
  return tensor == kBool ? number.dtype() : tensor;
}

Dtype result_type(const Tensor& a, const Tensor& b) {
  if ((a.dim() == 0) == (b.dim() == 0)) return promote(a.dtype(), b.dtype());
  const Dtype with = (a.dim() > 0 ? a : b).dtype(), without = (a.dim() > 0 ? b : a).dtype();
  if (is_floating_point(with)) return with;
  return with == kBool || is_floating_point(without) ? promote(with, without) : with;
}

Dtype result_type(const Tensor& a, Scalar b) { return promote(a.dtype(), b); }

Tensor number_like(const Tensor& x, Scalar number) {
  return full({}, number, promote(x.dtype(), number));
}

Tensor binary(kernels::BinaryOp f, const char* op, Operand a, Operand b, Scalar alpha) {
  const Dtype dtype = (a.tensor ? a : b).tensor->dtype();
  if (computed_in(dtype) != dtype) {
    const Widened wide_a(a), wide_b(b);
    return binary(f, op, wide_a, wide_b, alpha).to(dtype);
  }
  Tensor y = result_of(op, a, b, dtype);
  evaluate<kernels::Binary>(f, dtype, y, a, b, alpha);
  return y;
}

void binary_into(kernels::BinaryOp f, const Tensor& y, Operand b, Scalar alpha) {
  if (computed_in(y.dtype()) != y.dtype()) return copy_values(binary(f, "", y, b, alpha), y);
  evaluate<kernels::Binary>(f, y.dtype(), y, y, b, alpha);
}

Tensor rare_binary(kernels::RareOp f, const char* op, const Tensor& a, const Tensor& b) {
  const Dtype dtype = a.dtype(), computed = is_floating_point(dtype) ? dtype : kInt64;
  const Tensor x = a.detach().to(computed), z = b.detach().to(computed);
  const Tensor y = result_of(op, x, z, computed);
  const auto run = [&](auto zero) {
    using T = decltype(zero);
    kernels::active<kernels::RareBinary<T>>().strided[static_cast<size_t>(f)](
        nest_of<3>({y, x, z}, x, z), physical_data<T>(x), physical_data<T>(z), physical_data<T>(y));
  };
  if (y.numel() > 0) computed == kInt64 ? run(int64_t{}) : visit_floating(computed, run);
  return y.to(dtype);
}

Tensor compare(kernels::CompareOp f, const char* op, Operand a, Operand b) {
  const Dtype dtype = (a.tensor ? a : b).tensor->dtype();
  if (computed_in(dtype) != dtype) {
    const Widened wide_a(a), wide_b(b);
    return compare(f, op, wide_a, wide_b);
  }
  Tensor y = result_of(op, a, b, kBool);
  evaluate<kernels::Compare>(f, dtype, y, a, b, 0);
  return y;
}

void choose_into(const Tensor& y, const Tensor& c, Operand a, Operand b) {
  if (y.numel() == 0) return;
  switch (y.itemsize()) {
    case 1:
      return choose_bits<uint8_t>(y, c, a, b);
    case 2:
      return choose_bits<uint16_t>(y, c, a, b);
    case 4:
      return choose_bits<uint32_t>(y, c, a, b);
    default:
      return choose_bits<uint64_t>(y, c, a, b);
  }
}

}  // namespace reel
