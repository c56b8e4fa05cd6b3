// Times networks and operations: `reel_bench --list`, `reel_bench --only lenet`,
// `reel_bench --op conv2d --input 16,64,56,56 --out-channels 64 --padding 1`.

#include <program/program.h>
#include <reel/autograd/profiler.h>
#include <reel/nn/fuse_conv_bn.h>
#include <reel/reel.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>

#include "bench/count_heap.h"
#include "bench/machine.h"
#include "bench/networks.h"
#include "bench/operations.h"
#include "bench/peak_memory.h"
#include "bench/timing.h"

using namespace reel;
using nlohmann::ordered_json;

namespace {

struct Settings {
  double budget;
  bool json, cold, memory, profile, inference;
};

// The machine's limits, measured when first asked for.
struct Machine {
  double peak() { return peak_ > 0 ? peak_ : peak_ = bench::measure_peak(); }
  double triad() { return triad_ > 0 ? triad_ : triad_ = bench::measure_triad(); }

 private:
  double peak_ = 0, triad_ = 0;
};

void print_row(const Settings& s, const ordered_json& row) {
  if (s.json) {
    std::cout << row.dump() << std::endl;
    return;
  }
  std::printf("%-28s", row["case"].get<std::string>().c_str());
  for (const auto& [field, value] : row.items())
    if (value.is_number_float())
      std::printf("  %s %.4g", field.c_str(), value.get<double>());
    else if (value.is_number_integer() && field != "threads")
      std::printf("  %s %lld", field.c_str(), static_cast<long long>(value.get<int64_t>()));
  std::printf("\n");
  std::fflush(stdout);
}

ordered_json row_of(const std::string& name, const char* kind) {
  return {{"case", name}, {"kind", kind}, {"threads", num_threads()}};
}

// Where the time of steps goes, rather than how long they take.
void profile_network(const Settings& s, const bench::NetworkCase& c) {
  bench::Training training(c);
  const bench::Timing t = bench::measure(s.budget / 2, [&] { training.step(); });
  const int steps = std::max(5, static_cast<int>(s.budget / 2 * 1e3 / t.median_ms));
  autograd::Profiler profiler(autograd::ProfilerOptions().max_events(0));
  for (int i = 0; i < steps; ++i) training.step();
  profiler.stop();
  const autograd::Profile profile = profiler.profile();
  std::cout << c.name << ", " << steps << " steps of " << t.median_ms << " ms, " << num_threads()
            << " threads\n"
            << profile.table(autograd::ProfileGroup::kShapes, 20) << '\n'
            << profile.table() << std::endl;
}

void time_network(const Settings& s, const bench::NetworkCase& c) {
  if (s.profile) return profile_network(s, c);
  reset_peak_memory();
  const bench::PeakMemory memory;
  bench::Training training(c);
  const bench::Timing t = bench::measure(s.budget, [&] { training.step(); });
  ordered_json row = row_of(c.name, "train");
  row["ms"] = t.median_ms;
  row["min_ms"] = t.min_ms;
  row["memory"] = memory.bytes();
  if (s.memory) {
    constexpr int kSteps = 20;
    const MemoryStats before = memory_stats();
    const int64_t mallocs = bench::heap_calls();
    for (int i = 0; i < kSteps; ++i) training.step();
    const double calls = static_cast<double>(bench::heap_calls() - mallocs) / kSteps;
    const MemoryStats after = memory_stats();
    const auto requests = static_cast<double>(after.allocations - before.allocations) / kSteps;
    const auto misses =
        static_cast<double>(after.heap_allocations - before.heap_allocations) / kSteps;
    row["peak_bytes"] = after.peak;
    row["cache_hits"] = requests - misses;
    row["cache_misses"] = misses;
    row["heap_calls"] = calls;
  }
  print_row(s, row);
}

// Forward in evaluation, as it is and with the batch norms folded into the layers before them, in
// turns; in the time of the processor, which other programs lengthen less.
void time_inference(const Settings& s, const bench::NetworkCase& c) {
  const NoGradGuard no_grad;
  nn::Sequential plain = c.make(), folded = c.make();
  const Tensor input = randn(c.input);
  plain->eval();
  folded->eval();
  const nn::FusionReport report = nn::fuse_conv_bn(folded, input);
  std::vector<double> ms[2];
  const double start = bench::now_ms();
  while (ms[0].size() < 5 || bench::now_ms() - start < s.budget * 1000)
    for (const bool is_folded : {false, true}) {
      const std::clock_t begin = std::clock();
      (void)(is_folded ? folded : plain)->forward(input);
      const auto ticks = static_cast<double>(std::clock() - begin);
      ms[is_folded].push_back(ticks * 1e3 / CLOCKS_PER_SEC);
    }
  ordered_json row = row_of(c.name, "inference");
  for (const bool is_folded : {false, true}) {
    std::vector<double>& all = ms[is_folded];
    std::sort(all.begin(), all.end());
    row[is_folded ? "folded_cpu_ms" : "cpu_ms"] = all[all.size() / 2];
  }
  row["norms"] = static_cast<int64_t>(report.fused.size());
  print_row(s, row);
}

// An operation; if cold, so many alike, run in turns, that no cache holds what the next one reads
// and writes: so it is in a network, whose layers come back to their tensors a step later.
class Turns {
 public:
  Turns(const bench::LayerOptions& layer, bool cold) {
    constexpr double kBeyondCaches = 256 << 20;  // bytes
    size_t n = 1;
    do {
      operations_.push_back(bench::make_operation(layer));
      if (cold) n = static_cast<size_t>(kBeyondCaches / bytes_of(operations_.front())) + 1;
    } while (operations_.size() < n);
    outputs_.resize(n);
  }
  const bench::Operation& first() const { return operations_.front(); }

