#include <reel/data/byte_reader.h>

#include <reel/core/error.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <limits>

namespace reel::data {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 16;
constexpr uint8_t kGzipMagic[] = {0x1F, 0x8B};
// zlib: the largest window, and a gzip (not a zlib) wrapper.
constexpr int kGzipWindowBits = 15 + 16;

}  // namespace

class ByteReader::Stream {
 public:
  Stream(std::string op, std::string path)
      : op_(std::move(op)), path_(std::move(path)), file_(std::fopen(path_.c_str(), "rb")) {
    if (!file_)
      throw_io_error(as_text(op_, ": cannot open '", path_, "': ", std::strerror(errno), "."));
    refill();
    gzip_ = available() >= sizeof kGzipMagic &&
            std::equal(std::begin(kGzipMagic), std::end(kGzipMagic), buffer_.begin());
    if (gzip_ && inflateInit2(&zlib_, kGzipWindowBits) != Z_OK) fail("zlib cannot start.");
  }
  ~Stream() {
    if (gzip_) inflateEnd(&zlib_);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  std::size_t read(uint8_t* out, std::size_t count) {
    std::size_t done = 0;
    while (done < count) {
      const std::size_t step =
          gzip_ ? inflate_some(out + done, count - done) : copy_some(out + done, count - done);
      if (step == 0) break;
      done += step;
    }
    return done;
  }

  int64_t position() const { return position_; }

  [[noreturn]] void fail(const std::string& what) const {
    throw_io_error(as_text(op_, ": '", path_, "', byte ", position_,
                           gzip_ ? " of its decompressed content: " : ": ", what));
  }

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  std::size_t available() const { return end_ - begin_; }

  /// Returns false at the end of the file.
  bool refill() {
    begin_ = 0;
    end_ = std::fread(buffer_.data(), 1, buffer_.size(), file_.get());
    if (end_ == 0 && std::ferror(file_.get())) fail(as_text(std::strerror(errno), "."));
    return end_ > 0;
  }

  std::size_t copy_some(uint8_t* out, std::size_t count) {
    if (available() == 0 && !refill()) return 0;
    const std::size_t step = std::min(count, available());
    std::memcpy(out, buffer_.data() + begin_, step);
    begin_ += step;
    position_ += static_cast<int64_t>(step);
    return step;
  }

  std::size_t inflate_some(uint8_t* out, std::size_t count) {
    const std::size_t wanted = std::min<std::size_t>(count, std::numeric_limits<uInt>::max());
    zlib_.next_out = out;
    zlib_.avail_out = static_cast<uInt>(wanted);
    while (zlib_.avail_out == wanted) {
      if (available() == 0 && !refill()) {
        if (!member_ended_) fail("the gzip stream is cut short.");
        return 0;
      }
      if (member_ended_) {
        inflateReset(&zlib_);
        zlib_.next_out = out;
        zlib_.avail_out = static_cast<uInt>(wanted);
        member_ended_ = false;
        ++members_;
      }
      inflate_buffer();
    }
    return wanted - zlib_.avail_out;
  }

  void inflate_buffer() {
    zlib_.next_in = buffer_.data() + begin_;
    zlib_.avail_in = static_cast<uInt>(available());
    const uInt room = zlib_.avail_out;
    const int status = inflate(&zlib_, Z_NO_FLUSH);
    position_ += room - zlib_.avail_out;
    begin_ = end_ - zlib_.avail_in;
    if (status == Z_STREAM_END) {
      member_ended_ = true;
    } else if (status == Z_MEM_ERROR) {
      fail("zlib is out of memory.");
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      // A first member's header was recognised already: a later one that is none is something else
      // appended.
      if (members_ > 0 && zlib_.total_out == 0) fail("bytes follow the end of the gzip stream.");
      fail(as_text("the gzip stream is corrupt (", zlib_.msg ? zlib_.msg : "no detail", ")."));
    }
  }

  std::string op_;
  std::string path_;
  std::unique_ptr<std::FILE, CloseFile> file_;
  std::array<uint8_t, kBufferBytes> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  int64_t position_ = 0;
  bool gzip_ = false;
  z_stream zlib_ = {};
  bool member_ended_ = false;
  int members_ = 0;
};

ByteReader::ByteReader(std::string op, std::string path)
    : stream_(std::make_unique<Stream>(std::move(op), std::move(path))) {}

ByteReader::~ByteReader() = default;

std::size_t ByteReader::read(uint8_t* out, std::size_t count) { return stream_->read(out, count); }

std::vector<uint8_t> ByteReader::read_all(std::size_t most) {
  std::vector<uint8_t> bytes;
  while (bytes.size() < most) {
    const std::size_t have = bytes.size();
    const std::size_t chunk = std::min(most - have, std::max(have, kBufferBytes));
    bytes.resize(have + chunk);
    const std::size_t count = read(bytes.data() + have, chunk);
    bytes.resize(have + count);
    if (count < chunk) break;
  }
  return bytes;
}

int64_t ByteReader::position() const { return stream_->position(); }

void ByteReader::fail(const std::string& what) const { stream_->fail(what); }

}  // namespace reel::data
