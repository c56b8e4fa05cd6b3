#include <reel/core/error.h>
#include <reel/io/zip.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>

namespace reel::io {

namespace {

constexpr uint32_t kLocal = 0x04034b50, kCentral = 0x02014b50, kEnd = 0x06054b50;
constexpr uint32_t kEnd64 = 0x06064b50, kLocator64 = 0x07064b50;
constexpr size_t kLocalSize = 30, kCentralSize = 46, kEndSize = 22, kEnd64Size = 56;
constexpr size_t kLocatorSize = 20, kMaxComment = 0xffff;
constexpr uint16_t kStored = 0, kDeflated = 8, kZip64 = 1;
constexpr uint16_t kEncrypted = 1, kUtf8 = 1 << 11;
constexpr uint64_t kMostRatio = 1032;  // that deflate reaches

template <class T>
T number(const char* p) {
  T value = 0;
  for (size_t i = sizeof(T); i-- > 0;)
    value = static_cast<T>(static_cast<uint64_t>(value) << 8 | static_cast<unsigned char>(p[i]));
  return value;
}

template <class T>
void put(std::string& out, T value) {
  for (size_t i = 0; i < sizeof(T); ++i)
    out += static_cast<char>(static_cast<uint64_t>(value) >> (8 * i));
}

// In steps that zlib's counters hold.
constexpr size_t kStep = size_t{1} << 30;

// Inflates `in` into exactly out.size() bytes.
bool inflate_all(const char* in, size_t in_size, std::string& out) {
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return false;
  size_t taken = 0, made = 0;
  int status = Z_OK;
  while (status == Z_OK) {
    const size_t give = std::min(kStep, in_size - taken), room = std::min(kStep, out.size() - made);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in + taken));
    stream.avail_in = static_cast<uInt>(give);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + made);
    stream.avail_out = static_cast<uInt>(room);
    status = inflate(&stream, Z_NO_FLUSH);
    taken += give - stream.avail_in;
    made += room - stream.avail_out;
  }
  inflateEnd(&stream);
  return status == Z_STREAM_END && made == out.size() && taken == in_size;
}

std::string deflate_all(const std::string& op, const std::vector<Bytes>& pieces) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK)
    throw_io_error(as_text(op, ": cannot compress: out of memory."));
  std::string out;
  char buffer[1 << 16];
  const auto run = [&](int flush) {
    do {
      stream.next_out = reinterpret_cast<Bytef*>(buffer);
      stream.avail_out = sizeof buffer;
      (void)deflate(&stream, flush);
      out.append(buffer, sizeof buffer - stream.avail_out);
    } while (stream.avail_out == 0);
  };
  for (const Bytes& piece : pieces)
    for (size_t done = 0; done < piece.size; done += kStep) {
      stream.next_in =
          reinterpret_cast<Bytef*>(const_cast<char*>(static_cast<const char*>(piece.data)) + done);
      stream.avail_in = static_cast<uInt>(std::min(kStep, piece.size - done));
      run(Z_NO_FLUSH);
    }
  run(Z_FINISH);
  deflateEnd(&stream);
  return out;
}

uint32_t checksum(uint32_t crc, const void* data, size_t size) {
  if (size == 0) return crc;
  return static_cast<uint32_t>(crc32_z(crc, static_cast<const Bytef*>(data), size));
}

}  // namespace

ZipReader::ZipReader(ByteSource source) : source_(std::move(source)) { read_table(); }

const char* ZipReader::at(uint64_t offset, uint64_t size, const char* what) const {
  if (offset > source_.size || size > source_.size - offset)
    source_.fail(as_text("the archive's ", what, " should be at byte ", offset, " with ", size,
                         " bytes, but the file has ", source_.size, "."));
  return source_.data + offset;
}

void ZipReader::find_table(uint64_t* begin, uint64_t* size, uint64_t* count) const {
  uint64_t end = source_.size;
  const uint64_t last = source_.size < kEndSize ? 0 : source_.size - kEndSize;
  for (uint64_t at = last + 1;
       end == source_.size && at-- > last - std::min<uint64_t>(last, kMaxComment);)
    if (source_.size >= kEndSize && number<uint32_t>(source_.data + at) == kEnd &&
        at + kEndSize + number<uint16_t>(source_.data + at + 20) == source_.size)
      end = at;
  if (end == source_.size)
    source_.fail("the archive has no end; it is cut short, or is no zip archive.");
  const char* p = source_.data + end;
  *count = number<uint16_t>(p + 10);
  *size = number<uint32_t>(p + 12);
  *begin = number<uint32_t>(p + 16);
  if (end < kLocatorSize || number<uint32_t>(p - kLocatorSize) != kLocator64) return;
  const char* end64 = at(number<uint64_t>(p - kLocatorSize + 8), kEnd64Size, "zip64 end");
  if (number<uint32_t>(end64) != kEnd64) source_.fail("the archive's zip64 end is damaged.");
  *count = number<uint64_t>(end64 + 32);
  *size = number<uint64_t>(end64 + 40);
  *begin = number<uint64_t>(end64 + 48);
}

