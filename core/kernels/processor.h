#pragma once
// What kernels do for one maker's processors and not for another's.

namespace reel::kernels {

/// Whether passes ask for the lines that they will write. Cores of Intel (Sapphire Rapids) wait for
/// them otherwise: group norm of 25 MB takes 1.25 times as long. Those of AMD (Zen 5) foresee them
/// and lose by asking: ReLU takes 1.0 to 1.2 times as long, batch norm 1.0 to 1.2.
extern const bool asks_for_writes;

/// Whether convolutions ask for what comes next into the first cache, rather than the second: on
/// AMD's (Zen 5) a step of ResNet-20 takes 0.94 of the time, of the MNIST example's network 0.95.
extern const bool asks_for_first_cache;

/// Whether weight gradients of depthwise convolutions ask for the rows that they read next. AMD's
/// (Zen 5) take 0.3 to 0.9 of the time where no cache holds them, Intel's 0.9 to 1.2.
extern const bool asks_for_depthwise_rows;

}  // namespace reel::kernels
