#include <reel/io/write_all.h>

#include <unistd.h>

#include <cerrno>

namespace reel::io {

bool write_all(int descriptor, const void* data, std::size_t size) {
  const char* next = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written = ::write(descriptor, next, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    next += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

bool append_all(int descriptor, const void* data, std::size_t size) {
  const off_t end = lseek(descriptor, 0, SEEK_END);
  if (end < 0) return false;
  if (write_all(descriptor, data, size)) return true;
  const int cause = errno;
  [[maybe_unused]] const int cut = ftruncate(descriptor, end);
  errno = cause;
  return false;
}

}  // namespace reel::io
