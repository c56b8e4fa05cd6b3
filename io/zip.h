#pragma once
// Zip archives: what .npz files and PyTorch's are. Format: PKWARE's APPNOTE.TXT 6.3.10.

#include <reel/io/atomic_file.h>
#include <reel/io/formats.h>

#include <cstdint>
#include <string>
#include <vector>

namespace reel::io {

/// A piece of memory.
struct Bytes {
  const void* data;
  std::size_t size;
};

/// Reads an archive, stored or deflated, of any size (zip64). The table of contents is checked when
/// it is made, an entry's checksum when it is read; both throw what the source's `fail` throws.
class ZipReader {
 public:
  /// A file of the archive.
  struct Entry {
    std::string name;
    uint64_t header = 0;  ///< where its own header is
    uint64_t compressed = 0, size = 0;
    uint32_t crc = 0;
    uint16_t method = 0;
  };

  explicit ZipReader(ByteSource source);
  const std::vector<Entry>& entries() const { return entries_; }
  /// Null if there is none.
  const Entry* find(const std::string& name) const;
  /// The entry's bytes, where they lie if they are stored. Its errors name the entry.
  ByteSource open(const Entry& entry) const;

 private:
  void find_table(uint64_t* begin, uint64_t* size, uint64_t* count) const;
  void read_table();
  const char* at(uint64_t offset, uint64_t size, const char* what) const;

  ByteSource source_;
  std::vector<Entry> entries_;
  std::vector<std::size_t> by_name_;  // places among the entries, in the order of the names
};

/// Writes an archive into a file that appears when finish() is called.
class ZipWriter {
 public:
  /// `largest`: sizes and offsets from there on are written as zip64.
  ZipWriter(std::string op, std::string path, uint64_t largest = 0xffffffff);
  /// An entry of the pieces' bytes.
  void add(const std::string& name, const std::vector<Bytes>& pieces, bool compress = false);
  void finish();

 private:
  void write(const std::string& bytes);
  std::string op_;
  AtomicFile file_;
  uint64_t largest_, offset_ = 0;
  std::vector<ZipReader::Entry> entries_;
};

}  // namespace reel::io
