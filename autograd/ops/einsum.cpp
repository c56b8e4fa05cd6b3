// einsum: operands of named dimensions, multiplied and summed over the names that the result lacks.
// Pair by pair, each a batched product of matrices; in operations on the tape. docs/ops/einsum.md.

#include <reel/autograd/ops/products.h>

#include <algorithm>

namespace reel {

namespace {

constexpr char kEllipsis = '.';

// Labels of a term; an ellipsis is one character.
std::string labels_of(const std::string& equation, const std::string& term) {
  std::string labels;
  for (size_t i = 0; i < term.size(); ++i) {
    const char c = term[i];
    if (c == ' ') continue;
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool ellipsis = term.compare(i, 3, "...") == 0;
    REEL_CHECK(letter || ellipsis, "einsum: '", equation, "' holds '", std::string(1, c),
               "'; it may hold letters, commas, one '->', and '...' for further dimensions.");
    if (ellipsis) i += 2;
    labels += ellipsis ? kEllipsis : c;
  }
  REEL_CHECK(std::count(labels.begin(), labels.end(), kEllipsis) <= 1, "einsum: '", equation,
             "' has a term with two ellipses; one is allowed.");
  return labels;
}

struct Equation {
  std::vector<std::string> inputs;
  std::string output;
};

// Without '->': what the ellipses cover, then each label that occurs once, in alphabetical order.
std::string implicit_output(const std::vector<std::string>& inputs) {
  std::string all, output;
  for (const std::string& term : inputs) all += term;
  if (all.find(kEllipsis) != std::string::npos) output += kEllipsis;
  std::sort(all.begin(), all.end());
  for (char c : all)
    if (c != kEllipsis && std::count(all.begin(), all.end(), c) == 1) output += c;
  return output;
}

Equation parse(const std::string& text) {
  Equation equation;
  const size_t arrow = text.find("->");
  std::string left = text.substr(0, arrow);
  for (size_t at = 0; at != std::string::npos;) {
    const size_t comma = left.find(',', at);
    const size_t length = comma == std::string::npos ? comma : comma - at;
    equation.inputs.push_back(labels_of(text, left.substr(at, length)));
    at = comma == std::string::npos ? comma : comma + 1;
  }
  if (arrow == std::string::npos) {
    equation.output = implicit_output(equation.inputs);
    return equation;
  }
  equation.output = labels_of(text, text.substr(arrow + 2));
  for (char c : equation.output) {
    REEL_CHECK(std::count(equation.output.begin(), equation.output.end(), c) == 1, "einsum: '",
               text, "' names '", std::string(1, c), "' twice in the result; once is allowed.");
    const bool known = c == kEllipsis || std::any_of(equation.inputs.begin(), equation.inputs.end(),
                                                     [c](const std::string& term) {
                                                       return term.find(c) != std::string::npos;
                                                     });
    REEL_CHECK(known, "einsum: '", text, "' has '", std::string(1, c),
               "' in the result; it must be a label of an operand.");
  }
  return equation;
}

// The dimensions i < j of x that have one label: the diagonal of both, in place of i.
Tensor merged(const Tensor& tensor, size_t i, size_t j) {
  const Tensor x = tensor.contiguous();
  const Shape &from = x.sizes(), &steps = x.strides();
  Shape sizes, strides;
  for (size_t d = 0; d < from.size(); ++d) {
    if (d == j) continue;
    sizes.push_back(from[d]);
    strides.push_back(d == i ? steps[i] + steps[j] : steps[d]);
  }
  return x.as_strided(sizes, strides);
}

// All dimensions of the problem, in the order of the result and then of what is summed. An ellipsis
// stands for `ellipsis` of them, which are numbered from its end.
struct Plan {
  std::string labels;  // without the ellipsis
  int64_t ellipsis = 0;
  size_t ellipsis_at = 0;
  int64_t kept = 0;  // of the result

