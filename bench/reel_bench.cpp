// Times networks and operations: `reel_bench --list`, `reel_bench --only lenet`,
// `reel_bench --op conv2d --input 16,64,56,56 --out-channels 64 --padding 1`.

#include <reel/reel.h>

#include <cstdio>
#include <cxxopts.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>

#include "bench/count_heap.h"
#include "bench/machine.h"
#include "bench/networks.h"
#include "bench/operations.h"
#include "bench/timing.h"

using namespace reel;
using nlohmann::ordered_json;

namespace {

struct Settings {
  double budget;
  bool json, memory;
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

void time_network(const Settings& s, const bench::NetworkCase& c) {
  reset_peak_memory();
  bench::Training training(c);
  const bench::Timing t = bench::measure(s.budget, [&] { training.step(); });
  ordered_json row = row_of(c.name, "train");
  row["ms"] = t.median_ms;
  row["min_ms"] = t.min_ms;
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

// Backward for one kind of gradient alone: all of it less forward.
double gradient_ms(const Settings& s, const bench::Operation& op, bool of_input) {
  op.input.set_requires_grad(of_input);
  for (const Tensor& p : op.parameters) p.set_requires_grad(!of_input);
  const Tensor y = op.forward();
  const bench::Timing t = bench::measure(s.budget, [&] {
    op.drop_grads();
    y.backward(op.grad_output, /*retain_graph=*/true);
  });
  op.input.set_requires_grad(true);
  for (const Tensor& p : op.parameters) p.set_requires_grad(true);
  return t.median_ms;
}

void time_operation(const Settings& s, Machine& machine, const std::string& name,
                    const bench::LayerOptions& layer, bool apart) {
  const bench::Operation op = bench::make_operation(layer);
  ordered_json row = row_of(name, "op");
  const double forward = bench::measure(s.budget / 2, [&] { op.run(); }).median_ms;
  const double both = bench::measure(s.budget / 2, [&] { op.run_both(); }).median_ms;
  row["fwd_ms"] = forward;
  row["fwdbwd_ms"] = both;
  if (op.is_product()) {
    row["fwd_gflops"] = op.flops / forward * 1e-6;
    row["fwd_peak_share"] = op.flops / forward * 1e-6 / machine.peak();
    row["fwdbwd_peak_share"] = 3 * op.flops / both * 1e-6 / machine.peak();
    if (apart) {
      for (const bool of_input : {true, false}) {
        const double ms = gradient_ms(s, op, of_input);
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

cxxopts::Options make_options() {
  cxxopts::Options options("reel_bench", "Times training steps and single operations.");
  options.add_options()                                                                //
      ("list", "print the names of the cases")                                         //
      ("only", "cases whose name matches", cxxopts::value<std::string>(), "REGEX")     //
      ("threads", "threads to use", cxxopts::value<int>(), "N")                        //
      ("budget", "seconds a case", cxxopts::value<double>()->default_value("1"), "S")  //
      ("json", "one line of JSON a case")                                              //
      ("memory", "networks: peak bytes, cache hits and heap allocations of a step")    //
      ("op",
       "time one layer: conv1d conv2d conv3d linear batch_norm group_norm layer_norm relu "
       "sigmoid gelu max_pool",
       cxxopts::value<std::string>(), "NAME")                                    //
      ("input", "its input", cxxopts::value<std::vector<int64_t>>(), "N,C,H,W")  //
      ("out-channels", "", cxxopts::value<int64_t>()->default_value("1"))        //
      ("out-features", "the same, of linear", cxxopts::value<int64_t>())         //
      ("kernel", "", cxxopts::value<int64_t>()->default_value("3"))              //
      ("stride", "", cxxopts::value<int64_t>()->default_value("1"))              //
      ("padding", "", cxxopts::value<int64_t>()->default_value("0"))             //
      ("dilation", "", cxxopts::value<int64_t>()->default_value("1"))            //
      ("groups", "", cxxopts::value<int64_t>()->default_value("1"))              //
      ("h,help", "print this");
  return options;
}

bench::LayerOptions layer_from(const cxxopts::ParseResult& args) {
  bench::LayerOptions o;
  o.op = args["op"].as<std::string>();
  if (args.count("input")) o.input = args["input"].as<std::vector<int64_t>>();
  o.out = args[args.count("out-features") ? "out-features" : "out-channels"].as<int64_t>();
  o.kernel = args["kernel"].as<int64_t>();
  o.stride = args["stride"].as<int64_t>();
  o.padding = args["padding"].as<int64_t>();
  o.dilation = args["dilation"].as<int64_t>();
  o.groups = args["groups"].as<int64_t>();
  return o;
}

void run(const cxxopts::ParseResult& args) {
  if (args.count("threads")) set_num_threads(args["threads"].as<int>());
  const Settings s{args["budget"].as<double>(), args.count("json") > 0, args.count("memory") > 0};
  Machine machine;
  if (args.count("op")) {
    const bench::LayerOptions layer = layer_from(args);
    return time_operation(s, machine, layer.op, layer, /*apart=*/true);
  }
  const std::regex only(args.count("only") ? args["only"].as<std::string>() : ".*");
  const bool list = args.count("list") > 0;
  int matched = 0;
  const auto wanted = [&](const std::string& name) {
    if (!std::regex_search(name, only)) return false;
    ++matched;
    if (list) std::cout << name << '\n';
    return !list;
  };
  for (const bench::NetworkCase& c : bench::network_cases())
    if (wanted(c.name)) time_network(s, c);
  for (const bench::OperationCase& c : bench::operation_cases())
    if (wanted(c.name)) time_operation(s, machine, c.name, c.layer, /*apart=*/false);
  REEL_CHECK(matched > 0, "--only: no case matches '", args["only"].as<std::string>(),
             "'. [--list prints their names]");
}

}  // namespace

int main(int argc, char** argv) try {
  cxxopts::Options options = make_options();
  const cxxopts::ParseResult args = options.parse(argc, argv);
  if (args.count("help")) {
    std::cout << options.help();
    return 0;
  }
  run(args);
  return 0;
} catch (const std::exception& e) {
  std::cerr << "reel_bench: " << e.what() << '\n';
  return 1;
}
