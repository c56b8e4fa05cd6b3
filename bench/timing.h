#pragma once
// How long something takes.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace bench {

struct Timing {
  double median_ms, min_ms;
};

inline double now_ms() {
  return std::chrono::duration<double, std::milli>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// Runs f for about `budget` seconds after a warm-up of a quarter of that. What is too short for
/// the clock is timed several runs at a time.
template <class F>
Timing measure(double budget, F f) {
  constexpr double kLeastSample = 0.1;  // ms
  constexpr size_t kLeastSamples = 5;
  double start = now_ms();
  int runs = 0;
  while (runs < 2 || now_ms() - start < budget * 250) {
    f();
    ++runs;
  }
  const double each = (now_ms() - start) / runs;
  const int batch = each < kLeastSample ? static_cast<int>(kLeastSample / each) + 1 : 1;
  std::vector<double> samples;
  start = now_ms();
  while (samples.size() < kLeastSamples || now_ms() - start < budget * 1000) {
    const double begin = now_ms();
    for (int i = 0; i < batch; ++i) f();
    samples.push_back((now_ms() - begin) / batch);
  }
  std::sort(samples.begin(), samples.end());
  return {samples[samples.size() / 2], samples.front()};
}

}  // namespace bench
