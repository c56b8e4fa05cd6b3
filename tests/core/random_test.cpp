#include <reel/core/random.h>

#include <cmath>
#include <functional>
#include <thread>

#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/core/distributions.h>
#include <reel/core/isa.h>
#include <reel/core/layout.h>
#include <reel/core/parallel.h>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

using namespace reel;
using namespace reel::tests;

namespace {

using Values = std::vector<double>;
using Words = std::vector<uint32_t>;

// Philox4x32-10 with its whole counter, after the paper's definition.
Words reference(Words counter, Words key) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{0xD2511F53} * counter[0], b = uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(b),
               static_cast<uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(a)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

Words words(uint64_t seed, uint64_t counter) {
  const PhiloxBlock block = philox(seed, counter);
  return {block.v, block.v + 4};
}

struct Moments {
  double mean = 0, variance = 0, skew = 0, kurtosis = 0;
};

Moments moments_of(const Tensor& x) {
  const Values v = x.to_vector();
  const auto n = static_cast<double>(v.size());
  Moments m;
  for (double a : v) m.mean += a / n;
  for (double a : v) m.variance += (a - m.mean) * (a - m.mean) / n;
  for (double a : v) {
    const double z = (a - m.mean) / std::sqrt(m.variance);
    m.skew += z * z * z / n;
    m.kurtosis += z * z * z * z / n;
  }
  return m;
}

}  // namespace

