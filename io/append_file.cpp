#include <reel/io/append_file.h>

#include <fcntl.h>
#include <reel/core/error.h>
#include <reel/io/write_all.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace reel::io {

namespace {
constexpr std::size_t kBlock = 4096;  // of what is read in search of a line's end
}

AppendFile::AppendFile(std::string op, std::string path, Mode mode)
    : op_(std::move(op)), path_(std::move(path)) {
  const int start = mode == Mode::kReplace ? O_TRUNC : 0;
  descriptor_ = open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | start, 0666);
  if (descriptor_ < 0) fail("open");
}

AppendFile::~AppendFile() { close(descriptor_); }

std::string AppendFile::head(std::size_t most) const {
  std::string start(std::min(static_cast<std::size_t>(size()), most), '\0');
  read_at(0, start);
  return start;
}

void AppendFile::keep_whole_lines(const std::function<bool(const std::string& line)>& is_whole) {
  const auto all = static_cast<std::size_t>(size());
  std::size_t whole = all;
  std::string last;
  for (bool found = false; whole > 0 && !found;) {
    last.resize(std::min(whole, kBlock));
    read_at(static_cast<int64_t>(whole - last.size()), last);
    const std::size_t end = last.rfind('\n');
    found = end != std::string::npos;
    whole -= last.size() - (found ? end + 1 : 0);
  }
  if (whole == all) return;
  last.resize(all - whole);
  read_at(static_cast<int64_t>(whole), last);
  if (is_whole(last)) return write("\n");
  if (ftruncate(descriptor_, static_cast<off_t>(whole)) != 0) fail("truncate");
}

void AppendFile::write(const std::string& lines) {
  if (!append_all(descriptor_, lines.data(), lines.size())) fail("write");
}

int64_t AppendFile::size() const {
  const int64_t size = lseek(descriptor_, 0, SEEK_END);
  if (size < 0) fail("read");
  return size;
}

void AppendFile::read_at(int64_t position, std::string& out) const {
  for (std::size_t done = 0; done < out.size();) {
    const ssize_t got = pread(descriptor_, out.data() + done, out.size() - done,
                              position + static_cast<int64_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("read");
    if (got == 0)
      throw_io_error(as_text(op_, ": cannot read '", path_, "': it was cut short meanwhile."));
    done += static_cast<std::size_t>(got);
  }
}

void AppendFile::fail(const char* what) const {
  throw_io_error(as_text(op_, ": cannot ", what, " '", path_, "': ", std::strerror(errno), "."));
}

}  // namespace reel::io
