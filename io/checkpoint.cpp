#include <reel/core/creation.h>
#include <reel/io/checkpoint.h>

namespace reel::io {

namespace {

constexpr const char* kRandom = "random";
constexpr const char* kSelf = "";  // the name of a part that is one tensor

StateDict state_of_generator(const Generator& g) {
  const auto bits = [](uint64_t v) { return full({}, static_cast<int64_t>(v), kInt64); };
  return StateDict({{"seed", bits(g.seed())}, {"offset", bits(g.offset())}});
}

void restore(Generator& g, const StateDict& state) {
  const auto bits = [&](const char* name) {
    return static_cast<uint64_t>(state[name].item<int64_t>());
  };
  const uint64_t seed = bits("seed"), offset = bits("offset");
  g.manual_seed(seed);
  g.set_offset(offset);
}

std::string key_of(const std::string& part, const std::string& name) {
  return name == kSelf ? part : part + "." + name;
}

// The tensors of a part, without its name.
StateDict part_of(const TensorFile& file, const std::string& part) {
  StateDict state("state");
  for (const auto& [name, tensor] : file.tensors)
    if (name == part)
      state.insert(kSelf, tensor);
    else if (name.starts_with(part + "."))
      state.insert(name.substr(part.size() + 1), tensor);
  return state;
}

StateDict copy_of(const StateDict& state) {
  StateDict copy("state");
  for (const auto& item : state) copy.insert(item.key(), item->detach().clone());
  return copy;
}

}  // namespace

Checkpoint& Checkpoint::add_part(Part part) {
  REEL_CHECK(
      part.name != kRandom,
      "checkpoint: the name 'random' is that of the thread's random numbers; choose another.");
  REEL_CHECK(!part.name.empty() && part.name.find('.') == std::string::npos,
             "checkpoint: the name '", part.name, "' is empty or has a dot; paths are made of it.");
  for (const Part& other : parts_)
    REEL_CHECK(other.name != part.name, "checkpoint: '", part.name,
               "' was added before; each part needs a name of its own.");
  parts_.push_back(std::move(part));
  return *this;
}

Checkpoint& Checkpoint::add(std::string name, nn::Module& module) {
  return add_part({std::move(name), [&module] { return module.state_dict(); },
                   [&module](const StateDict& state) { module.load_state_dict(state); }});
}

Checkpoint& Checkpoint::add(std::string name, std::shared_ptr<nn::Module> module) {
  REEL_CHECK(module, "checkpoint: '", name,
             "' is an empty pointer or holder; there is no module in it.");
  return add_part({std::move(name), [module] { return module->state_dict(); },
                   [module](const StateDict& state) { module->load_state_dict(state); }});
}

Checkpoint& Checkpoint::add_state(std::string name, Get get, Set set) {
  // What is loaded lies in the file.
  return add_part({std::move(name), std::move(get),
                   [set = std::move(set)](const StateDict& state) { set(copy_of(state)); }});
}

Checkpoint& Checkpoint::add(std::string name, Generator& generator) {
  return add_part({std::move(name), [&generator] { return state_of_generator(generator); },
                   [&generator](const StateDict& state) { restore(generator, state); }});
}

Checkpoint& Checkpoint::add(std::string name, int64_t& number) {
  return add_part({std::move(name),
                   [&number] {
                     return StateDict({{kSelf, full({}, number, kInt64)}});
                   },
                   [&number](const StateDict& state) { number = state[kSelf].item<int64_t>(); }});
}

Checkpoint& Checkpoint::add(std::string name, double& number) {
  return add_part({std::move(name),
                   [&number] {
                     return StateDict({{kSelf, full({}, number, kFloat64)}});
                   },
                   [&number](const StateDict& state) { number = state[kSelf].item<double>(); }});
}

std::vector<Checkpoint::Part> Checkpoint::with_random() const {
  std::vector<Part> parts = parts_;
  parts.push_back({kRandom, [] { return state_of_generator(default_generator()); },
                   [](const StateDict& state) { restore(default_generator(), state); }});
  return parts;
}

void Checkpoint::save(const std::string& path, const Metadata& metadata) const {
  StateDict all;
  for (const Part& part : with_random())
    for (const auto& item : part.get()) all.insert(key_of(part.name, item.key()), item.value());
  save_state(all, path, metadata);
}

void Checkpoint::load(const std::string& path) const {
  const TensorFile file = LoadSource(path).view({});
  const std::vector<Part> parts = with_random();
  std::vector<StateDict> states;
  for (const Part& part : parts) {
    states.push_back(part_of(file, part.name));
    REEL_CHECK(!states.back().is_empty() || part.get().is_empty(), "checkpoint: '", path,
               "' has no part '", part.name, "' among its ", file.tensors.size(),
               " tensors; it must have the parts that were added here.");
  }
  for (const auto& [name, tensor] : file.tensors) {
    bool belongs = false;
    for (const Part& part : parts)
      belongs = belongs || name == part.name || name.starts_with(part.name + ".");
    REEL_CHECK(belongs, "checkpoint: '", path, "' has '", name,
               "', which belongs to no part that was added here. [add that part, or call "
               "load_tensors]");
  }
  std::vector<StateDict> before;
  try {
    for (size_t i = 0; i < parts.size(); ++i) {
      before.push_back(copy_of(parts[i].get()));
      parts[i].set(states[i]);
    }
  } catch (...) {
    // The part that threw changed nothing, and those before it had these states already.
    for (size_t i = before.size(); i-- > 0;) parts[i].set(before[i]);
    throw;
  }
}

}  // namespace reel::io
