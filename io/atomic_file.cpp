#include <reel/io/atomic_file.h>

#include <fcntl.h>
#include <reel/core/error.h>
#include <reel/io/write_all.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace reel::io {
namespace {

/// Where a chain of links ends, whether a file is there or not.
std::filesystem::path followed(std::filesystem::path path) {
  std::error_code no_link;
  for (auto next = read_symlink(path, no_link); !no_link; next = read_symlink(path, no_link))
    path = path.parent_path() / next;
  return path;
}

/// In the same folder, so that it can be renamed, and short even where the file's own name is long.
std::string temporary_beside(const std::filesystem::path& target) {
  static std::atomic<unsigned> counter = 0;
  return target.parent_path() /
         as_text("reel.", static_cast<long>(getpid()), ".", counter++, ".tmp");
}

/// As far as the user may and the file system can: neither is worth losing what is written.
void take_owner_and_mode(int descriptor, const struct stat& former) {
  [[maybe_unused]] const int owned = fchown(descriptor, former.st_uid, former.st_gid);
  fchmod(descriptor, former.st_mode & 07777);
}

}  // namespace

AtomicFile::AtomicFile(std::string op, std::string path)
    : op_(std::move(op)), path_(std::move(path)) {
  struct stat former {};
  const bool exists = stat(path_.c_str(), &former) == 0;
  if (!exists && errno != ENOENT) fail("create");
  if (exists && S_ISDIR(former.st_mode)) {
    errno = EISDIR;
    fail("replace");
  }
  if (exists && !S_ISREG(former.st_mode)) {
    descriptor_ = open(path_.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor_ < 0) fail("open");
    return;
  }
  target_ = followed(path_);
  do {  // another process of this number, before a crash or in a container, may have had the name
    temporary_path_ = temporary_beside(target_);
    descriptor_ = open(temporary_path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                       exists ? former.st_mode & 0777 : 0666);
  } while (descriptor_ < 0 && errno == EEXIST);
  if (descriptor_ < 0) fail("create");
  if (exists) take_owner_and_mode(descriptor_, former);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  if (!temporary_path_.empty()) unlink(temporary_path_.c_str());
}

void AtomicFile::write(const void* data, std::size_t size) {
  if (!write_all(descriptor_, data, size)) fail("write");
}

void AtomicFile::commit() {
  if (!temporary_path_.empty()) {
    // The content must be on disk before the name is: after a power cut the name would lead to an
    // empty file.
    if (fsync(descriptor_) != 0) fail("write");
    if (std::rename(temporary_path_.c_str(), target_.c_str()) != 0) fail("replace");
  }
  close(descriptor_);
  descriptor_ = -1;
}

void AtomicFile::fail(const char* what) const {
  throw_io_error(as_text(op_, ": cannot ", what, " '", path_, "': ", std::strerror(errno), "."));
}

}  // namespace reel::io
