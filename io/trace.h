#pragma once
// Profiles as files for trace viewers. docs/profiler.md.

#include <reel/autograd/profiler.h>

#include <string>
#include <vector>

namespace reel::io {

/// Writes the events of a profile, or of several threads' profiles side by side, as JSON in the
/// Trace Event Format of Chrome (chrome://tracing, ui.perfetto.dev): a complete event a call, in
/// microseconds from the first profile's beginning, with module, shapes, bytes and operations; the
/// live memory as a counter. Throws: IoError; ArgumentError without profiles.
void save_trace(const std::string& path, const autograd::Profile& profile);
void save_trace(const std::string& path, const std::vector<autograd::Profile>& profiles);

}  // namespace reel::io
