// Writes files for Python to read, and checks those that Python wrote: tests/python.

#include <program/program.h>
#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/io/npy.h>
#include <reel/io/save.h>
#include <reel/io/tensorboard.h>
#include <reel/io/zip.h>
#include <reel/nn/batch_norm.h>
#include <reel/nn/conv.h>
#include <reel/nn/linear.h>
#include <reel/nn/sequential.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

using namespace reel;

namespace {

const std::vector<std::vector<int64_t>> kShapes = {{}, {0, 4}, {2, 3}, {3, 1, 5}, {17}};

Tensor sample(const std::string& dtype, const std::vector<int64_t>& shape) {
  std::vector<int64_t> values(static_cast<size_t>(numel_of(shape)));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<int64_t>((i * 37 + 11) % 101);
  const Tensor x = from_vector(std::move(values), shape);
  if (dtype == "bool") return x.to(kFloat64).mul(0.5).floor().mul(-2).add(x.to(kFloat64)).gt(0.5);
  if (dtype.starts_with("float")) {
    const Tensor y = x.to(kFloat64) / 8 - 3;
    return dtype == "float64" ? y : y.to(kFloat32);
  }
  if (dtype == "uint8") return x.to(kUInt8);
  if (dtype == "int8") return x.to(kInt8);
  if (dtype == "int16") return x.to(kInt16);
  // uint16 is read as int32, uint32 as int64.
  return dtype == "int64" || dtype == "uint32" ? x : x.to(kInt32);
}

io::StateDict samples() {
  io::StateDict all;
  for (const char* dtype :
       {"bool", "uint8", "int8", "int16", "int32", "int64", "float32", "float64"})
    for (size_t i = 0; i < kShapes.size(); ++i)
      all.insert(as_text(dtype, "_", i), sample(dtype, kShapes[i]));
  return all;
}

void write(const std::string& folder) {
  const io::StateDict all = samples();
  io::save(all, folder + "/reel.safetensors", {{"by", "reel"}});
  io::save_npz(folder + "/reel.npz", all);
  io::save_npz(folder + "/reel-compressed.npz", all, true);
  std::filesystem::create_directories(folder + "/npy");
  for (const auto& item : all) io::save_npy(folder + "/npy/" + item.key() + ".npy", item.value());
  io::save_npy(folder + "/fortran.npy", sample("float32", {3, 5}).t());
  // As if every size were too large for the plain format.
  io::ZipWriter zip("exchange", folder + "/reel-zip64.npz", 0);
  for (const auto& entry : std::filesystem::directory_iterator(folder + "/npy")) {
    const std::string path = entry.path();
    const io::FileContent file("exchange", path);
    zip.add(entry.path().filename(), {{file.data(), file.size()}});
  }
  zip.finish();
}

void check_samples(const std::string& path) {
  const io::TensorFile file = io::load_tensors(path);
  REEL_CHECK(!file.tensors.empty(), "exchange: ", path, " is empty.");
  for (const auto& [name, x] : file.tensors) {
    const size_t split = name.find('_');
    const Tensor expected =
        sample(name.substr(0, split), kShapes.at(std::stoul(name.substr(split + 1))));
    REEL_CHECK(x.dtype() == expected.dtype() && x.equal(expected), "exchange: ", path, ": ", name,
               " is ", x.dtype(), " ", x, ", should be ", expected.dtype(), " ", expected, ".");
  }
  std::printf("%s: %zu tensors\n", path.c_str(), file.tensors.size());
}

void read(const std::string& folder) {
  for (const char* name : {"python.safetensors", "python.npz", "python-compressed.npz",
                           "python-fortran.npz", "python-swapped.npz", "python-versions.npz"})
    check_samples(folder + "/" + name);
  const io::Metadata metadata = io::load_metadata(folder + "/python.safetensors");
  REEL_CHECK((metadata == io::Metadata{{"by", "Python"}}), "exchange: the metadata differs.");
  Tensor x;
  io::load(x, folder + "/python.npy");
  REEL_CHECK(x.equal(sample("float32", {2, 3})), "exchange: python.npy differs.");
}

void write_events(const std::string& folder) {
  io::SummaryWriter writer(folder);
  for (int64_t step = 0; step < 5; ++step)
    writer.add_scalar("loss", 1 / (1 + static_cast<double>(step)), step);
  writer.add_histogram("values", (arange(100, kFloat64) - 20) / 8, 7);
  writer.add_image("ramp", arange(18, kFloat64).reshape({3, 2, 3}) / 16);
  writer.add_image("grey", arange(6).to(kUInt8).reshape({2, 3}));
  writer.add_text("note", "# A note\nwith *emphasis*, \u00e4");
  writer.add_model(*nn::Linear(2, 3));
}

// The network of check_torch.py, as PyTorch numbers it.
nn::Sequential make_net() {
  const auto flatten = [](const Tensor& x) { return x.flatten(1); };
  return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(2, 4, 3).groups(2)), nn::BatchNorm2d(4),
                        nn::Functional(flatten), nn::Linear(16, 3));
}

// A network after a step of training, an input, and what it makes of it.
void write_net(const std::string& folder) {
  const nn::Sequential net = make_net();
  const Tensor x = randn({5, 2, 4, 4});
  net(x);
  net->eval();
  io::save(net, folder + "/reel.safetensors");
  io::save_npz(folder + "/reel.npz", io::StateDict({{"x", x}, {"y", net(x)}}));
}

void read_net(const std::string& folder) {
  for (const char* name : {"/torch.pt", "/torch-protocol4.pt"}) {
    const nn::Sequential net = make_net();
    io::load(net, folder + name);
    net->eval();
    const auto data = io::load_npz(folder + "/torch.npz");
    REEL_CHECK(net(data["x"]).allclose(data["y"], 1e-4, 1e-5), "exchange: ", folder, name,
               ": the output differs from PyTorch's.");
  }
}

void run(const program::Arguments& given) {
  const std::string &action = given.text("action"), &folder = given.text("folder");
  if (action == "write") return write(folder);
  if (action == "read") return read(folder);
  if (action == "events") return write_events(folder);
  if (action == "write-net") return write_net(folder);
  if (action == "read-net") return read_net(folder);
  throw program::UsageError(
      "exchange: action '" + action +
      "' is unknown; it must be one of write, read, events, write-net, read-net.");
}

}  // namespace

int main(int argc, char** argv) {
  return program::run(
      argc, argv,
      program::Program("exchange", "Writes files for Python programs, and reads theirs.")
          .positional("action", "write, read, events, write-net or read-net", true)
          .positional("folder", "where the files are", true),
      run);
}
