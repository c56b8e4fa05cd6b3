#pragma once
// Instruction-set levels: every kernel is built for each, one is chosen at start.

#include <cstdint>
#include <string>

namespace reel {

enum class Isa : uint8_t { kBaseline, kAvx2, kAvx512 };

/// The level in use: the best that both the build and the CPU have, or what the environment
/// variable REEL_ISA=baseline|avx2|avx512 says. Throws: ArgumentError when REEL_ISA names a level
/// this CPU lacks.
Isa active_isa();

/// Whether this build and this CPU have the level.
bool isa_available(Isa isa);

/// Switches the level, for tests and comparisons; not while another thread computes.
/// Throws: ArgumentError when it is not available.
void set_isa(Isa isa);

const char* name_of(Isa isa);

/// One line on version, instruction set and threads, for logs and bug reports.
std::string describe();

}  // namespace reel
