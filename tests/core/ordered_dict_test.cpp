#include <reel/core/ordered_dict.h>
#include <reel/nn/options.h>

#include "tests/nn/modules.h"

using reel::ArgumentError;
using reel::OrderedDict;

TEST_CASE("an ordered dictionary keeps the order of insertion", "[nn]") {
  OrderedDict<std::string, int> dict = {{"b", 1}, {"a", 2}};
  dict.insert("c", 3);
  CHECK(dict.keys() == std::vector<std::string>{"b", "a", "c"});
  CHECK(dict.values() == std::vector<int>{1, 2, 3});
  CHECK(dict["a"] == 2);
  CHECK(dict[0].key() == "b");
  CHECK(*dict[2] == 3);
  CHECK(dict.contains("c"));
  CHECK(dict.find("d") == nullptr);
  CHECK(dict.front().value() == 1);
  CHECK(dict.back().pair().second == 3);
  CHECK(dict.pop("b") == 1);
  CHECK(dict.size() == 2);
  dict.update({{"e", 5}});
  int sum = 0;
  for (const auto& item : dict) sum += item.value();
  CHECK(sum == 10);
  dict.clear();
  CHECK(dict.is_empty());
  CHECK((OrderedDict<std::string, int>("Layer").key_description()) == "Layer");
}

TEST_CASE("an ordered dictionary names what is missing or doubled", "[nn]") {
  OrderedDict<std::string, int> dict("parameter");
  dict.insert("weight", 1);
  dict.insert("bias", 2);
  CHECK_THROWS_MATCHES(dict["wieght"], ArgumentError,
                       ContainsMessage("parameter: there is no 'wieght'; there is weight, bias."));
  CHECK_THROWS_MATCHES(dict.insert("bias", 3), ArgumentError,
                       ContainsMessage("'bias' is there already"));
  CHECK_THROWS_AS(dict[2], ArgumentError);
  CHECK_THROWS_AS((OrderedDict<std::string, int>().front()), ArgumentError);
}

namespace {
struct ConvOptions {
  ConvOptions(int64_t in, int64_t out) : in_(in), out_(out) {}
  REEL_ARG(int64_t, in);
  REEL_ARG(int64_t, out);
  REEL_ARG(reel::ExpandingArray<2>, stride) = 1;
  REEL_ARG(bool, bias) = true;
};
}  // namespace

TEST_CASE("options are set in a chain and read by the same names", "[nn]") {
  auto options = ConvOptions(3, 16).stride({2, 1}).bias(false);
  CHECK(options.in() == 3);
  CHECK(options.stride()[0] == 2);
  CHECK_FALSE(options.bias());
  options.out() = 5;
  CHECK(options.out() == 5);
}
