#pragma once
// Loops over elements as libtorch's programs write them.

#include <reel/core/dtype.h>
#include <reel/core/error.h>
#include <reel/core/parallel.h>

#include <algorithm>
#include <atomic>
#include <exception>

namespace torch {

template <class F>
decltype(auto) dispatch_floating(reel::Dtype dtype, const char* name, F&& f) {
  switch (dtype) {
    case reel::kFloat32:
      return f.template operator()<float>();
    case reel::kFloat64:
      return f.template operator()<double>();
    default:
      reel::throw_argument_error(
          reel::as_text(name, ": the dtype is ", dtype, "; it must be float32 or float64."));
  }
}

template <class F>
decltype(auto) dispatch_integers(reel::Dtype dtype, const char* name, F&& f) {
  switch (dtype) {
    case reel::kUInt8:
      return f.template operator()<uint8_t>();
    case reel::kInt8:
      return f.template operator()<int8_t>();
    case reel::kInt16:
      return f.template operator()<int16_t>();
    case reel::kInt32:
      return f.template operator()<int32_t>();
    case reel::kInt64:
      return f.template operator()<int64_t>();
    default:
      reel::throw_argument_error(
          reel::as_text(name, ": the dtype is ", dtype, "; it must be an integer."));
  }
}

template <class F>
decltype(auto) dispatch_all(reel::Dtype dtype, const char* name, F&& f) {
  if (dtype == reel::kFloat32 || dtype == reel::kFloat64) return dispatch_floating(dtype, name, f);
  return dispatch_integers(dtype, name, f);
}

}  // namespace torch

namespace at {

/// Calls f(from, to) for ranges that make up [begin, end), on several threads where there are more
/// than grain_size of them. What f throws arrives here.
template <class F>
void parallel_for(int64_t begin, int64_t end, int64_t grain_size, const F& f) {
  if (begin >= end) return;
  std::exception_ptr thrown;
  std::atomic_flag has_thrown;
  const int64_t work = end - begin > std::max<int64_t>(grain_size, 1) ? reel::kParallelWork : 0;
  reel::parallel_for(end - begin, work, [&](int64_t from, int64_t to) {
    try {
      if (from < to) f(begin + from, begin + to);
    } catch (...) {
      if (!has_thrown.test_and_set()) thrown = std::current_exception();
    }
  });
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace at

#define AT_DISPATCH_FLOATING_TYPES(TYPE, NAME, ...) \
  ::torch::dispatch_floating(TYPE, NAME, [&]<class scalar_t>() { return __VA_ARGS__(); })
#define AT_DISPATCH_INTEGRAL_TYPES(TYPE, NAME, ...) \
  ::torch::dispatch_integers(TYPE, NAME, [&]<class scalar_t>() { return __VA_ARGS__(); })
#define AT_DISPATCH_ALL_TYPES(TYPE, NAME, ...) \
  ::torch::dispatch_all(TYPE, NAME, [&]<class scalar_t>() { return __VA_ARGS__(); })
