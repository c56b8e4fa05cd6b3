#include <reel/io/write_all.h>

#include <unistd.h>

#include <cerrno>

namespace reel::io {

namespace {

/// How many of the bytes were written: fewer than all, with errno, on failure.
std::size_t write_some(int descriptor, const char* data, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t written = ::write(descriptor, data + done, size - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) break;
    done += static_cast<std::size_t>(written);
  }
  return done;
}

}  // namespace

bool write_all(int descriptor, const void* data, std::size_t size) {
  return write_some(descriptor, static_cast<const char*>(data), size) == size;
}

bool append_all(int descriptor, const void* data, std::size_t size) {
  const off_t end = lseek(descriptor, 0, SEEK_END);
  if (end < 0) return false;
  const std::size_t done = write_some(descriptor, static_cast<const char*>(data), size);
  if (done == size) return true;
  const int cause = errno;
  // Unless another program has appended meanwhile, whose bytes would be lost.
  if (done > 0 && lseek(descriptor, 0, SEEK_END) == end + static_cast<off_t>(done)) {
    [[maybe_unused]] const int cut = ftruncate(descriptor, end);
  }
  errno = cause;
  return false;
}

}  // namespace reel::io
