#include <reel/nn/any_module.h>
#include <reel/nn/type_name.h>

#include <ostream>

namespace reel::nn {

void FunctionalImpl::pretty_print(std::ostream& stream) const { stream << "Functional()"; }

void AnyValue::throw_wrong_type(const std::type_info& wanted) const {
  throw_argument_error(as_text("any value: it is ", value_ ? type_name(type_info()) : "empty",
                               ", not the ", type_name(wanted),
                               " asked for; the types must agree."));
}

void throw_wrong_input(const Module& module, size_t i, const AnyValue& input,
                       const std::type_info& wanted) {
  throw_argument_error(as_text("any module: input ", i, " of ", module.name(), " is ",
                               input.is_empty() ? "empty" : type_name(input.type_info()),
                               ", its forward takes ", type_name(wanted),
                               "; the types must be the same."));
}

void throw_wrong_input_count(const Module& module, size_t n) {
  throw_argument_error(as_text("any module: ", n, n == 1 ? " input is" : " inputs are",
                               " given to ", module.name(),
                               ", whose forward takes another number of them."));
}

AnyModule::AnyModule(std::shared_ptr<Module> module, ModuleCalls calls)
    : module_(std::move(module)), calls_(calls) {
  REEL_CHECK(module_,
             "any module: the pointer or holder given is empty; there is no module to hold.");
}

Tensor AnyModule::forward(const Tensor& x) const {
  REEL_CHECK(module_, "any module: it is empty; there is no module to call.");
  if (calls_.tensor) [[likely]]
    return calls_.tensor(*module_, x);
  const AnyValue input(x);
  return calls_.values(*module_, &input, 1).get<Tensor>();
}

AnyValue AnyModule::forward_values(const AnyValue* inputs, size_t n) const {
  REEL_CHECK(module_, "any module: it is empty; there is no module to call.");
  if (calls_.values) return calls_.values(*module_, inputs, n);
  if (n != 1) throw_wrong_input_count(*module_, n);
  const Tensor* x = inputs[0].try_get<Tensor>();
  if (!x) throw_wrong_input(*module_, 0, inputs[0], typeid(Tensor));
  return AnyValue(calls_.tensor(*module_, *x));
}

const std::type_info& AnyModule::type_info() const {
  if (!module_) return typeid(void);
  const Module& module = *module_;
  return typeid(module);
}

AnyModule AnyModule::clone() const { return module_ ? with(module_->clone()) : AnyModule(); }

void AnyModule::throw_wrong_type(const std::type_info& wanted) const {
  throw_argument_error(as_text("any module: it holds ", module_ ? module_->name() : "nothing",
                               ", not the ", type_name(wanted), " asked for."));
}

}  // namespace reel::nn
