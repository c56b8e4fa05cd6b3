#include <reel/io/atomic_file.h>
#include <reel/io/formats.h>
#include <reel/io/stored_type.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace reel::io {

namespace {

using Json = nlohmann::json;

constexpr uint64_t kMaxHeader = 100'000'000;  // the limit of the format's own implementation
constexpr const char* kMetadataKey = "__metadata__";

struct TypeName {
  StoredType type;
  const char* name;
};
constexpr TypeName kNames[] = {
    {StoredType::kBool, "BOOL"},     {StoredType::kUInt8, "U8"},    {StoredType::kInt8, "I8"},
    {StoredType::kInt16, "I16"},     {StoredType::kUInt16, "U16"},  {StoredType::kInt32, "I32"},
    {StoredType::kUInt32, "U32"},    {StoredType::kInt64, "I64"},   {StoredType::kFloat16, "F16"},
    {StoredType::kBFloat16, "BF16"}, {StoredType::kFloat32, "F32"}, {StoredType::kFloat64, "F64"}};

// The names of a header in their order, which the library's object of them loses, and another one
// keeps at the price of quadratic time.
class NamesInOrder : public nlohmann::json_sax<Json> {
 public:
  std::vector<std::string> tensors, metadata;

  bool key(std::string& name) override {
    if (depth_ == 1) tensors.push_back(name);
    if (depth_ == 2 && tensors.back() == kMetadataKey) metadata.push_back(name);
    return true;
  }
  bool start_object(size_t) override { return ++depth_, true; }
  bool start_array(size_t) override { return ++depth_, true; }
  bool end_object() override { return --depth_, true; }
  bool end_array() override { return --depth_, true; }
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(int64_t) override { return true; }
  bool number_unsigned(uint64_t) override { return true; }
  bool number_float(double, const std::string&) override { return true; }
  bool string(std::string&) override { return true; }
  bool binary(Json::binary_t&) override { return true; }
  bool parse_error(size_t, const std::string&, const Json::exception&) override { return false; }

