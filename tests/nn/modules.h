#pragma once

// Small modules to test with, and a matcher for parts of messages.

#include <reel/core/creation.h>
#include <reel/nn/holder.h>

#include <ostream>

#include "tests/catch.h"

/// weight * x, elementwise on rows, summed by hand; enough to have parameters and a forward.
struct AffineImpl : reel::nn::Cloneable<AffineImpl> {
  struct Options {
    int64_t in, out;
    bool bias = true;
  };
  AffineImpl(int64_t in, int64_t out, bool with_bias = true)
      : AffineImpl(Options{in, out, with_bias}) {}
  explicit AffineImpl(const Options& o) : options(o) {
    weight = register_parameter("weight", reel::ones({options.out, options.in}));
    bias = register_parameter("bias", options.bias ? reel::zeros({options.out}) : reel::Tensor());
  }
  reel::Tensor forward(const reel::Tensor& x) const {
    REEL_CHECK(x.size(-1) == options.in, "affine: input ", x, " has ", x.size(-1),
               " columns; it needs ", options.in, ".");
    return reel::full({x.size(0), options.out}, x.to_vector().at(0) + 1);
  }
  void pretty_print(std::ostream& stream) const override {
    stream << "Affine(" << options.in << " -> " << options.out << ")";
  }
  Options options;
  reel::nn::Parameter weight, bias;
};
REEL_MODULE(Affine);

struct BlockImpl : reel::nn::Cloneable<BlockImpl> {
  Affine first = register_module("first", Affine(3, 3));
  Affine second = register_module("second", Affine(3, 2, false));
  reel::Tensor forward(const reel::Tensor& x) const { return second(first(x)); }
};
REEL_MODULE(Block);

struct NetImpl : reel::nn::Cloneable<NetImpl> {
  Block block = register_module("block", Block());
  Affine out = register_module("out", Affine(2, 2));
  reel::nn::Parameter scale = register_parameter("scale", reel::ones({2}));
  reel::nn::Buffer calls = register_buffer("calls", reel::zeros({1}, reel::kInt64));
  reel::Tensor forward(const reel::Tensor& x) const { return out(block(x)); }
};
REEL_MODULE(Net);

inline auto ContainsMessage(const std::string& part) {
  return Catch::Matchers::Predicate<reel::Error>(
      [=](const reel::Error& e) { return std::string(e.what()).find(part) != std::string::npos; },
      "contains: " + part);
}
