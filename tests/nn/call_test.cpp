#include <reel/nn/call.h>

#include "tests/nn/modules.h"

using namespace reel;
using Catch::Matchers::Message;

TEST_CASE("an error inside a forward names the innermost module once", "[nn]") {
  Net net;
  CHECK_THROWS_MATCHES(
      net(ones({4, 5})), ArgumentError,
      Message("affine: input [4, 5] has 5 columns; it needs 3. (in module block.first)"));
  Affine alone(2, 2);
  CHECK_THROWS_MATCHES(
      alone(ones({4, 5})), ArgumentError,
      Message("affine: input [4, 5] has 5 columns; it needs 2. (in module Affine)"));
}

TEST_CASE("the path follows registration, and is in force during the call only", "[nn]") {
  struct ProbeImpl : nn::Module {
    Tensor forward(const Tensor& x) {
      seen = current_module_path() ? current_module_path() : "none";
      return x;
    }
    std::string seen;
  };
  const auto probe = std::make_shared<ProbeImpl>();
  nn::ModuleHolder<ProbeImpl> holder(probe);
  holder(ones({1}));
  CHECK(probe->seen == "none");
  struct Outer : nn::Module {};
  Outer inner, outer;
  inner.register_module("probe", holder);
  holder(ones({1}));
  CHECK(probe->seen == "probe");
  auto shared = std::make_shared<Outer>();
  shared->register_module("probe", holder);
  outer.register_module("block", shared);
  holder(ones({1}));
  CHECK(probe->seen == "block.probe");
  CHECK(current_module_path() == nullptr);
}

TEST_CASE("hooks see and may replace what goes in and comes out", "[nn]") {
  Affine affine(2, 2);
  std::vector<std::string> order;
  const uint32_t pre =
      affine->register_forward_pre_hook([&](nn::Module& module, TensorList& inputs) {
        order.push_back("pre " + module.name());
        inputs[0] = full({1, 2}, 4.0);
      });
  const uint32_t post =
      affine->register_forward_hook([&](nn::Module&, const TensorList& inputs, Tensor& output) {
        order.push_back("post");
        CHECK(inputs[0].to_vector()[0] == 4);
        CHECK(output.to_vector()[0] == 5);
        output = full({1}, 9.0);
      });
  CHECK(affine(ones({1, 2})).to_vector() == std::vector<double>{9});
  CHECK(order == std::vector<std::string>{"pre Affine", "post"});
  CHECK(affine->forward(ones({1, 2})).to_vector()[0] == 2);
  affine->remove_forward_hook(post);
  CHECK(affine(ones({1, 2})).to_vector()[0] == 5);
  affine->remove_forward_hook(pre);
  CHECK(affine(ones({1, 2})).to_vector()[0] == 2);
}

TEST_CASE("hooks need tensors", "[nn]") {
  struct CountImpl : nn::Module {
    int64_t forward(const Tensor& x) { return x.numel(); }
  };
  nn::ModuleHolder<CountImpl> count;
  CHECK(count(ones({3})) == 3);
  count->register_forward_hook([](nn::Module&, const TensorList&, Tensor&) {});
  CHECK_THROWS_AS(count(ones({3})), ArgumentError);
  Affine affine(2, 2);
  affine->register_forward_pre_hook([](nn::Module&, TensorList& inputs) { inputs.clear(); });
  CHECK_THROWS_AS(affine(ones({1, 2})), ArgumentError);
}

TEST_CASE("an empty holder says so", "[nn]") {
  Affine affine = nullptr;
  CHECK(affine.is_empty());
  CHECK_THROWS_MATCHES(affine->forward(ones({1})), ArgumentError,
                       Message("module holder: it holds no Affine; it was made from nullptr. "
                               "[assign a module to it first]"));
  affine = Affine(1, 1);
  CHECK(affine);
}

TEST_CASE("holders share their module", "[nn]") {
  const Affine a(2, 2);
  const Affine b = a;
  CHECK(a.get() == b.get());
  STATIC_REQUIRE_FALSE(std::is_constructible_v<Affine, std::string>);
}
