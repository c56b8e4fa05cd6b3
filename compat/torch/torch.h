#pragma once
// reel under libtorch's names. docs/from_libtorch.md.

#include <reel/data/data_loader.h>
#include <reel/io/archive.h>
#include <reel/io/save.h>
#include <reel/nn/functional.h>
#include <reel/reel.h>
#include <torch/dispatch.h>
#include <torch/spellings.h>

// Programs rely on what libtorch's header brings along.
#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace torch {

using namespace reel;

using std::make_optional;
using std::nullopt;
using std::optional;

using ScalarType = Dtype;

inline constexpr DeviceType kCUDA = DeviceType::CUDA;

inline int get_num_threads() { return num_threads(); }

// Constants that reel has beside the functions which take them.
using nn::init::kFanIn;
using nn::init::kFanOut;
using nn::init::kLeakyReLU;
using nn::init::kLinear;
using nn::init::kReLU;
using nn::init::kSELU;
using nn::init::kSigmoid;
using nn::init::kTanh;

// What calculate_gain knows of convolutions is that they are linear.
inline constexpr auto kConv1D = nn::init::kLinear, kConv2D = kConv1D, kConv3D = kConv1D,
                      kConvTranspose1D = kConv1D, kConvTranspose2D = kConv1D,
                      kConvTranspose3D = kConv1D;

/// Nothing is recorded while it lives; what was made under it can be used on the tape all the same.
class InferenceMode {
 public:
  explicit InferenceMode(bool enabled = true) : mode_(!enabled && GradMode::is_enabled()) {}

 private:
  AutoGradMode mode_;
};

namespace cuda {
inline bool is_available() { return false; }
inline bool cudnn_is_available() { return false; }
inline int64_t device_count() { return 0; }
inline void synchronize(int64_t = -1) {}
inline void manual_seed(uint64_t) {}
inline void manual_seed_all(uint64_t) {}
}  // namespace cuda

/// The text of any values that can be written to a stream, for TORCH_CHECK.
template <class... Values>
std::string text_of(const Values&... values) {
  std::ostringstream out;
  (out << ... << values);
  return out.str();
}
inline std::string text_of() { return "a condition of the program does not hold."; }
template <class... Values>
std::string str(const Values&... values) {
  return sizeof...(values) ? text_of(values...) : std::string();
}

}  // namespace torch

namespace c10 {

using namespace reel;
using std::make_optional;
using std::nullopt;
using std::nullopt_t;
using std::optional;
using torch::InferenceMode;
using torch::kCUDA;
using torch::ScalarType;
using torch::str;
using Error = reel::Error;
using IndexError = reel::ArgumentError;
using ValueError = reel::ArgumentError;
using TypeError = reel::ArgumentError;

/// begin, begin + 1, ... before end: `for (const auto i : c10::irange(n))`.
template <class I>
class IntegerRange {
 public:
  struct Iterator {
    I i;
    I operator*() const { return i; }
    Iterator& operator++() { return ++i, *this; }
    bool operator==(const Iterator&) const = default;
  };
  IntegerRange(I begin, I end) : begin_{begin}, end_{end < begin ? begin : end} {}
  Iterator begin() const { return begin_; }
  Iterator end() const { return end_; }

 private:
  Iterator begin_, end_;
};
template <class I>
IntegerRange<I> irange(I end) {
  return {I{0}, end};
}
template <class I, class J>
IntegerRange<J> irange(I begin, J end) {
  return {static_cast<J>(begin), end};
}

}  // namespace c10

namespace at {

using namespace reel;
using std::nullopt;
using std::optional;
using torch::get_num_threads;
using torch::kCUDA;
using torch::ScalarType;

}  // namespace at

#define TORCH_MODULE(Name) REEL_MODULE(Name)
#define TORCH_ARG(type, name) REEL_ARG(type, name)
/// Throws reel::ArgumentError with the values' text unless the condition holds.
#define TORCH_CHECK(condition, ...) \
  if (!(condition)) [[unlikely]]    \
  ::reel::throw_argument_error(::torch::text_of(__VA_ARGS__))
#define AT_ERROR(...) ::reel::throw_argument_error(::torch::str(__VA_ARGS__))
#define TORCH_WARN(...) (std::cerr << "Warning: " << ::torch::str(__VA_ARGS__) << '\n')
#define TORCH_WARN_ONCE(...)                                    \
  do {                                                          \
    static const bool warned = (TORCH_WARN(__VA_ARGS__), true); \
    (void)warned;                                               \
  } while (false)
#define TORCH_CHECK_VALUE(condition, ...) TORCH_CHECK(condition, __VA_ARGS__)
#define TORCH_CHECK_INDEX(condition, ...) TORCH_CHECK(condition, __VA_ARGS__)
#define TORCH_CHECK_TYPE(condition, ...) TORCH_CHECK(condition, __VA_ARGS__)
#define TORCH_INTERNAL_ASSERT(condition, ...) REEL_ASSERT(condition)
#define AT_ASSERT(condition, ...) REEL_ASSERT(condition)
#define AT_ASSERTM(condition, ...) TORCH_CHECK(condition, __VA_ARGS__)
/// reel finds out by itself which arguments of a forward have defaults.
#define FORWARD_HAS_DEFAULT_ARGS(...) static_assert(true)

// The version of libtorch whose names these are.
#define TORCH_VERSION_MAJOR 2
#define TORCH_VERSION_MINOR 15
#define TORCH_VERSION_PATCH 0
#define TORCH_VERSION "2.15.0"
