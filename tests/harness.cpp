#include "tests/harness.h"
#include "tests/catch.h"

#include <reel/autograd/engine.h>
#include <reel/autograd/gradcheck_matchers.h>
#include <reel/core/creation.h>
#include <reel/core/guarded_memory.h>
#include <reel/core/isa.h>
#include <reel/core/layout.h>
#include <reel/core/parallel.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace reel::tests {

namespace {

using Values = std::vector<double>;

constexpr int64_t kManyElements = 3000;  // from here on gradcheck takes directions

double unit(uint64_t seed, int64_t i) {
  const PhiloxBlock block = philox(seed, static_cast<uint64_t>(i));
  return (static_cast<double>(block.v[0]) * 0x1p-32 + static_cast<double>(block.v[1])) * 0x1p-32;
}

// How the memory of an input lies.
enum class Lie { kPlain, kStrided, kTransposed, kChannelsLast };

const char* name_of(Lie lie) {
  switch (lie) {
    case Lie::kPlain:
      return "plain";
    case Lie::kStrided:
      return "strided";
    case Lie::kTransposed:
      return "transposed";
    default:
      return "channels-last";
  }
}

Tensor laid_out(const Tensor& x, Lie lie) {
  const Shape& sizes = x.sizes();
  const size_t n = sizes.size();
  if (lie == Lie::kChannelsLast) return n >= 3 && x.is_floating_point() ? to_channels_last(x) : x;
  if (n == 0 || lie == Lie::kPlain) return x;
  Shape strides = Shape::filled(n, 0);
  int64_t step = lie == Lie::kStrided ? 2 : 1;
  for (size_t i = 0; i < n; ++i) {
    const size_t d = lie == Lie::kStrided ? n - 1 - i : i;
    strides[d] = step;
    step *= std::max<int64_t>(sizes[d], 1);
  }
  const Tensor block = empty(step, x.dtype());  // between the elements it is poisoned
  const Tensor y = alias(block, sizes, strides, 0);
  copy_values(x, y);
  return y;
}

struct Result {
  std::vector<Shape> shapes;
  std::vector<Values> outputs, gradients;
  std::vector<bool> has_gradient;
};

class Check {
 public:
  explicit Check(const OpCase& c) : c_(c) {
    for (Tensor& x : originals_ = c.inputs()) x = x.defined() ? x.detach() : x;
    for (size_t i = 0; i < originals_.size(); ++i) {
      const Tensor& x = originals_[i];
      const bool constant = std::find(c.constant.begin(), c.constant.end(), i) != c.constant.end();
      if (c.differentiable && x.defined() && x.is_floating_point() && !constant)
        wanted_.push_back(i);
    }
  }

  void run();

 private:
  TensorList make_inputs(Dtype dtype, Lie lie, const std::vector<size_t>& wanted) const;
  Result compute(Dtype dtype, Lie lie, const std::vector<size_t>& wanted) const;
  Result compute(Dtype dtype) const { return compute(dtype, Lie::kPlain, wanted_); }
  void round_to_float();
  void compare(const Result& a, const Result& b, double tolerance) const;
  void compare_bits(const Result& a, const Result& b) const;
  void check_reference() const;
  void check_gradients() const;
  void check_accumulation() const;
  void check_subsets() const;
  void check_levels() const;
  void check_threads() const;
  Tensor cotangent(const Tensor& y, size_t i) const {
    return uniform(y.sizes(), 900 + i).to(y.dtype());
  }
  bool empty_check(const Result& r) const;

  const OpCase& c_;
  TensorList originals_;
  std::vector<size_t> wanted_;
  Result exact_;  // in float64
};

TensorList Check::make_inputs(Dtype dtype, Lie lie, const std::vector<size_t>& wanted) const {
  TensorList inputs;
  for (const Tensor& x : originals_)
    inputs.push_back(!x.defined() ? x : laid_out(x.is_floating_point() ? x.to(dtype) : x, lie));
  for (size_t i : wanted) {
    Tensor& x = inputs[i];
    x = x.is_same(originals_[i]) ? x.detach() : x;
    x.set_requires_grad(true);
  }
  return inputs;
}

Result Check::compute(Dtype dtype, Lie lie, const std::vector<size_t>& wanted) const {
  const TensorList inputs = make_inputs(dtype, lie, wanted);
  const TensorList outputs = c_.op(inputs);
  Result r;
  TensorList ys, cotangents, xs;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Tensor& y = outputs[i];
    r.shapes.push_back(y.defined() ? y.sizes() : Shape());
    r.outputs.push_back(y.defined() ? y.to_vector() : Values());
    if (!y.requires_grad()) continue;
    ys.push_back(y);
    cotangents.push_back(cotangent(y, i));
  }
  for (size_t i : wanted) xs.push_back(inputs[i]);
  r.gradients.resize(originals_.size());
  r.has_gradient.resize(originals_.size());
  if (wanted.empty()) return r;
  REQUIRE_FALSE(ys.empty());
  const TensorList gradients =
      autograd::grad(ys, xs, cotangents, /*retain_graph=*/false, /*create_graph=*/false,
                     /*allow_unused=*/true);
  for (size_t k = 0; k < wanted.size(); ++k) {
    const Tensor& g = gradients[k];
    const size_t i = wanted[k];
    r.has_gradient[i] = g.defined();
    if (!g.defined()) continue;
    INFO("gradient of input " << i);
    CHECK(g.sizes() == xs[k].sizes());
    CHECK(g.dtype() == xs[k].dtype());
    r.gradients[i] = g.to_vector();
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].defined()) continue;
    INFO("the operation changed input " << i);
    CHECK(inputs[i].to_vector() == originals_[i].to(inputs[i].dtype()).to_vector());
  }
  return r;
}

