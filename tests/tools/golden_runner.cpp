// Runs a folder of cases in the format of tests/golden/README.md against this library.

#include "tests/tools/golden_runner/check.h"

#include <program/program.h>
#include <reel/core/error.h>

#include <cstdio>
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

bool run(const program::Arguments& given) {
  const reel::Dtype dtype = given.text("dtype") == "float64" ? reel::kFloat64 : reel::kFloat32;
  Count total;
  for (const golden::Family& family :
       golden::read_families(given.text("folder"), given.text("family"))) {
    const Count count = run_family(family, dtype);
    total.passed += count.passed;
    total.failed += count.failed;
  }
  std::printf("%d passed, %d failed\n", total.passed, total.failed);
  // To find nothing is no success.
  return total.failed == 0 && total.passed > 0;
}

}  // namespace

int main(int argc, char** argv) {
  return program::run(
      argc, argv,
      program::Program("golden_runner", "Compares this library with recorded results.")
          .positional("folder", "the folder that holds *.safetensors", true)
          .text("family", "run only the file of this name")
          .choice("dtype", "compute in", {"float64", "float32"}, "float64")
          .example("golden_runner tests/golden --family conv", "all cases of convolutions"),
      run);
}
