// Runs a folder of cases in the format of tests/golden/README.md against this library.

#include "tests/tools/golden_runner/check.h"

#include <reel/core/error.h>

#include <cstdio>
#include <cxxopts.hpp>
#include <exception>

namespace {

struct Count {
  int passed = 0, failed = 0;
};

Count run_family(const golden::Family& family, reel::Dtype dtype) {
  Count count;
  for (const golden::Json& json : family.cases) {
    const golden::Case c(json, family.file, dtype);
    try {
      golden::check(c);
      ++count.passed;
    } catch (const std::exception& e) {
      ++count.failed;
      std::printf("  %s %s: %s\n", c.id().c_str(), c.op().c_str(), e.what());
    }
  }
  std::printf("%s: %d passed, %d failed\n", family.name.c_str(), count.passed, count.failed);
  return count;
}

int run(int argc, char** argv) {
  cxxopts::Options options("golden_runner", "Compares this library with recorded results");
  options.add_options()("folder", "the folder that holds *.safetensors",
                        cxxopts::value<std::string>())(
      "family", "run only this file", cxxopts::value<std::string>()->default_value(""))(
      "dtype", "float64 or float32", cxxopts::value<std::string>()->default_value("float64"))(
      "help", "print this");
  options.parse_positional({"folder"});
  options.positional_help("DIR");
  const auto parsed = options.parse(argc, argv);
  if (parsed.count("help") || !parsed.count("folder")) {
    std::printf("%s\n", options.help().c_str());
    return parsed.count("help") ? 0 : 2;
  }
  const std::string dtype = parsed["dtype"].as<std::string>();
  if (dtype != "float64" && dtype != "float32")
    throw std::runtime_error("--dtype is '" + dtype + "'; it must be float64 or float32");
  const auto families =
      golden::read_families(parsed["folder"].as<std::string>(), parsed["family"].as<std::string>());
  Count total;
  for (const golden::Family& family : families) {
    const Count count = run_family(family, dtype == "float64" ? reel::kFloat64 : reel::kFloat32);
    total.passed += count.passed;
    total.failed += count.failed;
  }
  std::printf("%d passed, %d failed\n", total.passed, total.failed);
  // To find nothing is no success.
  return total.failed == 0 && total.passed > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "golden_runner: %s\n", e.what());
    return 2;
  }
}
