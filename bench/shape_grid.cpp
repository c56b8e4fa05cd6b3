// Looks for cliffs: convolutions that take far longer a multiply-add than shapes one step away.
// `shape_grid --size 14 --batch 16`

#include <program/program.h>
#include <reel/reel.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <map>
#include <optional>
#include <vector>

#include "bench/timing.h"

using namespace reel;

namespace {

// A convolution of C to C channels, as places in the lists below: neighbours differ by one step.
enum Parameter { kChannels, kKernel, kStride, kDilation, kGroups, kParameters };
using Place = std::array<int, kParameters>;

const std::vector<int64_t> kValues[kParameters] = {
    {1, 3, 4, 6, 8, 9, 16, 23, 24, 25, 32, 64},
    {1, 2, 3, 4, 5, 7},
    {1, 2, 3},
    {1, 2},
    {1, 2, 0},  // 0: as many as channels
};

constexpr const char* kDirections[] = {"forward", "input gradient", "weight gradient"};
constexpr int kNumDirections = 3;

// Of each direction.
using Costs = std::array<double, kNumDirections>;

struct Settings {
  int64_t size, batch;
  double budget, factor;
  Costs fixed;  // milliseconds of a call that computes nothing to speak of
};

int64_t value(const Place& p, Parameter which) {
  return kValues[which][static_cast<size_t>(p[which])];
}

double least_ms(double budget, const std::function<void()>& f) {
  f();
  double least = 1e9;
  const double start = bench::now_ms();
  do {
    const double begin = bench::now_ms();
    f();
    least = std::min(least, bench::now_ms() - begin);
  } while (bench::now_ms() - start < budget * 1000);
  return least;
}

// Picoseconds a multiply-add; the fixed cost of a call is taken off.
std::optional<Costs> measure(const Settings& s, const Place& p) {
  const int64_t C = value(p, kChannels), k = value(p, kKernel), dilation = value(p, kDilation);
  const int64_t groups = p[kGroups] == 2 ? C : value(p, kGroups), padding = dilation * (k - 1) / 2;
  if (C % groups != 0 || (p[kGroups] > 0 && C == 1) || (k == 1 && dilation > 1)) return {};
  if (p[kGroups] == 2 && C == 2) return {};
  if (s.size + 2 * padding < dilation * (k - 1) + 1) return {};
  const Tensor x = randn({s.batch, C, s.size, s.size}).contiguous(MemoryFormat::kChannelsLast);
  const Tensor w = randn({C, C / groups, k, k});
  const auto run = [&] { return conv2d(x, w, {}, value(p, kStride), padding, dilation, groups); };
  const Tensor y = run();
  const Tensor dy = randn(y.sizes()).contiguous(MemoryFormat::kChannelsLast);
  Costs costs;
  costs[0] = least_ms(s.budget, [&] { run(); });
  for (const int direction : {1, 2}) {
    x.set_requires_grad(direction == 1);
    w.set_requires_grad(direction == 2);
    const Tensor out = run();
    costs[static_cast<size_t>(direction)] = least_ms(s.budget, [&] {
      x.mutable_grad() = w.mutable_grad() = Tensor();
      out.backward(dy, /*retain_graph=*/true);
    });
    x.set_requires_grad(false);
    w.set_requires_grad(false);
  }
  const double products = static_cast<double>(y.numel()) * static_cast<double>(w.numel() / C);
  for (size_t d = 0; d < kNumDirections; ++d)
    costs[d] = std::max(costs[d] - s.fixed[d], 0.0) * 1e9 / products;
  return costs;
}

// The median cost of the shapes one step away in one parameter.
double neighbours_cost(const std::map<Place, Costs>& grid, const Place& p, size_t direction) {
  std::vector<double> costs;
  for (size_t which = 0; which < kParameters; ++which)
    for (const int step : {-1, 1}) {
      Place q = p;
      q[which] += step;
      if (const auto found = grid.find(q); found != grid.end())
        costs.push_back(found->second[direction]);
    }
  if (costs.empty()) return 0;
  std::sort(costs.begin(), costs.end());
  return costs[costs.size() / 2];
}

std::map<Place, Costs> measure_all(const Settings& s) {
  std::map<Place, Costs> grid;
  Place p{};
  for (;;) {
    if (const auto costs = measure(s, p)) grid[p] = *costs;
    size_t which = 0;
    while (which < kParameters && ++p[which] == static_cast<int>(kValues[which].size()))
      p[which++] = 0;
    if (which == kParameters) return grid;
  }
}

// What looks slow is timed again, for longer: somebody else may have used the machine.
void confirm(Settings s, std::map<Place, Costs>& grid) {
  s.budget *= 10;
  for (auto& [p, costs] : grid) {
    bool slow = false;
    for (size_t d = 0; d < kNumDirections; ++d)
      slow = slow || costs[d] > s.factor * neighbours_cost(grid, p, d);
    if (!slow) continue;
    const Costs again = *measure(s, p);
    for (size_t d = 0; d < kNumDirections; ++d) costs[d] = std::min(costs[d], again[d]);
  }
}

void report(const Settings& s, const std::map<Place, Costs>& grid) {
  int cliffs = 0;
  for (const auto& [p, costs] : grid)
    for (size_t d = 0; d < kNumDirections; ++d) {
      const double usual = neighbours_cost(grid, p, d);
      if (usual == 0 || costs[d] <= s.factor * usual) continue;
      ++cliffs;
      std::printf(
          "%-15s  channels %3lld  kernel %lld  stride %lld  dilation %lld  groups %s: %.1f ps "
          "a multiply-add, neighbours %.1f\n",
          kDirections[d], static_cast<long long>(value(p, kChannels)),
          static_cast<long long>(value(p, kKernel)), static_cast<long long>(value(p, kStride)),
          static_cast<long long>(value(p, kDilation)),
          p[kGroups] == 2 ? "C" : std::to_string(value(p, kGroups)).c_str(), costs[d], usual);
    }
  std::printf(
      "%d of %zu shapes and directions are more than %.1f times their neighbours, size %lld, "
      "batch %lld\n",
      cliffs, kNumDirections * grid.size(), s.factor, static_cast<long long>(s.size),
      static_cast<long long>(s.batch));
}

void run(const program::Arguments& args) {
  set_num_threads(static_cast<int>(args.integer("threads")));
  // One multiply-add: its cost in picoseconds is that of the call.
  Costs fixed = *measure({1, 1, 0.05, 0, {}}, Place{});
  for (double& ms : fixed) ms *= 1e-9;
  const Settings s{args.integer("size"), args.integer("batch"), args.number("budget"),
                   args.number("factor"), fixed};
  std::map<Place, Costs> grid = measure_all(s);
  confirm(s, grid);
  report(s, grid);
}

}  // namespace

int main(int argc, char** argv) {
  return program::run(
      argc, argv,
      program::Program("shape_grid", "Looks for convolutions much slower than their neighbours.")
          .integer("size", "height and width", 14, {1, 4096})
          .integer("batch", "images", 16, {1, 1 << 20})
          .integer("threads", "threads to use", 1, {1, 4096})
          .number("budget", "seconds a shape", 0.002, {0, 1e6})
          .number("factor", "what counts as much slower", 3, {1}),
      run);
}
