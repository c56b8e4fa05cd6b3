#pragma once
// Builder-style options: `Conv2dOptions(3, 16, 3).stride(2).bias(false)`.

#include <utility>

/// Declares an option: a setter that can be chained, getters of the same name, and the member,
/// which a default may follow: `REEL_ARG(bool, bias) = true;`. Members declared after it are
/// private.
#define REEL_ARG(type, name)                            \
 public:                                                \
  auto name(type new_value)->decltype(*this) {          \
    this->name##_ = std::move(new_value);               \
    return *this;                                       \
  }                                                     \
  const type& name() const noexcept { return name##_; } \
  type& name() noexcept { return name##_; }             \
                                                        \
 private:                                               \
  type name##_
