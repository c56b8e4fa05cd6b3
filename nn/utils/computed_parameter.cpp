#include <reel/nn/utils/computed_parameter.h>

namespace reel::nn::utils {

Tensor parameter_to_compute(const char* op, const Module& module, const std::string& name) {
  const auto parameters = module.named_parameters(false);
  const Tensor* w = parameters.find(name);
  std::string known;
  for (const auto& item : parameters) known += (known.empty() ? "" : ", ") + item.key();
  REEL_CHECK(w, op, ": ", module.name(), " has no parameter '", name, "'; it has ",
             known.empty() ? "none" : known, ".");
  REEL_CHECK(w->dim() > 0, op, ": the parameter '", name, "' of ", module.name(),
             " is a single number; it needs dimensions.");
  return *w;
}

void restore_parameter(Module& module, const std::string& name, const Tensor& w,
                       const Tensor& value) {
  stand_in(w, value.detach());
  end_stand_in(w);
  module.register_parameter(name, w);
}

void throw_no_hook(const char* op, const Module& module, const std::string& name) {
  throw_argument_error(as_text("remove_", op, ": there is no ", op, " on '", name, "' of ",
                               module.name(), "; only what was applied can be removed."));
}

}  // namespace reel::nn::utils
