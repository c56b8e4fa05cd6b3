#include <reel/io/crc32c.h>
#include <reel/io/protobuf.h>

#include <bit>

namespace reel::io {

namespace {
constexpr int kVarint = 0, kEight = 1, kLength = 2, kFour = 5;
}

void append_little_endian(std::string& out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

void Message::varint(uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
  bytes_ += static_cast<char>(value);
}

Message& Message::integer(int field, int64_t value) {
  key(field, kVarint);
  varint(static_cast<uint64_t>(value));
  return *this;
}

Message& Message::real(int field, double value) {
  key(field, kEight);
  append_little_endian(bytes_, std::bit_cast<uint64_t>(value), 8);
  return *this;
}

Message& Message::single(int field, float value) {
  key(field, kFour);
  append_little_endian(bytes_, std::bit_cast<uint32_t>(value), 4);
  return *this;
}

Message& Message::text(int field, std::string_view value) {
  key(field, kLength);
  varint(value.size());
  bytes_ += value;
  return *this;
}

Message& Message::reals(int field, const std::vector<double>& values) {
  std::string packed;
  for (const double value : values) append_little_endian(packed, std::bit_cast<uint64_t>(value), 8);
  return text(field, packed);
}

std::string tfrecord(const std::string& data) {
  std::string record;
  append_little_endian(record, data.size(), 8);
  append_little_endian(record, masked_crc32c(record.data(), record.size()), 4);
  record += data;
  append_little_endian(record, masked_crc32c(data.data(), data.size()), 4);
  return record;
}

}  // namespace reel::io
