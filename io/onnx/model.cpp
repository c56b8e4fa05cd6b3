#include <reel/autograd/grad_mode.h>
#include <reel/io/onnx/model.h>

namespace reel::io::onnx {

namespace {

// AttributeProto.AttributeType
enum Type : int64_t { kFloat = 1, kInt = 2, kString = 3, kInts = 7 };

Attribute attribute(const char* name, Type type) {
  Attribute a;
  a.message.text(1, name).integer(20, type);
  return a;
}

}  // namespace

Attribute integer(const char* name, int64_t value) {
  Attribute a = attribute(name, kInt);
  a.message.integer(3, value);
  return a;
}

Attribute integers(const char* name, IntArrayRef values) {
  Attribute a = attribute(name, kInts);
  for (int64_t v : values) a.message.integer(8, v);
  return a;
}

Attribute real(const char* name, double value) {
  Attribute a = attribute(name, kFloat);
  a.message.single(2, static_cast<float>(value));
  return a;
}

Attribute text(const char* name, const char* value) {
  Attribute a = attribute(name, kString);
  a.message.text(4, value);
  return a;
}

Message Node::message() const {
  Message m;
  for (const std::string& input : inputs) m.text(1, input);
  for (const std::string& output : outputs) m.text(2, output);
  m.text(3, name).text(4, op);
  for (const Attribute& a : attributes) m.message(5, a.message);
  return m;
}

int64_t data_type(Dtype dtype) {
  switch (dtype) {
    case kBool:
      return 9;
    case kUInt8:
      return 2;
    case kInt8:
      return 3;
    case kInt16:
      return 5;
    case kInt32:
      return 6;
    case kInt64:
      return 7;
    case kFloat32:
      return 1;
    default:
      return 11;
  }
}

Message tensor(const std::string& name, const Tensor& x) {
  const NoGradGuard no_grad;
  const Tensor values = x.detach().contiguous();
  Message m;
  for (int64_t size : values.sizes()) m.integer(1, size);
  m.integer(2, data_type(values.dtype())).text(8, name);
  const auto* bytes = static_cast<const char*>(values.data_ptr());
  return m.text(9, std::string_view(bytes, values.nbytes()));
}

Message value(const std::string& name, Dtype dtype, const std::vector<Dimension>& dimensions) {
  Message shape;
  for (const Dimension& d : dimensions) {
    Message dimension;
    if (d.name.empty())
      dimension.integer(1, d.size);
    else
      dimension.text(2, d.name);
    shape.message(1, dimension);
  }
  Message of_tensor, type;
  of_tensor.integer(1, data_type(dtype)).message(2, shape);
  type.message(1, of_tensor);
  return Message().text(1, name).message(2, type);
}

}  // namespace reel::io::onnx
