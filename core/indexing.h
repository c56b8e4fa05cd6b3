#pragma once
// What `x.index({...})` is given: whole numbers, slices, tensors, and so on, spelled as in
// libtorch.

#include <reel/core/tensor.h>

namespace reel::indexing {

/// A bound left out of a Slice; as an index, a new dimension of size 1.
inline constexpr std::nullopt_t None = std::nullopt;

/// As many whole dimensions as the other indices leave; "..." is the same.
struct EllipsisIndexType {};
inline constexpr EllipsisIndexType Ellipsis{};

inline constexpr int64_t INDEX_MIN = INT64_MIN;
inline constexpr int64_t INDEX_MAX = INT64_MAX;

/// Entries start, start + step, ... before stop; bounds as in Python.
class Slice {
 public:
  Slice(std::optional<int64_t> start = {}, std::optional<int64_t> stop = {},
        std::optional<int64_t> step = {})
      : start_(start), stop_(stop), step_(step.value_or(1)) {}
  std::optional<int64_t> start() const { return start_; }
  std::optional<int64_t> stop() const { return stop_; }
  int64_t step() const { return step_; }

 private:
  std::optional<int64_t> start_, stop_;
  int64_t step_;
};

/// One of the indices: None, Ellipsis or "...", a whole number, a bool, a Slice, or a tensor of
/// int64, int32 or bool.
class TensorIndex {
 public:
  enum class Kind : uint8_t { kNone, kEllipsis, kInteger, kBoolean, kSlice, kTensor };

  TensorIndex(std::nullopt_t) : kind_(Kind::kNone) {}
  TensorIndex(EllipsisIndexType) : kind_(Kind::kEllipsis) {}
  /// Throws: ArgumentError unless the text is "...".
  TensorIndex(const char* text);
  template <class I, class = std::enable_if_t<std::is_integral_v<I>>>
  TensorIndex(I value)
      : kind_(std::is_same_v<I, bool> ? Kind::kBoolean : Kind::kInteger),
        integer_(static_cast<int64_t>(value)) {}
  TensorIndex(Slice slice) : kind_(Kind::kSlice), slice_(slice) {}
  TensorIndex(Tensor tensor) : kind_(Kind::kTensor), tensor_(std::move(tensor)) {}

  Kind kind() const { return kind_; }
  bool is_none() const { return kind_ == Kind::kNone; }
  bool is_ellipsis() const { return kind_ == Kind::kEllipsis; }
  bool is_integer() const { return kind_ == Kind::kInteger; }
  bool is_boolean() const { return kind_ == Kind::kBoolean; }
  bool is_slice() const { return kind_ == Kind::kSlice; }
  bool is_tensor() const { return kind_ == Kind::kTensor; }
  int64_t integer() const { return integer_; }
  bool boolean() const { return integer_ != 0; }
  const Slice& slice() const { return slice_; }
  const Tensor& tensor() const { return tensor_; }

 private:
  Kind kind_;
  int64_t integer_ = 0;
  Slice slice_;
  Tensor tensor_;
};

}  // namespace reel::indexing
