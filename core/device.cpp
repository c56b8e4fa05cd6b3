#include <reel/core/device.h>

#include <ostream>

namespace reel {

Device::Device(DeviceType type, int index) : index_(index) {
  REEL_CHECK(type == kCPU, "device: CUDA; there is the CPU only.");
  REEL_CHECK(index == -1 || index == 0, "device: cpu:", index, "; there is one CPU, cpu:0.");
}

Device::Device(const std::string& name) : Device(kCPU, name == "cpu:0" ? 0 : -1) {
  REEL_CHECK(name == "cpu" || name == "cpu:0", "device: '", name,
             "'; there is the CPU only, named 'cpu'.");
}

std::string Device::str() const { return has_index() ? "cpu:0" : "cpu"; }

void append_text(std::string& out, const Device& device) { out += device.str(); }
std::ostream& operator<<(std::ostream& out, const Device& device) { return out << device.str(); }

}  // namespace reel
