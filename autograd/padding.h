#pragma once
// How borders are padded: the modes of `pad`, and the ways to state a convolution's padding.

#include <reel/core/shape.h>

#include <string>

namespace reel {

/// What lies beyond the border: a constant (zeros, for a layer), the mirror image without the
/// border itself, the border, or the opposite side.
enum class PaddingMode : uint8_t { kConstant, kReflect, kReplicate, kCircular, kZeros = kConstant };
inline constexpr PaddingMode kConstant = PaddingMode::kConstant;
inline constexpr PaddingMode kReflect = PaddingMode::kReflect;
inline constexpr PaddingMode kReplicate = PaddingMode::kReplicate;
inline constexpr PaddingMode kCircular = PaddingMode::kCircular;
inline constexpr PaddingMode kZeros = PaddingMode::kZeros;

/// kSame: as much as keeps the size, the odd one behind; kValid: none.
enum class PaddingRule : uint8_t { kNumbers, kSame, kValid };
inline constexpr PaddingRule kSame = PaddingRule::kSame;
inline constexpr PaddingRule kValid = PaddingRule::kValid;

/// The rule of that name, "same" or "valid". Throws: ArgumentError for any other.
PaddingRule padding_rule(const std::string& name);

/// A convolution's padding: numbers for both sides of each dimension (`1`, `{1, 2}`), kSame or
/// kValid.
template <int D>
class ConvPadding {
 public:
  ConvPadding(int64_t all) : values_(all) {}
  ConvPadding(std::initializer_list<int64_t> v) : values_(v) {}
  ConvPadding(IntArrayRef v) : values_(v) {}
  ConvPadding(const std::vector<int64_t>& v) : values_(IntArrayRef(v)) {}
  ConvPadding(const ExpandingArray<D>& v) : values_(v) {}
  ConvPadding(PaddingRule rule) : values_(0), rule_(rule) {}
  ConvPadding(const std::string& name) : ConvPadding(padding_rule(name)) {}
  // For literals; a pointer would be as good a match for 0 as a number.
  template <size_t N>
  ConvPadding(const char (&name)[N]) : ConvPadding(std::string(name)) {}

  PaddingRule rule() const { return rule_; }
  /// The numbers; zeros unless the rule is kNumbers.
  const ExpandingArray<D>& values() const { return values_; }
  /// Before and after dimension d, for a kernel that covers `covered` pixels in it.
  int64_t before(int d, int64_t covered) const {
    return rule_ == PaddingRule::kSame ? (covered - 1) / 2 : values_[d];
  }
  int64_t after(int d, int64_t covered) const {
    return rule_ == PaddingRule::kSame ? covered - 1 - before(d, covered) : values_[d];
  }

 private:
  ExpandingArray<D> values_;
  PaddingRule rule_ = PaddingRule::kNumbers;
};

}  // namespace reel
