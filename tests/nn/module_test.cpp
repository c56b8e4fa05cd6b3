#include <reel/core/creation.h>
#include <reel/nn/holder.h>

#include "tests/catch.h"
#include "tests/nn/modules.h"

using namespace reel;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::Message;

namespace {

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a module knows what is registered, in order and by path", "[nn]") {
  Net net;
  CHECK(net->named_parameters().keys() == Names{"scale", "block.first.weight", "block.first.bias",
                                                "block.second.weight", "out.weight", "out.bias"});
  CHECK(net->named_parameters(false).keys() == Names{"scale"});
  CHECK(net->named_buffers().keys() == Names{"calls"});
  CHECK(net->named_children().keys() == Names{"block", "out"});
  CHECK(net->named_modules().keys() == Names{"", "block", "block.first", "block.second", "out"});
  CHECK(net->named_modules("net").keys() ==
        Names{"net", "net.block", "net.block.first", "net.block.second", "net.out"});
  CHECK(net->modules(false).size() == 4);
  CHECK(net->parameters().size() == 6);
  CHECK(net->buffers().size() == 1);
  CHECK(net->num_parameters() == 2 + 9 + 3 + 6 + 4 + 2);
  CHECK(net->named_parameters()["scale"].is_same(net->scale));
  CHECK(net->scale.requires_grad());
  CHECK_FALSE(net->calls.requires_grad());
  CHECK(net->modules()[0].get() == net.get());
}

TEST_CASE("a module on the stack can be walked", "[nn]") {
  AffineImpl affine(2, 2);
  CHECK(affine.modules().size() == 1);
  CHECK(affine.named_parameters().size() == 2);
}

TEST_CASE("a shared child counts once", "[nn]") {
  struct Twice : nn::Module {
    Affine a = register_module("a", Affine(2, 2));
    Affine b = register_module("b", a);
  };
  const Twice twice;
  CHECK(twice.named_parameters().keys() == Names{"a.weight", "a.bias"});
  CHECK(twice.named_modules().size() == 2);
}

TEST_CASE("registration refuses what would make paths ambiguous", "[nn]") {
  AffineImpl affine(2, 2);
  CHECK_THROWS_MATCHES(
      affine.register_parameter("weight", ones({1})), ArgumentError,
      Message("register_parameter: 'weight' is already registered in Affine; names are unique "
              "in a module."));
  CHECK_THROWS_MATCHES(
      affine.register_buffer("a.b", ones({1})), ArgumentError,
      Message("register_buffer: the name 'a.b' has a dot; dots separate the names of a path."));
  CHECK_THROWS_AS(affine.register_buffer("", ones({1})), ArgumentError);
  CHECK_THROWS_MATCHES(
      affine.register_module("child", Affine(nullptr)), ArgumentError,
      Message("register_module: 'child' is an empty pointer or holder; there is no module to "
              "register."));
  Net net;
  CHECK_THROWS_MATCHES(net->block->register_module("net", net), ArgumentError,
                       ContainsMessage("contains the module Block that it is registered in"));
  CHECK_THROWS_AS(affine.register_parameter("count", zeros({1}, kInt64)), ArgumentError);
}

TEST_CASE("an undefined parameter reserves its name", "[nn]") {
  AffineImpl affine(2, 3, false);
  CHECK(affine.named_parameters().keys() == Names{"weight"});
  CHECK_THROWS_AS(affine.register_parameter("bias", ones({1})), ArgumentError);
}

TEST_CASE("another tensor can not be assigned to a parameter member", "[nn]") {
  STATIC_REQUIRE_FALSE(std::is_assignable_v<nn::Parameter&, Tensor>);
  STATIC_REQUIRE_FALSE(std::is_assignable_v<nn::Parameter&, const nn::Parameter&>);
  STATIC_REQUIRE(std::is_convertible_v<nn::Parameter, Tensor>);
  Affine affine(2, 2);
  affine->weight.set_data(full({2, 2}, 7.0));
  CHECK(affine->parameters()[0].to_vector() == std::vector<double>(4, 7));
}

TEST_CASE("modes reach the whole tree", "[nn]") {
  Net net;
  CHECK(net->is_training());
  net->eval();
  for (const auto& module : net->modules()) CHECK_FALSE(module->is_training());
  net->block->train();
  CHECK(net->block->first->is_training());
  CHECK_FALSE(net->out->is_training());
  net->requires_grad_(false);
  CHECK_FALSE(net->scale.requires_grad());
  net->requires_grad_();
  CHECK(net->out->weight.requires_grad());
}

TEST_CASE("apply visits each module, with its path", "[nn]") {
  Net net;
  Names names;
  net->apply([&](const std::string& name, nn::Module& module) {
    names.push_back(name + ":" + module.name());
  });
  CHECK(names ==
        Names{":Net", "block:Block", "block.first:Affine", "block.second:Affine", "out:Affine"});
  int count = 0;
  net->apply([&](nn::Module&) { ++count; });
  CHECK(count == 5);
}

TEST_CASE("conversion keeps every parameter's identity", "[nn]") {
  Net net;
  const Tensor before = net->out->weight;
  before.mutable_grad() = ones(before.sizes());
  net->to(kFloat64);
  CHECK(before.is_same(net->named_parameters()["out.weight"]));
  CHECK(before.dtype() == kFloat64);
  CHECK(before.grad().dtype() == kFloat64);
  CHECK(net->calls.dtype() == kInt64);
  CHECK(before.requires_grad());
  CHECK_THROWS_AS(net->to(kInt64), ArgumentError);
}

TEST_CASE("gradients are forgotten or zeroed", "[nn]") {
  Affine affine(2, 2);
  affine->weight.mutable_grad() = ones({2, 2});
  affine->zero_grad(false);
  CHECK(affine->weight.grad().to_vector() == std::vector<double>(4, 0));
  affine->zero_grad();
  CHECK_FALSE(affine->weight.grad().defined());
}

TEST_CASE("a child can be replaced and removed", "[nn]") {
  Net net;
  net->out = net->replace_module("out", Affine(2, 5));
  CHECK(net->named_parameters()["out.weight"].sizes() == Shape{5, 2});
  CHECK(std::string(net->out->path()) == "out");
  CHECK_THROWS_AS(net->replace_module("missing", Affine(1, 1)), ArgumentError);
  net->unregister_module("out");
  CHECK(net->named_children().keys() == Names{"block"});
}

TEST_CASE("a module prints as a tree with its parameters", "[nn]") {
  Net net;
  CHECK(to_string(*net) ==
        "Net(\n"
        "  (block): Block(\n"
        "    (first): Affine(3 -> 3)  # 12 parameters\n"
        "    (second): Affine(3 -> 2)  # 6 parameters\n"
        "  )  # 18 parameters\n"
        "  (out): Affine(2 -> 2)  # 6 parameters\n"
        ")  # 26 parameters");
}

TEST_CASE("a module's name is its type's, or its own", "[nn]") {
  CHECK(Affine(1, 1)->name() == "Affine");
  struct Named : nn::Module {
    Named() : Module("LeNet") {}
  };
  CHECK(Named().name() == "LeNet");
}

TEST_CASE("as finds the layer behind a module", "[nn]") {
  Net net;
  const auto child = net->named_children()["out"];
  CHECK(child->as<Affine>() == net->out.get());
  CHECK(child->as<AffineImpl>() == net->out.get());
  CHECK(child->as<Net>() == nullptr);
}