 private:
  int depth_ = 0;
};

struct TensorTable {
  uint64_t size = 0;  // in bytes
  Json object;
  NamesInOrder names;
};

// The first of the names that comes a second time, or null.
const std::string* repeated(const std::vector<std::string>& names) {
  std::unordered_set<std::string_view> seen;
  for (const std::string& name : names)
    if (!seen.insert(name).second) return &name;
  return nullptr;
}

TensorTable parse_header(const ByteSource& source) {
  if (source.size < 8)
    source.fail(as_text("cut short at byte ", source.size, "; the header's size takes 8."));
  uint64_t size = 0;
  for (size_t i = 8; i-- > 0;) size = size << 8 | static_cast<unsigned char>(source.data[i]);
  if (size > kMaxHeader || size > source.size - 8)
    source.fail(as_text("the header's size at byte 0 is ", size, ", but ", source.size - 8,
                        " bytes follow."));
  TensorTable header;
  header.size = size;
  const char *begin = source.data + 8, *end = begin + size;
  header.object = Json::parse(begin, end, nullptr, /*allow_exceptions=*/false);
  if (!header.object.is_object()) source.fail("the header at byte 8 is no JSON object.");
  Json::sax_parse(begin, end, &header.names);
  if (const std::string* name = repeated(header.names.tensors))
    source.fail(as_text("the name '", *name, "' comes twice; every tensor needs its own."));
  if (const std::string* name = repeated(header.names.metadata))
    source.fail(as_text("its metadata '", *name, "' comes twice; names must differ."));
  return header;
}

bool is_size(const Json& v) { return v.is_number_unsigned() && v.get<uint64_t>() <= INT64_MAX; }
bool all_sizes(const Json& v) { return v.is_array() && std::all_of(v.begin(), v.end(), is_size); }

// The bytes after the header, and which of them were given to tensors.
struct Data {
  uint64_t begin;  // in the file
  uint64_t size;
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
};

// One tensor's entry of the header, checked against the bytes that follow.
NamedTensor read_entry(const ByteSource& source, const std::string& name, const Json& entry,
                       Data& data) {
  const auto bad = [&](const std::string& what) {
    source.fail(as_text("tensor '", name, "': ", what));
  };
  if (!entry.is_object() || !entry.contains("dtype") || !entry["dtype"].is_string() ||
      !entry.contains("shape") || !all_sizes(entry["shape"]) || !entry.contains("data_offsets") ||
      !all_sizes(entry["data_offsets"]) || entry["data_offsets"].size() != 2)
    bad("its entry needs a dtype, a shape and two data_offsets.");
  const std::string dtype = entry["dtype"].get<std::string>();
  const auto* known = std::find_if(std::begin(kNames), std::end(kNames),
                                   [&](const TypeName& n) { return dtype == n.name; });
  if (known == std::end(kNames)) {
    std::string list;
    for (const TypeName& n : kNames) list += as_text(list.empty() ? "" : ", ", n.name);
    bad(as_text("dtype ", dtype, " is not supported; ", list, " are."));
  }
  const auto shape = entry["shape"].get<std::vector<int64_t>>();
  if (shape.size() > kMaxDims)
    bad(as_text("it has ", shape.size(), " dimensions; at most ", kMaxDims, " are supported."));
  const auto begin = entry["data_offsets"][0].get<uint64_t>(),
             end = entry["data_offsets"][1].get<uint64_t>();
  uint64_t bytes = size_of(known->type);
  for (int64_t s : shape)
    if (__builtin_mul_overflow(bytes, static_cast<uint64_t>(s), &bytes) || bytes > INT64_MAX / 8)
      bad("its shape overflows.");
  if (begin > end || end > data.size || end - begin != bytes)
    bad(as_text("data_offsets [", begin, ", ", end, "] do not fit; its shape ", IntArrayRef(shape),
                " needs ", bytes, " of the ", data.size, " bytes of data, which begin at byte ",
                data.begin, " of the file."));
  data.ranges.emplace_back(begin, end);
  return {name,
          tensor_of_bytes(source.owner, source.data + data.begin + begin, known->type, shape)};
}

void check_ranges(const ByteSource& source, Data& data) {
  std::sort(data.ranges.begin(), data.ranges.end());
  uint64_t covered = 0;
  for (const auto& [begin, end] : data.ranges) {
    if (begin != covered)
      source.fail(as_text("the tensors overlap or leave a hole at byte ", std::min(begin, covered),
                          " of the data, which begin at byte ", data.begin, " of the file."));
    covered = end;
  }
  if (covered != data.size)
    source.fail(as_text(data.size - covered, " bytes follow the last tensor at byte ",
                        data.begin + covered, "; there must be none."));
}

Metadata read_metadata(const ByteSource& source, const TensorTable& header) {
  Metadata metadata;
  if (!header.object.contains(kMetadataKey)) return metadata;
  const Json& entries = header.object[kMetadataKey];
  if (!entries.is_object()) source.fail("its metadata is no JSON object.");
  for (const std::string& key : header.names.metadata) {
    const Json& value = entries[key];
    if (!value.is_string()) source.fail(as_text("its metadata '", key, "' is no text."));
    metadata.emplace_back(key, value.get<std::string>());
  }
  return metadata;
}

}  // namespace

const Tensor& TensorFile::at(const std::string& name) const {
  for (const NamedTensor& t : tensors)
    if (t.name == name) return t.tensor;
  throw_argument_error(
      as_text("safetensors: there is no tensor '", name, "' among ", tensors.size(), "."));
}

std::string TensorFile::metadata_of(const std::string& key) const {
  for (const auto& [k, v] : metadata)
    if (k == key) return v;
  return {};
}

