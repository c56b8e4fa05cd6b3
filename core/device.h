#pragma once
// Where tensors are: there is one device, named so that code written for several compiles.

#include <reel/core/error.h>

#include <cstdint>
#include <string>

namespace reel {

enum class DeviceType : uint8_t { CPU, CUDA };
inline constexpr DeviceType kCPU = DeviceType::CPU;

/// The CPU. Throws: ArgumentError when another one is asked for.
class Device {
 public:
  Device(DeviceType type = kCPU, int index = -1);
  /// "cpu", "cpu:0"
  Device(const std::string& name);
  Device(const char* name) : Device(std::string(name)) {}
  DeviceType type() const { return kCPU; }
  int index() const { return index_; }
  bool has_index() const { return index_ >= 0; }
  bool is_cpu() const { return true; }
  bool is_cuda() const { return false; }
  std::string str() const;
  friend bool operator==(const Device&, const Device&) { return true; }

 private:
  int index_ = -1;
};

void append_text(std::string& out, const Device& device);
std::ostream& operator<<(std::ostream& out, const Device& device);

}  // namespace reel
