// What an optimizer remembers, as named tensors.

#include <reel/autograd/grad_mode.h>
#include <reel/core/creation.h>
#include <reel/optim/optimizer.h>

namespace reel::optim {

namespace {

std::string state_key(size_t parameter, const std::string& what) {
  return as_text("state.", parameter, ".", what);
}

std::string option_key(size_t group, const char* what) {
  return as_text("param_groups.", group, ".", what);
}

}  // namespace

OrderedDict<std::string, Tensor> Optimizer::state_dict() const {
  OrderedDict<std::string, Tensor> dict("optimizer state");
  for (size_t i = 0; i < states_.size(); ++i) {
    dict.insert(state_key(i, "step"), full({}, states_[i].step, kInt64));
    if (product_name_)
      dict.insert(state_key(i, product_name_), full({}, states_[i].product, kFloat64));
    for (size_t b = 0; b < buffer_names_.size(); ++b)
      if (const Tensor& buffer = states_[i].buffers[b]; buffer.defined())
        dict.insert(state_key(i, buffer_names_[b]), buffer);
  }
  for (size_t g = 0; g < groups_.size(); ++g)
    for (const auto& [name, value] : groups_[g].options_->numbers())
      dict.insert(option_key(g, name), full({}, *value, kFloat64));
  return dict;
}

// Whether a parameter that has had steps can not be without buffer b. What a number among the
// options calls for, such as momentum, may be called for only since the last step.
bool Optimizer::needs(const OptimizerOptions& options, size_t b) const {
  const std::unique_ptr<OptimizerOptions> zeros = options.clone();
  for (const auto& number : zeros->numbers()) *number.second = 0;
  return uses(options, b) && uses(*zeros, b);
}

void Optimizer::load_state_dict(const OrderedDict<std::string, Tensor>& dict) {
  const NoGradGuard no_grad;
  std::vector<OptimizerParamState> states;
  std::vector<OptimizerParamGroup> groups = groups_;
  size_t known = 0;
  for (size_t g = 0; g < groups.size(); ++g) {
    for (const auto& [name, value] : groups[g].options_->numbers()) {
      *value = dict[option_key(g, name)].item<double>();
      ++known;
    }
    groups[g].options_->check();
    for (const Tensor& parameter : groups[g].params_)
      states.push_back(load_state(dict, states.size(), parameter, *groups[g].options_, known));
  }
  REEL_CHECK(known == dict.size(), name_, ": the state has ", dict.size(), " entries, of which ",
             dict.size() - known,
             " belong to no parameter, buffer or option here; it is another optimizer's.");
  states_ = std::move(states);
  groups_ = std::move(groups);
}

OptimizerParamState Optimizer::load_state(const OrderedDict<std::string, Tensor>& dict, size_t i,
                                          const Tensor& parameter, const OptimizerOptions& options,
                                          size_t& known) const {
  OptimizerParamState state;
  state.step = dict[state_key(i, "step")].item<int64_t>();
  ++known;
  if (product_name_) {
    state.product = dict[state_key(i, product_name_)].item<double>();
    ++known;
  }
  state.buffers.resize(buffer_names_.size());
  for (size_t b = 0; b < buffer_names_.size(); ++b) {
    const std::string key = state_key(i, buffer_names_[b]);
    if (!dict.contains(key) && (state.step == 0 || !needs(options, b))) continue;
    const Tensor& buffer = dict[key];
    ++known;
    REEL_CHECK(buffer.sizes() == parameter.sizes(), name_, ": '", key, "' is ", buffer,
               ", but parameter ", i, " is ", parameter, "; the shapes must be equal.");
    state.buffers[b] = buffer.to(parameter.dtype()).clone();
  }
  return state;
}

}  // namespace reel::optim
