#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/autograd/engine.h>
#include <reel/autograd/function.h>
#include <reel/autograd/grad_mode.h>
#include <reel/autograd/module_path.h>
#include <reel/core/creation.h>

#include <thread>

using namespace reel;
using autograd::AutogradContext;
using autograd::variable_list;

namespace {

using Values = std::vector<double>;

Tensor leaf(std::initializer_list<double> v) {
  return tests::tensor_of(static_cast<int64_t>(v.size()), v).requires_grad_();
}

Values grad_of(const Tensor& x) { return x.grad().defined() ? x.grad().to_vector() : Values(); }

}  // namespace

TEST_CASE("backward: fills every leaf that requires grad", "[engine]") {
  const Tensor a = leaf({2}), b = leaf({3}), constant = leaf({5}).detach();
  const Tensor y = a * b + a * constant;
  y.backward();
  CHECK(grad_of(a) == Values{8});
  CHECK(grad_of(b) == Values{2});
  CHECK_FALSE(constant.grad().defined());
  CHECK_FALSE(y.grad().defined());
}

TEST_CASE("backward: a tensor used several times gets the whole gradient before it goes on",
          "[engine]") {
  const Tensor x = leaf({2});
  const Tensor y = x * x, z = y * y + y * 3 + y;
  z.backward();
  CHECK(grad_of(x) == Values{(2 * 4 + 4) * 4});
}

TEST_CASE("backward: accumulates", "[engine]") {
  const Tensor x = leaf({2, 3});
  for (int i = 0; i < 3; ++i) (x * x).backward(leaf({1, 10}));
  CHECK(grad_of(x) == Values{12, 180});
  x.mutable_grad() = Tensor();
  (x * x).backward(leaf({1, 1}));
  CHECK(grad_of(x) == Values{4, 6});
}

TEST_CASE("backward: from a leaf, from several tensors, from one twice", "[engine]") {
  const Tensor x = leaf({2});
  x.backward();
  CHECK(grad_of(x) == Values{1});
  const Tensor y = x * 3, z = y * 5;
  autograd::backward({y, z, y}, {leaf({1}), leaf({1}), leaf({10})});
  CHECK(grad_of(x) == Values{1 + 3 + 15 + 30});
}

TEST_CASE("backward: gradients share no memory", "[engine]") {
  const Tensor a = leaf({1, 2}), b = leaf({3, 4}), seed = tests::tensor_of({2}, {1, 1});
  (a + b).backward(seed);
  a.grad().mul_(7);
  CHECK(grad_of(b) == Values{1, 1});
  CHECK(seed.to_vector() == Values{1, 1});
  // A gradient that arrives expanded becomes memory of its own.
  const Tensor wide = tests::uniform({3, 2}).requires_grad_();
  (wide * 1).expand({4, 3, 2}).select(0, 1).backward(ones({1}, kFloat64).expand({3, 2}));
  wide.grad().mul_(2);
  CHECK(grad_of(wide) == Values(6, 2.0));
}

TEST_CASE("backward: what can not be differentiated is refused", "[engine]") {
  const Tensor x = leaf({1, 2}), plain = x.detach(), y = x * 2;
  CHECK(message_of<GraphError>([&] { plain.backward(plain); }) ==
        "backward: the tensor [2] does not require grad and has no history; nothing was recorded. "
        "[does an input have requires_grad, and is grad mode on?]");
  CHECK(message_of<ArgumentError>([&] { y.backward(); }) ==
        "backward: the tensor [2] has 2 elements and no gradient was given; only a single element "
        "may "
        "leave it out. [reduce it, or pass a gradient of its shape]");
  CHECK(message_of<ArgumentError>([&] {
          y.backward(leaf({1, 2, 3}));
        }) ==
        "backward: the gradient [3] does not match the tensor [2]; the shapes must be equal.");
  CHECK(message_of<ArgumentError>([&] { y.backward(ones({2})); }) ==
        "backward: the gradient is float32, the tensor float64; the dtypes must be equal.");
  CHECK(message_of<ArgumentError>([&] { autograd::backward({}); }) ==
        "backward: no tensor to start from.");
  CHECK(message_of<ArgumentError>([&] {
          autograd::backward({y}, {x, x});
        }) == "backward: 1 tensors but 2 gradients; there must be as many, or none.");
}

