#include <reel/core/creation.h>
#include <reel/core/layout.h>
#include <reel/io/formats.h>

#include <algorithm>
#include <cstring>

namespace reel::io {

bool ByteSource::starts_with(const std::string& text) const {
  return size >= text.size() && std::memcmp(data, text.data(), text.size()) == 0;
}

ByteSource source_of(std::shared_ptr<FileContent> file) {
  return {file, file->data(), file->size(), [file](const std::string& what) { file->fail(what); }};
}

void ByteSource::fail(const std::string& what) const {
  report(what);
  throw_internal_error("ByteSource: report returned");
}

namespace {
constexpr const char *kZip = "PK\3\4", *kEmptyZip = "PK\5\6", *kNpy = "\x93NUMPY";
// The number that PyTorch's files from before its archives begin with, as a pickle.
constexpr const char* kOldTorch = "\x80\2\x8a\n\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
}  // namespace

bool is_safetensors(const ByteSource& source) {
  // The size of a header of up to 100 MB, whose last bytes are 0, and the header's brace.
  for (size_t i = 4; i < std::min<size_t>(source.size, 8); ++i)
    if (source.data[i] != 0) return false;
  return source.size <= 8 || source.data[8] == '{';
}

TensorFile view_any(const ByteSource& source) {
  if (source.starts_with(kOldTorch))
    source.fail(
        "it is in PyTorch's format from before version 1.6. [save it again with a newer one]");
  if (source.starts_with(kNpy)) return {{{"tensor", view_npy(source)}}, {}};
  if (source.starts_with(kZip) || source.starts_with(kEmptyZip))
    return is_torch(source) ? view_torch(source) : view_npz(source);
  if (is_safetensors(source)) return view_safetensors(source);
  source.fail(
      "its format is unknown; safetensors, .npy, .npz and what torch.save writes are known.");
}

Tensor owned(const Tensor& view) {
  const Tensor copy = empty(view.sizes(), view.dtype());
  copy_values(view, copy);
  return copy;
}

}  // namespace reel::io