void compare_values(const Values& a, const Values& b, double tolerance) {
  REQUIRE(a.size() == b.size());
  double largest = 0, off = 0;
  size_t worst = 0;
  for (double v : b)
    if (std::isfinite(v)) largest = std::max(largest, std::fabs(v));
  for (size_t j = 0; j < a.size(); ++j) {
    const bool same = a[j] == b[j] || (std::isnan(a[j]) && std::isnan(b[j]));
    const double error = same ? 0 : std::fabs(a[j] - b[j]);
    if (!(error <= off)) {
      off = std::isnan(error) ? HUGE_VAL : error;
      worst = j;
    }
  }
  if (off <= tolerance * std::max(largest, 0.1)) return;
  INFO("element " << worst << " of " << a.size() << " is " << a[worst] << ", but should be "
                  << b[worst] << "; largest element " << largest << ", tolerance " << tolerance);
  CHECK(off <= tolerance * std::max(largest, 0.1));
}

void Check::compare(const Result& a, const Result& b, double tolerance) const {
  REQUIRE(a.outputs.size() == b.outputs.size());
  for (size_t i = 0; i < a.outputs.size(); ++i) {
    INFO("output " << i);
    CHECK(a.shapes[i] == b.shapes[i]);
    compare_values(a.outputs[i], b.outputs[i], tolerance);
  }
  for (size_t i = 0; i < a.gradients.size(); ++i) {
    INFO("gradient of input " << i);
    CHECK(a.has_gradient[i] == b.has_gradient[i]);
    compare_values(a.gradients[i], b.gradients[i], tolerance);
  }
}