TEST_CASE("backward: a second time needs retain_graph", "[engine]") {
  const Tensor x = leaf({3});
  const Tensor y = x * x;
  y.backward({}, /*retain_graph=*/true);
  y.backward();
  CHECK(grad_of(x) == Values{12});
  CHECK(message_of<GraphError>([&] { y.backward(); }) ==
        "mul: backward a second time; what it had saved was freed by the first. [pass retain_graph "
        "= true "
        "to the first backward]");

  const ModulePathScope scope(intern_path("net.block2.conv1"));
  const Tensor z = x * x;
  z.backward();
  CHECK(message_of<GraphError>([&] { z.backward(); }).find(" (in module net.block2.conv1);") !=
        std::string::npos);
}

TEST_CASE("backward: an error leaves the graph usable", "[engine]") {
  const Tensor x = leaf({3});
  const Tensor y = x * x;
  const uint32_t handle =
      y.register_hook([](const Tensor&) -> Tensor { throw std::logic_error("mine"); });
  CHECK_THROWS_AS(y.backward({}, true), std::logic_error);
  y.remove_hook(handle);
  y.backward();
  CHECK(grad_of(x) == Values{6});
}

TEST_CASE("grad mode: off in a scope, per thread", "[engine]") {
  const Tensor x = leaf({1});
  {
    const NoGradGuard no_grad;
    CHECK_FALSE((x * 2).requires_grad());
    {
      const AutoGradMode on(true);
      CHECK((x * 2).requires_grad());
    }
    bool other = false;
    std::thread([&] { other = (x * 2).requires_grad(); }).join();
    CHECK(other);
    CHECK_FALSE(GradMode::is_enabled());
  }
  CHECK((x * 2).requires_grad());
}

TEST_CASE("detach: shares the data, not the history", "[engine]") {
  const Tensor x = leaf({2}), y = x * 3, d = y.detach();
  CHECK_FALSE(d.requires_grad());
  CHECK(d.is_leaf());
  CHECK(d.data_ptr<double>() == y.data_ptr<double>());
  (y * d).backward();
  CHECK(grad_of(x) == Values{18});

  const Tensor z = x * 2;
  z.detach_();
  CHECK_FALSE(z.requires_grad());
  CHECK(z.is_leaf());
}

TEST_CASE("requires_grad: rules", "[engine]") {
  CHECK(message_of<ArgumentError>([] { zeros({2}, kInt64).set_requires_grad(true); }) ==
        "requires_grad: a tensor of int64 takes no gradient; only float32 and float64 do.");
  const Tensor x = leaf({2}), y = x * 2;
  CHECK(message_of<GraphError>([&] { y.set_requires_grad(false); }) ==
        "requires_grad: only a leaf can stop requiring grad, [1] was made by mul. [use detach()]");
  CHECK_FALSE(x.requires_grad_(false).requires_grad());
}

TEST_CASE("retain_grad: keeps the gradient of what is no leaf", "[engine]") {
  const Tensor x = leaf({2}), y = x * x;
  CHECK_FALSE(y.retains_grad());
  y.retain_grad();
  y.retain_grad();
  CHECK(y.retains_grad());
  const Tensor z = y * 5;
  z.backward({}, true);
  CHECK(grad_of(y) == Values{5});
  z.backward();
  CHECK(grad_of(y) == Values{10});
  x.retain_grad();
  CHECK_FALSE(x.retains_grad());
  CHECK(message_of<GraphError>([&] { x.detach().retain_grad(); }) ==
        "retain_grad: [1] does not require grad.");
}

