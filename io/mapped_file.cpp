#include <reel/io/mapped_file.h>

#include <fcntl.h>
#include <reel/core/error.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace reel::io {

MappedFile::MappedFile(std::string op, std::string path)
    : op_(std::move(op)), path_(std::move(path)) {
  const int descriptor = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail(concat("cannot be opened: ", std::strerror(errno), "."));
  struct stat status {};
  int error = fstat(descriptor, &status) == 0 ? 0 : errno;
  const bool regular = S_ISREG(status.st_mode);
  if (!error && regular && status.st_size > 0) {
    size_ = static_cast<std::size_t>(status.st_size);
    void* mapped = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (mapped == MAP_FAILED)
      error = errno;
    else
      data_ = static_cast<const char*>(mapped);
  }
  close(descriptor);
  if (error) fail(concat("cannot be read: ", std::strerror(error), "."));
  if (!regular) fail("is no regular file; a folder or a device holds no tensors.");
}

MappedFile::~MappedFile() {
  if (data_) munmap(const_cast<char*>(data_), size_);
}

void MappedFile::fail(const std::string& what) const {
  throw_io_error(concat(op_, ": '", path_, "': ", what));
}

}  // namespace reel::io
