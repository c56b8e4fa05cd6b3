#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops/reductions.h>
#include <reel/nn/utils/computed_parameter.h>
#include <reel/nn/utils/weight_norm.h>

namespace reel::nn::utils {

namespace {

// The norm over all dimensions but one, kept; over all, a single number.
Tensor norm_except(const Tensor& v, std::optional<int64_t> dim) {
  if (!dim) return vector_norm(v);
  Shape others;
  for (int64_t d = 0; d < v.dim(); ++d)
    if (d != *dim) others.push_back(d);
  return others.empty() ? v.abs() : vector_norm(v, others, true);
}

struct WeightNorm {
  std::string name;
  std::optional<int64_t> dim;
  Tensor w, g, v;

  Tensor compute() const { return v * (g / norm_except(v, dim)); }
  void operator()(Module&, TensorList&) const {
    compute_parameter(w, [&] { return compute(); });
  }
};

}  // namespace

void weight_norm(Module& module, const std::string& name, std::optional<int64_t> dim) {
  const Tensor w = parameter_to_compute("weight_norm", module, name);
  if (dim == -1) dim.reset();
  REEL_CHECK(!dim || (*dim >= 0 && *dim < w.dim()), "weight_norm: dim is ", dim.value_or(-1),
             ", the ", name, " is ", w, "; it must be one of its dimensions, or none.");
  WeightNorm hook{name, dim, w, {}, {}};
  {
    const NoGradGuard no_grad;
    hook.v = w.detach().clone();
    hook.g = norm_except(hook.v, dim).clone();
  }
  module.register_parameter(name + "_g", hook.g, w.requires_grad());
  module.register_parameter(name + "_v", hook.v, w.requires_grad());
  module.unregister_parameter(name);
  compute_parameter(w, [&] { return hook.compute(); });
  module.register_forward_pre_hook(std::move(hook));
}

void remove_weight_norm(Module& module, const std::string& name) {
  const WeightNorm hook = take_hook<WeightNorm>("weight_norm", module, name);
  module.unregister_parameter(name + "_g");
  module.unregister_parameter(name + "_v");
  const NoGradGuard no_grad;
  restore_parameter(module, name, hook.w, hook.compute());
}

}  // namespace reel::nn::utils
