#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"
#include "tests/ops/reduction_reference.h"

#include <reel/autograd/engine.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/reductions.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>
#include <reel/core/parallel.h>
#include <reel/core/random.h>
#include <reel/core/reduction.h>

#include <limits>

#include <cmath>

using namespace reel;
using namespace reel::tests;

namespace {

double total(const Group& group) {
  double sum = 0;
  for (double v : group) sum += v;
  return sum;
}

double average(const Group& group) { return total(group) / static_cast<double>(group.size()); }

Tensor whole_numbers(IntArrayRef sizes, Dtype dtype) { return integers(sizes, 5, 1).to(dtype); }

}  // namespace

TEST_CASE("sum") {
  for (const ReductionShape& s : reduction_shapes())
    check_op(reduction_case(
        "sum of " + name_of(s), s.sizes,
        [=](const TensorList& in) { return in[0].sum(s.dims, s.keepdim); },
        [=](const TensorList& in) { return reduce_reference(in[0], s.dims, s.keepdim, total); }));
}

TEST_CASE("mean") {
  for (const ReductionShape& s : reduction_shapes())
    check_op(reduction_case(
        "mean of " + name_of(s), s.sizes,
        [=](const TensorList& in) { return in[0].mean(s.dims, s.keepdim); },
        [=](const TensorList& in) { return reduce_reference(in[0], s.dims, s.keepdim, average); }));
}

TEST_CASE("sum: of bool and integers is int64") {
  for (Dtype dtype : {kBool, kUInt8, kInt32, kInt64})
    for (const std::vector<int64_t>& dims : std::vector<std::vector<int64_t>>{{}, {0}, {1}}) {
      const Tensor x = whole_numbers({40, 33}, dtype);
      const Tensor y = x.sum(dims);
      CHECK(y.dtype() == kInt64);
      CHECK(y.to_vector() == reduce_reference(x.to(kFloat64), dims, false, total).to_vector());
    }
  CHECK(full({2}, int64_t{1} << 62, kInt64).select(0, 0).sum().item<int64_t>() == int64_t{1} << 62);
}

TEST_CASE("sum and mean: of nothing") {
  CHECK(zeros({0}).sum().item<float>() == 0);
  CHECK(zeros({0, 3}).sum(0).to_vector() == std::vector<double>{0, 0, 0});
  CHECK(zeros({0, 3}).sum(1).sizes() == IntArrayRef(0));
  CHECK(zeros({0}, kInt64).sum().item<int64_t>() == 0);
  CHECK(std::isnan(zeros({0}).mean().item<float>()));
  CHECK(std::isnan(zeros({2, 0}).mean(1).to_vector()[1]));
}

TEST_CASE("sum: of floats is as accurate as of doubles rounded") {
  const Tensor x = uniform({1 << 18}, 3, 0, 1, kFloat32);
  const double exact = x.to(kFloat64).sum().item<double>();
  CHECK(std::fabs(x.sum().item<double>() - exact) <= 1e-7 * exact);
  const Tensor columns = x.reshape({1 << 14, 16});
  const Tensor sums = columns.sum(0), exact_sums = columns.to(kFloat64).sum(0);
  CHECK(sums.to(kFloat64).allclose(exact_sums, 2e-7, 0));
}

TEST_CASE("sum: leaves a held layout as it is") {
  const Tensor x = to_channels_last(uniform({2, 3, 4, 5}));
  REQUIRE(is_held(x));
  for (int64_t d : {0, 1, 2, 3}) x.sum(d);
  x.sum({0, 2, 3});
  x.mean();
  CHECK(is_held(x));
}

TEST_CASE("sum: many elements give the same bits on any number of threads") {
  const Tensor x = uniform({200000}, 5, -1, 1, kFloat32);
  ExecutionScope scope;
  set_parallel_work(0);
  set_num_threads(1);
  const float one = x.sum().item<float>();
  for (int threads : {2, 3}) {
    set_num_threads(threads);
    CHECK(x.sum().item<float>() == one);
  }
}

TEST_CASE("sum: rows in memory are summed to the same bits") {
  for (int64_t rows : {0, 1, 2, 7, 128, 129, 5000})
    for (int64_t columns : {1, 2, 7, 16, 33, 128, 129, 300}) {
      CAPTURE(rows, columns);
      const Tensor x = uniform({rows, columns}, 7, -1, 1, kFloat32), y = empty(columns);
      sum_rows(rows, columns, 1, x.data_ptr<float>(), y.data_ptr<float>());
      CHECK(y.equal(x.sum(0)));
      const Tensor all = uniform({rows * columns}, 8), mean = empty(1, kFloat64);
      sum_rows(all.numel(), 1, 3, all.data_ptr<double>(), mean.data_ptr<double>());
      CHECK(mean.item<double>() == all.sum().item<double>() / 3);
    }
  sum_rows<float>(5, 0, 1, nullptr, nullptr);
}

TEST_CASE("sum: gradients accumulate in place though they arrive stretched") {
  const Tensor x = ones({2, 3}).requires_grad_();
  x.sum().backward();
  x.sum().backward();
  x.sum(0).sum().backward();
  CHECK(x.grad().to_vector() == std::vector<double>(6, 3.0));
}

TEST_CASE("sum and mean: what is wrong with a call") {
  const Tensor x = uniform({2, 3});
  CHECK(message_of<ArgumentError>([&] { x.sum(2); }) ==
        "sum: dimension 2 is out of range; the tensor has 2, so it must be in [-2, 1].");
  CHECK(message_of<ArgumentError>([&] {
          x.mean({0, -2});
        }) == "mean: dimension -2 is named twice in [0, -2]; each may be reduced once.");
  CHECK(message_of<ArgumentError>([&] { x.to(kInt64).mean(); }) ==
        "mean: the input is int64; it must be float32 or float64. [use to(kFloat32)]");
}

TEST_CASE("sum: without NaN, and of what is not zero") {
  const Tensor x = tensor_of({2, 3}, {1, std::nan(""), 3, 0, 5, 0}).requires_grad_();
  CHECK(nansum(x).item<double>() == 9);
  CHECK(nanmean(x).item<double>() == 9.0 / 5);
  CHECK(x.nansum(1, true).to_vector() == std::vector<double>{4, 5});
  CHECK(x.nanmean(1).to_vector() == std::vector<double>{2, 5.0 / 3});
  nansum(x).backward();
  CHECK(x.grad().to_vector() == std::vector<double>{1, 0, 1, 1, 1, 1});
  CHECK(count_nonzero(x).item<int64_t>() == 4);
  CHECK(count_nonzero(x, 1).to_vector() == std::vector<double>{3, 1});
}