void ZipReader::read_table() {
  uint64_t begin = 0, size = 0, count = 0;
  find_table(&begin, &size, &count);
  at(begin, size, "table of contents");
  uint64_t offset = begin;
  const uint64_t end = begin + size;
  for (uint64_t i = 0; i < count; ++i) {
    const char* p = at(offset, kCentralSize, "table of contents");
    if (number<uint32_t>(p) != kCentral)
      source_.fail(as_text("the archive's table of contents is damaged at byte ", offset, "."));
    const uint64_t name = number<uint16_t>(p + 28), extra = number<uint16_t>(p + 30),
                   comment = number<uint16_t>(p + 32);
    const char* text = at(offset + kCentralSize, name + extra + comment, "table of contents");
    Entry entry;
    entry.name.assign(text, name);
    entry.method = number<uint16_t>(p + 10);
    entry.crc = number<uint32_t>(p + 16);
    entry.compressed = number<uint32_t>(p + 20);
    entry.size = number<uint32_t>(p + 24);
    entry.header = number<uint32_t>(p + 42);
    for (const char *x = text + name, *last = x + extra; last - x >= 4;) {
      const char* value = x + 4;
      x = value + number<uint16_t>(x + 2);
      if (x > last || number<uint16_t>(value - 4) != kZip64) continue;
      for (uint64_t* field : {&entry.size, &entry.compressed, &entry.header})
        if (*field == 0xffffffff && x - value >= 8) {
          *field = number<uint64_t>(value);
          value += 8;
        }
    }
    if (number<uint16_t>(p + 8) & kEncrypted)
      source_.fail(as_text("its entry '", entry.name, "' is encrypted; that is not supported."));
    offset += kCentralSize + name + extra + comment;
    entries_.push_back(std::move(entry));
  }
  if (offset != end)
    source_.fail(as_text("the archive's table of contents ends at byte ", offset,
                         ", and should at byte ", end, "."));
  for (size_t i = 0; i < entries_.size(); ++i) by_name_.push_back(i);
  std::sort(by_name_.begin(), by_name_.end(),
            [&](size_t a, size_t b) { return entries_[a].name < entries_[b].name; });
  for (size_t i = 1; i < by_name_.size(); ++i)
    if (const std::string& name = entries_[by_name_[i]].name;
        name == entries_[by_name_[i - 1]].name)
      source_.fail(as_text("its entry '", name, "' comes twice; names must differ."));
}

const ZipReader::Entry* ZipReader::find(const std::string& name) const {
  const auto found =
      std::lower_bound(by_name_.begin(), by_name_.end(), name,
                       [&](size_t i, const std::string& n) { return entries_[i].name < n; });
  if (found == by_name_.end() || entries_[*found].name != name) return nullptr;
  return &entries_[*found];
}

ByteSource ZipReader::open(const Entry& entry) const {
  const auto fail = [outer = source_.report, name = entry.name](const std::string& what) {
    outer(as_text("entry '", name, "': ", what));
  };
  const char* header = at(entry.header, kLocalSize, "entry");
  if (number<uint32_t>(header) != kLocal)
    fail(as_text("its header at byte ", entry.header, " is damaged."));
  const uint64_t skip =
      kLocalSize + number<uint16_t>(header + 26) + uint64_t{number<uint16_t>(header + 28)};
  const char* data = at(entry.header + skip, entry.compressed, "entry");
  std::shared_ptr<void> owner = source_.owner;
  if (entry.method == kDeflated) {
    if (entry.size / kMostRatio > entry.compressed)
      fail(as_text("its size is given as ", entry.size, ", which ", entry.compressed,
                   " compressed bytes can not hold."));
    auto inflated = std::make_shared<std::string>(entry.size, '\0');
    if (!inflate_all(data, entry.compressed, *inflated))
      fail(as_text("its compressed bytes at byte ", entry.header + skip, " are damaged."));
    data = inflated->data();
    owner = inflated;
  } else if (entry.method != kStored) {
    fail(as_text("it is compressed by method ", int{entry.method},
                 "; stored (0) and deflated (8) are supported."));
  } else if (entry.size != entry.compressed) {
    fail(as_text("it is stored, but its sizes are ", entry.compressed, " and ", entry.size, "."));
  }
  if (checksum(0, data, entry.size) != entry.crc)
    fail(as_text("its bytes at byte ", entry.header + skip, " do not match its checksum."));
  return {owner, data, entry.size, fail};
}