bool same_bits(const Values& a, const Values& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

void Check::compare_bits(const Result& a, const Result& b) const {
  for (size_t i = 0; i < a.outputs.size(); ++i) {
    INFO("bits of output " << i);
    CHECK(same_bits(a.outputs[i], b.outputs[i]));
  }
  for (size_t i = 0; i < a.gradients.size(); ++i) {
    INFO("bits of the gradient of input " << i);
    if (a.has_gradient[i] && b.has_gradient[i]) CHECK(same_bits(a.gradients[i], b.gradients[i]));
  }
}

void Check::check_reference() const {
  if (!c_.reference) return;
  INFO("against the reference");
  TensorList plain;
  for (const Tensor& x : originals_)
    plain.push_back(x.defined() && x.is_floating_point() ? x.contiguous() : x);
  const TensorList expected = c_.reference(plain);
  REQUIRE(expected.size() == exact_.outputs.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    INFO("output " << i);
    CHECK(exact_.shapes[i] == expected[i].sizes());
    compare_values(exact_.outputs[i], expected[i].to_vector(), c_.double_tolerance);
  }
}

bool Check::empty_check(const Result& r) const {
  size_t inputs = 0, outputs = 0;
  for (size_t i : wanted_) inputs += static_cast<size_t>(originals_[i].numel());
  for (const Values& y : r.outputs) outputs += y.size();
  return inputs == 0 || outputs == 0;
}

void Check::check_gradients() const {
  if (wanted_.empty() || empty_check(exact_)) return;
  GradcheckOptions options{
      .mode = c_.mode, .max_kinks = c_.max_kinks, .allow_zero = c_.zero_gradient};
  int64_t elements = 0;
  for (size_t i : wanted_) elements += originals_[i].numel();
  if (elements > kManyElements) options.mode = GradcheckMode::kDirectional;
  const TensorList inputs = make_inputs(kFloat64, Lie::kPlain, wanted_);
  CHECK_THAT(gradcheck(c_.op, inputs, options), GradientsMatch());
  if (!c_.second_order) return;
  options.atol = 1e-6;
  CHECK_THAT(gradgradcheck(c_.op, inputs, options), GradientsMatch());
}

void Check::check_accumulation() const {
  if (wanted_.empty()) return;
  INFO("backward accumulates");
  const TensorList inputs = make_inputs(kFloat64, Lie::kPlain, wanted_);
  std::vector<Values> once(inputs.size());
  for (int round = 1; round <= 2; ++round) {
    TensorList ys, cotangents;
    const TensorList outputs = c_.op(inputs);
    for (size_t i = 0; i < outputs.size(); ++i)
      if (outputs[i].requires_grad()) {
        ys.push_back(outputs[i]);
        cotangents.push_back(cotangent(outputs[i], i));
      }
    autograd::backward(ys, cotangents);
    for (size_t i : wanted_) {
      if (!inputs[i].grad().defined()) continue;
      Values g = inputs[i].grad().to_vector();
      if (round == 1) {
        once[i] = std::move(g);
        continue;
      }
      for (double& v : once[i]) v *= 2;
      INFO("gradient of input " << i);
      CHECK(same_bits(g, once[i]));
    }
  }
}

void Check::check_subsets() const {
  const size_t n = wanted_.size();
  if (n < 2) return;
  for (size_t mask = 1; mask + 1 < (size_t{1} << n); ++mask) {
    std::vector<size_t> some;
    for (size_t k = 0; k < n; ++k)
      if (mask >> k & 1) some.push_back(wanted_[k]);
    // Of many inputs: each alone, and all but one.
    if (n > 4 && some.size() != 1 && some.size() != n - 1) continue;
    INFO("wanted gradients: mask " << mask);
    compare_bits(compute(kFloat64, Lie::kPlain, some), exact_);
  }
}

void report_skipped(Isa isa) {
  static bool reported[3] = {};
  if (std::exchange(reported[static_cast<int>(isa)], true)) return;
  WARN("kernels " << reel::name_of(isa) << ": skipped, this machine or build lacks them");
}

void Check::check_levels() const {
  ExecutionScope scope;
  for (Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
    if (!isa_available(isa)) {
      report_skipped(isa);
      continue;
    }
    INFO("kernels " << reel::name_of(isa));
    set_isa(isa);
    compare(compute(kFloat64), exact_, c_.double_tolerance);
    if (c_.float32) compare(compute(kFloat32), exact_, c_.float_tolerance);
  }
}

void Check::check_threads() const {
  ExecutionScope scope;
  set_parallel_work(0);
  for (Dtype dtype : {kFloat64, kFloat32}) {
    if (dtype == kFloat32 && !c_.float32) continue;
    set_num_threads(1);
    const Result one = compute(dtype);
    for (int threads : {2, 3}) {
      INFO(threads << " threads, " << reel::name_of(dtype));
      set_num_threads(threads);
      compare_bits(compute(dtype), one);
    }
  }
}

// Values that float32 holds exactly, so that both dtypes compute the same function of the same
// numbers.
void Check::round_to_float() {
  for (Tensor& x : originals_)
    if (x.defined() && x.is_floating_point()) x = x.to(kFloat32).to(kFloat64);
}

void Check::run() {
  round_to_float();
  exact_ = compute(kFloat64);
  check_reference();
  check_gradients();
  check_accumulation();
  check_subsets();
  for (Lie lie : {Lie::kStrided, Lie::kTransposed, Lie::kChannelsLast}) {
    INFO(name_of(lie) << " inputs");
    compare(compute(kFloat64, lie, wanted_), exact_, c_.double_tolerance);
    if (c_.float32) compare(compute(kFloat32, lie, wanted_), exact_, c_.float_tolerance);
  }
  check_levels();
  check_threads();
}

}  // namespace

Tensor uniform(IntArrayRef sizes, uint64_t seed, double low, double high, Dtype dtype) {
  const Tensor x = empty(sizes, kFloat64);
  for (int64_t i = 0; i < x.numel(); ++i)
    x.data_ptr<double>()[i] = low + (high - low) * unit(seed, i);
  return dtype == kFloat64 ? x : x.to(dtype);
}

Tensor integers(IntArrayRef sizes, int64_t end, uint64_t seed, Dtype dtype) {
  const Tensor x = empty(sizes, kInt64);
  for (int64_t i = 0; i < x.numel(); ++i)
    x.data_ptr<int64_t>()[i] = static_cast<int64_t>(unit(seed, i) * static_cast<double>(end));
  return dtype == kInt64 ? x : x.to(dtype);
}

Tensor tensor_of(IntArrayRef sizes, const std::vector<double>& values) {
  const Tensor x = empty(sizes, kFloat64);
  REEL_CHECK(static_cast<size_t>(x.numel()) == values.size(), "tensor_of: ", values.size(),
             " values for the shape ", sizes, ".");
  std::copy(values.begin(), values.end(), x.data_ptr<double>());
  return x;
}

CaseInputs::CaseInputs(std::initializer_list<Shape> shapes)
    : std::function<TensorList()>([list = std::vector<Shape>(shapes)] {
        TensorList inputs;
        for (size_t i = 0; i < list.size(); ++i) inputs.push_back(uniform(list[i], i));
        return inputs;
      }) {}

ExecutionScope::ExecutionScope()
    : isa_(static_cast<int>(active_isa())),
      threads_(num_threads()),
      parallel_work_(parallel_work()) {}

ExecutionScope::~ExecutionScope() {
  set_isa(static_cast<Isa>(isa_));
  set_num_threads(threads_);
  set_parallel_work(parallel_work_);
}

void check_op(const OpCase& c) {
  INFO("case " << c.name);
  const GuardedMemory guarded;
  const int64_t damaged = GuardedMemory::damaged();
  Check(c).run();
  INFO("blocks with damaged guards");
  CHECK(GuardedMemory::damaged() == damaged);
}

}  // namespace reel::tests
