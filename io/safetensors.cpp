#include <reel/core/creation.h>
#include <reel/core/layout.h>
#include <reel/io/atomic_file.h>
#include <reel/io/safetensors.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>

namespace reel::io {

namespace {

using Json = nlohmann::ordered_json;

constexpr uint64_t kMaxHeader = 100'000'000;  // the limit of the format's own implementation
constexpr const char* kMetadataKey = "__metadata__";

struct DtypeName {
  Dtype dtype;
  const char* name;
};
constexpr DtypeName kNames[] = {{kBool, "BOOL"}, {kUInt8, "U8"},    {kInt32, "I32"},
                                {kInt64, "I64"}, {kFloat32, "F32"}, {kFloat64, "F64"}};

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw_io_error(concat("load_safetensors: '", path, "': ", what));
}

struct CloseFile {
  void operator()(FILE* f) const { std::fclose(f); }
};

std::vector<char> read_file(const std::string& path) {
  const std::unique_ptr<FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
  if (!file) fail(path, concat("cannot be opened: ", std::strerror(errno), "."));
  std::vector<char> bytes;
  constexpr size_t kStep = size_t{1} << 20;
  for (size_t got = kStep; got == kStep;) {
    const size_t before = bytes.size();
    bytes.resize(before + kStep);
    got = std::fread(bytes.data() + before, 1, kStep, file.get());
    bytes.resize(before + got);
  }
  if (std::ferror(file.get())) fail(path, concat("cannot be read: ", std::strerror(errno), "."));
  return bytes;
}

Json parse_header(const std::string& path, const std::vector<char>& bytes, uint64_t* header_size) {
  if (bytes.size() < 8)
    fail(path, concat("cut short at byte ", bytes.size(), "; the header's size takes 8."));
  uint64_t size = 0;
  for (int i = 7; i >= 0; --i)
    size = size << 8 | static_cast<unsigned char>(bytes[static_cast<size_t>(i)]);
  if (size > kMaxHeader || size > bytes.size() - 8)
    fail(path, concat("the header's size at byte 0 is ", size, ", but ", bytes.size() - 8,
                      " bytes follow."));
  *header_size = size;
  Json header =
      Json::parse(bytes.begin() + 8, bytes.begin() + 8 + static_cast<std::ptrdiff_t>(size), nullptr,
                  /*allow_exceptions=*/false);
  if (!header.is_object()) fail(path, "the header at byte 8 is no JSON object.");
  return header;
}

bool is_size(const Json& v) { return v.is_number_unsigned() && v.get<uint64_t>() <= INT64_MAX; }
bool all_sizes(const Json& v) { return v.is_array() && std::all_of(v.begin(), v.end(), is_size); }

// One tensor's entry of the header, checked against the bytes that follow.
NamedTensor read_entry(const std::string& path, const std::string& name, const Json& entry,
                       const char* data, size_t data_size,
                       std::vector<std::pair<uint64_t, uint64_t>>& ranges) {
  const auto bad = [&](const std::string& what) {
    fail(path, concat("tensor '", name, "': ", what));
  };
  if (!entry.is_object() || !entry.contains("dtype") || !entry["dtype"].is_string() ||
      !entry.contains("shape") || !all_sizes(entry["shape"]) || !entry.contains("data_offsets") ||
      !all_sizes(entry["data_offsets"]) || entry["data_offsets"].size() != 2)
    bad("its entry needs a dtype, a shape and two data_offsets.");
  const std::string dtype = entry["dtype"].get<std::string>();
  const auto* known = std::find_if(std::begin(kNames), std::end(kNames),
                                   [&](const DtypeName& n) { return dtype == n.name; });
  if (known == std::end(kNames))
    bad(concat("dtype ", dtype, " is not supported; BOOL, U8, I32, I64, F32 and F64 are."));
  const auto shape = entry["shape"].get<std::vector<int64_t>>();
  if (shape.size() > kMaxDims)
    bad(concat("it has ", shape.size(), " dimensions; at most ", kMaxDims, " are supported."));
  const auto begin = entry["data_offsets"][0].get<uint64_t>(),
             end = entry["data_offsets"][1].get<uint64_t>();
  uint64_t bytes = size_of(known->dtype);
  for (int64_t s : shape)
    if (__builtin_mul_overflow(bytes, static_cast<uint64_t>(s), &bytes))
      bad("its shape overflows.");
  if (begin > end || end > data_size || end - begin != bytes)
    bad(concat("data_offsets [", begin, ", ", end, "] do not fit; its shape ", IntArrayRef(shape),
               " needs ", bytes, " of the ", data_size, " bytes of data."));
  ranges.emplace_back(begin, end);
  Tensor x = empty(shape, known->dtype);
  std::memcpy(x.data_ptr(), data + begin, bytes);
  return {name, x};
}

}  // namespace

