#include <reel/core/creation.h>
#include <reel/io/archive.h>
#include <reel/nn/linear.h>
#include <reel/optim/adam.h>

#include <sstream>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

using namespace reel;
using namespace reel::tests;

TEST_CASE("archive: tensors by name, and archives in archives", "[archive]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("archive");
  const Tensor x = uniform({2, 3}), y = arange(4);
  {
    serialize::OutputArchive outer, inner;
    inner.write("y", y, /*is_buffer=*/true);
    outer.write("x", x);
    outer.write("inner", inner);
    outer.save_to(path);
  }
  serialize::InputArchive outer, inner;
  outer.load_from(path);
  CHECK(outer.keys() == std::vector<std::string>{"x", "inner"});
  Tensor read;
  outer.read("x", read);
  CHECK(read.equal(x));
  outer.read("inner", inner);
  const Tensor kept = zeros({4}, kInt64);
  Tensor same = kept;
  CHECK(inner.try_read("y", same));
  CHECK(kept.equal(y));  // the tensor that was there has the values
  CHECK_FALSE(inner.try_read("x", same));
  CHECK_FALSE(outer.try_read("y", inner));
  CHECK(message_of<ArgumentError>([&] { outer.read("z", read); }) ==
        "archive: there is no 'z'; there is x, inner.");
}

TEST_CASE("archive: modules and optimizers", "[archive]") {
  const nn::Linear from(3, 2), to(3, 2);
  const Tensor x = uniform({5, 3}, 0, -1, 1, kFloat32);
  REQUIRE_FALSE(from(x).equal(to(x)));
  std::stringstream stream;
  {
    serialize::OutputArchive archive;
    archive << from;
    archive.save_to(stream);
  }
  serialize::InputArchive archive;
  archive.load_from(stream);
  archive >> to;
  CHECK(from(x).equal(to(x)));

  optim::Adam adam(from->parameters());
  from(x).sum().backward();
  adam.step();
  serialize::OutputArchive state;
  state << adam;
  std::stringstream second;
  state.save_to(second);
  serialize::InputArchive back;
  back.load_from(second);
  optim::Adam other(to->parameters());
  other.load_state_dict(back.tensors());
  CHECK(other.state_dict()["state.0.exp_avg"].equal(adam.state_dict()["state.0.exp_avg"]));
}

TEST_CASE("archive: what is wrong with a call", "[archive]") {
  serialize::OutputArchive archive;
  archive.write("x", ones({1}));
  CHECK(message_of<ArgumentError>([&] {
          archive.write("x", ones({1}));
        }).find("'x' is there already") != std::string::npos);
  CHECK(message_of<ArgumentError>([&] { archive.write("", ones({1})); }) ==
        "archive: the key is empty; tensors are found by it.");
  CHECK(message_of<ArgumentError>([&] { archive.write("y", Tensor()); }) ==
        "archive: the tensor 'y' is undefined; there is nothing to write.");
  serialize::InputArchive empty;
  Tensor x;
  CHECK(message_of<ArgumentError>([&] { empty.read("x", x); }) ==
        "archive: there is no 'x'; there is nothing.");
}