TEST_CASE("grad: returns gradients and accumulates nothing", "[engine]") {
  const Tensor a = leaf({2}), b = leaf({3}), unused = leaf({4});
  const Tensor y = a * b, z = y * y;
  const TensorList g = autograd::grad({z}, {a, b, y, a}, {}, /*retain_graph=*/true);
  CHECK(g[0].to_vector() == Values{36});
  CHECK(g[1].to_vector() == Values{24});
  CHECK(g[2].to_vector() == Values{12});
  CHECK(g[3].to_vector() == Values{36});
  CHECK_FALSE(a.grad().defined());

  CHECK(message_of<GraphError>([&] {
          autograd::grad({z}, {a, unused}, {}, true);
        }) ==
        "grad: input 1 [1] was not used to compute the outputs. [pass allow_unused = true if that "
        "may be]");
  CHECK(message_of<GraphError>([&] { autograd::grad({z}, {a.detach()}, {}, true); }) ==
        "grad: an input [1] does not require grad.");
  CHECK_FALSE(autograd::grad({z}, {unused}, {}, true, false, /*allow_unused=*/true)[0].defined());
}

namespace {

struct Counted : autograd::Function<Counted> {
  static inline int runs = 0;
  static Tensor forward(AutogradContext*, const Tensor& x) { return x * 1; }
  static variable_list backward(AutogradContext*, variable_list dy) {
    ++runs;
    return {dy[0]};
  }
};

struct NoGradient : autograd::Function<NoGradient> {
  static Tensor forward(AutogradContext*, const Tensor& x) { return x * 1; }
  static variable_list backward(AutogradContext*, variable_list) { return {Tensor()}; }
};

// Differentiates inside its own backward.
struct Nested : autograd::Function<Nested> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x) {
    ctx->save_for_backward({x});
    return x * x * x;
  }
  static variable_list backward(AutogradContext* ctx, variable_list dy) {
    const AutoGradMode on(true);
    const Tensor x = ctx->get_saved_variables()[0].detach().requires_grad_();
    const Tensor y = x * x * x;
    return {autograd::grad({y}, {x}, {dy[0]})[0]};
  }
};

}  // namespace

TEST_CASE("grad: runs only what leads to the inputs", "[engine]") {
  const Tensor a = leaf({2}), b = leaf({3});
  const Tensor left = Counted::apply(a), y = left * Counted::apply(b);
  Counted::runs = 0;
  CHECK(autograd::grad({y}, {a}, {}, true)[0].to_vector() == Values{3});
  CHECK(Counted::runs == 1);
  autograd::grad({y}, {left});
  CHECK(Counted::runs == 1);
  // What it did not run is not freed.
  left.backward();
  CHECK(grad_of(a) == Values{1});
}

TEST_CASE("backward: into given inputs alone", "[engine]") {
  const Tensor a = leaf({2}), b = leaf({3}), unused = leaf({1});
  for (int i = 0; i < 2; ++i) autograd::backward({a * b}, {}, {}, false, {a, unused});
  CHECK(grad_of(a) == Values{6});
  CHECK_FALSE(b.grad().defined());
  CHECK_FALSE(unused.grad().defined());
}

TEST_CASE("backward: undefined gradients stop there", "[engine]") {
  const Tensor x = leaf({2}), y = leaf({3});
  (NoGradient::apply(x) * y).backward();
  CHECK_FALSE(x.grad().defined());
  CHECK(grad_of(y) == Values{2});
  (NoGradient::apply(x * 2) + x).backward();
  CHECK(grad_of(x) == Values{1});
}

TEST_CASE("create_graph: gradients of gradients", "[engine]") {
  const Tensor x = leaf({2});
  const Tensor y = x * x * x * x;
  Tensor g = y;
  Values orders;
  for (int i = 0; i < 4; ++i) {
    g = autograd::grad({g}, {x}, {}, {}, /*create_graph=*/true)[0];
    orders.push_back(g.item<double>());
  }
  CHECK(orders == Values{32, 48, 48, 24});

  // Accumulated gradients keep their history, and theirs alone.
  const Tensor z = x * x * x;
  z.backward({}, std::nullopt, /*create_graph=*/true);
  CHECK(x.grad().requires_grad());
  const Tensor first = x.grad();
  first.backward();
  CHECK(first.item<double>() == 12 + 12);
  x.mutable_grad() = {};  // x would keep its gradient, whose history would keep x
}