  double forward_ms(double budget) {
    return measure(budget, [&](size_t i) {
      const NoGradGuard no_grad;
      outputs_[i] = Tensor();  // its memory serves again, as in a loop that keeps no output
      outputs_[i] = operations_[i].forward();
    });
  }
  double both_ms(double budget) {
    return measure(budget, [&](size_t i) { operations_[i].run_both(); });
  }
  // Backward for one kind of gradient alone: all of it less forward.
  double gradient_ms(double budget, bool of_input) {
    for (size_t i = 0; i < operations_.size(); ++i) {
      const bench::Operation& op = operations_[i];
      op.input.set_requires_grad(of_input);
      for (const Tensor& p : op.parameters) p.set_requires_grad(!of_input);
      outputs_[i] = op.forward();
    }
    const double ms = measure(budget, [&](size_t i) {
      operations_[i].drop_grads();
      outputs_[i].backward(operations_[i].grad_output, /*retain_graph=*/true);
    });
    for (const bench::Operation& op : operations_) {
      op.input.set_requires_grad(true);
      for (const Tensor& p : op.parameters) p.set_requires_grad(true);
    }
    return ms;
  }

 private:
  static double bytes_of(const bench::Operation& op) {
    return static_cast<double>(op.input.nbytes() + op.grad_output.nbytes());
  }
  template <class F>
  double measure(double budget, F f) {
    for (size_t i = 0; i < operations_.size(); ++i) f(i);  // touches all memory
    return bench::measure(budget,
                          [&] {
                            f(next_);
                            next_ = (next_ + 1) % operations_.size();
                          })
        .median_ms;
  }

