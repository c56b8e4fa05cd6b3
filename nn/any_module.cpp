#include <reel/nn/any_module.h>
#include <reel/nn/type_name.h>

#include <ostream>

namespace reel::nn {

void FunctionalImpl::pretty_print(std::ostream& stream) const { stream << "Functional()"; }

Tensor AnyModule::forward(const Tensor& x) const {
  REEL_CHECK(module_, "any module: it is empty; there is no module to call.");
  return call_(*module_, x);
}

AnyModule AnyModule::clone() const {
  AnyModule copy = *this;
  if (module_) copy.module_ = module_->clone();
  return copy;
}

void AnyModule::check_not_empty() const {
  REEL_CHECK(module_,
             "any module: the pointer or holder given is empty; there is no module to hold.");
}

void AnyModule::throw_wrong_type(const std::type_info& wanted) const {
  throw_argument_error(concat("any module: it holds ", module_ ? module_->name() : "nothing",
                              ", not the ", type_name(wanted), " asked for."));
}

}  // namespace reel::nn
