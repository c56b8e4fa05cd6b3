#pragma once
// Messages in protobuf's wire format, for the few that are written here.
// Format: https://protobuf.dev/programming-guides/encoding.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace reel::io {

/// `Message().text(1, tag).real(2, value)`: fields by their numbers, in the order of the calls.
class Message {
 public:
  Message& integer(int field, int64_t value);
  Message& real(int field, double value);
  Message& single(int field, float value);
  /// Of text, bytes or a message.
  Message& text(int field, std::string_view value);
  Message& message(int field, const Message& value) { return text(field, value.bytes()); }
  /// Packed.
  Message& reals(int field, const std::vector<double>& values);
  const std::string& bytes() const { return bytes_; }

 private:
  void varint(uint64_t value);
  void key(int field, int type) {
    varint(static_cast<uint64_t>(field) << 3 | static_cast<uint64_t>(type));
  }
  std::string bytes_;
};

/// Appends the bytes of a number, the lowest first.
void append_little_endian(std::string& out, uint64_t value, int bytes);

/// A record of TensorFlow's files: length, its checksum, the data, their checksum.
std::string tfrecord(const std::string& data);

}  // namespace reel::io
