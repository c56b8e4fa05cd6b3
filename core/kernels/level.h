#pragma once
// What a level leaves to the one below, whose tables it starts from (dispatch.cpp): less code to
// carry, 1.7 MB of the static library. Included inside kernels only.

namespace reel::kernels::REEL_ISA {

/// float64 is there for checking: AVX-512 makes do with the large kernels of AVX2.
#if defined(__AVX512F__)
inline constexpr bool kOwnFloat64 = false;
#else
inline constexpr bool kOwnFloat64 = true;
#endif

/// Integers and bools are masks, labels and indices: few, and bound by memory.
#if defined(__AVX2__)
inline constexpr bool kOwnIntegers = false;
#else
inline constexpr bool kOwnIntegers = true;
#endif

}  // namespace reel::kernels::REEL_ISA