  std::vector<bench::Operation> operations_;
  TensorList outputs_;
  size_t next_ = 0;
};

void time_operation(const Settings& s, Machine& machine, const std::string& name,
                    const bench::LayerOptions& layer, bool apart) {
  Turns turns(layer, s.cold);
  const bench::Operation& op = turns.first();
  ordered_json row = row_of(name, "op");
  const double forward = turns.forward_ms(s.budget / 2), both = turns.both_ms(s.budget / 2);
  row["fwd_ms"] = forward;
  row["fwdbwd_ms"] = both;
  if (op.is_product()) {
    row["fwd_gflops"] = op.flops / forward * 1e-6;
    row["fwd_peak_share"] = op.flops / forward * 1e-6 / machine.peak();
    row["fwdbwd_peak_share"] = 3 * op.flops / both * 1e-6 / machine.peak();
    if (apart) {
      for (const bool of_input : {true, false}) {
        const double ms = turns.gradient_ms(s.budget, of_input);
        const std::string which = of_input ? "dx" : "dw";
        row[which + "_ms"] = ms;
        row[which + "_peak_share"] = op.flops / ms * 1e-6 / machine.peak();
      }
    }
  } else {
    row["fwd_gbs"] = op.forward_bytes / forward * 1e-6;
    row["fwd_triad_share"] = op.forward_bytes / forward * 1e-6 / machine.triad();
    row["fwdbwd_triad_share"] =
        (op.forward_bytes + op.backward_bytes) / both * 1e-6 / machine.triad();
  }
  print_row(s, row);
}

program::Program make_program() {
  constexpr program::IntegerRange kSize{1, 1 << 20};
  return program::Program("reel_bench", "Times training steps and single operations.")
      .group("Cases")
      .flag("list", "print the names of the cases")
      .text("only", "time the cases whose name matches this regular expression")
      .group("A layer of your own")
      .choice("op", "time one layer, with its gradients apart",
              {"conv1d", "conv2d", "conv3d", "linear", "batch_norm", "group_norm", "layer_norm",
               "relu", "sigmoid", "gelu", "max_pool"},
              "")
      .integers("input", "its input, as N,C,H,W")
      .integer("out-channels", "of a convolution", 1, kSize)
      .integer("out-features", "of linear", "out-channels", kSize)
      .integer("kernel", "along each dimension", 3, kSize)
      .integer("stride", "pixels from one window to the next", 1, kSize)
      .integer("padding", "zeros on each side", 0, {0, 1 << 20})
      .integer("dilation", "pixels from one tap to the next", 1, kSize)
      .integer("groups", "parts of the channels, each by itself", 1, kSize)
      .group("Measuring")
      .integer("threads", "threads to use", "as many as cores", {1, 4096})
      .number("budget", "seconds a case", 1, {0, 1e6})
      .flag("json", "print a line of JSON a case")
      .flag("cold", "of operations: on tensors that no cache holds, as in a network")
      .flag("memory", "of networks: peak bytes, cache hits and heap allocations of a step")
      .flag("profile", "of networks: where the time of a step goes")
      .flag("inference", "of networks: forward in evaluation, then with batch norms folded")
      .example("reel_bench --only lenet --threads 1", "the networks called after LeNet")
      .example("reel_bench --op conv2d --input 16,64,56,56 --out-channels 64 --padding 1",
               "forward, input gradient and weight gradient of one convolution");
}

bench::LayerOptions layer_from(const program::Arguments& args) {
  bench::LayerOptions o;
  o.op = args.text("op");
  o.input = args.integers("input");
  o.out = args.integer(args.has("out-features") ? "out-features" : "out-channels");
  o.kernel = args.integer("kernel");
  o.stride = args.integer("stride");
  o.padding = args.integer("padding");
  o.dilation = args.integer("dilation");
  o.groups = args.integer("groups");
  return o;
}

void run(const program::Arguments& args) {
  if (args.has("threads")) set_num_threads(static_cast<int>(args.integer("threads")));
  const Settings s{args.number("budget"), args.flag("json"),    args.flag("cold"),
                   args.flag("memory"),   args.flag("profile"), args.flag("inference")};
  Machine machine;
  if (args.has("op")) {
    const bench::LayerOptions layer = layer_from(args);
    return time_operation(s, machine, layer.op, layer, /*apart=*/true);
  }
  const std::regex only(args.has("only") ? args.text("only") : ".*");
  const bool list = args.flag("list");
  int matched = 0;
  const auto wanted = [&](const std::string& name) {
    if (!std::regex_search(name, only)) return false;
    ++matched;
    if (list) std::cout << name << '\n';
    return !list;
  };
  for (const bench::NetworkCase& c : bench::network_cases())
    if (wanted(c.name)) s.inference ? time_inference(s, c) : time_network(s, c);
  for (const bench::OperationCase& c : bench::operation_cases())
    if (wanted(c.name)) time_operation(s, machine, c.name, c.layer, /*apart=*/false);
  REEL_CHECK(matched > 0, "--only: no case matches '", args.text("only"),
             "'. [--list prints their names]");
}

}  // namespace

int main(int argc, char** argv) { return program::run(argc, argv, make_program(), run); }
