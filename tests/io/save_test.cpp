#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/io/save.h>
#include <reel/nn/batch_norm.h>
#include <reel/nn/conv.h>
#include <reel/nn/linear.h>
#include <reel/nn/sequential.h>
#include <reel/optim/adam.h>
#include <reel/optim/averaged_weights.h>
#include <reel/optim/lookahead.h>
#include <reel/optim/reduce_on_plateau.h>

#include <sstream>

#include "tests/catch.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace reel::io {
namespace {

using Catch::Matchers::ContainsSubstring;

// [net]
struct NetImpl : nn::Cloneable<NetImpl> {
  nn::Conv2d conv = register_module("conv", nn::Conv2d(1, 4, 3));
  nn::BatchNorm2d norm = register_module("norm", nn::BatchNorm2d(4));
  nn::Linear fc = register_module("fc", nn::Linear(4, 2));

  Tensor forward(const Tensor& x) { return fc(norm(conv(x)).relu().mean({2, 3})); }
};
REEL_MODULE(Net);
// [/net]

bool same(const StateDict& a, const StateDict& b) {
  if (a.keys() != b.keys()) return false;
  for (const auto& item : a)
    if (item->dtype() != b[item.key()].dtype() || !item->equal(b[item.key()])) return false;
  return true;
}

StateDict copy_of(const StateDict& state) {
  StateDict copy;
  for (const auto& item : state) copy.insert(item.key(), item->detach().clone());
  return copy;
}

}  // namespace

TEST_CASE("save: a module's state has PyTorch's names and order", "[save]") {
  const Net net;
  CHECK(net->state_dict().keys() ==
        std::vector<std::string>{"conv.weight", "conv.bias", "norm.weight", "norm.bias",
                                 "norm.running_mean", "norm.running_var",
                                 "norm.num_batches_tracked", "fc.weight", "fc.bias"});
  CHECK(net->state_dict()["norm.num_batches_tracked"].dtype() == kInt64);
}

TEST_CASE("save: what is registered twice has both names", "[save]") {
  struct Tied : nn::Module {
    nn::Linear a = register_module("a", nn::Linear(3, 3));
    nn::Linear b = register_module("b", a);
  };
  const TemporaryFolder folder;
  Tied one, two;
  CHECK(one.state_dict().size() == 4);
  save(one, folder.file("tied"));
  load(two, folder.file("tied"));
  CHECK(two.a->weight.equal(one.a->weight));
}

TEST_CASE("save: a module comes back, into the same tensors", "[save]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("net.safetensors");
  Net net, other;
  net(randn({5, 1, 6, 6}));  // moves the running statistics
  // [save]
  io::save(net, path, {{"epochs", "3"}});
  io::load(other, path);
  // [/save]
  CHECK(same(net->state_dict(), other->state_dict()));
  CHECK(other->norm->num_batches_tracked.item<int64_t>() == 1);
  CHECK(load_metadata(path) == Metadata{{"epochs", "3"}});
  CHECK(other->fc->weight.requires_grad());
  CHECK(other->fc->weight.is_leaf());
  CHECK(folder.count() == 1);

  reel::save(*net, path);  // a module, and the name in libtorch's place
  std::shared_ptr<NetImpl> pointer = Net().ptr();
  reel::load(pointer, path);
  CHECK(same(net->state_dict(), pointer->state_dict()));
  reel::save(pointer, path);
  Net third;
  reel::load(*third, path);
  CHECK(same(net->state_dict(), third->state_dict()));
}

TEST_CASE("save: an optimizer that has a module's parameters sees what is loaded", "[save]") {
  const TemporaryFolder folder;
  Net net, other;
  save(net, folder.file("net"));
  const TensorList before = other->parameters();
  load(other, folder.file("net"));
  for (size_t i = 0; i < before.size(); ++i) CHECK(before[i].is_same(other->parameters()[i]));
}

TEST_CASE("save: tensors, lists and dictionaries", "[save]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("x");
  const Tensor x = randn({3, 4}, kFloat64);
  save(x, path);
  Tensor y = ones({7});
  load(y, path);
  CHECK(y.equal(x));
  CHECK(y.dtype() == kFloat64);
  load(y, path, LoadOptions().dtype(kFloat32));
  CHECK(y.equal(x.to(kFloat32)));

  const TensorList list = {arange(3), ones({2, 0}), x.t()};
  save(list, path);
  TensorList loaded;
  load(loaded, path);
  REQUIRE(loaded.size() == 3);
  for (size_t i = 0; i < 3; ++i) CHECK(loaded[i].equal(list[i]));

  StateDict dict({{"b", x}, {"a", arange(3)}}), other;
  save(dict, path);
  load(other, path);
  CHECK(same(dict, other));
  CHECK(message_of<ArgumentError>([&] { load(y, path); }) ==
        "load: the file holds 2 tensors; one can be loaded only from a file of one. [load a "
        "StateDict, or call load_tensors]");
  CHECK(y.equal(x.to(kFloat32)));
}

