#pragma once
// Whether convolutions may use Winograd's algorithm.

namespace reel {

/// Whether float32 convolutions of three taps and more may be computed with fewer multiplications,
/// at a larger rounding error (docs/ops/conv.md says which, and states both). Default: yes, unless
/// the environment variable REEL_WINOGRAD is 0.
bool winograd();

/// Governs every later convolution and gradient of one in the process.
void set_winograd(bool on);

}  // namespace reel
