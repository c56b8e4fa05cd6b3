// Writes through views of tensors on the tape, against the same computation without them.

#include <reel/autograd/engine.h>
#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops.h>
#include <reel/core/allocator.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

using namespace reel;
using namespace reel::indexing;
using namespace reel::tests;

namespace {

using Values = std::vector<double>;

Tensor leaf(std::initializer_list<double> v) {
  return tensor_of(static_cast<int64_t>(v.size()), v).requires_grad_();
}

// x with row i of dimension 0 replaced.
Tensor with_row(const Tensor& x, int64_t i, const Tensor& row) {
  TensorList parts;
  for (int64_t k = 0; k < x.size(0); ++k) parts.push_back(k == i ? row.expand_as(x[k]) : x[k]);
  return stack(parts);
}

const OpCase kCases[] = {
    {.name = "a row times a number",
     .op =
         [](const TensorList& xs) {
           const Tensor y = xs[0] * 2;
           y.select(0, 1).mul_(3);
           return y.square();
         },
     .inputs = {{4, 5}},
     .reference =
         [](const TensorList& xs) {
           const Tensor y = xs[0] * 2;
           return with_row(y, 1, y[1] * 3).square();
         }},
    {.name = "a row assigned",
     .op =
         [](const TensorList& xs) {
           const Tensor y = xs[0] * xs[0];
           y[0] = xs[1];
           y[2] = 0.5;
           return y * xs[0];
         },
     .inputs = {{3, 7}, {7}},
     .reference =
         [](const TensorList& xs) {
           const Tensor y = with_row(xs[0] * xs[0], 0, xs[1]);
           return with_row(y, 2, full({}, 0.5, kFloat64)) * xs[0];
         }},
    {.name = "a part copied over, broadcast",
     .op =
         [](const TensorList& xs) {
           const Tensor y = xs[0] * 2;
           y.slice(1, 0, 6, 2).copy_(xs[1]);
           return y.square();
         },
     .inputs = {{3, 8}, {3, 1}},
     .reference =
         [](const TensorList& xs) {
           const Tensor even = tensor({true, false, true, false, true, false, false, false});
           return where(even, xs[1], xs[0] * 2).square();
         }},
    {.name = "values that the gradient of the factor needs",
     .op =
         [](const TensorList& xs) {
           const Tensor y = xs[0].exp() * 1;
           y[1].mul_(xs[1]);
           y[1].div_(xs[1] + 3);
           y[0].add_(xs[1], 2);
           return y.square();
         },
     .inputs = {{2, 9}, {9}},
     .reference =
         [](const TensorList& xs) {
           const Tensor y = xs[0].exp();
           return with_row(with_row(y, 1, y[1] * xs[1] / (xs[1] + 3)), 0, y[0] + xs[1] * 2)
               .square();
         }},
    {.name = "outputs that gradients need",
     .op =
         [](const TensorList& xs) {
           // A tensor each: a saved output notices any later write to its memory.
           const Tensor a = xs[0] * 1, b = xs[0] * 1, c = xs[0] * 1;
           a[0].exp_();
           b[1].tanh_();
           c[2].sigmoid_();
           return (a * b * c).square();
         },
     .inputs = {{3, 5}},
     .reference =
         [](const TensorList& xs) {
           const Tensor x = xs[0];
           return (with_row(x, 0, x[0].exp()) * with_row(x, 1, x[1].tanh()) *
                   with_row(x, 2, x[2].sigmoid()))
               .square();
         }},
    {.name = "views of views, transposed",
     .op =
         [](const TensorList& xs) {
           const Tensor y = xs[0] * 1;
           const Tensor t = y.permute({2, 0, 1});
           t.slice(0, 1, 3).select(1, 0).mul_(xs[1]);
           t[0].t().select(0, 1).add_(5);
           y.view({-1}).narrow(0, 20, 4).neg_();
           return y.square() + t.permute({1, 2, 0});
         },
     .inputs = {{2, 3, 4}, {3}},
     .reference =
         [](const TensorList& xs) {
           const Tensor y = xs[0].clone();
           for (int64_t j = 1; j < 3; ++j)
             for (int64_t k = 0; k < 3; ++k) y[0][k][j] = y[0][k][j] * xs[1][k];
           for (int64_t i = 0; i < 2; ++i) y[i][1][0] = y[i][1][0] + 5;
           for (int64_t j = 0; j < 4; ++j) y[1][2][j] = -y[1][2][j];
           return y.square() + y;
         }},
    {.name = "a buffer filled row by row",
     .op =
         [](const TensorList& xs) {
           const Tensor y = zeros({3, xs[0].size(0)}, xs[0].dtype());
           Tensor h = xs[0];
           for (int64_t i = 0; i < 3; ++i) {
             h = h * xs[1] + 1;
             y[i] = h;
           }
           return y.square();
         },
     .inputs = {{17}, {17}},
     .reference =
         [](const TensorList& xs) {
           const Tensor a = xs[0] * xs[1] + 1, b = a * xs[1] + 1;
           return stack({a, b, b * xs[1] + 1}).square();
         }},
    {.name = "a view from before its base was written",
     .op =
         [](const TensorList& xs) {
           const Tensor y = xs[0] * 1;
           const Tensor v = y[1], w = y.t();
           y.mul_(xs[1]);
           y[1].exp_();
           return TensorList{v * v, w * 3};
         },
     .inputs = {{3, 4}, {4}},
     .reference =
         [](const TensorList& xs) {
           const Tensor y = xs[0] * xs[1];
           const Tensor z = with_row(y, 1, y[1].exp());
           return TensorList{z[1] * z[1], (z.t() * 3).contiguous()};
         }},
    {.name = "the view itself goes on",
     .op =
         [](const TensorList& xs) {
           const Tensor v = (xs[0] * 2)[1];  // nobody else has the base
           v.mul_(xs[1]);
           v.mul_(v);
           return v;
         },
     .inputs = {{2, 31}, {31}},
     .reference =
         [](const TensorList& xs) {
           const Tensor v = xs[0][1] * 2 * xs[1];
           return v * v;
         }},
    {.name = "from another part of the same tensor",
     .op =
         [](const TensorList& xs) {
           const Tensor y = xs[0] * 1;
           y[0] = y[1] * 2 + xs[1];
           y[2].add_(y[0]);
           return y.square();
         },
     .inputs = {{3, 5}, {5}},
     .reference =
         [](const TensorList& xs) {
           const Tensor a = xs[0][1] * 2 + xs[1];
           return stack({a, xs[0][1], xs[0][2] + a}).square();
         }},
    {.name = "windows, diagonals and indices",
     .op =
         [](const TensorList& xs) {
           const Tensor y = xs[0] * 1;
           y.diagonal().mul_(xs[1]);
           y.as_strided({2, 2}, {8, 2}, 1).add_(1);
           y.index_put_({Slice(1), tensor({3, 0})}, xs[1].narrow(0, 0, 2), true);
           y.t().index_put_({2}, 7);
           y[0].masked_fill_(tensor({true, false, false, true}), 9);
           return y.square();
         },
     .inputs = {{4, 4}, {4}},
     .reference =
         [](const TensorList& xs) {
           Values y = xs[0].to_vector();
           const Values b = xs[1].to_vector();
           for (size_t i = 0; i < 4; ++i) y[5 * i] *= b[i];
           for (size_t at : {1u, 3u, 9u, 11u}) y[at] += 1;
           for (size_t i = 1; i < 4; ++i) {
             y[4 * i + 3] += b[0];
             y[4 * i] += b[1];
           }
           for (size_t i = 0; i < 4; ++i) y[4 * i + 2] = 7;
           y[0] = y[3] = 9;
           return tensor_of({4, 4}, y).square();
         }},
    {.name = "channels of an image",
     .op =
         [](const TensorList& xs) {
           const Tensor y = xs[0] * 2;  // laid out as the input is
           y.select(1, 1).mul_(xs[1]);
           y.index({Slice(), 0, "...", Slice(1)}).copy_(xs[1].slice(1, 1));
           return y.square();
         },
     .inputs = {{2, 3, 3, 4}, {3, 4}},
     .reference =
         [](const TensorList& xs) {
           const Tensor y = xs[0] * 2;
           const Tensor first =
               cat({y.select(1, 0).narrow(2, 0, 1), xs[1].slice(1, 1).expand({2, 3, 3})}, 2);
           return stack({first, y.select(1, 1) * xs[1], y.select(1, 2)}, 1).square();
         }},
    {.name = "an empty part",
     .op =
         [](const TensorList& xs) {
           const Tensor y = xs[0] * 2;
           y.slice(0, 1, 1).mul_(3);
           y.slice(1, 5).copy_(xs[1]);
           return y.square();
         },
     .inputs = {{2, 5}, {1}},
     .reference = [](const TensorList& xs) { return (xs[0] * 2).square(); },
     .zero_gradient = true},
};

// A message without its hint.
std::string rule_of(const std::string& message) { return message.substr(0, message.rfind(" [")); }

constexpr const char* kStale =
    " was written in place through another view of its memory, on the tape; its own history does "
    "not know of that write. [use the tensor that was written, or write out of place]";

}  // namespace

