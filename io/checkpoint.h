#pragma once
// All that a training run needs to go on, in one file. docs/models.md.

#include <reel/core/random.h>
#include <reel/io/save.h>

#include <functional>
#include <string>
#include <vector>

namespace reel::io {

/// Names what is to be kept, once: `checkpoint.add("model", net).add("optimizer", optimizer)
/// .add("epoch", epoch)`; then save(path) writes and load(path) restores all of it, and the calling
/// thread's random numbers, so that training goes on bit for bit. What is added must live as long.
class Checkpoint {
 public:
  /// Throws: ArgumentError when the name is empty, taken or has a dot.
  Checkpoint& add(std::string name, nn::Module& module);
  Checkpoint& add(std::string name, std::shared_ptr<nn::Module> module);
  template <class M>
  requires requires(const M& m) { m.ptr(); }
  Checkpoint& add(std::string name, const M& holder) {
    return add(std::move(name), std::shared_ptr<nn::Module>(holder.ptr()));
  }
  /// An optimizer, a schedule, an average of weights, Lookahead, EarlyStopping, or a class of
  /// yours.
  template <HasState T>
  Checkpoint& add(std::string name, T& x) {
    return add_state(
        std::move(name), [&x] { return x.state_dict(); },
        [&x](const StateDict& state) { x.load_state_dict(state); });
  }
  Checkpoint& add(std::string name, Generator& generator);
  Checkpoint& add(std::string name, int64_t& number);
  Checkpoint& add(std::string name, double& number);

  /// In the format of safetensors, whole or not at all: the tensors of a part have its name in
  /// front. Throws: IoError.
  void save(const std::string& path, const Metadata& metadata = {}) const;
  /// Restores every part or none. Throws: IoError for a damaged file, ArgumentError for one with
  /// other parts, or parts that do not fit.
  void load(const std::string& path) const;

 private:
  using Get = std::function<StateDict()>;
  using Set = std::function<void(const StateDict&)>;
  struct Part {
    std::string name;
    Get get;
    Set set;
  };
  Checkpoint& add_part(Part part);
  /// Of a type that may keep what `set` is given.
  Checkpoint& add_state(std::string name, Get get, Set set);
  std::vector<Part> with_random() const;
  std::vector<Part> parts_;
};

}  // namespace reel::io