TEST_CASE("backward: inside backward", "[engine]") {
  const Tensor x = leaf({2, 3});
  Nested::apply(Nested::apply(x) * 1).backward(leaf({1, 1}));
  CHECK(grad_of(x)[0] == Catch::Approx(9 * 256));

  // In a hook, over a part of the same graph.
  const Tensor a = leaf({2}), b = a * a, c = b * b;
  double inner = 0;
  c.register_hook([&](const Tensor&) {
    inner = autograd::grad({b}, {a}, {}, /*retain_graph=*/true)[0].item<double>();
    return Tensor();
  });
  c.backward();
  CHECK(inner == 4);
  CHECK(grad_of(a) == Values{32});
}

namespace {

// A step of training, whose gradient is 2 (x + i).
bool trains() {
  for (int i = 0; i < 50; ++i) {
    const Tensor x = leaf({1, 2, 3});
    ((x + i) * (x + i)).backward(leaf({1, 1, 1}));
    if (grad_of(x) != Values{2.0 + 2 * i, 4.0 + 2 * i, 6.0 + 2 * i}) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("backward: after the thread's own memory is gone", "[engine]") {
  bool right = false;
  std::thread([&] {
    struct Last {
      bool* right = nullptr;
      ~Last() { *right = trains(); }
    };
    // Made before what the thread keeps for tensors and backward, it goes after them.
    thread_local Last last;
    last.right = &right;
    for (int i = 0; i < 3; ++i) trains();
  }).join();
  CHECK(right);
}

TEST_CASE("backward: retain_graph is create_graph unless it is given", "[engine]") {
  const Tensor x = leaf({3});
  const auto cube = [&] { return x * x * x; };
  for (const auto retain : {std::optional<bool>(), std::optional<bool>(true)}) {
    const Tensor y = cube(), z = cube();
    y.backward({}, retain, /*create_graph=*/true);
    CHECK_NOTHROW(y.backward());
    autograd::backward({z}, {}, retain, /*create_graph=*/true);
    CHECK_NOTHROW(z.backward());
    CHECK_NOTHROW(autograd::grad({cube()}, {x}, {}, retain, true)[0].backward());
  }
  const Tensor y = cube(), z = cube(), w = cube();
  y.backward({}, false, /*create_graph=*/true);
  CHECK_THROWS_AS(y.backward(), GraphError);
  autograd::backward({z}, {}, false, /*create_graph=*/true);
  CHECK_THROWS_AS(z.backward(), GraphError);
  autograd::grad({w}, {x}, {}, false, /*create_graph=*/true);
  CHECK_THROWS_AS(w.backward(), GraphError);
  x.mutable_grad() = Tensor();
}

TEST_CASE("backward: the method with inputs", "[engine]") {
  const Tensor a = leaf({2, 1}), b = leaf({3, 4});
  (a * b).backward(leaf({1, 10}), std::nullopt, false, {b});
  CHECK(grad_of(b) == Values{2, 10});
  CHECK_FALSE(a.grad().defined());
}

TEST_CASE("backward: graphs that share something run on one thread at a time", "[engine]") {
  const Tensor x = leaf({2}), h = x * x, y = h * 3;
  std::string leaf_shared, operation_shared;
  y.register_hook([&](const Tensor& g) {
    std::thread other([&] {
      leaf_shared = message_of<GraphError>([&] { (x * 5).backward(); });
      operation_shared = message_of<GraphError>([&] { (h * 5).backward(); });
    });
    other.join();
    return g;
  });
  y.backward();
  CHECK(grad_of(x) == Values{12});
  CHECK(leaf_shared ==
        "backward: another thread's backward is running through a leaf of this graph; graphs of "
        "threads that run backward at one time must share neither operations nor leaves that "
        "require grad. [give each thread a clone of the module, and add the gradients]");
  CHECK(operation_shared.starts_with(
      "backward: another thread's backward is running through the same 'mul'; graphs of"));
  std::thread([&] { (x * 5).backward(); }).join();
  CHECK(grad_of(x) == Values{17});
}
