// C = A B for matrices in the last two dimensions, the others broadcasting.
// dA = dC B^T and dB = A^T dC, summed over the dimensions that were stretched.

#include <reel/autograd/ops/products.h>
#include <reel/autograd/ops/reductions.h>
#include <reel/autograd/variable.h>
#include <reel/core/blas.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>
#include <reel/core/parallel.h>
#include <reel/core/work.h>

namespace reel {

namespace {

// From this many matrices on threads share the batch rather than each product.
constexpr int64_t kSharedBatch = 4;

struct MatmulGeometry {
  Shape batch;
  int64_t M, N, K;
};

Shape batch_of(const Tensor& x) { return IntArrayRef(x.sizes().data(), x.sizes().size() - 2); }

void check_dtypes(const char* op, const Tensor& a, const Tensor& b) {
  REEL_CHECK(a.is_floating_point(), op, ": the first matrix is ", a.dtype(),
             "; it must be float32 or float64.");
  REEL_CHECK(a.dtype() == b.dtype(), op, ": the matrices are ", a.dtype(), " and ", b.dtype(),
             "; the dtypes must be equal.");
}

// Matrices of 2 or more dimensions.
MatmulGeometry check_matmul(const Tensor& a, const Tensor& b) {
  REEL_CHECK(a.size(-1) == b.size(-2), "matmul: shapes ", a, " and ", b,
             " do not match; the first has ", a.size(-1), " columns, the second ", b.size(-2),
             " rows; they must be equal.");
  return {broadcast_shapes("matmul", batch_of(a), batch_of(b)), a.size(-2), b.size(-1), a.size(-1)};
}

// Matrices in memory as gemm takes them, and the step to the next one along each batch dimension.
struct Factor {
  Tensor x;
  Trans trans;
  int64_t ld;
  Shape steps;
};

Factor operand(const Tensor& tensor, IntArrayRef batch) {
  Tensor x = tensor;
  const int64_t rows = x.size(-2), cols = x.size(-1);
  const auto lies_along = [&](int64_t step, int64_t length, int64_t ld, int64_t others) {
    return (step == 1 || length <= 1) && (ld >= length || others <= 1);
  };
  bool by_row = lies_along(x.stride(-1), cols, x.stride(-2), rows);
  const bool by_column = lies_along(x.stride(-2), rows, x.stride(-1), cols);
  if (!by_row && !by_column) {
    x = empty(tensor.sizes(), tensor.dtype());
    copy_values(tensor, x);
    by_row = true;
  }
  Factor o{x, by_row ? Trans::kNo : Trans::kYes, 0, Shape::filled(batch.size(), 0)};
  // A lone row's stride may be anything.
  o.ld = by_row ? (rows <= 1 ? cols : x.stride(-2)) : (cols <= 1 ? rows : x.stride(-1));
  const size_t own = x.sizes().size() - 2, lead = batch.size() - own;
  for (size_t i = 0; i < own; ++i) o.steps[lead + i] = x.sizes()[i] == 1 ? 0 : x.strides()[i];
  return o;
}

int64_t offset_of(int64_t index, IntArrayRef batch, IntArrayRef steps) {
  int64_t offset = 0;
  for (size_t d = batch.size(); d-- > 0; index /= batch[d]) offset += index % batch[d] * steps[d];
  return offset;
}

template <class T>
void multiply(const MatmulGeometry& g, const Factor& a, const Factor& b, T* c) {
  const T *pa = physical_data<T>(a.x), *pb = physical_data<T>(b.x);
  const int64_t count = numel_of(g.batch);
  const auto one = [&](auto product, int64_t i) {
    product(a.trans, b.trans, g.M, g.N, g.K, T(1), pa + offset_of(i, g.batch, a.steps), a.ld,
            pb + offset_of(i, g.batch, b.steps), b.ld, T(0), c + i * g.M * g.N, g.N, nullptr);
  };
  if (count < kSharedBatch) {
    for (int64_t i = 0; i < count; ++i) one(parallel_gemm<T>, i);
    return;
  }
  count_multiply_adds(count * g.M * g.N * g.K);
  parallel_for(count, count * g.M * g.N * (g.K + 8) / 8, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) one(gemm<T>, i);
  });
}

