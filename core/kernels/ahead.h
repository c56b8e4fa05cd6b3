#pragma once
// Asking for memory before it is read or written. Included inside kernels only: everything here
// belongs to the level that compiles it.

#include <reel/core/kernels/processor.h>

#include <cstdint>

namespace reel::kernels::REEL_ISA {

/// Memory that will be read or written soon: some rows of equal length.
struct Range {
  const char *begin = nullptr, *end = nullptr;  // the first row
  int64_t rows = 1, pitch = 0;                  // bytes from one row to the next
};

/// Asks for a range a few lines at a time, `steps` times, so that it is near when its turn comes.
/// A copy, or a first touch, would wait for it: 1x1 with 256 channels, y takes 0.8 of the time, dw
/// 0.6. Only data that no cache holds shows the difference, as in a network.
class Ahead {
 public:
  Ahead() = default;
  Ahead(const Range& range, int64_t steps)
      : at_(range.begin),
        end_(range.end),
        step_((end_ - at_) * range.rows / (steps + 1) / 64 * 64 + 64),
        length_(end_ - at_),
        rows_(range.rows),
        pitch_(range.pitch) {}
  [[gnu::always_inline]] void advance() {
    if (at_ >= end_) return;
    const char* stop = at_ + step_;
    if (asks_for_first_cache)
      for (; at_ < stop; at_ += 64) __builtin_prefetch(at_, 0, 3);
    else
      for (; at_ < stop; at_ += 64) __builtin_prefetch(at_, 0, 2);
    if (at_ < end_ || --rows_ <= 0) return;
    end_ += pitch_;
    at_ = end_ - length_;
  }

 private:
  const char *at_ = nullptr, *end_ = nullptr;
  int64_t step_ = 0, length_ = 0, rows_ = 0, pitch_ = 0;
};
/// Two of them, such as what is read next and what is written.
struct Coming {
  Ahead first, second;
  [[gnu::always_inline]] void advance() {
    first.advance();
    second.advance();
  }
};

}  // namespace reel::kernels::REEL_ISA
