// What torch.save writes, and torch::save of libtorch: a zip archive with a pickle, and the bytes
// of the storages it refers to.

#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/io/pickle.h>
#include <reel/io/stored_type.h>
#include <reel/io/zip.h>

#include <map>
#include <unordered_set>

namespace reel::io {

namespace {

using Kind = PickleValue::Kind;

constexpr int kDeepest = 64;
constexpr size_t kMostValues = 1'000'000;
constexpr size_t kMostText = 100'000'000;

struct StorageName {
  StoredType type;
  const char* name;
};
constexpr StorageName kStorages[] = {
    {StoredType::kBool, "torch BoolStorage"},     {StoredType::kUInt8, "torch ByteStorage"},
    {StoredType::kInt8, "torch CharStorage"},     {StoredType::kInt16, "torch ShortStorage"},
    {StoredType::kInt32, "torch IntStorage"},     {StoredType::kInt64, "torch LongStorage"},
    {StoredType::kFloat16, "torch HalfStorage"},  {StoredType::kBFloat16, "torch BFloat16Storage"},
    {StoredType::kFloat32, "torch FloatStorage"}, {StoredType::kFloat64, "torch DoubleStorage"},
    {StoredType::kUInt16, "torch uint16"},        {StoredType::kUInt32, "torch uint32"}};
constexpr const char* kUntyped = "torch.storage UntypedStorage";

class Archive {
 public:
  explicit Archive(const ByteSource& source, const ZipReader& zip, const std::string& folder)
      : source_(source), zip_(zip), folder_(folder) {
    if (const ZipReader::Entry* order = zip_.find(folder_ + "byteorder")) {
      const ByteSource bytes = zip_.open(*order);
      const std::string text(bytes.data, bytes.size);
      if (text != "little" && text != "big")
        source_.fail(as_text("its byteorder is '", text, "'; it must be little or big."));
      swapped_ = text == "big";
    }
  }

  void add(const PickleValue& value, const std::string& name, int depth) {
    if (++visits_ > kMostValues)
      source_.fail(as_text("it holds more than ", kMostValues, " values."));
    if (depth > kDeepest) source_.fail(as_text("'", name, "' lies more than ", kDeepest, " deep."));
    count_text(name);
    switch (value.kind) {
      case Kind::kDict:
        for (const auto& [key, item] : value.entries)
          add(*item, join(name, key_of(*key)), depth + 1);
        return;
      case Kind::kList:
      case Kind::kTuple:
        for (size_t i = 0; i < value.items.size(); ++i)
          add(*value.items[i], join(name, as_text(i)), depth + 1);
        return;
      case Kind::kTensor:
        return insert(name, tensor_of(value, name));
      case Kind::kBool:
        return insert(name, full({}, value.integer != 0, kBool));
      case Kind::kInt:
        return insert(name, full({}, value.integer, kInt64));
      case Kind::kFloat:
        return insert(name, full({}, value.real, kFloat64));
      case Kind::kText:
        count_text(value.text);
        file_.metadata.emplace_back(name, value.text);
        return;
      case Kind::kNone:
        return;
      case Kind::kGlobal:
      case Kind::kStorage:
        source_.fail(as_text("'", name, "' is no tensor, number or text."));
    }
  }
  TensorFile take() { return std::move(file_); }

 private:
  // A small file may have the same dictionary in many places, under long names in each.
  void count_text(const std::string& text) {
    if ((text_ += text.size()) > kMostText)
      source_.fail(as_text("its names and texts have more than ", kMostText, " bytes."));
  }

  static std::string join(const std::string& prefix, const std::string& name) {
    return prefix.empty() ? name : prefix + "." + name;
  }

  std::string key_of(const PickleValue& key) const {
    if (key.kind != Kind::kText && key.kind != Kind::kInt)
      source_.fail("a dictionary has a key that is neither text nor an integer.");
    return key.kind == Kind::kText ? key.text : as_text(key.integer);
  }

  void insert(const std::string& name, Tensor x) {
    const std::string key = name.empty() ? "tensor" : name;
    if (!names_.insert(key).second)
      source_.fail(as_text("the name '", key, "' comes twice; every tensor needs its own."));
    file_.tensors.push_back({key, std::move(x)});
  }

