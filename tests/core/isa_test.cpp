// The level of instructions, and what the environment says about it: the latter is read once, so
// these tests run the program again for one hidden test.

#include <reel/core/isa.h>

#include <unistd.h>
#include <cstdio>
#include <fstream>
#include <string>

#include <reel/core/parallel.h>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

using namespace reel;
using namespace reel::tests;

namespace {

// What this program prints when it is asked to describe itself under an environment.
std::string described_under(const std::string& environment) {
  const std::string command =
      environment + " /proc/" + std::to_string(getpid()) + "/exe '[.describe]' 2>&1";
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe);
  char part[256];
  while (size_t n = std::fread(part, 1, sizeof part, pipe)) text.append(part, n);
  pclose(pipe);
  return text;
}

}  // namespace

TEST_CASE("describe this program", "[.describe]") {
  std::string text;
  try {
    text = describe();
  } catch (const ArgumentError& error) {
    text = error.what();
  }
  std::printf("%s\n", text.c_str());
}

TEST_CASE("isa: levels", "[isa]") {
  ExecutionScope scope;
  CHECK(isa_available(Isa::kBaseline));
  CHECK(isa_available(active_isa()));
  for (Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
    if (!isa_available(isa)) {
      CHECK_THROWS_AS(set_isa(isa), ArgumentError);
      continue;
    }
    set_isa(isa);
    CHECK(active_isa() == isa);
    CHECK(describe().find(std::string("kernels ") + name_of(isa)) != std::string::npos);
  }
  CHECK(std::string(name_of(Isa::kBaseline)) == "baseline");
  CHECK(std::string(name_of(Isa::kAvx2)) == "avx2");
  CHECK(std::string(name_of(Isa::kAvx512)) == "avx512");
}

TEST_CASE("isa: REEL_ISA and REEL_NUM_THREADS", "[isa]") {
  using Catch::Matchers::ContainsSubstring;
  for (Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
    const std::string name = name_of(isa), text = described_under("REEL_ISA=" + name);
    if (isa_available(isa))
      CHECK_THAT(text, ContainsSubstring("kernels " + name + ","));
    else
      CHECK_THAT(text,
                 ContainsSubstring("isa: REEL_ISA=" + name + ", but this CPU or build lacks it."));
  }
  CHECK_THAT(described_under("REEL_ISA="), ContainsSubstring("kernels "));
  CHECK_THAT(described_under("REEL_ISA=mmx"),
             ContainsSubstring("isa: REEL_ISA=mmx; it must be baseline, avx2 or avx512."));
  CHECK_THAT(described_under("REEL_NUM_THREADS=7"), ContainsSubstring("threads 7\n"));
  CHECK_THAT(described_under("REEL_NUM_THREADS=0"),
             ContainsSubstring("threads: REEL_NUM_THREADS=0; it must be a whole number from 1 to "
                               "4096."));
  CHECK_THAT(described_under("REEL_NUM_THREADS=2x"), ContainsSubstring("threads: "));
}

#if defined(__x86_64__)
TEST_CASE("isa: a level is offered where the processor has all that it is compiled for", "[isa]") {
  std::ifstream file("/proc/cpuinfo");
  std::string line, flags;
  while (flags.empty() && std::getline(file, line))
    if (line.rfind("flags", 0) == 0) flags = line + " ";
  if (flags.empty()) return;
  const auto has = [&](const char* flag) {
    return flags.find(std::string(" ") + flag + " ") != std::string::npos;
  };
  const bool avx2 = has("avx2") && has("fma") && has("f16c") && has("bmi2");
  CHECK(isa_available(Isa::kAvx2) == avx2);
  CHECK(isa_available(Isa::kAvx512) ==
        (avx2 && has("avx512f") && has("avx512dq") && has("avx512bw") && has("avx512vl")));
}
#endif
