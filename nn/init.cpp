#include <reel/autograd/grad_mode.h>
#include <reel/core/creation.h>
#include <reel/nn/init.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace reel::nn::init {

double calculate_gain(Nonlinearity nonlinearity, double param) {
  switch (nonlinearity) {
    case kTanh:
      return 5.0 / 3;
    case kReLU:
      return std::sqrt(2.0);
    case kLeakyReLU:
      return std::sqrt(2 / (1 + param * param));
    case kSELU:
      return 3.0 / 4;
    default:
      return 1;
  }
}

std::tuple<int64_t, int64_t> calculate_fan_in_and_fan_out(const Tensor& tensor) {
  REEL_CHECK(tensor.dim() >= 2, "init: the tensor ", tensor, " has ", tensor.dim(),
             " dimensions; fan in and fan out are those of 2 or more. [fill a bias otherwise]");
  int64_t kernel = 1;
  for (int64_t d = 2; d < tensor.dim(); ++d) kernel *= tensor.size(d);
  return {tensor.size(1) * kernel, tensor.size(0) * kernel};
}

Tensor uniform_(const Tensor& tensor, double low, double high) {
  const NoGradGuard no_grad;
  return tensor.uniform_(low, high);
}

Tensor normal_(const Tensor& tensor, double mean, double std) {
  const NoGradGuard no_grad;
  return tensor.normal_(mean, std);
}

Tensor constant_(const Tensor& tensor, Scalar value) {
  const NoGradGuard no_grad;
  return tensor.fill_(value);
}

Tensor ones_(const Tensor& tensor) { return constant_(tensor, 1); }
Tensor zeros_(const Tensor& tensor) { return constant_(tensor, 0); }

Tensor eye_(const Tensor& tensor) {
  REEL_CHECK(tensor.dim() == 2, "eye_: the tensor ", tensor, " has ", tensor.dim(),
             " dimensions; a matrix has 2.");
  const NoGradGuard no_grad;
  return tensor.copy_(eye(tensor.size(0), tensor.size(1), tensor.dtype()));
}

Tensor sparse_(const Tensor& tensor, double sparsity, double std) {
  REEL_CHECK(tensor.dim() == 2, "sparse_: the tensor ", tensor, " has ", tensor.dim(),
             " dimensions; a matrix has 2.");
  REEL_CHECK(sparsity >= 0 && sparsity <= 1, "sparse_: sparsity is ", sparsity,
             "; it must be from 0 to 1.");
  const NoGradGuard no_grad;
  tensor.normal_(0, std);
  const double zeros = std::ceil(sparsity * static_cast<double>(tensor.size(0)));
  const Tensor places = rand(tensor.sizes()).argsort(0);  // each column's in an order of its own
  return tensor.masked_fill_(places < zeros, 0);
}

Tensor dirac_(const Tensor& tensor, int64_t groups) {
  REEL_CHECK(tensor.dim() >= 3 && tensor.dim() <= 5, "dirac_: the tensor ", tensor, " has ",
             tensor.dim(), " dimensions; the weight of a convolution has 3 to 5.");
  REEL_CHECK(groups > 0 && tensor.size(0) % groups == 0, "dirac_: ", groups,
             " groups do not divide the ", tensor.size(0), " outputs of ", tensor,
             "; they must be positive and divide them.");
  const NoGradGuard no_grad;
  tensor.zero_();
  const int64_t outputs = tensor.size(0) / groups;
  for (int64_t o = 0; o < tensor.size(0); ++o) {
    if (o % outputs >= tensor.size(1)) continue;
    Tensor kernel = tensor[o][o % outputs];
    while (kernel.dim() > 0) kernel = kernel[kernel.size(0) / 2];
    kernel.fill_(1);
  }
  return tensor;
}

Tensor xavier_uniform_(const Tensor& tensor, double gain) {
  const auto [fan_in, fan_out] = calculate_fan_in_and_fan_out(tensor);
  const double bound = gain * std::sqrt(6 / static_cast<double>(fan_in + fan_out));
  return uniform_(tensor, -bound, bound);
}

Tensor xavier_normal_(const Tensor& tensor, double gain) {
  const auto [fan_in, fan_out] = calculate_fan_in_and_fan_out(tensor);
  return normal_(tensor, 0, gain * std::sqrt(2 / static_cast<double>(fan_in + fan_out)));
}

