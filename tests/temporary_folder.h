#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <unistd.h>

namespace reel {

/// An empty folder beside the test program, removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder()
      : path_(std::filesystem::read_symlink("/proc/self/exe").parent_path() /
              ("temporary." + std::to_string(getpid()) + "." + std::to_string(next_number()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string file(const std::string& name) const { return path_ / name; }
  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(file(name), std::ios::binary) << content;
    return file(name);
  }
  std::string read(const std::string& name) const {
    std::ifstream stream(file(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  /// How many files there are.
  int64_t count() const { return std::distance(std::filesystem::directory_iterator(path_), {}); }

 private:
  static int next_number() {
    static int number = 0;
    return number++;
  }

  std::filesystem::path path_;
};

}  // namespace reel
