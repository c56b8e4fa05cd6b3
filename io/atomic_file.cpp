#include <reel/io/atomic_file.h>

#include <fcntl.h>
#include <reel/core/error.h>
#include <reel/io/write_all.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace reel::io {
namespace {

/// Unique among the threads of this process and the processes of this machine.
std::string temporary_name(const std::string& path) {
  static std::atomic<unsigned> counter = 0;
  return concat(path, ".", static_cast<long>(getpid()), ".", counter++, ".tmp");
}

}  // namespace

AtomicFile::AtomicFile(std::string op, std::string path)
    : op_(std::move(op)), path_(std::move(path)), temporary_path_(temporary_name(path_)) {
  descriptor_ = open(temporary_path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail("create");
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  unlink(temporary_path_.c_str());
}

void AtomicFile::write(const void* data, std::size_t size) {
  if (!write_all(descriptor_, data, size)) fail("write");
}

void AtomicFile::commit() {
  // The content must be on disk before the name is: after a power cut the name would lead to an
  // empty file.
  if (fsync(descriptor_) != 0) fail("write");
  if (std::rename(temporary_path_.c_str(), path_.c_str()) != 0) fail("replace");
  close(descriptor_);
  descriptor_ = -1;
}

void AtomicFile::fail(const char* what) const {
  throw_io_error(concat(op_, ": cannot ", what, " '", path_, "': ", std::strerror(errno), "."));
}

}  // namespace reel::io
