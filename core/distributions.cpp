#include <reel/core/creation.h>
#include <reel/core/distributions.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/layout.h>

#include <cmath>

namespace reel {

namespace {

// Calls fill(y) with plain memory of that dtype, then moves the values to `x` if they are not
// there.
template <class Fill>
void fill_plain(const Tensor& x, Dtype dtype, Fill fill) {
  if (x.dtype() == dtype && is_plain(x)) return fill(x);
  const Tensor y = empty(x.sizes(), dtype);
  fill(y);
  copy_values(y, x);
}

void check_floating(const char* op, const Tensor& x) {
  REEL_CHECK(x.is_floating_point(), op, ": the tensor is ", x.dtype(),
             "; it must be float32 or float64.");
}

// The largest integer up to which a dtype holds all.
int64_t exact_up_to(Dtype dtype) {
  switch (dtype) {
    case Dtype::kBool:
      return 1;
    case Dtype::kUInt8:
      return UINT8_MAX;
    case Dtype::kInt8:
      return INT8_MAX;
    case Dtype::kInt16:
      return INT16_MAX;
    case Dtype::kInt32:
      return INT32_MAX;
    case Dtype::kInt64:
      return INT64_MAX;
    case Dtype::kFloat32:
      return int64_t{1} << 24;
    default:
      return int64_t{1} << 53;
  }
}

int64_t exact_from(Dtype dtype) {
  switch (dtype) {
    case Dtype::kBool:
    case Dtype::kUInt8:
      return 0;
    case Dtype::kInt8:
      return INT8_MIN;
    case Dtype::kInt16:
      return INT16_MIN;
    case Dtype::kInt32:
      return INT32_MIN;
    case Dtype::kInt64:
      return INT64_MIN;
    default:
      return -exact_up_to(dtype);
  }
}

}  // namespace

void fill_uniform(const char* op, const Tensor& x, Generator& generator, double from, double to) {
  check_floating(op, x);
  visit_floating(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T a = static_cast<T>(from), b = static_cast<T>(to);
    REEL_CHECK(a <= b && std::isfinite(b - a), op, ": the range [", from, ", ", to,
               "); it must be finite and not run backwards.");
    const RandomStream stream = generator.reserve(x.numel() * kernels::kRandomWords<T>);
    fill_plain(x, x.dtype(), [&](const Tensor& y) {
      kernels::active<kernels::RandomReals<T>>().uniform(y.numel(), stream, a, b,
                                                         physical_data<T>(y));
    });
  });
}

void fill_normal(const char* op, const Tensor& x, Generator& generator, double mean, double std) {
  check_floating(op, x);
  REEL_CHECK(std >= 0, op, ": standard deviation ", std, "; it must be 0 or more.");
  visit_floating(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const RandomStream stream = generator.reserve(x.numel() * kernels::kRandomWords<T>);
    fill_plain(x, x.dtype(), [&](const Tensor& y) {
      kernels::active<kernels::RandomReals<T>>().normal(y.numel(), stream, static_cast<T>(mean),
                                                        static_cast<T>(std), physical_data<T>(y));
    });
  });
}

void fill_bernoulli(const char* op, const Tensor& x, Generator& generator, double p) {
  REEL_CHECK(p >= 0 && p <= 1, op, ": probability ", p, "; it must be in [0, 1].");
  const auto threshold = static_cast<uint64_t>(std::llround(p * 0x1p32));
  const RandomStream stream = generator.reserve(x.numel());
  fill_plain(x, kUInt8, [&](const Tensor& y) {
    kernels::active<kernels::RandomIntegers>().bernoulli(y.numel(), stream, threshold,
                                                         physical_data<uint8_t>(y));
  });
}

void fill_integers(const char* op, const Tensor& x, Generator& generator, int64_t from,
                   int64_t to) {
  REEL_CHECK(from < to, op, ": the range [", from, ", ", to, ") is empty; its end must be larger.");
  REEL_CHECK(from >= exact_from(x.dtype()) && to - 1 <= exact_up_to(x.dtype()), op, ": the range [",
             from, ", ", to, ") holds numbers that ", x.dtype(), " does not; it must lie in [",
             exact_from(x.dtype()), ", ", exact_up_to(x.dtype()), "].");
  const uint64_t range = static_cast<uint64_t>(to) - static_cast<uint64_t>(from);
  const RandomStream stream = generator.reserve(2 * x.numel());
  fill_plain(x, kInt64, [&](const Tensor& y) {
    kernels::active<kernels::RandomIntegers>().uniform(y.numel(), stream, from, range,
                                                       physical_data<int64_t>(y));
  });
}

}  // namespace reel
