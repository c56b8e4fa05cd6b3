#include <reel/io/file_content.h>

#include <fcntl.h>
#include <reel/core/allocator.h>
#include <reel/core/error.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace reel::io {
namespace {

struct Descriptor {
  int number;
  ~Descriptor() { close(number); }
};

// Both are null, with errno, where it can not be done.

std::shared_ptr<const char> map_all(int descriptor, std::size_t size) {
  void* bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (bytes == MAP_FAILED) return nullptr;
  return {static_cast<const char*>(bytes), [bytes, size](const char*) { munmap(bytes, size); }};
}

/// Of a file that was cut short meanwhile, `size` becomes what there is.
std::shared_ptr<const char> read_all(int descriptor, std::size_t& size) {
  const std::shared_ptr<char> bytes(static_cast<char*>(allocate(size)),
                                    [size](char* p) { deallocate(p, size); });
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = read(descriptor, bytes.get() + done, size - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return nullptr;
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  size = done;
  return bytes;
}

}  // namespace

FileContent::FileContent(std::string op, std::string path)
    : op_(std::move(op)), path_(std::move(path)) {
  const Descriptor file{open(path_.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.number < 0) fail(as_text("cannot be opened: ", std::strerror(errno), "."));
  struct stat status {};
  const auto cannot_be_read = [&] { fail(as_text("cannot be read: ", std::strerror(errno), ".")); };
  if (fstat(file.number, &status) != 0) cannot_be_read();
  if (!S_ISREG(status.st_mode)) fail("is no regular file; a folder or a device holds no tensors.");
  size_ = static_cast<std::size_t>(status.st_size);
  if (size_ == 0) return;
  data_ = size_ > kMostRead ? map_all(file.number, size_) : read_all(file.number, size_);
  if (!data_) cannot_be_read();
}

void FileContent::fail(const std::string& what) const {
  throw_io_error(as_text(op_, ": '", path_, "': ", what));
}

}  // namespace reel::io