TEST_CASE("save: streams", "[save]") {
  std::stringstream stream;
  Net net, other;
  save(net, stream);
  load(other, stream);
  CHECK(same(net->state_dict(), other->state_dict()));
  std::stringstream cut(stream.str().substr(0, 100));
  CHECK_THAT(message_of<IoError>([&] { load(other, cut); }),
             ContainsSubstring("load: the stream:"));
}

TEST_CASE("save: an optimizer goes on as if it had not stopped", "[save]") {
  const TemporaryFolder folder;
  Tensor w = ones({4}).requires_grad_();
  optim::Adam adam({w}, optim::AdamOptions(0.1));
  const auto step = [](const Tensor& p, optim::Optimizer& o) {
    o.zero_grad();
    (p * p * arange(4)).sum().backward();
    o.step();
  };
  step(w, adam);
  save(adam, folder.file("adam"));
  Tensor v = w.detach().clone().requires_grad_();
  optim::Adam other({v}, optim::AdamOptions(0.3));
  load(other, folder.file("adam"));
  step(w, adam);
  step(v, other);
  CHECK(v.equal(w));
}

TEST_CASE("save: schedules by a metric, averages and Lookahead", "[save]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("state.safetensors");
  const Tensor x = ones({2}, requires_grad());
  optim::Adam adam({x}, 0.1);
  optim::ReduceLROnPlateau plateau(adam), other_plateau(adam);
  plateau.step(3);
  save(plateau, path);
  load(other_plateau, path);
  CHECK(other_plateau.best() == 3);

  optim::EMA ema({x}, 0.5), other_ema({x}, 0.5);
  ema.update();
  save(ema, path);
  load(other_ema, path);
  CHECK(other_ema.n_averaged() == 1);

  optim::Lookahead lookahead(adam, 2), other_lookahead(adam, 2);
  x.mutable_grad() = ones({2});
  lookahead.step();
  std::stringstream stream;
  save(lookahead, stream);
  load(other_lookahead, stream);
  CHECK(same(other_lookahead.state_dict(), lookahead.state_dict()));
}

namespace {

// A class of a user's, which keeps what it is given.
struct Counts {
  Tensor seen = zeros({3});
  StateDict state_dict() const { return StateDict({{"seen", seen}}); }
  void load_state_dict(const StateDict& state) { seen = state["seen"]; }
};

}  // namespace

TEST_CASE("save: what has a state in a class of one's own", "[save]") {
  const TemporaryFolder folder;
  Counts counts, other;
  counts.seen.fill_(2);
  save(counts, folder.file("counts.safetensors"));
  load(other, folder.file("counts.safetensors"));
  other.seen.add_(1);  // its own memory, not the file's
  CHECK(other.seen.to_vector() == std::vector<double>{3, 3, 3});
}

TEST_CASE("load: floating-point values are converted to the module's dtype", "[save]") {
  const TemporaryFolder folder;
  Net net, wide;
  wide->to(kFloat64);
  save(net, folder.file("net"));
  load(wide, folder.file("net"));
  CHECK(wide->fc->weight.dtype() == kFloat64);
  CHECK(wide->fc->weight.equal(net->fc->weight.to(kFloat64)));
}

TEST_CASE("load: names that differ are listed with the nearest, and nothing is changed", "[save]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("net");
  const Net net;
  StateDict state = copy_of(net->state_dict());
  state.insert("fc.wieght", state.pop("fc.weight"));
  state["conv.weight"] = ones({4, 3, 3, 3});
  save(state, path);
  Net other;
  const StateDict before = copy_of(other->state_dict());
  CHECK(message_of<ArgumentError>([&] { load(other, path); }) ==
        "load_state_dict: the state does not fit Net: it lacks 'fc.weight' [2, 4] (nearest: "
        "'fc.wieght'); it has unknown 'fc.wieght' (nearest: 'fc.weight'); of another shape or "
        "type are 'conv.weight' [4, 3, 3, 3] instead of [4, 1, 3, 3]; names and shapes must agree. "
        "[without "
        "strict, names that are missing or unknown are left out]");
  CHECK_THROWS_AS(load(other, path, LoadOptions().strict(false)), ArgumentError);
  CHECK(same(before, other->state_dict()));

  state["conv.weight"] = ones({4, 1, 3, 3});
  save(state, path);
  const nn::IncompatibleKeys keys = load(other, path, LoadOptions().strict(false));
  CHECK(keys.missing_keys == std::vector<std::string>{"fc.weight"});
  CHECK(keys.unexpected_keys == std::vector<std::string>{"fc.wieght"});
  CHECK(other->fc->weight.equal(before["fc.weight"]));
  CHECK(other->conv->weight.equal(ones({4, 1, 3, 3})));
}

