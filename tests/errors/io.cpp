#include "tests/errors/rows.h"
#include "tests/temporary_folder.h"

#include <reel/core/creation.h>
#include <reel/io/checkpoint.h>
#include <reel/io/graph.h>
#include <reel/io/npy.h>
#include <reel/io/tensorboard.h>
#include <reel/io/zip.h>
#include <reel/nn/linear.h>

#include <sstream>

namespace reel::tests {

namespace {

using namespace reel::io;

const ErrorRows kCheckpoints{
    {"checkpoint: name",
     [] {
       int64_t number = 0;
       Checkpoint().add("a.b", number);
     }},
    {"checkpoint: name that is taken",
     [] {
       int64_t number = 0;
       Checkpoint().add("a", number).add("a", number);
     }},
    {"checkpoint: empty holder", [] { Checkpoint().add("a", nn::Linear(nullptr)); }},
    {"save_graph: ending", [] { save_graph("x.png", ones({2}).requires_grad_()); }},
    {"draw_graph: no history", [] { autograd::draw_graph(ones({2})); }},
};

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
    {"load: another format",
     [] {
       std::istringstream stream("\x89PNG\r\n\x1a\n");
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

// What loading these bytes causes.
void load_bytes(const std::string& bytes) {
  std::istringstream stream(bytes);
  load(loaded, stream);
}

std::string npy(const std::string& header) {
  const std::string size{static_cast<char>(header.size()), '\0'};
  return std::string("\x93NUMPY\1\0", 8) + size + header;
}

// An archive with an entry in it, and one byte changed.
std::string zip_with(const std::string& name, size_t changed, char value) {
  const TemporaryFolder folder;
  ZipWriter zip("test", folder.file("x"));
  zip.add(name, {{"bytes", 5}});
  zip.finish();
  std::string bytes = folder.read("x");
  bytes.at(changed) = value;
  return bytes;
}

const ErrorRows kArrays{
    {"load_npy: no such file", [] { load_npy("/absent/file"); }},
    {"npy: version", [] { load_bytes("\x93NUMPY\7\1\1\1"); }},
    {"npy: cut short", [] { load_bytes(npy("{'descr': '<f4'").substr(0, 20)); }},
    {"npy: objects", [] { load_bytes(npy("{'descr': '|O'}")); }},
    {"npy: complex numbers", [] { load_bytes(npy("{'descr': '<c8'}")); }},
    {"npy: size",
     [] { load_bytes(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}")); }},
    {"zip: cut short", [] { load_bytes(zip_with("a.npy", 0, 'P').substr(0, 80)); }},
    {"zip: entry that is no array", [] { load_bytes(zip_with("a.txt", 0, 'P')); }},
    {"zip: checksum", [] { load_bytes(zip_with("a.npy", 36, 'X')); }},
    {"zip: encrypted", [] { load_bytes(zip_with("a.npy", 30 + 10 + 8, 1)); }},
    {"zip: method", [] { load_bytes(zip_with("a.npy", 30 + 10 + 10, 9)); }},
};

// What loading a recorded file of PyTorch causes.
void load_torch(const std::string& name) {
  std::ifstream stream(REEL_SOURCE_DIR "/tests/io/torch_files/" + name, std::ios::binary);
  load(loaded, stream);
}

const ErrorRows kTorch{
    {"torch archive: a command", [] { load_torch("malicious.pt"); }},
    {"torch archive: a module", [] { load_torch("module.pt"); }},
    {"torch archive: complex numbers", [] { load_torch("complex.pt"); }},
    {"torch archive: TorchScript", [] { load_torch("script.pt"); }},
    {"torch archive: the old format", [] { load_torch("legacy.pt"); }},
};

const ErrorRows kEvents{
    {"summary_writer: folder", [] { SummaryWriter("/dev/null/folder"); }},
    {"add_image: shape",
     [] {
       const TemporaryFolder folder;
       SummaryWriter(folder.file("x")).add_image("tag", ones({5, 2, 2}));
     }},
    {"add_image: dtype",
     [] {
       const TemporaryFolder folder;
       SummaryWriter(folder.file("x")).add_image("tag", ones({2, 2}, kInt64));
     }},
    {"add_scalar: empty tag",
     [] {
       const TemporaryFolder folder;
       SummaryWriter(folder.file("x")).add_scalar("", 1);
     }},
};

}  // namespace

}  // namespace reel::tests