ZipWriter::ZipWriter(std::string op, std::string path, uint64_t largest)
    : op_(op), file_(std::move(op), std::move(path)), largest_(largest) {}

void ZipWriter::write(const std::string& bytes) {
  file_.write(bytes.data(), bytes.size());
  offset_ += bytes.size();
}

namespace {

constexpr uint16_t kVersion = 20, kVersion64 = 45, kFirstDay = 1 << 5 | 1;  // 1980-01-01

// What the two headers of an entry share, from the version needed to the length of the name.
void put_common(std::string& out, const ZipReader::Entry& e, bool large) {
  put(out, large ? kVersion64 : kVersion);
  put(out, kUtf8);
  put(out, e.method);
  put(out, uint16_t{0});
  put(out, kFirstDay);  // so that equal contents make equal files
  put(out, e.crc);
  put(out, large ? 0xffffffff : static_cast<uint32_t>(e.compressed));
  put(out, large ? 0xffffffff : static_cast<uint32_t>(e.size));
  put(out, static_cast<uint16_t>(e.name.size()));
}

}  // namespace

void ZipWriter::add(const std::string& name, const std::vector<Bytes>& pieces, bool compress) {
  REEL_CHECK(name.size() <= 0xffff, op_, ": a name of ", name.size(),
             " bytes; a zip archive holds names of up to 65535.");
  ZipReader::Entry entry{name, offset_, 0, 0, 0, compress ? kDeflated : kStored};
  for (const Bytes& piece : pieces) {
    entry.crc = checksum(entry.crc, piece.data, piece.size);
    entry.size += piece.size;
  }
  const std::string deflated = compress ? deflate_all(op_, pieces) : std::string();
  entry.compressed = compress ? deflated.size() : entry.size;
  const bool large = entry.size >= largest_ || entry.compressed >= largest_;
  std::string header;
  put(header, kLocal);
  put_common(header, entry, large);
  put(header, static_cast<uint16_t>(large ? 20 : 0));
  header += name;
  if (large) {
    put(header, kZip64);
    put(header, uint16_t{16});
    put(header, entry.size);
    put(header, entry.compressed);
  }
  write(header);
  if (compress) {
    write(deflated);
  } else {
    for (const Bytes& piece : pieces) file_.write(piece.data, piece.size);
    offset_ += entry.size;
  }
  entries_.push_back(std::move(entry));
}

void ZipWriter::finish() {
  const uint64_t begin = offset_;
  for (const ZipReader::Entry& e : entries_) {
    const bool large = e.size >= largest_ || e.compressed >= largest_ || e.header >= largest_;
    std::string record;
    put(record, kCentral);
    put(record, large ? kVersion64 : kVersion);
    put_common(record, e, large);
    put(record, static_cast<uint16_t>(large ? 28 : 0));
    record += std::string(10, '\0');  // comment, disk, attributes
    put(record, large ? 0xffffffff : static_cast<uint32_t>(e.header));
    record += e.name;
    if (large) {
      put(record, kZip64);
      put(record, uint16_t{24});
      put(record, e.size);
      put(record, e.compressed);
      put(record, e.header);
    }
    write(record);
  }
  const uint64_t size = offset_ - begin, end64 = offset_, count = entries_.size();
  const bool large =
      begin >= largest_ || size >= largest_ || count >= std::min<uint64_t>(0xffff, largest_);
  std::string end;
  if (large) {
    put(end, kEnd64);
    put(end, uint64_t{kEnd64Size - 12});
    put(end, kVersion64);
    put(end, kVersion64);
    put(end, uint64_t{0});  // disks
    put(end, count);
    put(end, count);
    put(end, size);
    put(end, begin);
    put(end, kLocator64);
    put(end, uint32_t{0});
    put(end, end64);
    put(end, uint32_t{1});
  }
  put(end, kEnd);
  put(end, uint32_t{0});  // disks
  put(end, static_cast<uint16_t>(large ? 0xffff : count));
  put(end, static_cast<uint16_t>(large ? 0xffff : count));
  put(end, static_cast<uint32_t>(large ? 0xffffffff : size));
  put(end, static_cast<uint32_t>(large ? 0xffffffff : begin));
  put(end, uint16_t{0});
  write(end);
  file_.commit();
}

}  // namespace reel::io
