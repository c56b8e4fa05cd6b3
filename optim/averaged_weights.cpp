#include <reel/autograd/grad_mode.h>
#include <reel/core/creation.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/layout.h>
#include <reel/optim/averaged_weights.h>

#include <algorithm>
#include <vector>

namespace reel::optim {

void lerp_(const TensorList& targets, const TensorList& sources, double share) {
  REEL_CHECK(targets.size() == sources.size(), "lerp_: ", targets.size(), " targets and ",
             sources.size(), " sources; there must be as many of both.");
  for (size_t i = 0; i < targets.size(); ++i) {
    const Tensor &target = targets[i], &source = sources[i];
    REEL_CHECK(target.defined() && source.defined(), "lerp_: target or source ", i,
               " is undefined; both must be tensors.");
    REEL_CHECK(target.sizes() == source.sizes(), "lerp_: target ", i, " is ", target,
               ", its source ", source, "; the shapes must be equal.");
    REEL_CHECK(target.is_floating_point() && is_plain(target), "lerp_: target ", i, " ", target,
               " of ", target.dtype(), "; it must be floating-point and contiguous.");
  }
  const NoGradGuard no_grad;
  std::vector<Segment> segments;
  TensorList copies;
  for (Dtype dtype : {kFloat32, kFloat64}) {
    for (size_t i = 0; i < targets.size(); ++i) {
      if (targets[i].dtype() != dtype) continue;
      const Tensor& source = sources[i];
      source.impl()->present();
      const bool plain = is_plain(source) && source.dtype() == dtype;
      if (!plain) copies.push_back(source.to(dtype).contiguous());
      segments.push_back({targets[i].numel(),
                          plain ? source.data_ptr() : copies.back().data_ptr(),
                          targets[i].data_ptr(),
                          {}});
      ++targets[i].impl()->storage->version;
    }
    visit_floating(dtype, [&](auto zero) {
      kernels::active<kernels::OptimizerStep<decltype(zero)>>().lerp(
          static_cast<int64_t>(segments.size()), segments.data(), share);
    });
    segments.clear();
    copies.clear();
  }
}

AveragedWeights::AveragedWeights(const char* name, const TensorList& parameters,
                                 const TensorList& buffers)
    : name_(name), tensors_(parameters) {
  tensors_.insert(tensors_.end(), buffers.begin(), buffers.end());
  REEL_CHECK(!tensors_.empty(), name, ": it was given no parameters; there is nothing to average.");
  const NoGradGuard no_grad;
  for (size_t i = 0; i < tensors_.size(); ++i) {
    REEL_CHECK(tensors_[i].defined(), name, ": tensor ", i, " is undefined.");
    averages_.push_back(tensors_[i].detach().contiguous().clone());
  }
}

void AveragedWeights::check_not_swapped(const char* what) const {
  REEL_CHECK(!swapped_, name_, ": ", what,
             " while the model has the averages; call swap() before. [an AverageScope ends it]");
}

void AveragedWeights::update() {
  check_not_swapped("update");
  const NoGradGuard no_grad;
  TensorList targets, sources;
  for (size_t i = 0; i < tensors_.size(); ++i) {
    const Tensor &x = tensors_[i], &average = averages_[i];
    REEL_CHECK(x.sizes() == average.sizes(), name_, ": tensor ", i, " is now ", x, ", its average ",
               average, "; the shapes must be equal. [make a new average]");
  }
  follow_dtypes();
  for (size_t i = 0; i < tensors_.size(); ++i) {
    if (n_averaged_ == 0 || !tensors_[i].is_floating_point()) {
      averages_[i].copy_(tensors_[i].detach());
      continue;
    }
    targets.push_back(averages_[i]);
    sources.push_back(tensors_[i]);
  }
  lerp_(targets, sources, share(n_averaged_));
  ++n_averaged_;
}

// The model may have been converted since.
void AveragedWeights::follow_dtypes() {
  for (size_t i = 0; i < tensors_.size(); ++i)
    if (const Dtype dtype = tensors_[i].dtype(); averages_[i].dtype() != dtype)
      averages_[i] = averages_[i].to(dtype);
}

void AveragedWeights::swap() {
  const NoGradGuard no_grad;
  follow_dtypes();
  for (size_t i = 0; i < tensors_.size(); ++i) {
    const Tensor weights = tensors_[i].detach();
    tensors_[i].set_data(averages_[i]);
    averages_[i] = weights;
  }
  swapped_ = !swapped_;
}

void AveragedWeights::copy_to_parameters() {
  check_not_swapped("copy_to_parameters");
  const NoGradGuard no_grad;
  for (size_t i = 0; i < tensors_.size(); ++i) tensors_[i].copy_(averages_[i]);
}

OrderedDict<std::string, Tensor> AveragedWeights::state_dict() const {
  check_not_swapped("state_dict");
  OrderedDict<std::string, Tensor> dict("average");
  dict.insert("n_averaged", full({}, n_averaged_, kInt64));
  for (size_t i = 0; i < averages_.size(); ++i) dict.insert(as_text("average.", i), averages_[i]);
  return dict;
}

void AveragedWeights::load_state_dict(const OrderedDict<std::string, Tensor>& state) {
  check_not_swapped("load_state_dict");
  const NoGradGuard no_grad;
  const int64_t n = state["n_averaged"].item<int64_t>();
  TensorList loaded;
  for (size_t i = 0; i < averages_.size(); ++i) {
    const Tensor& saved = state[as_text("average.", i)];
    REEL_CHECK(saved.sizes() == averages_[i].sizes(), name_, ": 'average.", i, "' is ", saved,
               ", but tensor ", i, " is ", averages_[i], "; the shapes must be equal.");
    loaded.push_back(saved.to(averages_[i].dtype()).contiguous().clone());
  }
  averages_ = std::move(loaded);
  n_averaged_ = n;
}

EMA::EMA(const TensorList& parameters, double decay, bool warmup)
    : EMA(parameters, {}, decay, warmup) {}

EMA::EMA(const TensorList& parameters, const TensorList& buffers, double decay, bool warmup)
    : AveragedWeights("EMA", parameters, buffers), decay_(decay), warmup_(warmup) {
  REEL_CHECK(decay >= 0 && decay <= 1, "EMA: decay is ", decay, "; it must be from 0 to 1.");
}

double EMA::decay(int64_t n) const {
  const double steps = static_cast<double>(n);
  return warmup_ ? std::min(decay_, (1 + steps) / (10 + steps)) : decay_;
}

SWA::SWA(const TensorList& parameters, const TensorList& buffers)
    : AveragedWeights("SWA", parameters, buffers) {}

}  // namespace reel::optim
