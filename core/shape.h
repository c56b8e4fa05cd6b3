#pragma once
// Sizes and strides: a fixed-capacity array of int64 and a view of one.

#include <reel/core/array_ref.h>
#include <reel/core/error.h>

#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <vector>

namespace reel {

inline constexpr int kMaxDims = 8;

/// What functions take for shapes, dimensions and kernel sizes.
using IntArrayRef = ArrayRef<int64_t>;

void append_text(std::string& out, IntArrayRef v);

/// Up to eight int64 values without an allocation.
class Shape {
 public:
  Shape() = default;
  // Loops of fixed length: copies of unknown length become instructions that take 30 cycles.
  Shape(IntArrayRef v) : size_(static_cast<uint8_t>(v.size())) {
    if (v.size() > kMaxDims) throw_too_many(v.size());
    for (size_t i = 0; i < kMaxDims; ++i) values_[i] = i < v.size() ? v[i] : 0;
  }
  Shape(const Shape& other) : size_(other.size_) {
    for (size_t i = 0; i < kMaxDims; ++i) values_[i] = other.values_[i];
  }
  Shape& operator=(const Shape& other) {
    for (size_t i = 0; i < kMaxDims; ++i) values_[i] = other.values_[i];
    size_ = other.size_;
    return *this;
  }
  Shape(std::initializer_list<int64_t> v) : Shape(IntArrayRef(v)) {}
  Shape(const std::vector<int64_t>& v) : Shape(IntArrayRef(v)) {}
  static Shape filled(size_t size, int64_t value) {
    if (size > kMaxDims) throw_too_many(size);
    Shape s;
    for (size_t i = 0; i < kMaxDims; ++i) s.values_[i] = i < size ? value : 0;
    s.size_ = static_cast<uint8_t>(size);
    return s;
  }

  operator IntArrayRef() const { return {values_, size_}; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  int64_t& operator[](size_t i) { return values_[i]; }
  int64_t operator[](size_t i) const { return values_[i]; }
  int64_t back() const { return values_[size_ - 1]; }
  const int64_t* data() const { return values_; }
  const int64_t* begin() const { return values_; }
  const int64_t* end() const { return values_ + size_; }
  std::vector<int64_t> vec() const { return {begin(), end()}; }
  void push_back(int64_t v) {
    if (size_ == kMaxDims) throw_too_many(size_ + 1u);
    values_[size_++] = v;
  }
  void insert(size_t at, int64_t v) {
    push_back(v);
    for (size_t i = size_ - 1u; i > at; --i) values_[i] = values_[i - 1];
    values_[at] = v;
  }
  void erase(size_t at) {
    --size_;
    for (size_t i = at; i < size_; ++i) values_[i] = values_[i + 1];
  }
  friend bool operator==(const Shape& a, const Shape& b) {
    return IntArrayRef(a) == IntArrayRef(b);
  }
  friend bool operator==(const Shape& a, IntArrayRef b) { return IntArrayRef(a) == b; }

 private:
  [[noreturn]] static void throw_too_many(size_t n);
  int64_t values_[kMaxDims] = {};
  uint8_t size_ = 0;
};

/// D values given as one number for all or one each: `3` or `{3, 5}` for a kernel size.
template <int D>
class ExpandingArray {
 public:
  ExpandingArray(int64_t all) {
    for (int64_t& v : values_) v = all;
  }
  ExpandingArray(std::initializer_list<int64_t> v) : ExpandingArray(IntArrayRef(v)) {}
  ExpandingArray(IntArrayRef v) {
    if (v.size() != D && v.size() != 1) throw_wrong_count(v);
    for (int i = 0; i < D; ++i) values_[i] = v.size() == 1 ? v[0] : v[static_cast<size_t>(i)];
  }
  operator IntArrayRef() const { return {values_, D}; }
  int64_t& operator[](int i) { return values_[i]; }
  int64_t operator[](int i) const { return values_[i]; }
  const int64_t* begin() const { return values_; }
  const int64_t* end() const { return values_ + D; }
  friend bool operator==(const ExpandingArray& a, const ExpandingArray& b) {
    return IntArrayRef(a) == IntArrayRef(b);
  }
  /// The values as libtorch has them: `*options.stride()`.
  IntArrayRef operator*() const { return *this; }

 private:
  [[noreturn]] static void throw_wrong_count(IntArrayRef v) {
    throw_argument_error(as_text("options: ", v.size(), " values given for ", D,
                                 " spatial dimensions; give ", D, " or one for all."));
  }
  int64_t values_[static_cast<size_t>(D)];
};

/// "[8, 3, 28, 28]"
void append_text(std::string& out, IntArrayRef v);
std::ostream& operator<<(std::ostream& out, IntArrayRef v);
std::ostream& operator<<(std::ostream& out, const Shape& v);

/// Number of elements. Throws: ArgumentError when a size is negative or the product overflows.
int64_t numel_of(IntArrayRef sizes);

/// Strides of a dense row-major tensor.
Shape contiguous_strides(IntArrayRef sizes);
/// Whether elements follow each other in memory in row-major order; dimensions of one element may
/// have any stride.
bool is_row_major(IntArrayRef sizes, IntArrayRef strides);

/// Strides of a dense tensor (N, C, spatial...) whose channels lie side by side in memory.
Shape channels_last_strides(IntArrayRef sizes);

/// `dim` counted from the end when negative. Throws: ArgumentError when it is out of range.
int64_t wrap_dim(const char* op, int64_t dim, int64_t ndim);

/// The common shape under broadcasting: dimensions align at the end, a size of 1 stretches.
Shape broadcast_shapes(const char* op, IntArrayRef a, IntArrayRef b);

}  // namespace reel
