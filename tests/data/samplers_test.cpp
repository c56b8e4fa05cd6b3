#include <reel/core/creation.h>
#include <reel/core/random.h>
#include <reel/data/data_loader.h>
#include <reel/data/permutation.h>
#include <reel/data/samplers.h>
#include <reel/io/archive.h>

#include "tests/catch.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace reel;
using namespace reel::data::samplers;

namespace {

using Order = std::vector<size_t>;

/// What is left of the epoch.
template <class S>
Order rest_of(S& sampler, size_t batch_size = 3) {
  Order order;
  while (auto batch = sampler.next(batch_size)) {
    CHECK(batch->size() <= batch_size);
    order.insert(order.end(), batch->begin(), batch->end());
  }
  return order;
}

template <class S>
Order epoch_of(S& sampler, uint64_t epoch) {
  sampler.set_epoch(epoch);
  sampler.reset();
  return rest_of(sampler);
}

Order sorted(Order order) {
  std::sort(order.begin(), order.end());
  return order;
}

Order counted(size_t n) {
  Order order(n);
  std::iota(order.begin(), order.end(), size_t{0});
  return order;
}

std::vector<double> counts_of(const Order& order, size_t n) {
  std::vector<double> counts(n);
  for (const size_t i : order) ++counts.at(i);
  return counts;
}

/// 70 of class 0, 20 of class 5, 10 of class -1, mixed.
Tensor unequal_labels() {
  const Tensor labels = zeros({100}, kInt64);
  for (int64_t i = 0; i < 100; ++i)
    labels.data_ptr<int64_t>()[i] = i * 37 % 10 < 7 ? 0 : i * 37 % 10 < 9 ? 5 : -1;
  return labels;
}

}  // namespace

TEST_CASE("samplers: random orders depend on the seed and the epoch", "[samplers]") {
  RandomSampler sampler(20, 7);
  const Order first = rest_of(sampler);
  CHECK(sorted(first) == counted(20));
  const auto expected = data::permutation(20, 7, 0);
  CHECK(std::equal(first.begin(), first.end(), expected.begin()));
  CHECK(sampler.index() == 20);
  sampler.reset();
  CHECK(sampler.epoch() == 1);
  CHECK(sampler.index() == 0);
  const Order second = rest_of(sampler);
  CHECK(second != first);
  CHECK(epoch_of(sampler, 0) == first);
  CHECK(epoch_of(sampler, 1) == second);
  RandomSampler other(20, 8);
  CHECK(rest_of(other) != first);
  sampler.reset(5);
  CHECK(sorted(rest_of(sampler)) == counted(5));
}

TEST_CASE("samplers: without a seed it is the loader's, or the generator's", "[samplers]") {
  RandomSampler told(20), drawn(20), again(20), own(20, 3);
  for (auto* s : {&told, &own}) s->start_epoch(7, 2);
  for (auto* s : {&told, &own}) s->reset();
  RandomSampler seven(20, 7), three(20, 3);
  CHECK(rest_of(told) == epoch_of(seven, 2));
  CHECK(rest_of(own) == epoch_of(three, 2));
  manual_seed(5);
  const Order first = rest_of(drawn);
  CHECK(rest_of(again) != first);
  manual_seed(5);
  RandomSampler same(20);
  CHECK(rest_of(same) == first);
  drawn.reset();
  same.reset();
  CHECK(rest_of(drawn) == rest_of(same));
}

TEST_CASE("samplers: subsets", "[samplers]") {
  SubsetRandomSampler random({9, 4, 6, 9}, 1);
  const Order first = rest_of(random);
  CHECK(sorted(first) == Order{4, 6, 9, 9});
  bool differs = false;
  for (uint64_t epoch = 1; epoch < 8; ++epoch)
    differs = differs || epoch_of(random, epoch) != first;
  CHECK(differs);
  SubsetSampler in_order({9, 4, 6});
  CHECK(rest_of(in_order) == Order{9, 4, 6});
  in_order.reset();
  CHECK(rest_of(in_order, 2) == Order{9, 4, 6});
  CHECK(message_of<ArgumentError>([&] { in_order.reset(4); }) ==
        "sampler: a new size of 4; this one is made for 3 examples.");
  SubsetSampler none({});
  CHECK_FALSE(none.next(2));
}

