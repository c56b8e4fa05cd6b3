#include <reel/io/atomic_file.h>
#include <reel/io/formats.h>
#include <reel/io/stored_type.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace reel::io {

namespace {

using Json = nlohmann::ordered_json;

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

Json parse_header(const ByteSource& source, uint64_t* header_size) {
  if (source.size < 8)
    source.fail(concat("cut short at byte ", source.size, "; the header's size takes 8."));
  uint64_t size = 0;
  for (size_t i = 8; i-- > 0;) size = size << 8 | static_cast<unsigned char>(source.data[i]);
  if (size > kMaxHeader || size > source.size - 8)
    source.fail(concat("the header's size at byte 0 is ", size, ", but ", source.size - 8,
                       " bytes follow."));
  *header_size = size;
  Json header = Json::parse(source.data + 8, source.data + 8 + size, nullptr,
                            /*allow_exceptions=*/false);
  if (!header.is_object()) source.fail("the header at byte 8 is no JSON object.");
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
    source.fail(concat("tensor '", name, "': ", what));
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
    for (const TypeName& n : kNames) list += concat(list.empty() ? "" : ", ", n.name);
    bad(concat("dtype ", dtype, " is not supported; ", list, " are."));
  }
  const auto shape = entry["shape"].get<std::vector<int64_t>>();
  if (shape.size() > kMaxDims)
    bad(concat("it has ", shape.size(), " dimensions; at most ", kMaxDims, " are supported."));
  const auto begin = entry["data_offsets"][0].get<uint64_t>(),
             end = entry["data_offsets"][1].get<uint64_t>();
  uint64_t bytes = size_of(known->type);
  for (int64_t s : shape)
    if (__builtin_mul_overflow(bytes, static_cast<uint64_t>(s), &bytes) || bytes > INT64_MAX / 8)
      bad("its shape overflows.");
  if (begin > end || end > data.size || end - begin != bytes)
    bad(concat("data_offsets [", begin, ", ", end, "] do not fit; its shape ", IntArrayRef(shape),
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
      source.fail(concat("the tensors overlap or leave a hole at byte ", std::min(begin, covered),
                         " of the data, which begin at byte ", data.begin, " of the file."));
    covered = end;
  }
  if (covered != data.size)
    source.fail(concat(data.size - covered, " bytes follow the last tensor at byte ",
                       data.begin + covered, "; there must be none."));
}

Metadata read_metadata(const ByteSource& source, const Json& header) {
  Metadata metadata;
  if (!header.contains(kMetadataKey)) return metadata;
  const Json& entries = header[kMetadataKey];
  if (!entries.is_object()) source.fail("its metadata is no JSON object.");
  for (const auto& [key, value] : entries.items()) {
    if (!value.is_string()) source.fail(concat("its metadata '", key, "' is no text."));
    metadata.emplace_back(key, value.get<std::string>());
  }
  return metadata;
}

}  // namespace

const Tensor& TensorFile::at(const std::string& name) const {
  for (const NamedTensor& t : tensors)
    if (t.name == name) return t.tensor;
  throw_argument_error(
      concat("safetensors: there is no tensor '", name, "' among ", tensors.size(), "."));
}

std::string TensorFile::metadata_of(const std::string& key) const {
  for (const auto& [k, v] : metadata)
    if (k == key) return v;
  return {};
}

void write_safetensors(const std::string& op, const ByteSink& sink,
                       const std::vector<NamedTensor>& tensors, const Metadata& metadata) {
  Json header = Json::object();
  for (const auto& [key, value] : metadata) header[kMetadataKey][key] = value;
  uint64_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    REEL_CHECK(name != kMetadataKey && !header.contains(name), op, ": the name '", name,
               "' is taken; every tensor needs its own, other than ", kMetadataKey, ".");
    REEL_CHECK(tensor.defined(), op, ": the tensor '", name, "' is undefined; it has no values.");
    const auto* known =
        std::find_if(std::begin(kNames), std::end(kNames),
                     [type = stored(tensor.dtype())](const TypeName& n) { return type == n.type; });
    header[name] = {{"dtype", known->name},
                    {"shape", tensor.sizes().vec()},
                    {"data_offsets", {offset, offset + tensor.nbytes()}}};
    offset += tensor.nbytes();
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const Json::exception&) {
    throw_argument_error(
        concat(op, ": a name or the metadata is no UTF-8; the format holds no other text."));
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
  uint64_t header_size = 0;
  const Json header = parse_header(source, &header_size);
  Data data{8 + header_size, source.size - 8 - header_size, {}};
  TensorFile file;
  for (const auto& [name, entry] : header.items())
    if (name != kMetadataKey) file.tensors.push_back(read_entry(source, name, entry, data));
  file.metadata = read_metadata(source, header);
  check_ranges(source, data);
  return file;
}

Metadata view_safetensors_metadata(const ByteSource& source) {
  uint64_t header_size = 0;
  return read_metadata(source, parse_header(source, &header_size));
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