struct MatmulBackward final : NodeOf<MatmulBackward> {
  static constexpr const char* kName = "matmul";
  Shape sizes_a, sizes_b;
  SavedTensor a, b;

  void backward(BackwardCall& call) override {
    const Tensor& dc = call.grad_output();
    if (call.wanted(0))
      call.set_grad_input(
          0, sum_to_size(dc.matmul(call.unpack(b, "second").transpose(-2, -1)), sizes_a));
    if (call.wanted(1))
      call.set_grad_input(
          1, sum_to_size(call.unpack(a, "first").transpose(-2, -1).matmul(dc), sizes_b));
  }
  void release_saved() override {
    a.reset();
    b.reset();
  }
};

Tensor product(const Tensor& a, const Tensor& b) {
  const OperationScope scope(MatmulBackward::kName);
  const MatmulGeometry g = check_matmul(a, b);
  Shape sizes = g.batch;
  sizes.push_back(g.M);
  sizes.push_back(g.N);
  const Tensor c = empty(sizes, a.dtype());
  if (c.numel() > 0) {
    const Factor first = operand(a, g.batch), second = operand(b, g.batch);
    visit_floating(a.dtype(), [&](auto zero) {
      using T = decltype(zero);
      multiply<T>(g, first, second, physical_data<T>(c));
    });
  }
  if (auto* node = record<MatmulBackward>(c, a, b)) {
    node->sizes_a = a.sizes();
    node->sizes_b = b.sizes();
    if (node->wanted(1)) node->a.save(a);
    if (node->wanted(0)) node->b.save(b);
  }
  return c;
}

// One matrix for the whole batch: one product of all rows.
Tensor product_of_rows(const Tensor& a, const Tensor& b) {
  Shape lead = a.sizes();
  lead.erase(lead.size() - 1);
  Shape sizes = lead;
  sizes.push_back(b.size(1));
  return product(a.reshape({numel_of(lead), a.size(-1)}), b).reshape(sizes);
}

void check_dim(const char* op, const char* which, const Tensor& x, int64_t dim) {
  REEL_CHECK(x.dim() == dim, op, ": the ", which, " input ", x, " has ", x.dim(),
             " dimensions; it must have ", dim, ".");
}

}  // namespace

Tensor Tensor::matmul(const Tensor& other) const {
  check_dtypes("matmul", *this, other);
  REEL_CHECK(dim() > 0 && other.dim() > 0, "matmul: shapes ", *this, " and ", other,
             "; both must have 1 or more dimensions.");
  if (dim() == 1) return unsqueeze(0).matmul(other).squeeze(other.dim() == 1 ? 0 : -2);
  if (other.dim() == 1) return matmul(other.unsqueeze(1)).squeeze(-1);
  if (other.dim() == 2 && dim() > 2 && size(-1) == other.size(0))
    return product_of_rows(*this, other);
  return product(*this, other);
}

Tensor matmul(const Tensor& a, const Tensor& b) { return a.matmul(b); }

Tensor mm(const Tensor& a, const Tensor& b) {
  check_dim("mm", "first", a, 2);
  check_dim("mm", "second", b, 2);
  return a.matmul(b);
}

Tensor bmm(const Tensor& a, const Tensor& b) {
  check_dim("bmm", "first", a, 3);
  check_dim("bmm", "second", b, 3);
  REEL_CHECK(a.size(0) == b.size(0), "bmm: shapes ", a, " and ", b,
             " hold different numbers of matrices; they must be equal. [matmul broadcasts]");
  return a.matmul(b);
}

Tensor dot(const Tensor& a, const Tensor& b) {
  check_dim("dot", "first", a, 1);
  check_dim("dot", "second", b, 1);
  return a.matmul(b);
}

}  // namespace reel
