#pragma once
// An ONNX graph while it is being made from two passes through a network (passes.h). What differs
// between them does not belong into a file, unless it is proportional to the batch.

#include <reel/core/ordered_dict.h>
#include <reel/io/onnx/model.h>
#include <reel/io/onnx/passes.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace reel::io::onnx {

/// A size: a number, or so many times the batch.
struct Dim {
  int64_t number, per_batch;
  bool operator==(const Dim&) const = default;
};

class Graph {
 public:
  /// `parameters` and `buffers` become initializers under these names.
  Graph(const Pass& first, const Pass& second, std::vector<std::string> input_names,
        const OrderedDict<std::string, Tensor>& state);
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  /// Adds a node, named after the module that runs, and returns its first output.
  std::string add(const char* op, std::vector<std::string> inputs,
                  std::vector<Attribute> attributes = {}, size_t outputs = 1);
  /// Output i of the node whose first output is `value`.
  static std::string sibling(const std::string& value, size_t i);
  std::string constant(const Tensor& values);
  std::string number(double v, Dtype dtype);
  std::string integers(const std::vector<int64_t>& v);
  /// Sizes as a tensor of int64, computed where they vary. For a reshape one may be left to infer.
  std::string sizes(const std::vector<Dim>& dims, bool for_reshape = false);
  /// A size that was `a` in the first pass and `b` in the second.
  Dim dim(int64_t a, int64_t b) const;
  std::vector<Dim> dims(const Tensor& a, const Tensor& b) const;
  /// The value of a tensor that no operation made: a parameter, buffer, input or constant.
  std::string given(const Tensor& a, const Tensor& b);

  /// What was added, for the file. Values are named anew by `names` first.
  Message message(const std::map<std::string, std::string>& names) const;
  bool is_given(const std::string& value) const { return given_.count(value) > 0; }
  /// Whether any node reads it.
  bool is_used(const std::string& value) const;
  /// Whether both have the same nodes, names and constants.
  bool is_same(const Graph& other) const;
  /// Bytes of the initializers.
  int64_t initializer_bytes() const { return initializer_bytes_; }

  const Pass &first, &second;
  std::map<std::pair<const reel::Node*, uint32_t>, std::string> values;
  const char* module_path = nullptr;  // of what is being added
  std::string operation;              // the same, for errors
  [[noreturn]] void fail(const std::string& problem) const;

 private:
  struct Known {
    std::string name;
    Tensor a, b;
    bool is_input;
  };
  std::string unique(const std::string& name);
  void add_initializer(const std::string& name, const Tensor& x);
  const Known* find_known(const Tensor& a, const Tensor& b) const;

  std::vector<std::string> input_names_;
  std::vector<Known> known_;
  std::vector<Node> nodes_;
  std::vector<std::pair<std::string, Tensor>> initializers_;
  std::map<std::string, std::string> constants_;  // by their bytes
  std::set<std::string> names_, given_;
  std::string batch_;
  int64_t initializer_bytes_ = 0, num_constants_ = 0;
};

}  // namespace reel::io::onnx