TEST_CASE("writes through views pass check_op", "[in-place][view]") {
  for (OpCase c : kCases) {
    c.second_order = true;
    check_op(c);
  }
}

TEST_CASE("views: a buffer takes the history of what is written to a part", "[in-place][view]") {
  const Tensor w = leaf({3, 4}), buffer = zeros({2, 2}, kFloat64);
  const Tensor before = buffer[0], other = buffer[1];
  buffer[0] = w;
  CHECK(buffer.requires_grad());
  CHECK_FALSE(buffer.is_leaf());
  CHECK(before.requires_grad());
  CHECK_FALSE(before.is_leaf());
  (before * 2 + other).backward(tensor_of(2, {1, 10}));
  CHECK(w.grad().to_vector() == Values{2, 20});
}

TEST_CASE("views: retained gradients and hooks are those of the new values", "[in-place][view]") {
  const Tensor x = leaf({1, 2}), y = x * 3;
  y.retain_grad();
  y[0].mul_(5);
  Values seen;
  y.register_hook([&](const Tensor& g) {
    seen = g.to_vector();
    return Tensor();
  });
  (y * 7).backward(tensor_of(2, {1, 1}));
  CHECK(y.grad().to_vector() == Values{7, 7});
  CHECK(seen == Values{7, 7});
  CHECK(x.grad().to_vector() == Values{105, 21});
}

