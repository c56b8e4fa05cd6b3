#include <reel/io/npy.h>
#include <reel/io/stored_type.h>
#include <reel/io/zip.h>

#include <cctype>

namespace reel::io {

namespace {

constexpr const char* kMagic = "\x93NUMPY";
constexpr size_t kAlignment = 64;  // of what follows the header, as NumPy writes it

struct TypeCode {
  StoredType type;
  const char* code;
};
constexpr TypeCode kCodes[] = {
    {StoredType::kBool, "b1"},    {StoredType::kUInt8, "u1"},   {StoredType::kInt8, "i1"},
    {StoredType::kInt16, "i2"},   {StoredType::kUInt16, "u2"},  {StoredType::kInt32, "i4"},
    {StoredType::kUInt32, "u4"},  {StoredType::kInt64, "i8"},   {StoredType::kFloat16, "f2"},
    {StoredType::kFloat32, "f4"}, {StoredType::kFloat64, "f8"},
};

// A header: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
class Header {
 public:
  Header(const ByteSource& source, size_t begin, size_t size)
      : source_(source), at_(begin), end_(begin + size) {
    expect('{');
    while (!accept('}')) {
      const std::string key = text();
      expect(':');
      if (key == "descr")
        read_type();
      else if (key == "fortran_order")
        fortran_ = word() == "True";
      else if (key == "shape")
        read_shape();
      else
        bad(as_text("has the unknown key '", key, "'"));
      ++keys_;
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    if (keys_ != 3 || !has_type_) bad("needs a descr, a fortran_order and a shape");
  }
  StoredType type() const { return type_; }
  bool swapped() const { return swapped_; }
  bool fortran() const { return fortran_; }
  const std::vector<int64_t>& shape() const { return shape_; }

 private:
  [[noreturn]] void bad(const std::string& what) const {
    source_.fail(as_text("the header ", what, " (at byte ", at_, ")."));
  }
  void skip_blanks() {
    while (at_ < end_ && std::isspace(static_cast<unsigned char>(source_.data[at_]))) ++at_;
  }
  bool accept(char c) {
    skip_blanks();
    if (at_ >= end_ || source_.data[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) bad(as_text("should have '", c, "'"));
  }
  std::string text() {
    const char quote = accept('"') ? '"' : '\'';
    if (quote == '\'') expect('\'');
    std::string result;
    while (at_ < end_ && source_.data[at_] != quote) result += source_.data[at_++];
    expect(quote);
    return result;
  }
  std::string word() {
    skip_blanks();
    std::string result;
    while (at_ < end_ && std::isalnum(static_cast<unsigned char>(source_.data[at_])))
      result += source_.data[at_++];
    if (result != "True" && result != "False") bad("should have True or False");
    return result;
  }
  void read_type() {
    skip_blanks();
    if (at_ < end_ && source_.data[at_] == '[') bad("describes records, which are not supported");
    const std::string given = text();
    std::string code = given;
    const char order = code.empty() ? ' ' : code[0];
    if (order == '<' || order == '>' || order == '|' || order == '=') code.erase(0, 1);
    if (code == "?") code = "b1";
    for (const TypeCode& known : kCodes)
      if (code == known.code) {
        type_ = known.type;
        swapped_ = order == '>';
        has_type_ = true;
        return;
      }
    bad(as_text("has the dtype '", given, "', which is not supported",
                code[0] == 'O' ? ": objects are programs, and are not run" : ""));
  }
  void read_shape() {
    expect('(');
    while (!accept(')')) {
      skip_blanks();
      int64_t size = 0;
      const size_t before = at_;
      for (; at_ < end_ && std::isdigit(static_cast<unsigned char>(source_.data[at_])); ++at_)
        if (__builtin_mul_overflow(size, int64_t{10}, &size) ||
            __builtin_add_overflow(size, int64_t{source_.data[at_] - '0'}, &size))
          bad("has a size that overflows");
      if (at_ == before) bad("should have a size");
      shape_.push_back(size);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    if (shape_.size() > kMaxDims)
      bad(as_text("has ", shape_.size(), " dimensions; at most ", kMaxDims, " are supported"));
  }

  const ByteSource& source_;
  size_t at_, end_;
  int keys_ = 0;
  StoredType type_ = StoredType::kFloat32;
  bool swapped_ = false, fortran_ = false, has_type_ = false;
  std::vector<int64_t> shape_;
};

Tensor reversed(const Tensor& x) {
  std::vector<int64_t> dims(static_cast<size_t>(x.dim()));
  for (size_t i = 0; i < dims.size(); ++i) dims[i] = static_cast<int64_t>(dims.size() - 1 - i);
  return x.permute(dims);
}

// The bytes of a file: its header, and the tensor in memory.
struct Encoded {
  std::string header;
  Tensor data;
  std::vector<Bytes> pieces() const {
    return {{header.data(), header.size()}, {data.data_ptr(), data.nbytes()}};
  }
};

Encoded encode(const Tensor& given) {
  const Tensor x = given.detach();
  const bool fortran = !x.is_contiguous() && reversed(x).is_contiguous();
  const StoredType type = stored(x.dtype());
  std::string code;
  for (const TypeCode& known : kCodes)
    if (known.type == type) code = known.code;
  std::string shape = "(";
  for (const int64_t s : x.sizes().vec()) shape += as_text(s, ",");
  std::string text =
      as_text("{'descr': '", x.itemsize() == 1 ? "|" : "<", code,
              "', 'fortran_order': ", fortran ? "True" : "False", ", 'shape': ", shape, "), }");
  const size_t prefix = 10;
  text.append(kAlignment - (prefix + text.size() + 1) % kAlignment, ' ');
  text += '\n';
  std::string header = kMagic;
  header += '\1';
  header += '\0';
  header += static_cast<char>(text.size());
  header += static_cast<char>(text.size() >> 8);
  return {header + text, fortran ? reversed(x) : x.contiguous()};
}

}  // namespace

Tensor view_npy(const ByteSource& source) {
  if (!source.starts_with(kMagic) || source.size < 10)
    source.fail("it does not begin as a .npy file does.");
  const auto byte = [&](size_t i) { return size_t{static_cast<unsigned char>(source.data[i])}; };
  const size_t version = byte(6);
  if (version < 1 || version > 3)
    source.fail(as_text("version ", version, " of the format is unknown; 1 to 3 are known."));
  const size_t begin = version == 1 ? 10 : 12;
  if (source.size < begin) source.fail(as_text("cut short at byte ", source.size, "."));
  size_t length = byte(8) | byte(9) << 8;
  if (version > 1) length |= byte(10) << 16 | byte(11) << 24;
  if (length > source.size - begin)
    source.fail(as_text("the header at byte ", begin, " has ", length, " bytes, but ",
                        source.size - begin, " follow."));
  const Header header(source, begin, length);
  uint64_t bytes = size_of(header.type());
  for (int64_t s : header.shape())
    if (__builtin_mul_overflow(bytes, static_cast<uint64_t>(s), &bytes) || bytes > INT64_MAX / 8)
      source.fail(as_text("the shape ", IntArrayRef(header.shape()), " overflows."));
  const uint64_t data = begin + length;
  if (bytes != source.size - data)
    source.fail(as_text("the shape ", IntArrayRef(header.shape()), " needs ", bytes,
                        " bytes from byte ", data, " on, but there are ", source.size - data, "."));
  std::vector<int64_t> shape = header.shape();
  if (header.fortran()) shape = {shape.rbegin(), shape.rend()};
  const Tensor x =
      tensor_of_bytes(source.owner, source.data + data, header.type(), shape, header.swapped());
  return header.fortran() ? reversed(x) : x;
}

TensorFile view_npz(const ByteSource& source) {
  const ZipReader zip(source);
  TensorFile file;
  for (const ZipReader::Entry& entry : zip.entries()) {
    if (!entry.name.ends_with(".npy"))
      source.fail(
          as_text("its entry '", entry.name, "' is no array; those of a .npz file end in .npy."));
    file.tensors.push_back(
        {entry.name.substr(0, entry.name.size() - 4), view_npy(zip.open(entry))});
  }
  return file;
}

void save_npy(const std::string& path, const Tensor& x) {
  AtomicFile file("save_npy", path);
  const Encoded encoded = encode(x);
  for (const Bytes& piece : encoded.pieces()) file.write(piece.data, piece.size);
  file.commit();
}

Tensor load_npy(const std::string& path) {
  return owned(view_npy(source_of(std::make_shared<FileContent>("load_npy", path))));
}

void save_npz(const std::string& path, const OrderedDict<std::string, Tensor>& tensors,
              bool compressed) {
  ZipWriter zip("save_npz", path);
  for (const auto& item : tensors) {
    const Encoded encoded = encode(item.value());
    zip.add(item.key() + ".npy", encoded.pieces(), compressed);
  }
  zip.finish();
}

OrderedDict<std::string, Tensor> load_npz(const std::string& path) {
  OrderedDict<std::string, Tensor> tensors("array");
  for (const auto& [name, x] :
       view_npz(source_of(std::make_shared<FileContent>("load_npz", path))).tensors)
    tensors.insert(name, owned(x));
  return tensors;
}

}  // namespace reel::io
