// A tour of automatic differentiation, written for libtorch.

#include <torch/torch.h>

#include <iostream>

using namespace torch::autograd;

namespace {

void basic_gradients() {
  std::cout << "== gradients ==\n";
  // [basic]
  torch::Tensor x = torch::ones({2, 2}, torch::requires_grad());
  torch::Tensor y = x + 2;
  torch::Tensor z = y * y * 3;
  torch::Tensor out = z.mean();
  out.backward();
  std::cout << x.grad() << '\n';  // 3 / 2 (x + 2)
  // [/basic]
  TORCH_CHECK(torch::allclose(x.grad(), torch::full({2, 2}, 4.5)), "unexpected gradient ",
              x.grad());
  std::cout << "made by " << y.grad_fn()->name() << " and " << z.grad_fn()->name() << '\n';

  torch::Tensor a = torch::randn({2, 2});
  a = (a * 3) / (a - 1);
  std::cout << std::boolalpha << a.requires_grad();
  a.requires_grad_(true);
  std::cout << " -> " << a.requires_grad() << '\n';
}

// The gradient of what is no scalar: its product with a vector.
void vector_products() {
  std::cout << "== products with a vector ==\n";
  torch::Tensor x = torch::tensor({0.5, -1.0, 2.0}, torch::requires_grad());
  torch::Tensor y = x * 2;
  while (y.norm().item<double>() < 100) y = y * 2;
  torch::Tensor v = torch::tensor({0.1, 1.0, 0.0001}, torch::kFloat);
  y.backward(v);
  std::cout << x.grad() << '\n';
  TORCH_CHECK((x.grad() / v).std().item<float>() < 1e-3, "a product with one number");
}

void switched_off() {
  std::cout << "== switched off ==\n";
  torch::Tensor x = torch::randn({3}, torch::requires_grad());
  std::cout << x.pow(2).requires_grad();
  {
    torch::NoGradGuard no_grad;
    std::cout << ' ' << x.pow(2).requires_grad();
  }
  torch::Tensor y = x.detach();
  std::cout << ' ' << y.requires_grad() << ' ' << x.eq(y).all().item<bool>() << '\n';
}

// A gradient that is itself part of a loss.
void gradient_penalty() {
  std::cout << "== a penalty on the gradient ==\n";
  // [penalty]
  auto model = torch::nn::Linear(4, 3);
  auto input = torch::randn({3, 4}).requires_grad_(true);
  auto output = model(input);
  auto target = torch::randn({3, 3});
  auto loss = torch::nn::MSELoss()(output, target);

  auto grad_output = torch::ones_like(output);
  auto gradient = grad({output}, {input}, {grad_output}, /*retain_graph=*/torch::nullopt,
                       /*create_graph=*/true)[0];
  auto penalty = torch::pow(gradient.norm() - 1, 2).mean();
  (loss + penalty).backward();
  // [/penalty]
  std::cout << input.grad().sizes() << '\n';
  TORCH_CHECK(model->weight.grad().defined(), "the penalty reaches the weight");
}

// [function]
class LinearFunction : public Function<LinearFunction> {
 public:
  static torch::Tensor forward(AutogradContext* ctx, torch::Tensor input, torch::Tensor weight,
                               torch::Tensor bias = torch::Tensor()) {
    ctx->save_for_backward({input, weight, bias});
    auto output = input.mm(weight.t());
    if (bias.defined()) output += bias.unsqueeze(0).expand_as(output);
    return output;
  }

  static tensor_list backward(AutogradContext* ctx, tensor_list grad_outputs) {
    auto saved = ctx->get_saved_variables();
    auto input = saved[0], weight = saved[1], bias = saved[2];
    auto grad_output = grad_outputs[0];
    auto grad_input = grad_output.mm(weight);
    auto grad_weight = grad_output.t().mm(input);
    auto grad_bias = torch::Tensor();
    if (bias.defined()) grad_bias = grad_output.sum(0);
    return {grad_input, grad_weight, grad_bias};
  }
};
// [/function]

// Keeps a number rather than a tensor.
class MulConstant : public Function<MulConstant> {
 public:
  static torch::Tensor forward(AutogradContext* ctx, torch::Tensor tensor, double constant) {
    ctx->saved_data["constant"] = constant;
    return tensor * constant;
  }
  static tensor_list backward(AutogradContext* ctx, tensor_list grad_outputs) {
    return {grad_outputs[0] * ctx->saved_data["constant"].toDouble(), torch::Tensor()};
  }
};

void own_functions() {
  std::cout << "== functions of one's own ==\n";
  auto x = torch::randn({2, 3}).requires_grad_();
  auto weight = torch::randn({4, 3}).requires_grad_();
  auto y = LinearFunction::apply(x, weight, torch::zeros({4}));
  y.sum().backward();
  std::cout << x.grad().sizes() << ' ' << weight.grad().sizes() << '\n';
  TORCH_CHECK(torch::allclose(weight.grad(), x.detach().sum(0).expand({4, 3}), 1e-4, 1e-5));

  auto z = torch::randn({2}).requires_grad_();
  MulConstant::apply(z, 5.5).sum().backward();
  TORCH_CHECK(torch::allclose(z.grad(), torch::full({2}, 5.5)), "not 5.5: ", z.grad());
}

void hooks() {
  std::cout << "== hooks ==\n";
  auto x = torch::tensor({1.0, 2.0}, torch::requires_grad());
  auto y = x * x;
  auto handle = y.register_hook([](torch::Tensor g) { return g * 2; });
  y.sum().backward({}, /*retain_graph=*/true);
  std::cout << x.grad() << '\n';
  y.remove_hook(handle);
  x.mutable_grad().zero_();
  y.sum().backward();
  std::cout << x.grad() << '\n';
}

}  // namespace

int main() {
  torch::manual_seed(0);
  basic_gradients();
  vector_products();
  switched_off();
  gradient_penalty();
  own_functions();
  hooks();
}
