#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops/products.h>
#include <reel/core/creation.h>
#include <reel/nn/utils/computed_parameter.h>
#include <reel/nn/utils/spectral_norm.h>

#include <algorithm>

namespace reel::nn::utils {

namespace {

Tensor normalized(const Tensor& x, double eps) {
  return x / std::max(x.norm().item<double>(), eps);
}

struct SpectralNorm {
  std::string name;
  int64_t iterations, dim;
  double eps;
  Tensor w, original, u, v;

  Tensor matrix() const {
    Shape order{dim};
    for (int64_t d = 0; d < original.dim(); ++d)
      if (d != dim) order.push_back(d);
    return original.permute(order).reshape({original.size(dim), -1});
  }

  // The buffers are written in place; what backward saves is copies that stay.
  Tensor compute(bool iterate) const {
    const Tensor W = matrix();
    Tensor left, right;
    {
      const NoGradGuard no_grad;
      left = u.clone();
      right = v.clone();
      for (int64_t i = 0; iterate && i < iterations; ++i) {
        right = normalized(W.t().matmul(left), eps);
        left = normalized(W.matmul(right), eps);
      }
      if (iterate) {
        u.copy_(left);
        v.copy_(right);
      }
    }
    return original / dot(left, W.matmul(right));
  }

  void operator()(Module& module, TensorList&) const {
    compute_parameter(w, [&] { return compute(module.is_training()); });
  }
};

}  // namespace

void spectral_norm(Module& module, const std::string& name, int64_t n_power_iterations, double eps,
                   std::optional<int64_t> dim) {
  const Tensor w = parameter_to_compute("spectral_norm", module, name);
  REEL_CHECK(n_power_iterations > 0, "spectral_norm: n_power_iterations is ", n_power_iterations,
             "; it must be above 0.");
  // A transposed convolution's weight has its output channels second.
  const bool transposed = module.name().rfind("ConvTranspose", 0) == 0;
  const int64_t rows = dim.value_or(transposed ? 1 : 0);
  REEL_CHECK(rows >= 0 && rows < w.dim() && w.numel() > 0, "spectral_norm: dim is ", rows, ", the ",
             name, " is ", w, "; it must be one of its dimensions, none of them 0.");
  SpectralNorm hook{name, n_power_iterations, rows, eps, w, {}, {}, {}};
  {
    const NoGradGuard no_grad;
    hook.original = w.detach().clone();
    const Tensor W = hook.matrix();
    hook.u = normalized(randn({W.size(0)}, w.dtype()), eps);
    hook.v = normalized(randn({W.size(1)}, w.dtype()), eps);
  }
  module.register_parameter(name + "_orig", hook.original, w.requires_grad());
  module.register_buffer(name + "_u", hook.u);
  module.register_buffer(name + "_v", hook.v);
  module.unregister_parameter(name);
  compute_parameter(w, [&] { return hook.original * 1; });  // until the first call
  module.register_forward_pre_hook(std::move(hook));
}

void remove_spectral_norm(Module& module, const std::string& name) {
  const SpectralNorm hook = take_hook<SpectralNorm>("spectral_norm", module, name);
  module.unregister_parameter(name + "_orig");
  module.unregister_buffer(name + "_u");
  module.unregister_buffer(name + "_v");
  const NoGradGuard no_grad;
  restore_parameter(module, name, hook.w, hook.compute(false));
}

}  // namespace reel::nn::utils
