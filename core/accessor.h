#pragma once

#include <cstddef>
#include <cstdint>

namespace reel {

/// Typed element access without bounds checks: `auto a = x.accessor<float, 2>(); a[i][j]`. It does
/// not keep the memory alive.
template <class T, int N>
class TensorAccessor {
 public:
  TensorAccessor(T* data, const int64_t* sizes, const int64_t* strides) : data_(data) {
    for (int d = 0; d < N; ++d) {
      sizes_[d] = sizes[d];
      strides_[d] = strides[d];
    }
  }
  decltype(auto) operator[](int64_t i) const {
    if constexpr (N == 1)
      return (data_[i * strides_[0]]);
    else
      return TensorAccessor<T, N - 1>(data_ + i * strides_[0], sizes_ + 1, strides_ + 1);
  }
  int64_t size(int64_t d) const { return sizes_[d]; }
  T* data() const { return data_; }

 private:
  T* data_;
  int64_t sizes_[static_cast<size_t>(N)], strides_[static_cast<size_t>(N)];
};

}  // namespace reel