TEST_CASE("philox: known answers", "[random]") {
  // kat_vectors of Random123; the first is one that a 64-bit counter reaches.
  CHECK(words(0, 0) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  const uint32_t ones = 0xffffffff;
  CHECK(reference({ones, ones, ones, ones}, {ones, ones}) ==
        Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(reference({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
  for (uint64_t seed : {uint64_t{1}, uint64_t{0x123456789abcdef0}, UINT64_MAX})
    for (uint64_t counter : {uint64_t{0}, uint64_t{7}, uint64_t{1} << 33, UINT64_MAX})
      CHECK(words(seed, counter) ==
            reference({static_cast<uint32_t>(counter), static_cast<uint32_t>(counter >> 32), 0, 0},
                      {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)}));
}

TEST_CASE("generator: a seed and a position", "[random]") {
  Generator g(5);
  CHECK(g.seed() == 5);
  CHECK(g.offset() == 0);
  const RandomStream stream = g.reserve(9);
  CHECK(stream.seed == 5);
  CHECK(stream.offset == 0);
  CHECK(g.offset() == 3);
  const uint64_t a = g.next64();
  CHECK(g.next64() != a);
  g.set_offset(3);
  CHECK(g.next64() == a);
  g.set_offset(0);
  CHECK(g.next32() == philox(5, 0).v[0]);
  g.manual_seed(6);
  CHECK(g.offset() == 0);
  CHECK(g.seed() == 6);
}

TEST_CASE("random: a seed decides everything", "[random]") {
  const std::function<Tensor(Generator&)> draws[] = {
      [](Generator& g) {
        return rand({33, 5}, g);
      },
      [](Generator& g) {
        return randn({33, 5}, g);
      },
      [](Generator& g) {
        return randn({33, 5}, g, kFloat64);
      },
      [](Generator& g) {
        return randint(1000000, {33, 5}, g);
      },
      [](Generator& g) { return randperm(165, g); },
  };
  for (const auto& draw : draws) {
    Generator a(11), b(11), c(12);
    const Values first = draw(a).to_vector();
    CHECK(draw(b).to_vector() == first);
    CHECK(draw(c).to_vector() != first);
    CHECK(draw(a).to_vector() != first);
    CHECK(a.offset() == 2 * b.offset());
  }
  manual_seed(3);
  const Values first = randn(10).to_vector();
  CHECK(randn(10).to_vector() != first);
  manual_seed(3);
  CHECK(randn(10).to_vector() == first);
}

TEST_CASE("random: element i is the same however many follow", "[random]") {
  for (Dtype dtype : {kFloat32, kFloat64}) {
    Generator a(1), b(1), c(1), d(1);
    const Values many = rand(5000, a, dtype).to_vector();
    for (int64_t n : {1, 2, 3, 7, 512, 513}) {
      b.set_offset(0);
      CHECK(rand(n, b, dtype).to_vector() == Values(many.begin(), many.begin() + n));
    }
    const Values normal = randn(5000, c, dtype).to_vector();
    const Values few = randn(1023, d, dtype).to_vector();
    CHECK(few == Values(normal.begin(), normal.begin() + 1023));
  }
}

TEST_CASE("random: threads and layouts change nothing", "[random]") {
  ExecutionScope scope;
  set_parallel_work(0);
  const Shape sizes{2, 3, 20, 20};
  for (Dtype dtype : {kFloat32, kFloat64}) {
    const auto draw = [&](int threads, const Tensor& x) {
      set_num_threads(threads);
      Generator g(9);
      Values all;
      for (int i = 0; i < 4; ++i) {
        if (i == 0) fill_uniform("test", x, g, -1, 2);
        if (i == 1) fill_normal("test", x, g, 1, 3);
        if (i == 2) fill_bernoulli("test", x, g, 0.3);
        if (i == 3) fill_integers("test", x, g, -5, 1000);
        const Values v = x.to_vector();
        all.insert(all.end(), v.begin(), v.end());
      }
      return all;
    };
    const Values one = draw(1, empty(sizes, dtype));
    CHECK(draw(2, empty(sizes, dtype)) == one);
    CHECK(draw(3, empty(sizes, dtype)) == one);
    CHECK(draw(2, empty_channels_last(sizes, dtype)) == one);
    CHECK(draw(2, empty({20, 20, 3, 2}, dtype).permute({3, 2, 0, 1})) == one);
  }
}

TEST_CASE("random: levels agree, but for the last bit of normal numbers", "[random]") {
  ExecutionScope scope;
  const auto draw = [](Isa isa, bool normal) {
    set_isa(isa);
    Generator g(4);
    return normal ? randn(4000, g) : rand(4000, g);
  };
  const Values exact = draw(Isa::kBaseline, false).to_vector();
  const Values close = draw(Isa::kBaseline, true).to_vector();
  for (Isa isa : {Isa::kAvx2, Isa::kAvx512}) {
    if (!isa_available(isa)) continue;
    CHECK(draw(isa, false).to_vector() == exact);
    const Values normal = draw(isa, true).to_vector();
    for (size_t i = 0; i < normal.size(); ++i)
      REQUIRE(std::fabs(normal[i] - close[i]) <= 1e-6 * (1 + std::fabs(close[i])));
  }
}

TEST_CASE("random: normal numbers are Box-Muller's", "[random]") {
  Generator g(8);
  const Values y = randn(1000, g).to_vector();
  for (size_t j = 0; 2 * j < y.size(); ++j) {
    const PhiloxBlock block = philox(8, j / 2);
    const uint32_t* w = block.v + j % 2 * 2;
    const double radius = std::sqrt(-2 * std::log((w[0] + 0.5) * 0x1p-32));
    const double angle = 2 * M_PI * w[1] * 0x1p-32;
    REQUIRE(std::fabs(y[2 * j] - radius * std::cos(angle)) < 2e-6);
    REQUIRE(std::fabs(y[2 * j + 1] - radius * std::sin(angle)) < 2e-6);
  }
}

TEST_CASE("random: moments", "[random]") {
  // Four standard errors of 200,000 samples.
  manual_seed(2024);
  const int64_t n = 200000;
  for (Dtype dtype : {kFloat32, kFloat64}) {
    const Moments u = moments_of(rand(n, dtype));
    CHECK(std::fabs(u.mean - 0.5) < 0.0026);
    CHECK(std::fabs(u.variance - 1.0 / 12) < 0.0007);
    CHECK(std::fabs(u.kurtosis - 1.8) < 0.01);
    const Moments z = moments_of(randn(n, dtype));
    CHECK(std::fabs(z.mean) < 0.009);
    CHECK(std::fabs(z.variance - 1) < 0.013);
    CHECK(std::fabs(z.skew) < 0.022);
    CHECK(std::fabs(z.kurtosis - 3) < 0.044);
  }
  CHECK(std::fabs(moments_of(empty(n).bernoulli_(0.3)).mean - 0.3) < 0.0041);
  CHECK(std::fabs(moments_of(empty(n).uniform_(2, 4)).mean - 3) < 0.0052);
  CHECK(std::fabs(moments_of(empty(n).normal_(5, 2)).mean - 5) < 0.018);
}

TEST_CASE("random: integers are evenly spread", "[random]") {
  manual_seed(1);
  const int64_t kinds = 7, n = 70000;
  const Tensor x = randint(3, 3 + kinds, n);
  CHECK(x.dtype() == kInt64);
  std::vector<double> counts(kinds);
  for (double v : x.to_vector()) {
    REQUIRE(v >= 3);
    REQUIRE(v < 10);
    ++counts[static_cast<size_t>(v) - 3];
  }
  double chi_squared = 0;
  for (double c : counts) chi_squared += (c - 10000) * (c - 10000) / 10000;
  CHECK(chi_squared < 22.5);  // six degrees of freedom, p = 0.001

  const Values far = randint(INT64_MIN, INT64_MAX, 100).to_vector();
  double low = 0, high = 0;
  for (double v : far) (v < 0 ? low : high) += 1;
  CHECK(low > 20);
  CHECK(high > 20);
}

TEST_CASE("random: permutations", "[random]") {
  manual_seed(1);
  Values order = randperm(100).to_vector();
  CHECK(order != arange(100).to_vector());
  std::vector<int> seen(100);
  for (double v : order) ++seen[static_cast<size_t>(v)];
  CHECK(seen == std::vector<int>(100, 1));
  CHECK(randperm(3, kInt32).dtype() == kInt32);
  CHECK(randperm(0).numel() == 0);
  CHECK(randperm(1).to_vector() == Values{0});
  // Each of the six orders of three comes about equally often.
  std::vector<double> counts(27);
  for (int i = 0; i < 6000; ++i) {
    const Values p = randperm(3).to_vector();
    ++counts[static_cast<size_t>(9 * p[0] + 3 * p[1] + p[2])];
  }
  int kinds = 0;
  for (double c : counts) {
    if (c == 0) continue;
    ++kinds;
    CHECK(std::fabs(c - 1000) < 120);
  }
  CHECK(kinds == 6);
  CHECK_THROWS_AS(randperm(-1), ArgumentError);
}

TEST_CASE("random: ranges are half open", "[random]") {
  manual_seed(0);
  for (double v : rand(100000).to_vector()) REQUIRE((v >= 0 && v < 1));
  // Between neighbouring floats every number rounds to an end, never to the upper one.
  const Tensor x = empty(1000).uniform_(1, std::nextafter(1.0f, 2.0f));
  CHECK(x.to_vector() == Values(1000, 1));
  CHECK(empty(3).uniform_(2, 2).to_vector() == Values{2, 2, 2});
  CHECK(empty(1000).bernoulli_(0).to_vector() == Values(1000, 0));
  CHECK(empty(1000, kBool).bernoulli_(1).to_vector() == Values(1000, 1));
}

TEST_CASE("random: every thread has a generator of its own", "[random]") {
  manual_seed(7);
  const uint64_t offset = default_generator().offset();
  Values first, again, seeded;
  std::thread([&] { first = randn(50).to_vector(); }).join();
  std::thread([&] { again = randn(50).to_vector(); }).join();
  std::thread([&] {
    manual_seed(7);
    seeded = randn(50).to_vector();
  }).join();
  CHECK(default_generator().offset() == offset);
  CHECK(first == again);
  CHECK(first != seeded);
  CHECK(seeded == randn(50).to_vector());
}

TEST_CASE("random: wrong arguments", "[random]") {
  CHECK(message_of<ArgumentError>([] { randint(5, 5, {2}); }) ==
        "randint: the range [5, 5) is empty; its end must be larger.");
  CHECK(message_of<ArgumentError>([] { randint(300, {2}, kUInt8); }) ==
        "randint: the range [0, 300) holds numbers that uint8 does not; it must lie in [0, 255].");
  CHECK_THROWS_AS(randint(-1, 1, {2}, kBool), ArgumentError);
  CHECK_THROWS_AS(randint((1 << 24) + 2, {2}, kFloat32), ArgumentError);
  CHECK(message_of<ArgumentError>([] { rand(3, kInt64); }) ==
        "rand: the tensor is int64; it must be float32 or float64.");
  CHECK(message_of<ArgumentError>([] { empty(3).normal_(0, -1); }) ==
        "normal_: standard deviation -1; it must be 0 or more.");
  CHECK(message_of<ArgumentError>([] { empty(3).uniform_(1, 0); }) ==
        "uniform_: the range [1, 0); it must be finite and not run backwards.");
  CHECK_THROWS_AS(empty(3).uniform_(-3e38, 3e38), ArgumentError);
  CHECK_THROWS_AS(empty(3).uniform_(0, NAN), ArgumentError);
  CHECK_THROWS_AS(empty(3).normal_(0, NAN), ArgumentError);
  CHECK(message_of<ArgumentError>([] { empty(3).bernoulli_(1.5); }) ==
        "bernoulli_: probability 1.5; it must be in [0, 1].");
  CHECK_THROWS_AS(empty(3).bernoulli_(NAN), ArgumentError);
}
