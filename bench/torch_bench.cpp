// Times the networks of networks.h against libtorch: the options and the output of reel_bench.

#include <cstdio>
#include <cxxopts.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>

#include "bench/networks.h"
#include "bench/timing.h"

namespace {

void time_network(const bench::NetworkCase& c, double budget, bool channels_last) {
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
                                      {"min_ms", t.min_ms}}
                   .dump()
            << std::endl;
}

}  // namespace

int main(int argc, char** argv) try {
  cxxopts::Options options("torch_bench", "Times training steps of libtorch; prints JSON.");
  options.add_options()                                                                         //
      ("list", "print the names of the cases")                                                  //
      ("only", "cases whose name matches", cxxopts::value<std::string>()->default_value(".*"))  //
      ("threads", "threads to use", cxxopts::value<int>()->default_value("1"))                  //
      ("budget", "seconds a case", cxxopts::value<double>()->default_value("1"))                //
      ("channels-last", "images and weights channels-last");
  const cxxopts::ParseResult args = options.parse(argc, argv);
  torch::set_num_threads(args["threads"].as<int>());
  const std::regex only(args["only"].as<std::string>());
  for (const bench::NetworkCase& c : bench::network_cases()) {
    if (!std::regex_search(c.name, only)) continue;
    if (args.count("list"))
      std::cout << c.name << '\n';
    else
      time_network(c, args["budget"].as<double>(), args.count("channels-last") > 0);
  }
  return 0;
} catch (const std::exception& e) {
  std::cerr << "torch_bench: " << e.what() << '\n';
  return 1;
}
