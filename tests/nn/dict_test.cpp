#include <reel/nn/module_dict.h>
#include <reel/nn/module_list.h>
#include <reel/nn/parameter_dict.h>
#include <reel/nn/sequential.h>

#include "tests/nn/modules.h"

using namespace reel;
using Names = std::vector<std::string>;

TEST_CASE("module dict: inserts, finds, replaces and removes by name", "[nn]") {
  nn::ModuleDict dict;
  CHECK(dict->empty());
  Affine first = dict->insert("first", Affine(2, 3));
  dict->insert("second", std::make_shared<BlockImpl>());
  CHECK(dict->keys() == Names{"first", "second"});
  CHECK(dict->named_parameters().keys()[0] == "first.weight");
  CHECK(dict->at<AffineImpl>("first").options.out == 3);
  CHECK((*dict)["second"]->as<Block>() != nullptr);
  CHECK(dict["second"] == dict->ptr("second"));
  CHECK(dict->ptr<BlockImpl>("second")->first->options.in == 3);
  CHECK(dict->contains("first"));
  CHECK_FALSE(dict->contains("third"));
  CHECK_THROWS_AS(dict->at<BlockImpl>("first"), ArgumentError);
  CHECK_THROWS_AS((*dict)["third"], ArgumentError);

  dict->insert("first", Affine(5, 5));
  CHECK(dict->keys() == Names{"first", "second"});
  CHECK(dict->at<AffineImpl>("first").options.in == 5);
  CHECK(std::string(dict->ptr("first")->path()) == "first");
  dict->update(nn::ModuleDictImpl::Items{{"third", first.ptr()}, {"second", Affine(1, 1).ptr()}});
  CHECK(dict->keys() == Names{"first", "second", "third"});
  CHECK(dict->at<AffineImpl>("second").options.in == 1);
  CHECK(dict->pop("second")->as<Affine>()->options.in == 1);
  CHECK(dict->size() == 2);
  CHECK(dict->items()[1].second == first.ptr());
  Names seen;
  for (const auto& item : *dict) seen.push_back(item.key() + ":" + item.value()->name());
  CHECK(seen == Names{"first:Affine", "third:Affine"});

  nn::ModuleDict other;
  other->update(*dict);
  other->update(*other);
  CHECK(other->values() == dict->values());
  dict->clear();
  CHECK(dict->is_empty());
  CHECK(other->size() == 2);
  CHECK_THROWS_AS(other->insert("a.b", Affine(1, 1)), ArgumentError);
  CHECK_THROWS_AS(other->insert("empty", Affine(nullptr)), ArgumentError);
}

TEST_CASE("module dict: is cloned and printed", "[nn]") {
  const nn::ModuleDict dict(nn::ModuleDictImpl::Items{{"a", Affine(2, 3).ptr()}});
  nn::ModuleDict copy = dict.clone();
  CHECK(copy->keys() == Names{"a"});
  CHECK_FALSE(copy->parameters()[0].is_same(dict->parameters()[0]));
  CHECK(to_string(*dict) ==
        "ModuleDict(\n  (a): Affine(2 -> 3)  # 9 parameters\n)  # 9 parameters");
  CHECK(to_string(*nn::ModuleDict()) == "ModuleDict()");
}

TEST_CASE("parameter dict: inserts, finds, replaces and removes by name", "[nn]") {
  nn::ParameterDict dict;
  dict->insert("a", ones({2}, requires_grad()));
  dict->insert("b", ones({3}));
  CHECK(dict->keys() == Names{"a", "b"});
  CHECK(dict->get("a").requires_grad());
  CHECK_FALSE((*dict)["b"].requires_grad());
  CHECK(dict->named_parameters()["a"].is_same((*dict)["a"]));
  CHECK(dict["a"].is_same((*dict)["a"]));
  dict->insert("a", zeros({4}));
  CHECK(dict->keys() == Names{"a", "b"});
  CHECK((*dict)["a"].numel() == 4);
  dict->update(nn::ParameterDictImpl::Dict{{"c", ones({1})}, {"b", zeros({1})}});
  CHECK(dict->keys() == Names{"a", "b", "c"});
  CHECK((*dict)["b"].numel() == 1);
  CHECK(dict->pop("a").numel() == 4);
  CHECK(dict->items()[0].first == "b");
  CHECK(dict->values().size() == 2);
  nn::ParameterDict other;
  other->update(*dict);
  dict->clear();
  CHECK(dict->empty());
  CHECK(other->contains("c"));
  CHECK_THROWS_AS(other->get("x"), ArgumentError);
  CHECK_THROWS_AS(other->pop("x"), ArgumentError);
  CHECK_THROWS_AS(other->insert("p", ones({1}, requires_grad()) * 2), GraphError);
  size_t count = 0;
  for (const auto& item : *other) count += item.value().numel() == 1;
  CHECK(count == 2);
}

