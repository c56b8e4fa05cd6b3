#include <reel/core/creation.h>
#include <reel/core/error.h>
#include <reel/io/training/accuracy.h>
#include <reel/io/training/meters.h>

#include "tests/catch.h"

#include <cmath>
#include <limits>

namespace reel {

using namespace io;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

Tensor rows(const std::vector<std::vector<double>>& values, Dtype dtype = kFloat32) {
  const auto n = static_cast<int64_t>(values.size());
  const auto c = static_cast<int64_t>(values[0].size());
  const Tensor x = empty({n, c}, dtype);
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < c; ++j)
      x[i][j] = values[static_cast<size_t>(i)][static_cast<size_t>(j)];
  return x;
}

Tensor labels(const std::vector<int64_t>& values) {
  const Tensor x = empty({static_cast<int64_t>(values.size())}, kInt64);
  for (int64_t i = 0; i < x.numel(); ++i) x[i] = values[static_cast<size_t>(i)];
  return x;
}

}  // namespace

TEST_CASE("meters: the mean by weight of what is finite", "[meters]") {
  MeanMeter meter;
  CHECK(std::isnan(meter.value()));
  meter.add(2, 3);
  meter.add(4);
  CHECK(meter.value() == 2.5);
  meter.add(kNan, 10);
  meter.add(-kInf);
  CHECK(meter.value() == 2.5);
  CHECK(meter.non_finite() == 2);
  meter.add(100, 0);
  CHECK(meter.value() == 2.5);

  MeanMeter other;
  other.add(0.5, 4);
  other.add(kNan);
  meter.merge(other);
  CHECK(meter.value() == 1.5);
  CHECK(meter.weight() == 8);
  CHECK(meter.non_finite() == 3);
  meter.merge(MeanMeter());
  CHECK(meter.value() == 1.5);
  meter.reset();
  CHECK(std::isnan(meter.value()));
  CHECK(meter.non_finite() == 0);
}

TEST_CASE("meters: tensors of every kind, without recording", "[meters]") {
  MeanMeter mean;
  RangeMeter range;
  const Tensor x = arange(6, kFloat64).view({2, 3}).requires_grad_();
  for (const Tensor& t :
       {x, x.transpose(0, 1) * 1, x.detach().to(kFloat32), x.detach().to(kInt64)}) {
    mean.add(t);
    range.add(t);
  }
  CHECK(mean.value() == 2.5);
  CHECK(mean.weight() == 24);
  CHECK(range.value().min == 0);
  CHECK(range.value().max == 5);
  mean.add(empty({0}));
  CHECK(mean.weight() == 24);
  CHECK_FALSE(x.grad().defined());
}

TEST_CASE("meters: smallest and largest", "[meters]") {
  RangeMeter meter, other;
  CHECK(std::isnan(meter.value().min));
  CHECK(std::isnan(meter.value().max));
  meter.add(kNan);
  CHECK(std::isnan(meter.value().max));
  meter.add(-3);
  CHECK(meter.value().min == -3);
  CHECK(meter.value().max == -3);
  other.add(kInf);
  meter.merge(other);
  CHECK(meter.value().max == kInf);
  CHECK(meter.non_finite() == 2);
  meter.reset();
  CHECK(std::isnan(meter.value().min));
}

TEST_CASE("meters: the mean of the last values", "[meters]") {
  MovingMeter meter(3);
  CHECK(std::isnan(meter.value()));
  meter.add(1);
  CHECK(meter.value() == 1);
  for (const double v : {2.0, 3.0, 4.0, kNan, 1e300, -1e300, 6.0, 7.0, 8.0}) meter.add(v);
  CHECK(meter.value() == 7);
  CHECK(meter.non_finite() == 1);
  meter.reset();
  CHECK(std::isnan(meter.value()));
  meter.add(5);
  CHECK(meter.value() == 5);
}

TEST_CASE("meters: throughput and time left", "[meters]") {
  ThroughputMeter meter;
  meter.add(50);
  meter.add(0);
  meter.pause();
  const double seconds = meter.seconds();
  CHECK(meter.seconds() == seconds);
  CHECK(seconds >= 0);
  CHECK(meter.total() == 50);
  CHECK(meter.value() == Catch::Approx(50 / seconds));
  meter.resume();
  while (meter.seconds() <= seconds) {
  }
  meter.reset();
  CHECK(meter.total() == 0);

  Stopwatch watch;
  CHECK(std::isnan(watch.seconds_left(0, 10)));
  CHECK(watch.seconds_left(10, 10) == 0);
  watch.pause();
  watch.pause();
  CHECK(watch.is_paused());
  CHECK(watch.seconds_left(2, 10) == Catch::Approx(4 * watch.seconds()));
  CHECK(clock_text(6.2) == "0:07");
  CHECK(clock_text(750) == "12:30");
  CHECK(clock_text(3723) == "1:02:03");
  CHECK(clock_text(kNan) == "-");
  CHECK(clock_text(-1) == "-");
}

TEST_CASE("meters: accuracy", "[meters]") {
  for (const Dtype dtype : {kFloat32, kFloat64}) {
    AccuracyMeter meter;
    CHECK(std::isnan(meter.value()));
    meter.add(rows({{0.1, 0.7, 0.2}, {0.5, 0.1, 0.4}}, dtype).requires_grad_(), labels({1, 2}));
    CHECK(meter.value() == 0.5);
    meter.add(rows({{1, 2, 3}}, dtype), labels({-100}));
    CHECK(meter.total() == 2);
    meter.add(zeros({0, 3}, dtype), labels({}));
    CHECK(meter.total() == 2);
  }
}