TEST_CASE("samplers: weights are the odds, with replacement", "[samplers]") {
  WeightedRandomSampler sampler({0, 1, 0, 2, 1, 0}, 40000, true, 1);
  const auto counts = counts_of(rest_of(sampler, 1000), 6);
  CHECK((counts[0] == 0 && counts[2] == 0 && counts[5] == 0));
  CHECK(std::abs(counts[1] - 10000) < 400);
  CHECK(std::abs(counts[3] - 20000) < 400);
  CHECK(std::abs(counts[4] - 10000) < 400);
  WeightedRandomSampler few({1, 3}, 0, true);
  CHECK_FALSE(few.next(3));
}

TEST_CASE("samplers: weights without replacement", "[samplers]") {
  // P(first is i) = w_i / sum; P(pair {1, 2}) from both orders.
  WeightedRandomSampler sampler({1, 2, 3, 0}, 2, false, 1);
  std::vector<double> first(4), pairs(4);
  constexpr int n = 20000;
  for (uint64_t epoch = 0; epoch < n; ++epoch) {
    const Order order = epoch_of(sampler, epoch);
    REQUIRE(order.size() == 2);
    REQUIRE(order[0] != order[1]);
    ++first[order[0]];
    ++pairs[6 - 3 - order[0] - order[1]];  // by the one left out
  }
  CHECK(first[3] == 0);
  for (size_t i = 0; i < 3; ++i)
    CHECK(std::abs(first[i] / n - static_cast<double>(i + 1) / 6) < 0.015);
  CHECK(std::abs(pairs[0] / n - (2.0 / 6 * 3 / 4 + 3.0 / 6 * 2 / 3)) < 0.015);
  WeightedRandomSampler all({1, 2, 3, 4, 5}, 5, false, 1);
  CHECK(sorted(rest_of(all)) == counted(5));
}

TEST_CASE("samplers: balanced weights", "[samplers]") {
  const Tensor labels = tensor({3, 3, 3, 1});
  const double third = 1.0 / 3;
  CHECK(data::samplers::balanced_weights(labels) == std::vector<double>{third, third, third, 1});
}

TEST_CASE("samplers: stratified batches have the classes in proportion", "[samplers]") {
  const Tensor labels = unequal_labels();
  StratifiedSampler sampler(labels, 4);
  std::vector<Order> orders;
  for (uint64_t epoch = 0; epoch < 20; ++epoch) {
    sampler.set_epoch(epoch);
    sampler.reset();
    Order order;
    while (auto batch = sampler.next(20)) {
      int zeros = 0, fives = 0;
      for (const size_t i : *batch) {
        zeros += labels.data_ptr<int64_t>()[i] == 0;
        fives += labels.data_ptr<int64_t>()[i] == 5;
      }
      CHECK((zeros >= 13 && zeros <= 15));
      CHECK((fives >= 3 && fives <= 5));
      order.insert(order.end(), batch->begin(), batch->end());
    }
    CHECK(sorted(order) == counted(100));
    orders.push_back(order);
  }
  CHECK(orders[0] != orders[1]);
  // Of equal classes each batch of a multiple of their number has as many of each.
  const Tensor equal = arange(40).remainder(4);
  StratifiedSampler even(equal, 4);
  while (auto batch = even.next(8)) {
    std::vector<int> counts(4);
    for (const size_t i : *batch) ++counts[i % 4];
    CHECK(counts == std::vector<int>{2, 2, 2, 2});
  }
}