  int64_t dims() const { return static_cast<int64_t>(labels.size()) + ellipsis; }
  int64_t place_of(char label) const {
    const size_t at = labels.find(label);
    return static_cast<int64_t>(at) + (at >= ellipsis_at ? ellipsis : 0);
  }
};

Plan plan_of(const Equation& equation, const TensorList& operands) {
  Plan plan;
  for (size_t k = 0; k < operands.size(); ++k) {
    const std::string& term = equation.inputs[k];
    const bool open = term.find(kEllipsis) != std::string::npos;
    const auto named = static_cast<int64_t>(term.size()) - open;
    REEL_CHECK(open ? operands[k].dim() >= named : operands[k].dim() == named, "einsum: operand ",
               k, " has the shape ", operands[k], ", its term ", named,
               " labels; there must be a label for each dimension. ['...' stands for any number]");
    if (open) plan.ellipsis = std::max(plan.ellipsis, operands[k].dim() - named);
  }
  const size_t open = equation.output.find(kEllipsis);
  for (char c : equation.output)
    if (c != kEllipsis) plan.labels += c;
  plan.kept = static_cast<int64_t>(plan.labels.size());
  // An ellipsis that the result lacks is summed: it follows what is kept.
  plan.ellipsis_at = open == std::string::npos ? plan.labels.size() : open;
  if (open != std::string::npos) plan.kept += plan.ellipsis;
  for (const std::string& term : equation.inputs)
    for (char c : term)
      if (c != kEllipsis && plan.labels.find(c) == std::string::npos) plan.labels += c;
  REEL_CHECK(plan.dims() <= static_cast<int64_t>(kMaxDims), "einsum: ", plan.dims(),
             " dimensions in all; there may be ", kMaxDims, ".");
  return plan;
}

// An operand with every dimension of the plan, of size 1 where it has none.
Tensor aligned(const Plan& plan, std::string term, Tensor x, size_t number) {
  for (size_t i = 0; i < term.size(); ++i)
    for (size_t j = i + 1; j < term.size();) {
      if (term[i] != term[j]) {
        ++j;
        continue;
      }
      const size_t open = term.find(kEllipsis);
      const auto dim_of = [&](size_t at) {
        const auto covered = static_cast<size_t>(x.dim()) - (term.size() - 1);
        return open != std::string::npos && at > open ? at + covered - 1 : at;
      };
      const size_t a = dim_of(i), b = dim_of(j);
      REEL_CHECK(x.sizes()[a] == x.sizes()[b], "einsum: operand ", number, " has the sizes ",
                 x.sizes()[a], " and ", x.sizes()[b], " for the label '", std::string(1, term[i]),
                 "'; they must be equal.");
      x = merged(x, a, b);
      term.erase(j, 1);
    }
  Shape order = Shape::filled(static_cast<size_t>(plan.dims()), -1);
  int64_t d = 0;
  for (char c : term) {
    if (c != kEllipsis) {
      order[static_cast<size_t>(plan.place_of(c))] = d++;
      continue;
    }
    const int64_t covered = x.dim() - (static_cast<int64_t>(term.size()) - 1);
    for (int64_t e = plan.ellipsis - covered; e < plan.ellipsis; ++e)
      order[plan.ellipsis_at + static_cast<size_t>(e)] = d++;
  }
  Shape present, sizes;
  for (int64_t at : order) {
    if (at >= 0) present.push_back(at);
    sizes.push_back(at >= 0 ? x.sizes()[static_cast<size_t>(at)] : 1);
  }
  return x.permute(present).reshape(sizes);
}

// Kinds of dimensions of a pair: in both and kept, in one, summed.
struct PairPlan {
  Shape both, left, right, summed;
};

Shape sizes_of(const Tensor& x, const Shape& dims) {
  Shape sizes;
  for (int64_t d : dims) sizes.push_back(x.sizes()[static_cast<size_t>(d)]);
  return sizes;
}

Tensor arranged(const Tensor& x, const Shape& first, const Shape& second, const Shape& third,
                const Shape& ones) {
  Shape order;
  for (const Shape* part : {&first, &second, &third, &ones})
    for (int64_t d : *part) order.push_back(d);
  return x.permute(order).reshape(
      {numel_of(sizes_of(x, first)), numel_of(sizes_of(x, second)), numel_of(sizes_of(x, third))});
}

// The product of a and b, summed over the dimensions in `sum`, which keep the size 1.
Tensor contracted(Tensor a, Tensor b, const std::vector<bool>& sum) {
  PairPlan plan;
  Shape alone_a, alone_b;
  for (size_t d = 0; d < sum.size(); ++d) {
    const int64_t p = a.sizes()[d], q = b.sizes()[d];
    const auto dim = static_cast<int64_t>(d);
    REEL_CHECK(p == q || p == 1 || q == 1, "einsum: a label has the sizes ", p, " and ", q,
               "; they must be equal, or one of them 1.");
    if (sum[d] && p != 1 && q != 1)
      plan.summed.push_back(dim);
    else if (sum[d])
      (p == 1 ? alone_b : alone_a).push_back(dim);
    if (sum[d]) continue;
    (p != 1 && q != 1 ? plan.both : q == 1 ? plan.left : plan.right).push_back(dim);
  }
  if (!alone_a.empty()) a = a.sum(alone_a, true).to(a.dtype());
  if (!alone_b.empty()) b = b.sum(alone_b, true).to(b.dtype());
  if (!a.is_floating_point()) {
    const Tensor product = a * b;
    return plan.summed.empty() ? product : product.sum(plan.summed, true).to(product.dtype());
  }
  if (plan.summed.empty()) return a * b;
  Shape ones_a = plan.right, ones_b = plan.left;
  for (const Shape* alone : {&alone_a, &alone_b})
    for (int64_t d : *alone) {
      ones_a.push_back(d);
      ones_b.push_back(d);
    }
  const Tensor c = arranged(a, plan.both, plan.left, plan.summed, ones_a)
                       .matmul(arranged(b, plan.both, plan.summed, plan.right, ones_b));
  // Back to the order of the plan, what was summed being of size 1.
  Shape from, sizes;
  for (const Shape* part : {&plan.both, &plan.left, &plan.right})
    for (int64_t d : *part) {
      from.push_back(d);
      const auto at = static_cast<size_t>(d);
      sizes.push_back(a.sizes()[at] == 1 ? b.sizes()[at] : a.sizes()[at]);
    }
  for (size_t d = 0; d < sum.size(); ++d)
    if (sum[d]) {
      from.push_back(static_cast<int64_t>(d));
      sizes.push_back(1);
    }
  Shape back = from;
  for (size_t i = 0; i < from.size(); ++i)
    back[static_cast<size_t>(from[i])] = static_cast<int64_t>(i);
  return c.reshape(sizes).permute(back);
}

}  // namespace

Tensor einsum(const std::string& text, const TensorList& operands) {
  const Equation equation = parse(text);
  REEL_CHECK(equation.inputs.size() == operands.size(), "einsum: '", text, "' has ",
             equation.inputs.size(), " terms, but there are ", operands.size(),
             " operands; the numbers must be equal.");
  for (const Tensor& x : operands)
    REEL_CHECK(x.dtype() == operands[0].dtype(), "einsum: operands are ", operands[0].dtype(),
               " and ", x.dtype(), "; the dtypes must be equal.");
  const Plan plan = plan_of(equation, operands);
  TensorList xs;
  for (size_t k = 0; k < operands.size(); ++k)
    xs.push_back(aligned(plan, equation.inputs[k], operands[k], k));
  const auto dims = static_cast<size_t>(plan.dims()), kept = static_cast<size_t>(plan.kept);
  Tensor y = xs[0];
  for (size_t k = 1; k < xs.size(); ++k) {
    // Summed now: what no later operand has.
    std::vector<bool> sum(dims, false);
    for (size_t d = kept; d < dims; ++d) {
      sum[d] = true;
      for (size_t later = k + 1; later < xs.size(); ++later)
        if (xs[later].sizes()[d] != 1) sum[d] = false;
    }
    y = contracted(y, xs[k], sum);
  }
  Shape rest;
  for (size_t d = kept; d < dims; ++d)
    if (y.sizes()[d] != 1) rest.push_back(static_cast<int64_t>(d));
  if (!rest.empty()) y = y.sum(rest, true).to(operands[0].dtype());
  return y.reshape(IntArrayRef(y.sizes().data(), kept));
}

}  // namespace reel
