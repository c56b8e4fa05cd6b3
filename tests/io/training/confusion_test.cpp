#include <reel/core/creation.h>
#include <reel/core/error.h>
#include <reel/io/training/confusion.h>

#include "tests/catch.h"
#include "tests/message_of.h"

namespace reel {

using io::ConfusionTable;

TEST_CASE("confusion: counts and rates", "[confusion]") {
  ConfusionTable table(3);
  for (int i = 0; i < 3; ++i) table.add(0, 0);
  table.add(0, 1);
  table.add(1, 1);
  CHECK(table.total() == 5);
  CHECK(table.count(0, 1) == 1);
  CHECK(table.accuracy() == Catch::Approx(0.8));
  CHECK(table.recall(0) == Catch::Approx(0.75));
  CHECK(table.precision(0) == 1);
  CHECK(table.precision(1) == Catch::Approx(0.5));
  CHECK(table.recall(2) == 0);
  CHECK(ConfusionTable(2).accuracy() == 0);
}

TEST_CASE("confusion: the table for people", "[confusion]") {
  ConfusionTable table(3, {"cat", "dog", "hippopotamus"});
  for (int i = 0; i < 12; ++i) table.add(0, 0);
  table.add(0, 1);
  table.add(1, 1);
  CHECK("\n" + table.to_string() == R"(
  true\pred.          cat          dog hippopotamus  recall %
         cat           12            1            .      92.3
         dog            .            1            .     100.0
hippopotamus            .            .            .         -
 precision %        100.0         50.0            -
)");
}

TEST_CASE("confusion: tensors of classes", "[confusion]") {
  const Tensor targets = zeros({3}, kInt64);
  const Tensor predictions = zeros({3}, kInt64);
  predictions.data_ptr<int64_t>()[1] = 1;
  ConfusionTable table(2);
  table.add(targets, predictions);
  CHECK(table.count(0, 0) == 2);
  CHECK(table.count(0, 1) == 1);
  CHECK(message_of<ArgumentError>([&] {
          table.add(targets, empty({3, 1}, kInt32));
        }) ==
        "ConfusionTable: targets [3] of int64 and predictions [3, 1] of int32; both must be int64 "
        "of one shape.");
}

TEST_CASE("confusion: classes are checked", "[confusion]") {
  ConfusionTable table(10);
  const auto error = [](auto call) { return message_of<ArgumentError>(call); };
  CHECK(error([&] { table.add(10, 0); }) == "ConfusionTable: target 10; classes are 0 to 9.");
  CHECK(error([&] { table.add(0, -1); }) == "ConfusionTable: prediction -1; classes are 0 to 9.");
  CHECK(error([] { ConfusionTable(0); }) == "ConfusionTable: 0 classes; 1 to 10000 are supported.");
  CHECK(error([] { ConfusionTable(2, {"a"}); }) ==
        "ConfusionTable: 1 names for 2 classes; each class needs one.");
}

}  // namespace reel