const Tensor& SafetensorsFile::at(const std::string& name) const {
  for (const NamedTensor& t : tensors)
    if (t.name == name) return t.tensor;
  throw_argument_error(
      concat("safetensors: there is no tensor '", name, "' among ", tensors.size(), "."));
}

std::string SafetensorsFile::metadata_of(const std::string& key) const {
  for (const auto& [k, v] : metadata)
    if (k == key) return v;
  return {};
}

void save_safetensors(const std::string& path, const std::vector<NamedTensor>& tensors,
                      const Metadata& metadata) {
  Json header = Json::object();
  for (const auto& [key, value] : metadata) header[kMetadataKey][key] = value;
  uint64_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    REEL_CHECK(name != kMetadataKey && !header.contains(name), "save_safetensors: the name '", name,
               "' is taken; every tensor needs its own, other than ", kMetadataKey, ".");
    const auto* known =
        std::find_if(std::begin(kNames), std::end(kNames),
                     [dtype = tensor.dtype()](const DtypeName& n) { return dtype == n.dtype; });
    header[name] = {{"dtype", known->name},
                    {"shape", tensor.sizes().vec()},
                    {"data_offsets", {offset, offset + tensor.nbytes()}}};
    offset += tensor.nbytes();
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');  // data starts at a multiple of 8
  unsigned char size[8];
  for (size_t i = 0; i < 8; ++i) size[i] = static_cast<unsigned char>(text.size() >> (8 * i));
  AtomicFile file("save_safetensors", path);
  file.write(size, sizeof size);
  file.write(text.data(), text.size());
  for (const auto& [name, tensor] : tensors) {
    const Tensor plain = tensor.detach().contiguous();
    file.write(plain.data_ptr(), plain.nbytes());
  }
  file.commit();
}

SafetensorsFile load_safetensors(const std::string& path) {
  const std::vector<char> bytes = read_file(path);
  uint64_t header_size = 0;
  const Json header = parse_header(path, bytes, &header_size);
  const char* data = bytes.data() + 8 + header_size;
  const size_t data_size = bytes.size() - 8 - header_size;
  SafetensorsFile file;
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  for (const auto& [name, entry] : header.items()) {
    if (name != kMetadataKey) {
      file.tensors.push_back(read_entry(path, name, entry, data, data_size, ranges));
      continue;
    }
    if (!entry.is_object()) fail(path, "its metadata is no JSON object.");
    for (const auto& [key, value] : entry.items()) {
      if (!value.is_string()) fail(path, concat("its metadata '", key, "' is no text."));
      file.metadata.emplace_back(key, value.get<std::string>());
    }
  }
  std::sort(ranges.begin(), ranges.end());
  uint64_t covered = 0;
  for (const auto& [begin, end] : ranges) {
    if (begin != covered)
      fail(path, concat("the tensors overlap or leave a hole at byte ", covered, " of the data."));
    covered = end;
  }
  if (covered != data_size)
    fail(path, concat(data_size - covered, " bytes follow the last tensor; there must be none."));
  return file;
}

}  // namespace reel::io