TEST_CASE("load: names are mapped", "[save]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("net");
  const Net net;
  StateDict wrapped;
  for (const auto& item : net->state_dict()) wrapped.insert("module." + item.key(), item.value());
  save(wrapped, path);
  Net other;
  CHECK_THAT(message_of<ArgumentError>([&] { load(other, path); }),
             ContainsSubstring("rename_prefix(\"module.\", \"\")"));
  load(other, path, LoadOptions().rename_prefix("module.", ""));
  CHECK(same(net->state_dict(), other->state_dict()));

  Net third;
  load(third, path, LoadOptions().rename("^module\\.(\\w+)\\.(\\w+)$", "$1.$2"));
  CHECK(same(net->state_dict(), third->state_dict()));
  CHECK_THAT(message_of<ArgumentError>([] { LoadOptions().rename("(", ""); }),
             ContainsSubstring("rename: '(' is no regular expression"));
  CHECK_THAT(message_of<ArgumentError>(
                 [&] { load(third, path, LoadOptions().rename("^.*\\.weight$", "weight")); }),
             ContainsSubstring("two tensors would be called 'weight'"));

  save(net, path);
  nn::Sequential outer({{"inner", net}});
  CHECK_THAT(message_of<ArgumentError>([&] { load(outer, path); }),
             ContainsSubstring("rename_prefix(\"\", \"inner.\")"));
  load(outer, path, LoadOptions().rename_prefix("", "inner."));
}

TEST_CASE("load: an empty holder, a folder, a file that is not there", "[save]") {
  const TemporaryFolder folder;
  Net net, none = nullptr;
  save(net, folder.file("net"));
  CHECK(message_of<ArgumentError>([&] { load(none, folder.file("net")); }) ==
        "load: the pointer or holder is empty; there is no module in it.");
  CHECK_THAT(message_of<IoError>([&] { load(net, folder.file("")); }),
             ContainsSubstring("is no regular file"));
  CHECK_THAT(message_of<IoError>([&] { load(net, folder.file("absent")); }),
             ContainsSubstring("absent': cannot be opened: No such file"));
  CHECK_THAT(message_of<IoError>([&] { load(net, folder.write("empty", "")); }),
             ContainsSubstring("cut short at byte 0"));
}

TEST_CASE("load: a file of another kind", "[save]") {
  const TemporaryFolder folder;
  for (const std::string& bytes :
       {std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16), std::string("some text, which is longer"),
        std::string("hello\n"), std::string(100, '\0'), std::string("[1, 2, {\"a\": 3}]")}) {
    const std::string path = folder.write("x", bytes);
    const std::string error =
        "load: '" + path +
        "': its format is unknown; safetensors, .npy, .npz and what torch.save writes are known.";
    CHECK(message_of<IoError>([&] { load_tensors(path); }) == error);
    CHECK(message_of<IoError>([&] { load_metadata(path); }) == error);
  }
}

TEST_CASE("load: a tensor beyond 4 GB is read without what is before it", "[save]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("large");
  constexpr uint64_t kHole = uint64_t{5} << 30;
  std::string header =
      R"({"hole":{"dtype":"U8","shape":[5368709120],"data_offsets":[0,5368709120]},)"
      R"("weight":{"dtype":"F32","shape":[1,2],"data_offsets":[5368709120,5368709128]},)"
      R"("bias":{"dtype":"F32","shape":[1],"data_offsets":[5368709128,5368709132]}})";
  header.append((8 - header.size() % 8) % 8, ' ');
  std::string start;
  for (size_t i = 0; i < 8; ++i) start += static_cast<char>(header.size() >> (8 * i));
  folder.write("large", start + header);
  const auto begin = std::filesystem::file_size(path) + kHole;
  std::filesystem::resize_file(path, begin);  // a hole, which takes no place on the disk
  const float values[] = {1.5f, -2.5f, 3.5f};
  std::ofstream(path, std::ios::binary | std::ios::app)
      .write(reinterpret_cast<const char*>(values), sizeof values);
  nn::Linear fc(2, 1);
  const auto keys = load(fc, path, LoadOptions().strict(false));
  CHECK(keys.unexpected_keys == std::vector<std::string>{"hole"});
  CHECK(fc->weight.to_vector() == std::vector<double>{1.5, -2.5});
  CHECK(fc->bias.to_vector() == std::vector<double>{3.5});
}

}  // namespace reel::io