TEST_CASE("meters: equal scores go to the lower class", "[meters]") {
  AccuracyMeter first, two(2);
  const Tensor same = zeros({3, 3});
  first.add(same, labels({0, 1, 2}));
  two.add(same, labels({0, 1, 2}));
  CHECK(first.correct() == 1);
  CHECK(two.correct() == 2);
  const Tensor random = randint(3, {200, 5}, TensorOptions(kFloat32));
  AccuracyMeter scores, classes;
  const Tensor targets = randint(5, {200});
  scores.add(random, targets);
  classes.add(random.argmax(1), targets);
  CHECK(scores.correct() == classes.correct());
  CHECK(scores.correct() > 0);
}

TEST_CASE("meters: scores that are not numbers are wrong", "[meters]") {
  AccuracyMeter meter;
  ConfusionMeter table(2);
  const Tensor outputs = rows({{kNan, 0}, {0, kNan}, {kNan, kNan}, {kInf, 0}, {-kInf, -kInf}});
  meter.add(outputs, labels({0, 0, 0, 0, 0}));
  table.add(outputs, labels({0, 0, 0, 0, 0}));
  CHECK(meter.correct() == 2);
  CHECK(meter.total() == 5);
  CHECK(meter.nan_samples() == 3);
  CHECK(table.nan_samples() == 3);
  CHECK(table.value().total() == 2);
  CHECK(table.value().accuracy() == 1);
}

TEST_CASE("meters: top k, of one class, and of pixels", "[meters]") {
  AccuracyMeter top(2);
  top.add(rows({{3, 2, 1}, {3, 2, 1}, {3, 2, 1}}), labels({0, 1, 2}));
  CHECK(top.correct() == 2);
  AccuracyMeter all(3), one;
  all.add(rows({{3, 2, 1}}), labels({2}));
  CHECK(all.value() == 1);
  one.add(zeros({4, 1}), labels({0, 0, 0, 0}));
  CHECK(one.value() == 1);

  // (N, C, H, W) agrees with its rows.
  const Tensor outputs = randn({2, 4, 3, 5}), targets = randint(4, {2, 3, 5});
  AccuracyMeter pixels(2), flat(2);
  pixels.add(outputs, targets);
  flat.add(outputs.permute({0, 2, 3, 1}).reshape({30, 4}), targets.reshape({30}));
  CHECK(pixels.total() == 30);
  CHECK(pixels.correct() == flat.correct());
  AccuracyMeter strided(2);
  strided.add(outputs.permute({0, 2, 3, 1}).contiguous().permute({0, 3, 1, 2}), targets);
  CHECK(strided.correct() == flat.correct());
}

TEST_CASE("meters: parts add up to the whole", "[meters]") {
  const Tensor outputs = randn({40, 6}), targets = randint(6, {40});
  AccuracyMeter whole(2), a(2), b(2);
  ConfusionMeter table(6), c(6), d(6);
  whole.add(outputs, targets);
  table.add(outputs, targets);
  a.add(outputs.slice(0, 0, 7), targets.slice(0, 0, 7));
  b.add(outputs.slice(0, 7), targets.slice(0, 7));
  c.add(outputs.slice(0, 0, 7), targets.slice(0, 0, 7));
  d.add(outputs.slice(0, 7), targets.slice(0, 7));
  a.merge(b);
  c.merge(d);
  CHECK(a.value() == whole.value());
  CHECK(a.total() == 40);
  CHECK(c.value().to_string() == table.value().to_string());
  a.reset();
  c.reset();
  CHECK(std::isnan(a.value()));
  CHECK(c.value().total() == 0);
}

TEST_CASE("meters: a wrong target leaves the meter as it was", "[meters]") {
  AccuracyMeter meter;
  ConfusionMeter table(2);
  CHECK_THROWS_AS(meter.add(zeros({2, 2}), labels({0, 2})), ArgumentError);
  CHECK_THROWS_AS(table.add(zeros({2, 2}), labels({0, 2})), ArgumentError);
  CHECK_THROWS_AS(table.add(labels({0, 0}), labels({0, 2})), ArgumentError);
  CHECK(meter.total() == 0);
  CHECK(table.value().total() == 0);
}

TEST_CASE("meters: precision, recall and F1", "[meters]") {
  // Of four classes one never occurs: it is in no mean.
  ConfusionMeter meter(4);
  meter.add(labels({0, 0, 1, 1, 1, 2}), labels({0, 0, 0, 1, 2, 2}));
  meter.add(labels({3}), labels({-100}));
  const ConfusionTable& table = meter.value();
  CHECK(table.total() == 6);
  CHECK(table.support(0) == 3);
  CHECK(table.f1(0) == Catch::Approx(0.8));
  CHECK(table.f1(1) == Catch::Approx(0.5));
  CHECK(table.f1(2) == Catch::Approx(2.0 / 3));
  CHECK(table.f1(3) == 0);
  const ClassRates macro = table.macro_rates(), micro = table.micro_rates();
  CHECK(macro.precision == Catch::Approx((1 + 1.0 / 3 + 1) / 3));
  CHECK(macro.recall == Catch::Approx((2.0 / 3 + 1 + 0.5) / 3));
  CHECK(macro.f1 == Catch::Approx((0.8 + 0.5 + 2.0 / 3) / 3));
  CHECK(micro.f1 == Catch::Approx(4.0 / 6));
  CHECK(ConfusionTable(3).macro_rates().f1 == 0);
}

}  // namespace reel
