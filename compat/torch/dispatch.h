#pragma once
// Loops over elements as libtorch's programs write them.

#include <reel/core/dtype.h>
#include <reel/core/error.h>
#include <reel/core/parallel.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <type_traits>

namespace torch {

/// f.operator()<T>() of the type of `dtype`, which must be among those that are wanted.
template <bool kFloating, bool kIntegers, class F>
auto dispatch(reel::Dtype dtype, const char* name, const char* wanted, F&& f) {
  using Result = decltype(f.template operator()<std::conditional_t<kFloating, float, int64_t>>());
  return reel::visit_stored(dtype, [&](auto zero) -> Result {
    using T = decltype(zero);
    if constexpr (std::is_floating_point_v<T> ? kFloating : kIntegers && !std::is_same_v<T, bool>)
      return f.template operator()<T>();
    else
      reel::throw_argument_error(
          reel::as_text(name, ": the dtype is ", dtype, "; it must be ", wanted, "."));
  });
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

#define REEL_AT_DISPATCH(FLOATING, INTEGERS, TYPE, NAME, WANTED, ...) \
  ::torch::dispatch<FLOATING, INTEGERS>(TYPE, NAME, WANTED,           \
                                        [&]<class scalar_t>() { return __VA_ARGS__(); })
#define AT_DISPATCH_FLOATING_TYPES(TYPE, NAME, ...) \
  REEL_AT_DISPATCH(true, false, TYPE, NAME, "float32 or float64", __VA_ARGS__)
#define AT_DISPATCH_INTEGRAL_TYPES(TYPE, NAME, ...) \
  REEL_AT_DISPATCH(false, true, TYPE, NAME, "an integer", __VA_ARGS__)
#define AT_DISPATCH_ALL_TYPES(TYPE, NAME, ...) \
  REEL_AT_DISPATCH(true, true, TYPE, NAME, "an integer", __VA_ARGS__)
