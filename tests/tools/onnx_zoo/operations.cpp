// Operations that networks use between layers.

#include "zoo.h"

namespace zoo {

namespace {

using Function = Tensor (*)(const Tensor& x);

struct Named {
  const char* name;
  std::vector<int64_t> sample;
  Function f;
};

const std::vector<Named>& table() {
  static const std::vector<Named> all = {
      {"add", {3, 4}, [](const Tensor& x) { return x + x.sum(1, true); }},
      {"add_scaled", {4}, [](const Tensor& x) { return x.add(x.exp(), 0.3); }},
      {"add_number", {4}, [](const Tensor& x) { return 2 + x * 3 - 1; }},
      {"sub", {4}, [](const Tensor& x) { return x - x.square(); }},
      {"number_minus", {4}, [](const Tensor& x) { return 1 - x; }},
      {"mul", {4}, [](const Tensor& x) { return x * x.sigmoid(); }},
      {"div", {4}, [](const Tensor& x) { return x / (x.abs() + 1) / 3; }},
      {"number_over", {4}, [](const Tensor& x) { return 2 / (x.abs() + 1); }},
      {"in_place",
       {4},
       [](const Tensor& x) { return (x * 2).add_(x).mul_(3).relu_().div_(2).sub_(1); }},
      {"in_place_view",
       {3, 4},
       [](const Tensor& x) {
         const Tensor y = x * 2;
         const Tensor v = y.view({-1, 12});
         v.relu_().add_(1);
         return y.exp() + v.view(x.sizes());
       }},
      {"constants",
       {4},
       [](const Tensor& x) {
         return x * full({4}, 1.5) + ones({x.size(0), 4});
       }},
      {"pow", {4}, [](const Tensor& x) { return x.abs().pow(1.7) + (x.abs() + 1).pow(x); }},
      {"minimum", {4}, [](const Tensor& x) { return x.maximum(-x).minimum(x + 1); }},
      {"clamp", {4}, [](const Tensor& x) { return x.clamp_min(-0.5) + x.clamp(-1, 0.3); }},
      {"functions",
       {5},
       [](const Tensor& x) {
         const Tensor p = x.abs() + 0.5;
         return cat({p.log(), p.sqrt(), p.rsqrt(), p.log1p(), x.expm1(), x.erf(), p.reciprocal(),
                     p.log2(), p.log10(), x.exp2(), x.erfc(), x.square()},
                    1);
       }},
      {"angles",
       {5},
       [](const Tensor& x) {
         const Tensor s = x.tanh() * 0.9;
         return cat({x.sin(), x.cos(), s.tan(), s.asin(), s.acos(), x.atan(), x.sinh(), x.cosh(),
                     x.asinh(), (x.abs() + 1.1).acosh(), s.atanh()},
                    1);
       }},
      {"rounding",
       {5},
       [](const Tensor& x) {
         const Tensor y = x * 3;
         return cat({y.floor(), y.ceil(), y.round(), y.trunc(), y.sign()}, 1);
       }},
      {"where", {4}, [](const Tensor& x) { return where(arange(4, kFloat32).gt(1.5), x, x * 2); }},
      {"view",
       {3, 4},
       [](const Tensor& x) {
         return x.view({x.size(0), 2, 6}).unsqueeze(1).squeeze(1);
       }},
      {"view_of_all",
       {3, 4},
       [](const Tensor& x) {
         return x.reshape({-1, 4}).exp().reshape({-1, 3, 4});
       }},
      {"flatten", {3, 4, 2}, [](const Tensor& x) { return x.flatten(1, 2); }},
      {"permute",
       {3, 4, 2},
       [](const Tensor& x) {
         return x.permute({0, 3, 1, 2}).transpose(1, -1);
       }},
      {"reshape_permuted",
       {3, 4, 2},
       [](const Tensor& x) {
         return x.transpose(1, 2).reshape({x.size(0), 12, 2});
       }},
      {"expand",
       {1, 4},
       [](const Tensor& x) {
         return x.expand({-1, 3, 4}).contiguous();
       }},
      {"slice", {6, 4}, [](const Tensor& x) { return x.slice(1, 1, 5, 2) + x.narrow(1, 4, 2); }},
      {"slice_to_end",
       {6, 4},
       [](const Tensor& x) { return x.slice(1, 2) + x.slice(0, {}, {}, 1).slice(1, {}, -2); }},
      {"select",
       {6, 4},
       [](const Tensor& x) { return x.select(1, -1) + x.select(2, 1).sum(1, true); }},
      {"batch_first", {3}, [](const Tensor& x) { return x - x.narrow(0, 0, 1); }},
      {"split",
       {6, 4},
       [](const Tensor& x) {
         const TensorList p = x.split({1, 2, 3}, 1);
         return cat({p[2], p[0]}, 1);
       }},
      {"chunk", {6, 4}, [](const Tensor& x) { return x.chunk(3, 1)[1] * x.chunk(2, 2)[0].sum(); }},
      {"unbind", {3, 4}, [](const Tensor& x) { return x.unbind(1)[2] - x.unbind(1)[0]; }},
      {"stack",
       {3, 4},
       [](const Tensor& x) {
         return stack({x, x * 2, x.exp()}, 1);
       }},
      {"flip",
       {3, 4},
       [](const Tensor& x) {
         return x.flip({1, 2});
       }},
      {"roll",
       {3, 4},
       [](const Tensor& x) {
         return x.roll({1, -6}, {1, 2});
       }},
      {"rrelu", {4}, [](const Tensor& x) { return rrelu(x, 0.1, 0.3, false); }},
      {"index_select",
       {5, 4},
       [](const Tensor& x) {
         return x.index_select(1, from_vector(std::vector<int64_t>{3, 0, 3}, {3}));
       }},
      {"repeat",
       {2, 3},
       [](const Tensor& x) {
         return x.repeat({1, 2, 2});
       }},
      {"pad",
       {3, 4},
       [](const Tensor& x) {
         return pad(x, {1, 2, -1, 1}, kConstant, 0.5);
       }},
      {"sum", {3, 4}, [](const Tensor& x) { return x.sum(1) + x.sum(); }},
      {"mean",
       {3, 4},
       [](const Tensor& x) {
         return x.mean({1, 2}, true) - x.mean();
       }},
      {"max",
       {3, 4},
       [](const Tensor& x) {
         return std::get<0>(x.max(1)) + x.amax({1, 2}, true).flatten().unsqueeze(1) + x.max();
       }},
      {"min",
       {3, 4},
       [](const Tensor& x) { return std::get<0>(x.min(2, true)) - x.amin({0}, true) + x.min(); }},
      {"var", {3, 4}, [](const Tensor& x) { return x.var({1}) + x.std({1}, false); }},
      {"norms",
       {3, 4},
       [](const Tensor& x) {
         return x.norm(2, {2}, true) + x.norm(3, {2}, true) + x.norm(1, {2}, true);
       }},
      {"normalize", {3, 4}, [](const Tensor& x) { return normalize(x); }},
      {"logsumexp", {3, 4}, [](const Tensor& x) { return x.logsumexp({1}); }},
      {"cumsum", {3, 4}, [](const Tensor& x) { return x.cumsum(1); }},
      {"matmul", {3, 4}, [](const Tensor& x) { return x.matmul(x.mT()); }},
      {"matmul_constant",
       {3, 4},
       [](const Tensor& x) {
         return x.matmul(arange(8, kFloat32).reshape({4, 2}));
       }},
      {"matmul_vector", {4}, [](const Tensor& x) { return x.matmul(ones({4})); }},
      {"to_double", {4}, [](const Tensor& x) { return (x.to(kFloat64) * 3).to(kFloat32); }},
      {"copy",
       {4},
       [](const Tensor& x) {
         return zeros({x.size(0), 3, 4}).copy_(x.unsqueeze(1));
       }},
      {"detached", {4}, [](const Tensor& x) { return x * x.detach(); }},
      {"channel_shuffle", {6, 2, 3}, [](const Tensor& x) { return channel_shuffle(x, 3); }},
  };
  return all;
}

}  // namespace

std::vector<Entry> operations() {
  std::vector<Entry> all;
  for (const Named& n : table())
    all.push_back(entry(as_text("op_", n.name), nn::Sequential(nn::Functional(n.f)), n.sample));
  return all;
}

}  // namespace zoo
