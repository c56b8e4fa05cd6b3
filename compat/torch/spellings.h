#pragma once
// What libtorch spells in more ways than reel, in reel's namespace, where arguments find it too.

#include <reel/data/datasets.h>
#include <reel/io/save.h>
#include <reel/reel.h>

#include <ostream>

namespace reel {

// --- functions ---

template <class B>
Tensor multiply(const Tensor& a, const B& b) {
  return a.mul(b);
}
template <class B>
Tensor subtract(const Tensor& a, const B& b, Scalar alpha = 1) {
  return a.sub(b, alpha);
}
template <class B>
Tensor divide(const Tensor& a, const B& b) {
  return a.div(b);
}
template <class B>
Tensor divide(const Tensor& a, const B& b, const std::string& rounding_mode) {
  return a.div(b, rounding_mode);
}
template <class B>
Tensor true_divide(const Tensor& a, const B& b) {
  return a.div(b);
}
inline Tensor div(const Tensor& a, Scalar b, const std::string& rounding_mode) {
  return a.div(b, rounding_mode);
}
/// The places where the condition holds: the indices of each dimension.
inline TensorList where(const Tensor& condition) { return condition.nonzero().unbind(1); }
inline Tensor softmax(const Tensor& x, int64_t dim, Dtype dtype) { return x.softmax(dim, dtype); }
inline Tensor log_softmax(const Tensor& x, int64_t dim, Dtype dtype) {
  return x.log_softmax(dim, dtype);
}
inline Tensor sum(const Tensor& x, IntArrayRef dims, bool keepdim, Dtype dtype) {
  return x.sum(dims, keepdim, dtype);
}
inline Tensor mean(const Tensor& x, IntArrayRef dims, bool keepdim, Dtype dtype) {
  return x.mean(dims, keepdim, dtype);
}
inline Tensor constant_pad_nd(const Tensor& x, IntArrayRef pads, Scalar value = 0) {
  return pad(x, pads, kConstant, value);
}
inline Tensor reflection_pad1d(const Tensor& x, IntArrayRef pads) { return pad(x, pads, kReflect); }
inline Tensor reflection_pad2d(const Tensor& x, IntArrayRef pads) { return pad(x, pads, kReflect); }
inline Tensor replication_pad2d(const Tensor& x, IntArrayRef pads) {
  return pad(x, pads, kReplicate);
}
inline Tensor upsample_nearest2d(const Tensor& x, IntArrayRef size) { return interpolate(x, size); }
inline Tensor upsample_bilinear2d(const Tensor& x, IntArrayRef size, bool align_corners) {
  return interpolate(x, size, {}, kBilinear, align_corners);
}
template <class B>
Tensor rsub(const Tensor& a, const B& b) {
  return b - a;
}
inline Tensor slice(const Tensor& x, int64_t dim = 0, std::optional<int64_t> start = {},
                    std::optional<int64_t> end = {}, int64_t step = 1) {
  return x.slice(dim, start, end, step);
}

// --- tensors from elsewhere ---

template <class T>
Tensor tensor(ArrayRef<T> values, TensorOptions options = {}) {
  return tensor(values.vec(), options);
}
/// The elements at offsets of these strides from `data`. Throws: ArgumentError for a negative one.
inline Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides,
                        TensorOptions options = {}) {
  int64_t extent = 1;
  for (size_t d = 0; d < sizes.size() && d < strides.size(); ++d)
    extent = sizes[d] == 0 ? 0 : extent + (sizes[d] - 1) * strides[d];
  return from_blob(data, {std::max<int64_t>(extent, 0)}, options).as_strided(sizes, strides);
}

/// There is one device; no other can be named.
template <class T>
void load(T&& x, const io::LoadSource& from, const Device&) {
  io::load(x, from);
}

// --- streams ---

inline std::ostream& operator<<(std::ostream& out, const TensorOptions& options) {
  return out << "TensorOptions(dtype=" << options.dtype() << ", device=" << options.device()
             << ", requires_grad=" << (options.requires_grad() ? "true" : "false") << ')';
}
template <class T>
std::ostream& operator<<(std::ostream& out, ArrayRef<T> values) {
  out << '[';
  for (size_t i = 0; i < values.size(); ++i) out << (i ? ", " : "") << values[i];
  return out << ']';
}
inline std::ostream& operator<<(std::ostream& out, const Ref<Node>& node) {
  return out << (node ? node->name() : "none");
}

// --- names ---

namespace autograd {
using reel::GradMode;
}

namespace data {

using datasets::BatchDataset;
using datasets::Dataset;

namespace datasets {
template <class Self, class Batch = std::vector<Example<>>>
using StreamDataset = BatchDataset<Self, Batch, size_t>;
}
namespace example {
using data::NoTarget;
}

}  // namespace data

}  // namespace reel
