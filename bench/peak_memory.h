#pragma once
// The most memory that a process holds while it trains: for reel and for libtorch alike.

#include <cstdint>
#include <fstream>
#include <string>

namespace bench {

/// Beyond what it held when this was made, without the files that are mapped (its code), in bytes;
/// Linux counts them in /proc/self/status.
class PeakMemory {
 public:
  PeakMemory() {
    std::ofstream("/proc/self/clear_refs") << 5;  // forgets the peak so far
    before_ = status("RssAnon:");
  }
  int64_t bytes() const { return status("VmHWM:") - status("RssFile:") - before_; }

 private:
  static int64_t status(const std::string& name) {
    std::ifstream file("/proc/self/status");
    int64_t kilobytes = 0;
    for (std::string word; file >> word;)
      if (word == name && file >> kilobytes) break;
    return kilobytes << 10;
  }
  int64_t before_;
};

}  // namespace bench
