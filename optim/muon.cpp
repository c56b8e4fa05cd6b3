#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops/products.h>
#include <reel/core/creation.h>
#include <reel/core/kernels/kernels.h>
#include <reel/optim/muon.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace reel::optim {

std::unique_ptr<OptimizerOptions> MuonOptions::clone() const {
  return std::make_unique<MuonOptions>(*this);
}

std::vector<std::pair<const char*, double*>> MuonOptions::numbers() {
  return {{"lr", &lr_}, {"weight_decay", &weight_decay_}, {"momentum", &momentum_}, {"eps", &eps_}};
}

void MuonOptions::check() const {
  check_not_negative("Muon", "lr", lr_);
  check_not_negative("Muon", "weight_decay", weight_decay_);
  check_not_negative("Muon", "momentum", momentum_);
  check_not_negative("Muon", "eps", eps_);
  REEL_CHECK(ns_steps_ >= 0 && ns_steps_ < 100, "Muon: ns_steps is ", ns_steps_,
             "; it must be from 0 to 99.");
}

Muon::Muon(TensorList parameters, const MuonOptions& defaults)
    : Muon(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(parameters))}, defaults) {
}

Muon::Muon(std::vector<OptimizerParamGroup> groups, const MuonOptions& defaults)
    : Optimizer("Muon", {"momentum_buffer"}, defaults.clone()) {
  add_param_groups(std::move(groups));
}

void Muon::check_shape(const Tensor& parameter, size_t index) const {
  REEL_CHECK(parameter.dim() >= 2 && parameter.numel() > 0, "Muon: parameter ", index, " ",
             parameter, " is no matrix; it needs two dimensions or more, none of them 0. ",
             "[give biases and gains to AdamW, in an optimizer of their own]");
}

Tensor orthogonalized(const Tensor& G, const MuonOptions& options) {
  REEL_CHECK(G.dim() == 2 && G.is_floating_point(), "orthogonalized: the input is ", G, " of ",
             G.dtype(), "; it must be a matrix of a floating-point type.");
  const NoGradGuard no_grad;
  const auto [a, b, c] = options.ns_coefficients();
  const bool tall = G.size(0) > G.size(1);  // the smaller Gram matrix is the cheaper
  Tensor X = (tall ? G.t() : G) / std::max(G.norm().item<double>(), options.eps());
  for (int64_t i = 0; i < options.ns_steps(); ++i) {
    const Tensor gram = mm(X, X.t());
    X = addmm(X, addmm(gram, gram, gram, b, c), X, a, 1);
  }
  return tall ? X.t() : X;
}

namespace {

double adjusted(double lr, MuonRate rate, double rows, double columns) {
  switch (rate) {
    case MuonRate::kOriginal:
      return lr * std::sqrt(std::max(1.0, rows / columns));
    case MuonRate::kMatchRmsAdamW:
      return lr * 0.2 * std::sqrt(std::max(rows, columns));
    case MuonRate::kSpectralUnclamped:
      return lr * std::sqrt(rows / columns);
  }
  return lr;
}

template <class T>
void update_matrix(const MuonOptions& o, const Segment& s, int64_t rows) {
  const auto& kernel = kernels::active<kernels::OptimizerStep<T>>();
  const int64_t columns = s.N / rows;
  const Tensor direction = empty({rows, columns}, dtype_of<T>);
  T* d = direction.data_ptr<T>();
  std::memcpy(d, s.g, sizeof(T) * static_cast<size_t>(s.N));
  if (o.maximize()) direction.neg_();
  Segment momentum{s.N, d, s.buffer[0], {}}, ahead{s.N, s.buffer[0], d, {}};
  kernel.lerp(1, &momentum, 1 - o.momentum());
  kernel.lerp(1, &ahead, o.nesterov() ? o.momentum() : 1);

  const Tensor change = orthogonalized(direction, o).contiguous();
  Segment step{s.N, change.data_ptr(), s.x, {}};
  kernel.scale(1, &step, 1 - o.lr() * o.weight_decay());
  const double lr =
      adjusted(o.lr(), o.adjust_lr_fn(), static_cast<double>(rows), static_cast<double>(columns));
  kernel.sgd(1, &step, {lr, 0, 0, 0, false, false, false});
}

}  // namespace

void Muon::update(const OptimizerOptions& options, const ParameterBatch& batch) {
  visit_floating(batch.dtype, [&](auto zero) {
    for (size_t i = 0; i < batch.segments.size(); ++i)
      update_matrix<decltype(zero)>(static_cast<const MuonOptions&>(options), batch.segments[i],
                                    batch.parameters[i]->size(0));
  });
}

}  // namespace reel::optim
