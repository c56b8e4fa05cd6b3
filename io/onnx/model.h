#pragma once
// The messages of an ONNX file. Field numbers:
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.

#include <reel/core/tensor.h>
#include <reel/io/protobuf.h>

#include <string>
#include <vector>

namespace reel::io::onnx {

/// What is written: opset 20, which has Gelu, and the IR version that came with it.
inline constexpr int64_t kOpset = 20, kIrVersion = 9;

/// An attribute of a node, AttributeProto.
struct Attribute {
  Message message;
};
Attribute integer(const char* name, int64_t value);
Attribute integers(const char* name, IntArrayRef values);
Attribute real(const char* name, double value);
Attribute text(const char* name, const char* value);

/// NodeProto: an operation from values to values, by their names; an empty name is an input left
/// out.
struct Node {
  std::string op, name;
  std::vector<std::string> inputs, outputs;
  std::vector<Attribute> attributes;
  Message message() const;
};

/// TensorProto: the values of `x`, contiguous or not.
Message tensor(const std::string& name, const Tensor& x);
/// ValueInfoProto. A dimension that varies has a name for its size.
struct Dimension {
  int64_t size;
  std::string name;
};
Message value(const std::string& name, Dtype dtype, const std::vector<Dimension>& dimensions);
/// TensorProto.DataType.
int64_t data_type(Dtype dtype);

}  // namespace reel::io::onnx
