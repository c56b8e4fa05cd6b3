#include <reel/io/checkpoint.h>
#include <reel/io/training/early_stopping.h>

#include "tests/catch.h"
#include "tests/temporary_folder.h"

#include <cmath>
#include <limits>

namespace reel {

using io::EarlyStopping;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

/// After how many values it says stop; 0 for never.
int stops_after(EarlyStopping stopping, const std::vector<double>& values) {
  int count = 0;
  for (const double v : values) {
    ++count;
    if (stopping.add(v)) return count;
  }
  return 0;
}

}  // namespace

TEST_CASE("early stopping: patience", "[early_stopping]") {
  CHECK(stops_after(EarlyStopping({.patience = 2}), {3, 2, 2.5, 1, 1, 1, 0}) == 6);
  CHECK(stops_after(EarlyStopping({.patience = 1}), {3, 2, 2}) == 3);
  CHECK(stops_after(EarlyStopping({.patience = 3}), {3, 4, 5, 2, 3, 4}) == 0);
  CHECK(stops_after(EarlyStopping({.patience = 2, .goal = io::Goal::kMax}), {1, 2, 2, 2}) == 4);
}

TEST_CASE("early stopping: what is hardly better is not", "[early_stopping]") {
  CHECK(stops_after(EarlyStopping({.patience = 2, .min_delta = 0.5}), {3, 2.5, 2.75}) == 3);
  CHECK(stops_after(EarlyStopping({.patience = 2, .min_delta = 0.5}), {3, 2.4, 1.8, 1.2}) == 0);
}

TEST_CASE("early stopping: values that are not finite", "[early_stopping]") {
  CHECK(stops_after(EarlyStopping(), {1, kNan}) == 2);
  CHECK(stops_after(EarlyStopping(), {kInf}) == 1);
  const EarlyStopping patient({.patience = 2, .stop_if_not_finite = false});
  CHECK(stops_after(patient, {kNan, 1, kNan, 0.5, kInf, kNan}) == 6);
  CHECK(stops_after(
            EarlyStopping({.patience = 2, .goal = io::Goal::kMax, .stop_if_not_finite = false}),
            {1, kInf, kInf}) == 3);
}

TEST_CASE("early stopping: what it knows", "[early_stopping]") {
  EarlyStopping stopping({.patience = 2});
  CHECK(std::isnan(stopping.best()));
  CHECK(stopping.best_index() == -1);
  CHECK_FALSE(stopping.improved());
  stopping.add(2);
  CHECK(stopping.improved());
  stopping.add(1);
  stopping.add(1);
  CHECK_FALSE(stopping.improved());
  CHECK(stopping.best() == 1);
  CHECK(stopping.best_index() == 1);
  CHECK(stopping.bad() == 1);
  CHECK(stopping.add(3));
  // Once it has said stop it says so.
  CHECK(stopping.add(0));
  CHECK(stopping.should_stop());
  stopping.reset();
  CHECK_FALSE(stopping.should_stop());
  CHECK_FALSE(stopping.add(5));
}

TEST_CASE("early stopping: a checkpoint keeps it", "[early_stopping]") {
  const TemporaryFolder folder;
  EarlyStopping first({.patience = 3}), second({.patience = 3});
  for (const double v : {2.0, 1.0, 1.5}) first.add(v);
  io::Checkpoint().add("stopping", first).save(folder.file("run"));
  io::Checkpoint().add("stopping", second).load(folder.file("run"));
  CHECK(second.best() == 1);
  CHECK(second.best_index() == 1);
  CHECK(second.bad() == 1);
  CHECK_FALSE(second.add(1.5));
  CHECK(second.add(1.5));
}

}  // namespace reel
