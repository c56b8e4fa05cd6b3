// Times the networks of networks.h against libtorch: the options and the output of reel_bench.

#include <program/program.h>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>

#include "bench/networks.h"
#include "bench/peak_memory.h"
#include "bench/timing.h"

namespace {

void time_network(const bench::NetworkCase& c, double budget, bool channels_last) {
  const bench::PeakMemory memory;
  bench::Training training(c);
  if (channels_last && c.input.size() == 4) {
    training.input = training.input.contiguous(torch::MemoryFormat::ChannelsLast);
    for (torch::Tensor& p : training.model->parameters())
      if (p.dim() == 4) p.set_data(p.contiguous(torch::MemoryFormat::ChannelsLast));
  }
  const bench::Timing t = bench::measure(budget, [&] { training.step(); });
  std::cout << nlohmann::ordered_json{{"case", c.name},
                                      {"kind", "train"},
                                      {"threads", torch::get_num_threads()},
                                      {"mode",
                                       channels_last ? "libtorch channels-last" : "libtorch"},
                                      {"ms", t.median_ms},
                                      {"min_ms", t.min_ms},
                                      {"memory", memory.bytes()}}
                   .dump()
            << std::endl;
}

void run(const program::Arguments& args) {
  torch::set_num_threads(static_cast<int>(args.integer("threads")));
  const std::regex only(args.text("only"));
  for (const bench::NetworkCase& c : bench::network_cases()) {
    if (!std::regex_search(c.name, only)) continue;
    if (args.flag("list"))
      std::cout << c.name << '\n';
    else
      time_network(c, args.number("budget"), args.flag("channels-last"));
  }
}

}  // namespace

int main(int argc, char** argv) {
  return program::run(
      argc, argv,
      program::Program("torch_bench", "Times training steps of libtorch; prints JSON.")
          .flag("list", "print the names of the cases")
          .text("only", "cases whose name matches this regular expression", ".*")
          .integer("threads", "threads to use", 1, {1, 4096})
          .number("budget", "seconds a case", 1, {0, 1e6})
          .flag("channels-last", "images and weights channels-last"),
      run);
}
