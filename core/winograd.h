#pragma once
// Whether convolutions may use Winograd's algorithm.

namespace reel {

/// Whether 3x3 convolutions of stride 1 may be computed with fewer multiplications, at a larger
/// rounding error (docs/ops/conv.md states both). Default: yes, unless the environment variable
/// REEL_WINOGRAD is 0.
bool winograd();

/// Governs every later convolution and gradient of one in the process.
void set_winograd(bool on);

}  // namespace reel