TEST_CASE("views: only wanted gradients are computed", "[in-place][view]") {
  const Tensor x = leaf({1, 2}), w = leaf({3}), y = x * 1;
  y.narrow(0, 0, 1).mul_(w);
  const Tensor g = tensor_of(2, {1, 1});
  CHECK(autograd::grad({y}, {w}, {g}, true)[0].to_vector() == Values{1});
  CHECK(autograd::grad({y}, {x}, {g}, true)[0].to_vector() == Values{3, 1});
  y.backward(g);
  CHECK(message_of<GraphError>([&] { y.backward(g); }).starts_with("mul: backward a second time"));
}

TEST_CASE("views: what is written over passes nothing on", "[in-place][view]") {
  const Tensor x = leaf({0, 4}), y = x.sqrt() * 1;
  y[0] = 3;  // the derivative of sqrt at 0 is infinite, and of no account
  y.backward(tensor_of(2, {1, 1}));
  CHECK(x.grad().to_vector()[1] == 0.25);
  const Tensor z = leaf({1, 2}) * 1;
  z[0].mul_(std::numeric_limits<double>::infinity());
  const Tensor g = autograd::grad({z}, {z}, {tensor_of(2, {0, 1})})[0];
  CHECK(g.to_vector() == Values{0, 1});
}

TEST_CASE("views: a write that a saved tensor notices", "[in-place][view]") {
  const Tensor x = leaf({1, 2}), y = x * 1, z = y[0] * y[0];
  y[1] = 5;
  CHECK(message_of<GraphError>([&] {
          z.backward();
        }).starts_with("mul: saved input 'other' [] was modified in place"));
}

TEST_CASE("views: what can not be followed is refused before anything is written",
          "[in-place][view]") {
  const Tensor x = leaf({1, 2, 3, 4}), w = leaf({5});
  const auto refused = [&](const Tensor& view, auto write) {
    const Values before = view.to_vector();
    const std::string message = message_of<GraphError>([&] { write(view); });
    CHECK(view.to_vector() == before);
    return rule_of(message);
  };
  const auto scale = [](const Tensor& v) { v.mul_(2); };
  const auto copy = [&](const Tensor& v) { v.copy_(w); };

  CHECK(refused(x.view({2, 2})[1], scale) ==
        "mul_: [2] is a view of a leaf that requires grad; it can not be written in place while "
        "recording.");
  const std::string several =
      " is one of several views that one operation made; what is written through it is not "
      "followed.";
  CHECK(refused((x * 1).split(2)[0], scale) == "mul_: [2]" + several);
  CHECK(refused((x * 1).unbind()[3], scale) == "mul_: []" + several);
  CHECK(refused((x * 1).chunk(2)[0].view({2, 1}), scale) == "mul_: [2, 1]" + several);
  CHECK(refused(zeros(4, kFloat64).chunk(2)[0], copy) == "copy_: [2]" + several);
  CHECK(
      refused((x * 1).unfold(0, 2, 1), scale) ==
      "mul_: [3, 2] with strides [1, 1] is no part of the tensor [4] with strides [1] element for "
      "element; what is written through it can not be followed.");
  Tensor quiet;
  const Tensor buffer = zeros(4, kFloat64);
  {
    const NoGradGuard no_grad;
    quiet = buffer.narrow(0, 1, 2);
  }
  CHECK(refused(quiet, copy) ==
        "copy_: [2] is a view made while nothing was recorded; what is written through it can not "
        "be followed.");
  CHECK(refused(quiet.view({2, 1}), copy).find("nothing was recorded") != std::string::npos);
  quiet.mul_(2);  // a constant for what is on the tape
  CHECK((buffer * w).requires_grad());
}