  // The whole storage as a row, made once: tensors share it. Where it has no type, which counts
  // bytes, that of the tensor holds.
  const Tensor& storage_of(const PickleValue& id, const PickleValue* dtype,
                           const std::string& name) {
    const bool untyped = id.items[1]->text == kUntyped && dtype;
    const std::string& type = untyped ? dtype->text : id.items[1]->text;
    const std::string& key = id.items[2]->text;
    const StorageName* known = nullptr;
    for (const StorageName& s : kStorages)
      if (type == s.name) known = &s;
    if (!known)
      source_.fail(as_text("'", name, "' has a '", type, "', a type that is not supported."));
    const auto found = storages_.find(type + key);
    if (found != storages_.end()) return found->second;
    const ZipReader::Entry* entry = zip_.find(folder_ + "data/" + key);
    if (!entry) source_.fail(as_text("there is no storage '", key, "', which '", name, "' needs."));
    const ByteSource bytes = zip_.open(*entry);
    const int64_t count = id.items[4]->integer;
    const uint64_t step = size_of(known->type), unit = untyped ? 1 : step;
    if (count < 0 || bytes.size % step || bytes.size / unit != static_cast<uint64_t>(count))
      bytes.fail(as_text("it has ", bytes.size, " bytes for ", count, " elements of ", unit, "."));
    return storages_
        .emplace(type + key, tensor_of_bytes(bytes.owner, bytes.data, known->type,
                                             {static_cast<int64_t>(bytes.size / step)}, swapped_))
        .first->second;
  }

  std::vector<int64_t> sizes_of(const PickleValue& tuple, const std::string& name) const {
    std::vector<int64_t> sizes;
    bool good = tuple.kind == Kind::kTuple && tuple.items.size() <= kMaxDims;
    for (const PickleValue* item : tuple.items) {
      good = good && item->kind == Kind::kInt && item->integer >= 0;
      sizes.push_back(item->integer);
    }
    if (!good)
      source_.fail(as_text("'", name, "' has sizes or strides that are not up to ", kMaxDims,
                           " numbers of 0 or more."));
    return sizes;
  }

  // Whether the storage holds the values with the other sign, as that of z.conj().imag does.
  bool is_negated(const PickleValue* metadata, const std::string& name) const {
    bool negated = false;
    if (!metadata || metadata->kind == Kind::kNone) return negated;
    for (const auto& [key, item] : metadata->entries) {
      const bool known = item->kind == Kind::kBool && (key->text == "neg" || item->integer == 0);
      if (!known)
        source_.fail(as_text("'", name, "' is kept with the mark '", key_of(*key),
                             "', which is not supported; 'neg' is."));
      negated = negated || item->integer != 0;
    }
    return negated;
  }

  Tensor tensor_of(const PickleValue& value, const std::string& name) {
    if (value.items[0]->kind != Kind::kStorage || value.items[1]->kind != Kind::kInt)
      source_.fail(as_text("'", name, "' has no storage and offset."));
    const Tensor& storage = storage_of(*value.items[0], value.items[4], name);
    const int64_t offset = value.items[1]->integer;
    const std::vector<int64_t> sizes = sizes_of(*value.items[2], name),
                               strides = sizes_of(*value.items[3], name);
    int64_t last = offset, numel = 1, product = 0;
    bool good = sizes.size() == strides.size() && offset >= 0;
    for (size_t d = 0; good && d < sizes.size(); ++d)
      good = !__builtin_mul_overflow(numel, sizes[d], &numel) &&
             (sizes[d] < 2 || (!__builtin_mul_overflow(sizes[d] - 1, strides[d], &product) &&
                               !__builtin_add_overflow(last, product, &last)));
    if (!good || (numel > 0 && last >= storage.numel()))
      source_.fail(as_text("'", name, "' with sizes ", IntArrayRef(sizes), ", strides ",
                           IntArrayRef(strides), " and offset ", offset, " leaves its storage of ",
                           storage.numel(), " elements."));
    if (numel == 0) return empty(sizes, storage.dtype());
    const Tensor x = storage.as_strided(sizes, strides, offset);
    if (!is_negated(value.items[5], name)) return x;
    if (!x.is_floating_point())
      source_.fail(as_text("'", name, "' is of ", x.dtype(),
                           ", and kept with the mark 'neg'; floating-point values may have it."));
    return -x;
  }

  const ByteSource& source_;
  const ZipReader& zip_;
  std::string folder_;
  bool swapped_ = false;
  size_t visits_ = 0, text_ = 0;
  std::map<std::string, Tensor> storages_;
  std::unordered_set<std::string> names_;
  TensorFile file_;
};

}  // namespace

TensorFile view_torch(const ByteSource& source) {
  const NoGradGuard no_grad;
  const ZipReader zip(source);
  const std::string pickle = "data.pkl";
  for (const ZipReader::Entry& entry : zip.entries()) {
    if (!entry.name.ends_with("/" + pickle)) continue;
    const std::string folder = entry.name.substr(0, entry.name.size() - pickle.size());
    const ByteSource bytes = zip.open(entry);
    Unpickler unpickler(bytes);
    Archive archive(source, zip, folder);
    archive.add(unpickler.read(), {}, 0);
    return archive.take();
  }
  source.fail("it has no data.pkl, as PyTorch's archives have.");
}

bool is_torch(const ByteSource& source) {
  const ZipReader zip(source);
  for (const ZipReader::Entry& entry : zip.entries())
    if (entry.name.ends_with("/data.pkl")) return true;
  return false;
}

}  // namespace reel::io
