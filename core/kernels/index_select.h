#pragma once

#include <cstdint>

namespace reel::kernels {

/// Rows of I elements, of N in each of O groups, by K positions in [0, N). T is an unsigned integer
/// of the element's size.
template <class T>
struct IndexSelect {
  /// y[o][k] = x[o][index[k]]
  void (*select)(int64_t O, int64_t N, int64_t K, int64_t I, const int64_t* index, const T* x,
                 T* y);
  /// y[o][index[k]] = x[o][k]; of equal positions the last remains.
  void (*put)(int64_t O, int64_t N, int64_t K, int64_t I, const int64_t* index, const T* x, T* y);
};

/// y[o][index[k]] += alpha x[o][k], in the order of k.
template <class T>
struct IndexAdd {
  void (*add)(int64_t O, int64_t N, int64_t K, int64_t I, const int64_t* index, T alpha, const T* x,
              T* y);
};

}  // namespace reel::kernels