namespace {

double kaiming_deviation(const Tensor& tensor, double a, FanMode mode, Nonlinearity nonlinearity) {
  const auto [fan_in, fan_out] = calculate_fan_in_and_fan_out(tensor);
  return calculate_gain(nonlinearity, a) /
         std::sqrt(static_cast<double>(mode == kFanIn ? fan_in : fan_out));
}

}  // namespace

Tensor kaiming_uniform_(const Tensor& tensor, double a, FanMode mode, Nonlinearity nonlinearity) {
  const double deviation = kaiming_deviation(tensor, a, mode, nonlinearity);
  if (tensor.numel() == 0) return tensor;
  const double bound = std::sqrt(3.0) * deviation;
  return uniform_(tensor, -bound, bound);
}

Tensor kaiming_normal_(const Tensor& tensor, double a, FanMode mode, Nonlinearity nonlinearity) {
  const double deviation = kaiming_deviation(tensor, a, mode, nonlinearity);
  return tensor.numel() == 0 ? tensor : normal_(tensor, 0, deviation);
}

namespace {

double normal_cdf(double x) { return (1 + std::erf(x / std::sqrt(2.0))) / 2; }

// The x with normal_cdf(x) = p, to the last digits: Newton's steps, and halves where one would
// leave the interval.
double normal_quantile(double p, double low, double high) {
  const double root_2_pi = std::sqrt(2 * std::numbers::pi);
  double x = (low + high) / 2;
  for (int i = 0; i < 60 && low < high; ++i) {
    const double excess = normal_cdf(x) - p, before = x;
    (excess < 0 ? low : high) = x;
    x -= excess * root_2_pi * std::exp(x * x / 2);
    if (!(x >= low && x <= high)) x = (low + high) / 2;
    if (std::abs(x - before) < 1e-15) break;
  }
  return x;
}

}  // namespace

Tensor trunc_normal_(const Tensor& tensor, double mean, double std, double low, double high) {
  REEL_CHECK(low < high, "trunc_normal_: the limits are ", low, " and ", high,
             "; the first must be below the second.");
  REEL_CHECK(std > 0, "trunc_normal_: std is ", std, "; it must be above 0.");
  const NoGradGuard no_grad;
  const double from = (low - mean) / std, to = (high - mean) / std;
  const Tensor values = rand(tensor.sizes(), kFloat64);
  double* v = values.data_ptr<double>();
  const double first = normal_cdf(from), share = normal_cdf(to) - first;
  for (int64_t i = 0; i < values.numel(); ++i)
    v[i] = mean +
           std * normal_quantile(first + v[i] * share, std::max(from, -40.0), std::min(to, 40.0));
  return tensor.copy_(values);
}

namespace {

// Makes the n rows of length m orthonormal, each against those before it, twice: once leaves rows
// that were nearly parallel not quite so.
void orthonormalize_rows(int64_t n, int64_t m, double* rows) {
  for (int64_t i = 0; i < n; ++i) {
    double* row = rows + i * m;
    for (int pass = 0; pass < 2; ++pass)
      for (int64_t j = 0; j < i; ++j) {
        const double* other = rows + j * m;
        double product = 0;
        for (int64_t k = 0; k < m; ++k) product += row[k] * other[k];
        for (int64_t k = 0; k < m; ++k) row[k] -= product * other[k];
      }
    double square = 0;
    for (int64_t k = 0; k < m; ++k) square += row[k] * row[k];
    for (int64_t k = 0; k < m; ++k) row[k] /= std::sqrt(square);
  }
}

}  // namespace

Tensor orthogonal_(const Tensor& tensor, double gain) {
  REEL_CHECK(tensor.dim() >= 2, "orthogonal_: the tensor ", tensor, " has ", tensor.dim(),
             " dimensions; it needs 2 or more, to be taken as a matrix.");
  if (tensor.numel() == 0) return tensor;
  const NoGradGuard no_grad;
  const int64_t rows = tensor.size(0), columns = tensor.numel() / rows;
  const int64_t n = std::min(rows, columns), m = std::max(rows, columns);
  const Tensor values = randn({n, m}, kFloat64);
  orthonormalize_rows(n, m, values.data_ptr<double>());
  const Tensor matrix = rows <= columns ? values : values.t();
  tensor.copy_(matrix.reshape(tensor.sizes()));
  return tensor.mul_(gain);
}

}  // namespace reel::nn::init
