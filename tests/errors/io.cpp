#include "tests/errors/rows.h"
#include "tests/temporary_folder.h"

#include <reel/core/creation.h>
#include <reel/io/checkpoint.h>
#include <reel/nn/linear.h>

#include <sstream>

namespace reel::tests {

namespace {

using namespace reel::io;

const ErrorRows kSaving{
    {"save: failed stream",
     [] {
       std::ostringstream stream;
       stream.setstate(std::ios::failbit);
       save(ones({2}), stream);
     }},
    {"save: undefined tensor",
     [] {
       std::ostringstream stream;
       save(TensorList{Tensor()}, stream);
     }},
    {"save: name is no text",
     [] {
       std::ostringstream stream;
       save(StateDict({{"\xff", ones({2})}}), stream);
     }},
    {"save: empty pointer",
     [] {
       std::ostringstream stream;
       save(std::shared_ptr<nn::Module>(), stream);
     }},
    {"save: folder that is not there", [] { save(ones({2}), "/absent/folder/x"); }},
};

Tensor loaded;

std::istringstream stream_of(const StateDict& state) {
  std::ostringstream stream;
  save(state, stream);
  return std::istringstream(stream.str());
}

const ErrorRows kLoading{
    {"load: no such file", [] { load(loaded, "/absent/file"); }},
    {"load: folder", [] { load(loaded, "/"); }},
    {"load: failed stream",
     [] {
       std::istringstream stream;
       stream.setstate(std::ios::failbit);
       load(loaded, stream);
     }},
    {"load: empty stream",
     [] {
       std::istringstream stream;
       load(loaded, stream);
     }},
    {"load: several tensors for one",
     [] {
       auto stream = stream_of({{"a", ones({2})}, {"b", ones({2})}});
       load(loaded, stream);
     }},
    {"load: no list",
     [] {
       auto stream = stream_of({{"a", ones({2})}});
       TensorList list;
       load(list, stream);
     }},
    {"load: names and shapes",
     [] {
       auto stream = stream_of({{"wieght", ones({3, 2})}, {"bias", ones({4})}});
       load(nn::Linear(2, 3), stream);
     }},
    {"load: kinds of numbers",
     [] {
       nn::Module module;
       module.register_buffer("steps", zeros({2}, kInt64));
       module.load_state_dict({{"steps", ones({2})}});
     }},
    {"load: rename to nothing",
     [] {
       auto stream = stream_of({{"a", ones({2})}});
       load(loaded, stream, LoadOptions().rename_prefix("a", ""));
     }},
    {"load: rename twice to one name",
     [] {
       auto stream = stream_of({{"a", ones({2})}, {"b", ones({2})}});
       load(loaded, stream, LoadOptions().rename_prefix("b", "a"));
     }},
};

}  // namespace

}  // namespace reel::tests
