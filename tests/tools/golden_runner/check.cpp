#include "tests/tools/golden_runner/check.h"

#include <reel/autograd/engine.h>
#include <reel/core/error.h>
#include <reel/core/layout.h>

#include <algorithm>
#include <cmath>

namespace golden {

using reel::concat;

namespace {

reel::Shape index_of(size_t element, const reel::Shape& sizes) {
  reel::Shape index = reel::Shape::filled(sizes.size(), 0);
  auto rest = static_cast<int64_t>(element);
  for (size_t d = sizes.size(); d-- > 0; rest /= sizes[d]) index[d] = rest % sizes[d];
  return index;
}

std::string digits(double v) {
  char text[32];
  std::snprintf(text, sizeof text, "%.12g", v);
  return text;
}

// Gradients that a case does not list are zero.
void check_zero(const std::string& what, const Tensor& gradient) {
  if (!gradient.defined()) return;
  for (double v : gradient.to_vector())
    if (v != 0) throw Mismatch(what + " should be zero, and has an element " + digits(v));
}

}  // namespace

void compare(const std::string& what, const Tensor& actual, const Tensor& expected,
             const Tolerance& tolerance) {
  if (!actual.defined()) throw Mismatch(what + " is undefined");
  if (actual.sizes() != expected.sizes())
    throw Mismatch(concat(what, " has shape ", actual, ", should have ", expected));
  if (actual.is_floating_point() != expected.is_floating_point())
    throw Mismatch(concat(what, " is ", actual.dtype(), ", should be ", expected.dtype()));
  const std::vector<double> a = actual.to_vector(), b = expected.to_vector();
  double largest = 0;
  for (double v : b)
    if (std::isfinite(v)) largest = std::fmax(largest, std::fabs(v));
  size_t worst = 0, wrong = 0;
  double most = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) continue;
    const double allowed = actual.dtype() == reel::kFloat32
                               ? tolerance.largest * std::fmax(largest, 0.01)
                               : tolerance.absolute + tolerance.relative * std::fabs(b[i]);
    double excess = std::fabs(a[i] - b[i]) / allowed;
    if (std::isnan(excess)) excess = HUGE_VAL;
    if (excess > 1) ++wrong;
    if (excess > most) {
      most = excess;
      worst = i;
    }
  }
  if (wrong == 0) return;
  throw Mismatch(concat(what, " ", expected, ": ", wrong, " of ", a.size(),
                        " elements differ; worst ", index_of(worst, expected.sizes()), ": is ",
                        digits(a[worst]), ", should be ", digits(b[worst])));
}

void check_operation(const Case& c, const Operation& op) {
  const Json& json = c.json();
  std::vector<std::pair<std::string, Tensor>> inputs;
  std::vector<std::string> names;  // of the inputs that are differentiated
  TensorList wanted;
  for (const auto& [name, key] : c.group("inputs").items()) {
    Tensor x = c.tensor(key).clone();
    if (c.lists("grads", name)) {
      x.set_requires_grad(true);
      names.push_back(name);
      wanted.push_back(x);
    }
    inputs.emplace_back(name, x);
  }
  const Json args = c.group("args");
  const TensorList outputs = op(Call(args, inputs));

  const auto& expected = json.at("outputs");
  if (outputs.size() != expected.size())
    throw Mismatch(concat("there are ", outputs.size(), " outputs, should be ", expected.size()));
  for (size_t i = 0; i < outputs.size(); ++i)
    compare(concat("output ", i), outputs[i].detach(), c.exact(expected[i]));

  if (wanted.empty()) return;
  const bool second = json.contains("grad_of_grads");
  TensorList ys, cotangents;
  for (const auto& key : json.at("cotangents"))
    cotangents.push_back(c.tensor(key).clone().set_requires_grad(second));
  for (const Tensor& y : outputs)
    if (y.requires_grad()) ys.push_back(y);
  if (ys.size() != cotangents.size())
    throw Mismatch(concat(ys.size(), " outputs require grad, should be ", cotangents.size()));
  const TensorList grads = reel::autograd::grad(ys, wanted, cotangents, /*retain_graph=*/second,
                                                /*create_graph=*/second, /*allow_unused=*/true);
  for (size_t i = 0; i < names.size(); ++i)
    compare("the gradient of " + names[i], grads[i].defined() ? grads[i].detach() : grads[i],
            c.exact(json.at("grads").at(names[i])));
  if (!second) return;

  TensorList first, weights;
  for (size_t i = 0; i < names.size(); ++i) {
    if (!c.lists("grad_cotangents", names[i]) || !grads[i].requires_grad()) continue;
    first.push_back(grads[i]);
    weights.push_back(c.tensor(json.at("grad_cotangents").at(names[i])));
  }
  if (first.empty()) throw Mismatch("no gradient has a history to differentiate again");
  for (size_t i = 0; i < cotangents.size(); ++i) {
    names.push_back(concat("ct", i));
    wanted.push_back(cotangents[i]);
  }
  const TensorList again = reel::autograd::grad(first, wanted, weights, /*retain_graph=*/false,
                                                /*create_graph=*/false, /*allow_unused=*/true);
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string what = "the gradient of gradients by " + names[i];
    if (c.lists("grad_of_grads", names[i]))
      compare(what, again[i], c.exact(json.at("grad_of_grads").at(names[i])));
    else
      check_zero(what, again[i]);
  }
}

void check(const Case& c) {
  const auto found = operations().find(c.op());
  if (found == operations().end()) throw Mismatch("there is no operation " + c.op());
  check_operation(c, found->second);
}

}  // namespace golden