namespace {

// Entry by entry, as one object of them all takes quadratic time. Throws Json::exception for what
// is no UTF-8.
std::string header_of(const std::string& op, const std::vector<NamedTensor>& tensors,
                      const Metadata& metadata) {
  const auto quoted = [](const std::string& text) { return Json(text).dump(); };
  std::string texts, entries;
  const auto add = [&](std::string& to, const std::string& name, const std::string& value) {
    to += as_text(to.empty() ? "" : ",", quoted(name), ":", value);
  };
  // The last value of a key, where the key stands first.
  std::unordered_map<std::string, const std::string*> values;
  for (const auto& [key, value] : metadata) values[key] = &value;
  for (const auto& item : metadata)
    if (const auto last = values.find(item.first); last != values.end()) {
      add(texts, item.first, quoted(*last->second));
      values.erase(last);
    }
  if (!texts.empty()) add(entries, kMetadataKey, "{" + texts + "}");
  std::unordered_set<std::string> taken = {kMetadataKey};
  uint64_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    REEL_CHECK(taken.insert(name).second, op, ": the name '", name,
               "' is taken; every tensor needs its own, other than ", kMetadataKey, ".");
    REEL_CHECK(tensor.defined(), op, ": the tensor '", name, "' is undefined; it has no values.");
    const auto* known =
        std::find_if(std::begin(kNames), std::end(kNames),
                     [type = stored(tensor.dtype())](const TypeName& n) { return type == n.type; });
    add(entries, name,
        as_text("{\"dtype\":\"", known->name, "\",\"shape\":", Json(tensor.sizes().vec()).dump(),
                ",\"data_offsets\":[", offset, ",", offset + tensor.nbytes(), "]}"));
    offset += tensor.nbytes();
  }
  return "{" + entries + "}";
}

}  // namespace

void write_safetensors(const std::string& op, const ByteSink& sink,
                       const std::vector<NamedTensor>& tensors, const Metadata& metadata) {
  std::string text;
  try {
    text = header_of(op, tensors, metadata);
  } catch (const Json::exception&) {
    throw_argument_error(
        as_text(op, ": a name or the metadata is no UTF-8; the format holds no other text."));
  }
  text.append((8 - text.size() % 8) % 8, ' ');  // data starts at a multiple of 8
  unsigned char size[8];
  for (size_t i = 0; i < 8; ++i) size[i] = static_cast<unsigned char>(text.size() >> (8 * i));
  sink(size, sizeof size);
  sink(text.data(), text.size());
  for (const auto& [name, tensor] : tensors) {
    const Tensor plain = tensor.detach().contiguous();
    sink(plain.data_ptr(), plain.nbytes());
  }
}

TensorFile view_safetensors(const ByteSource& source) {
  const TensorTable header = parse_header(source);
  Data data{8 + header.size, source.size - 8 - header.size, {}};
  TensorFile file;
  for (const std::string& name : header.names.tensors)
    if (name != kMetadataKey)
      file.tensors.push_back(read_entry(source, name, header.object[name], data));
  file.metadata = read_metadata(source, header);
  check_ranges(source, data);
  return file;
}

Metadata view_safetensors_metadata(const ByteSource& source) {
  return read_metadata(source, parse_header(source));
}

void save_safetensors(const std::string& path, const std::vector<NamedTensor>& tensors,
                      const Metadata& metadata) {
  AtomicFile file("save_safetensors", path);
  write_safetensors(
      "save_safetensors", [&](const void* data, size_t size) { file.write(data, size); }, tensors,
      metadata);
  file.commit();
}

SafetensorsFile load_safetensors(const std::string& path) {
  TensorFile file =
      view_safetensors(source_of(std::make_shared<FileContent>("load_safetensors", path)));
  // Nobody shall depend on a file that may change.
  for (NamedTensor& t : file.tensors) t.tensor = owned(t.tensor);
  return file;
}

}  // namespace reel::io
