#pragma once
// A view of values that follow each other in memory.

#include <cstddef>
#include <initializer_list>
#include <vector>

namespace reel {

/// What a function takes for a list of values that it does not keep. Sizes of tensors are an
/// IntArrayRef (core/shape.h).
template <class T>
class ArrayRef {
 public:
  using value_type = T;
  ArrayRef() = default;
  ArrayRef(const T* data, size_t size) : data_(data), size_(size) {}
  ArrayRef(const T& single) : ArrayRef(&single, 1) {}
  ArrayRef(const std::vector<T>& values) : ArrayRef(values.data(), values.size()) {}
  // A view of a braced list lives as long as the list: until the end of the call it is written in.
  ArrayRef(std::initializer_list<T> values) : ArrayRef(&*values.begin(), values.size()) {}

  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  const T* data() const { return data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T& operator[](size_t i) const { return data_[i]; }
  const T& front() const { return data_[0]; }
  const T& back() const { return data_[size_ - 1]; }
  std::vector<T> vec() const { return {begin(), end()}; }
  friend bool operator==(ArrayRef a, ArrayRef b) {
    if (a.size_ != b.size_) return false;
    for (size_t i = 0; i < a.size_; ++i)
      if (!(a.data_[i] == b.data_[i])) return false;
    return true;
  }

 private:
  const T* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace reel