TEST_CASE("samplers: processes share the examples", "[samplers]") {
  for (const bool duplicates : {true, false})
    for (uint64_t epoch = 0; epoch < 2; ++epoch) {
      Order together;
      for (size_t rank = 0; rank < 3; ++rank) {
        DistributedRandomSampler sampler(10, 3, rank, duplicates);
        const Order part = epoch_of(sampler, epoch);
        CHECK(part.size() == (duplicates ? 4 : 3));
        together.insert(together.end(), part.begin(), part.end());
      }
      const auto counts = counts_of(together, 10);
      CHECK(*std::max_element(counts.begin(), counts.end()) == (duplicates ? 2 : 1));
      CHECK(*std::min_element(counts.begin(), counts.end()) == (duplicates ? 1 : 0));
    }
  DistributedRandomSampler sampler(10, 3, 1);
  CHECK(epoch_of(sampler, 0) != epoch_of(sampler, 1));
  DistributedSequentialSampler last(10, 3, 2), left_out(10, 3, 2, false);
  CHECK(rest_of(last) == Order{8, 9, 0, 1});
  CHECK(rest_of(left_out) == Order{6, 7, 8});
  DistributedSequentialSampler none(0, 3, 2);
  CHECK_FALSE(none.next(1));
  // The loader's own seed, which each process draws for itself, must not matter; its epoch must.
  sampler.start_epoch(99, 1);
  sampler.reset();
  const Order in_loader = rest_of(sampler);
  CHECK(in_loader == epoch_of(sampler, 1));
}

TEST_CASE("samplers: continue where they were saved", "[samplers]") {
  RandomSampler sampler(20);
  sampler.set_epoch(3);
  sampler.reset();
  sampler.next(7);
  const TemporaryFolder folder;
  serialize::OutputArchive out;
  sampler.save(out);
  out.save_to(folder.file("state"));
  const Order rest = rest_of(sampler);
  sampler.reset();
  const Order after = rest_of(sampler);

  serialize::InputArchive in;
  in.load_from(folder.file("state"));
  RandomSampler resumed(20);
  resumed.load(in);
  CHECK(resumed.index() == 7);
  CHECK(resumed.epoch() == 3);
  CHECK(rest_of(resumed) == rest);
  resumed.reset();
  CHECK(rest_of(resumed) == after);

  SequentialSampler sequence(5);
  sequence.next(2);
  SequentialSampler copy(5);
  copy.load_state(sequence.state());
  CHECK(rest_of(copy) == Order{2, 3, 4});
  StreamSampler stream(5), other(5);
  stream.next(4);
  other.load_state(stream.state());
  CHECK(other.next(4)->size() == 1);
  CHECK(message_of<ArgumentError>([&] {
          copy.load_state({0, 0, 6});
        }) == "SequentialSampler: a state after 6 examples; the epoch has 5.");
  CHECK_THROWS_AS(RandomSampler(3).load_state({0, 0, 4}), ArgumentError);
  CHECK_THROWS_AS(from_tensor(zeros({3})), ArgumentError);
}

TEST_CASE("samplers: wrong ones are refused", "[samplers]") {
  const auto error = [](auto call) { return message_of<ArgumentError>(call); };
  CHECK(error([] {
          WeightedRandomSampler({1, -1}, 2);
        }) == "WeightedRandomSampler: weight 1 is -1; weights must be finite and not negative.");
  CHECK(error([] { WeightedRandomSampler({1, NAN}, 2); }).starts_with("WeightedRandomSampler"));
  CHECK(error([] {
          WeightedRandomSampler({0, 0}, 2);
        }) ==
        "WeightedRandomSampler: 0 of 2 weights are above 0, their sum is 0; 2 samples need 1 and a "
        "finite sum.");
  CHECK(error([] {
          WeightedRandomSampler({1, 0}, 2, false);
        }) ==
        "WeightedRandomSampler: 1 of 2 weights are above 0, their sum is 1; 2 samples need 2 and a "
        "finite sum.");
  CHECK(error([] { DistributedRandomSampler(5, 2, 2); }) ==
        "DistributedSampler: rank 2 of 2; it must be below their number.");
  CHECK(error([] { StratifiedSampler{Tensor()}; }) != "no error");
  CHECK(error([] { StratifiedSampler{zeros({2})}; }) != "no error");
}