TEST_CASE("parameter dict and list: are cloned and printed", "[nn]") {
  nn::ParameterDict dict;
  dict->insert("a", full({2, 3}, 7.0, requires_grad()));
  const nn::ParameterDict copy = dict.clone();
  CHECK((*copy)["a"].to_vector() == std::vector<double>(6, 7));
  CHECK((*copy)["a"].requires_grad());
  CHECK_FALSE((*copy)["a"].is_same((*dict)["a"]));
  nn::ParameterList list(ones({2}), zeros({}, kFloat64));
  CHECK(list.clone()->at(0).sizes() == Shape{2});
  CHECK(to_string(*dict) ==
        "ParameterDict(\n  (a): Parameter containing: [float32 of size 2x3]\n)  # 6 parameters");
  const nn::Sequential outer;
  nn::ModuleDict holder;
  holder->insert("list", list);
  CHECK(to_string(*holder) ==
        "ModuleDict(\n"
        "  (list): ParameterList(\n"
        "    (0): Parameter containing: [float32 of size 2]\n"
        "    (1): Parameter containing: [float64 of size ]\n"
        "  )  # 3 parameters\n"
        ")  # 3 parameters");
}

TEST_CASE("parameter list: appends and is indexed", "[nn]") {
  nn::ParameterList list;
  CHECK(list->is_empty());
  list->append(ones({1}, requires_grad()));
  list->extend({ones({2}), ones({3})});
  CHECK(list->size() == 3);
  CHECK((*list)[2].numel() == 3);
  CHECK(list->at(0).requires_grad());
  CHECK(list->named_parameters().keys() == Names{"0", "1", "2"});
  CHECK_THROWS_AS(list->at(3), ArgumentError);
  nn::ParameterList more(ones({4}));
  more->extend(*list);
  int64_t sum = 0;
  for (const auto& item : *more) sum += item.value().numel();
  CHECK(sum == 10);
}

TEST_CASE("module list: inserts, and equals are printed once", "[nn]") {
  nn::ModuleList list(Affine(2, 2), Affine(3, 3));
  list->insert(1, Affine(2, 2));
  list->insert(3, Block());
  CHECK(list->size() == 4);
  CHECK(list->named_children().keys() == Names{"0", "1", "2", "3"});
  CHECK(list->at<AffineImpl>(2).options.in == 3);
  CHECK(std::string(list->ptr(2)->path()) == "2");
  CHECK_THROWS_AS(list->insert(5, Block()), ArgumentError);
  const std::string text = to_string(*list);
  CHECK(
      text.starts_with("ModuleList(\n  (0-1): 2 x Affine(2 -> 2)  # 6 parameters\n"
                       "  (2): Affine(3 -> 3)"));
  CHECK(nn::ModuleList(list->children())->size() == 4);
}

TEST_CASE("parameters and buffers are replaced and removed", "[nn]") {
  Affine affine(2, 3);
  affine->register_buffer("count", zeros({1}));
  affine->weight = affine->replace_parameter("weight", zeros({4, 4}));
  CHECK(affine->named_parameters()["weight"].is_same(affine->weight));
  CHECK(affine->weight.requires_grad());
  CHECK(affine->replace_buffer("count", ones({2})).numel() == 2);
  CHECK(affine->buffers()[0].numel() == 2);
  affine->unregister_buffer("count");
  CHECK(affine->buffers().empty());
  affine->unregister_parameter("bias");
  CHECK(affine->named_parameters().keys() == Names{"weight"});
  CHECK_THROWS_AS(affine->replace_parameter("bias", ones({1})), ArgumentError);
  CHECK_THROWS_AS(affine->unregister_buffer("count"), ArgumentError);
  CHECK_THROWS_AS(affine->replace_parameter("weight", affine->weight * 2), GraphError);
}

TEST_CASE("apply hands out pointers", "[nn]") {
  Net net;
  Names names;
  net->apply([&](const std::shared_ptr<nn::Module>& m) { names.push_back(m->name()); });
  CHECK(names == Names{"Net", "Block", "Affine", "Affine", "Affine"});
  names.clear();
  net->apply(
      [&](const std::string& name, const std::shared_ptr<nn::Module>&) { names.push_back(name); });
  CHECK(names[2] == "block.first");
}
