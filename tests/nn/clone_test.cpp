#include <reel/nn/conv.h>
#include <reel/nn/conv_transpose.h>
#include <reel/nn/embedding.h>
#include <reel/nn/layer_norm.h>
#include <reel/nn/module_dict.h>
#include <reel/nn/module_list.h>
#include <reel/nn/padding.h>
#include <reel/nn/pool.h>
#include <reel/nn/resampling.h>
#include <reel/nn/sequential.h>

#include "tests/nn/modules.h"

using namespace reel;

TEST_CASE("a clone has the same state and shares none of it", "[nn]") {
  Net net;
  net->out->weight.set_data(full({2, 2}, 3.0));
  net->out->bias.set_requires_grad(false);
  net->block->eval();
  const std::shared_ptr<NetImpl> copy = net->clone();
  CHECK(copy->out->weight.to_vector() == std::vector<double>(4, 3));
  CHECK_FALSE(copy->out->weight.is_same(net->out->weight));
  CHECK_FALSE(copy->out->bias.requires_grad());
  CHECK_FALSE(copy->block->first->is_training());
  CHECK(copy->is_training());
  copy->out->weight.detach().fill_(0);
  CHECK(net->out->weight.to_vector() == std::vector<double>(4, 3));
  CHECK(copy->named_parameters()["out.weight"].is_same(copy->out->weight));
  Net holder(net->clone());
  CHECK(holder->num_parameters() == 26);
}

TEST_CASE("holders with constructors of their own are cloned to holders", "[nn]") {
  const auto check = []<class Holder>(const Holder& layer) {
    const Holder copy = layer.clone();
    CHECK(copy.get() != layer.get());
    CHECK(to_string(*copy) == to_string(*layer));
  };
  check(nn::Embedding(5, 3));
  check(nn::LayerNorm({4}));
  check(nn::Sequential(Affine(2, 2)));
  check(nn::Conv1d(1, 2, 3));
  check(nn::Conv2d(1, 2, {3, 5}));
  check(nn::ConvTranspose3d(1, 2, {1, 2, 3}));
  check(nn::MaxPool1d(2));
  check(nn::AvgPool2d({2, 3}));
  check(nn::AdaptiveAvgPool2d({3, std::nullopt}));
  check(nn::AdaptiveMaxPool1d(4));
  check(nn::MaxUnpool2d({2, 3}));
  check(nn::LPPool2d(2, {2, 3}));
  check(nn::ReflectionPad2d({1, 2, 0, 1}));
  check(nn::ZeroPad1d(2));
  check(nn::ConstantPad1d({1, 2}, 0.5));
  check(nn::Unfold({2, 3}));
  check(nn::Fold({4, 5}, {2, 3}));
}

TEST_CASE("a clone has its original's dtype", "[nn]") {
  Net net;
  net->to(kFloat64);
  CHECK(net->clone()->scale.dtype() == kFloat64);
}

TEST_CASE("cloning leaves the random numbers alone", "[nn]") {
  struct NoisyImpl : nn::Cloneable<NoisyImpl> {
    NoisyImpl() { default_generator().next32(); }
  };
  const NoisyImpl noisy;
  manual_seed(5);
  const uint32_t expected = Generator(default_generator()).next32();
  noisy.clone();
  CHECK(default_generator().next32() == expected);
}

TEST_CASE("a module with reset is copied in libtorch's manner", "[nn]") {
  struct ScaleImpl : nn::Cloneable<ScaleImpl> {
    explicit ScaleImpl(int64_t n) : size(n) { reset(); }
    void reset() override { weight = register_parameter("weight", ones({size})); }
    int64_t size;
    Tensor weight;
  };
  ScaleImpl scale(3);
  scale.weight.set_data(full({3}, 2.0));
  const auto copy = scale.clone();
  CHECK(copy->size == 3);
  CHECK(copy->weight.to_vector() == std::vector<double>(3, 2));
  CHECK_FALSE(copy->weight.is_same(scale.weight));
  CHECK(copy->parameters()[0].is_same(copy->weight));
  CHECK(scale.parameters()[0].is_same(scale.weight));
}

TEST_CASE("what can not be cloned says why", "[nn]") {
  struct Plain : nn::Module {};
  CHECK_THROWS_MATCHES(Plain().clone(), ArgumentError,
                       ContainsMessage("clone: Plain does not say how"));
  Net net;
  net->out = net->replace_module("out", Affine(2, 5));
  CHECK_THROWS_MATCHES(
      net->clone(), ArgumentError,
      ContainsMessage("clone: parameter 'out.weight' is [5, 2], but [2, 2] in a newly made Net"));
  Net more;
  more->register_buffer("extra", ones({1}));
  CHECK_THROWS_MATCHES(more->clone(), ArgumentError,
                       ContainsMessage("buffer 'extra' is not in a newly made Net"));
}

TEST_CASE("containers clone their children", "[nn]") {
  nn::Sequential sequence{{"first", Affine(2, 3)}, {"twice", [](const Tensor& x) { return x; }}};
  sequence->at<AffineImpl>(0).weight.set_data(full({3, 2}, 5.0));
  const auto copy = sequence->clone();
  CHECK(copy->named_children().keys() == std::vector<std::string>{"first", "twice"});
  CHECK(copy->at<AffineImpl>(0).weight.to_vector() == std::vector<double>(6, 5));
  CHECK_FALSE(copy->at<AffineImpl>(0).weight.is_same(sequence->at<AffineImpl>(0).weight));

  nn::ModuleList list(Affine(1, 2), Block());
  const auto list_copy = list->clone();
  CHECK(list_copy->size() == 2);
  CHECK(list_copy->ptr(1) != list->ptr(1));
}

TEST_CASE("a module that containers hold in several places is cloned once", "[nn]") {
  const Affine shared(2, 2), other(2, 2);
  const nn::Sequential inner(other, shared);
  const nn::Sequential sequence(shared, inner, shared);
  const auto copy = sequence->clone();
  CHECK(copy->ptr(0) != shared.ptr());
  CHECK(copy->ptr(2) == copy->ptr(0));
  CHECK(copy->at<nn::SequentialImpl>(1).ptr(1) == copy->ptr(0));
  CHECK(copy->named_parameters().keys() == sequence->named_parameters().keys());

  const nn::ModuleList list(shared, other, shared);
  const nn::ModuleList list_copy = list.clone();
  CHECK(list_copy[0] == list_copy[2]);
  CHECK(list_copy[0] != list_copy[1]);
  const nn::ModuleDict dict(nn::ModuleDictImpl::Items{{"a", shared.ptr()}, {"b", shared.ptr()}});
  const nn::ModuleDict dict_copy = dict.clone();
  CHECK(dict_copy["a"] == dict_copy["b"]);
  CHECK(dict_copy["a"] != dict["a"]);
}

TEST_CASE("clones that a module makes of its own prototype stay apart", "[nn]") {
  struct StackImpl : nn::Cloneable<StackImpl> {
    StackImpl() {
      const nn::Sequential prototype(Affine(2, 2));
      for (int i = 0; i < 2; ++i) layers->push_back(prototype.clone());
    }
    nn::ModuleList layers = register_module("layers", nn::ModuleList());
  };
  const nn::ModuleList list(std::make_shared<StackImpl>());
  const nn::ModuleList copy = list.clone();
  CHECK(copy->parameters().size() == 4);
}
