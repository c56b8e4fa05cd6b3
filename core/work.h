#pragma once
// How much there was to compute.

#include <cstdint>

namespace reel {

/// What multiply_adds() tells; read through that.
inline constinit thread_local int64_t multiply_adds_counted [[gnu::tls_model("initial-exec")]] = 0;

/// Multiplications with additions that operations of the calling thread were asked for since it
/// began: of convolutions and matrix products, forward and backward, by their sizes and whatever
/// the algorithm; of normalizations, forward, one an element. What ran in between is the difference
/// of two calls.
inline int64_t multiply_adds() { return multiply_adds_counted; }

/// Where an operation is about to compute, on the thread that called it.
inline void count_multiply_adds(int64_t count) { multiply_adds_counted += count; }

}  // namespace reel