TEST_CASE("views: parts that were split can be read after their tensor was written",
          "[in-place][view]") {
  const Tensor x = leaf({1, 2, 3, 4}), y = x * 1;
  const TensorList parts = y.split(2);
  y.mul_(x);
  parts[1].backward(tensor_of(2, {1, 1}));
  CHECK(x.grad().to_vector() == Values{0, 0, 6, 8});
}

TEST_CASE("views: detached memory", "[in-place][view]") {
  const Tensor x = leaf({1, 2}), w = leaf({3});
  {
    // A write of constants is one of data.
    const Tensor y = x * 1;
    y.detach()[0].mul_(7);
    (y * 2).backward(tensor_of(2, {1, 1}));
    CHECK(x.grad().to_vector() == Values{2, 2});
  }
  {
    // One that is recorded belongs to the detached tensor, and the other can not know.
    const Tensor y = x * 1, d = y.detach();
    const Tensor v = d[1];
    d.narrow(0, 0, 1).mul_(w);
    CHECK(d.requires_grad());
    CHECK(message_of<GraphError>([&] { y * 2; }) == std::string("mul: an input [2]") + kStale);
    CHECK(v.requires_grad());
    d.backward(tensor_of(2, {1, 1}));
    CHECK(w.grad().to_vector() == Values{1});
  }
  {
    const Tensor y = x * 1, v = y[0];
    v.detach_();
    v.mul_(2);
    CHECK_FALSE(v.requires_grad());
    CHECK(y.to_vector() == Values{2, 2});
  }
}

TEST_CASE("views: a leaf that is a view", "[in-place][view]") {
  // Parameters in one block of memory.
  const Tensor block = ones(4, kFloat64);
  const Tensor p = block.narrow(0, 0, 2).requires_grad_(),
               q = block.narrow(0, 2, 2).requires_grad_();
  CHECK_THROWS_AS(p.mul_(2), GraphError);
  CHECK_THROWS_AS(p[0].mul_(2), GraphError);
  (p * q).backward(tensor_of(2, {1, 2}));
  CHECK(p.grad().to_vector() == Values{1, 2});
  const NoGradGuard no_grad;
  p[0].add_(1);
  CHECK(block.to_vector() == Values{2, 1, 1, 1});
}

TEST_CASE("views: other data part a view from its base", "[in-place][view]") {
  const Tensor x = leaf({1, 2}), y = x * 1, v = y[0];
  v.set_data(tensor_of({}, {5}));
  v.mul_(2);
  CHECK(y.to_vector() == Values{1, 2});
  (y * 2).backward(tensor_of(2, {1, 1}));
  CHECK(x.grad().to_vector() == Values{2, 2});
}

TEST_CASE("views: no history is held for ever", "[in-place][view]") {
  const int64_t before = memory_stats().live;
  for (int i = 0; i < 3; ++i) {
    const Tensor w = ones(1000, dtype(kFloat64).requires_grad(true));
    const Tensor y = zeros({4, 1000}, kFloat64);
    for (int64_t k = 1; k < 4; ++k) {
      y[k] = y[k - 1] * w;
      y[k].exp_();
    }
    CHECK(y.requires_grad());  // and backward, which would be refused, is not called
  }
  CHECK(memory_stats().live == before);
}

TEST_CASE("views: long chains of writes", "[in-place][view]") {
  const Tensor x = leaf({1, 1}), y = x * 1;
  constexpr int kWrites = 100000;
  for (int i = 0; i < kWrites; ++i) y[i % 2].add_(x[0]);
  y.backward(tensor_of(2, {1, 1}));
  CHECK(x.grad().to_vector() == Values{1.0 + kWrites, 1});
}

TEST_CASE("views: of a tensor's own sizes", "[in-place][view]") {
  using Again = Tensor (*)(const Tensor&);
  const Again ways[] = {[](const Tensor& x) { return x.reshape({2}); },
                        [](const Tensor& x) { return x.reshape_as(x); },
                        [](const Tensor& x) { return x.view(-1); },
                        [](const Tensor& x) { return x.ravel(); },
                        [](const Tensor& x) { return x.t(); },
                        [](const Tensor& x) { return x.index({"..."}); }};
  for (const Again again : ways) {
    const Tensor x = leaf({1, 2}), y = x * x, p = tensor_of(2, {1, 2});
    again(p).requires_grad_();
    CHECK_FALSE(p.requires_grad());
    again(y).detach_();
    {
      const NoGradGuard no_grad;
      CHECK_FALSE(again(y).requires_grad());
    }
    const Tensor z = again(y);
    z.register_hook([](const Tensor& g) { return g * 10; });
    z.mul_(x);
    (y + again(y) * 3).backward(tensor_of(2, {1, 1}));
    CHECK(x.grad().to_vector() == Values{12, 48});  // 4 * 3 x^2, past the hook
  }
}
