#include <reel/autograd/profiler.h>
#include <reel/io/trace.h>

#include <exception>
#include <thread>

#include "tests/errors/rows.h"

namespace reel::tests {

namespace {

using autograd::Profile;
using autograd::Profiler;
using autograd::ProfilerOptions;

// Runs it on another thread, whose error arrives here.
void elsewhere(const std::function<void()>& run) {
  std::exception_ptr error;
  std::thread([&] {
    try {
      run();
    } catch (...) {
      error = std::current_exception();
    }
  }).join();
  if (error) std::rethrow_exception(error);
}

const ErrorRows kProfiler{
    {"profiler: max_events", [] { Profiler p(ProfilerOptions().max_events(-1)); }},
    {"profiler: two on a thread",
     [] {
       Profiler first;
       Profiler second;
     }},
    {"profiler: started elsewhere",
     [] {
       Profiler profiler;
       elsewhere([&] { profiler.start(); });
     }},
    {"profiler: stopped elsewhere",
     [] {
       Profiler profiler;
       elsewhere([&] { profiler.stop(); });
     }},
    {"save_trace: no profile", [] { io::save_trace("x.json", std::vector<Profile>()); }},
    {"save_trace: folder", [] { io::save_trace("/dev/null/trace.json", Profile()); }},
};

}  // namespace

}  // namespace reel::tests
