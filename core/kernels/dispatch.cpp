// Chooses the instruction-set level. The only file of this folder that is compiled once.

#include <reel/core/error.h>
#include <reel/core/isa.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/processor.h>
#include <reel/core/parallel.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <atomic>
#include <cstdlib>
#include <cstring>

namespace reel {

namespace kernels {

#define REEL_DECLARE(op) void install_##op(Tables&);
#define REEL_INSTALL(op) install_##op(tables);
// A level starts from the tables of the one below, and replaces what it has kernels of its own for.
#define REEL_LEVEL(level, below)        \
  namespace level {                     \
  REEL_KERNEL_SOURCES(REEL_DECLARE)     \
  static const Tables& all_tables() {   \
    static const Tables filled = [] {   \
      Tables tables = below;            \
      REEL_KERNEL_SOURCES(REEL_INSTALL) \
      return tables;                    \
    }();                                \
    return filled;                      \
  }                                     \
  }
REEL_LEVEL(baseline, Tables{})
#if defined(REEL_HAVE_AVX2)
REEL_LEVEL(avx2, baseline::all_tables())
#endif
#if defined(REEL_HAVE_AVX512)
REEL_LEVEL(avx512, avx2::all_tables())
#endif

}  // namespace kernels

namespace {

// These functions ask for each extension that cmake/ReelLibrary.cmake compiles the level with.
#if defined(REEL_HAVE_AVX2)
bool has_avx2() {
  unsigned a = 0, b = 0, c = 0, d = 0;  // clang 14's __builtin_cpu_supports does not know f16c
  const bool has_f16c = __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C);
  return has_f16c && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         __builtin_cpu_supports("bmi2");
}
#endif

const kernels::Tables* tables_of(Isa isa) {
#if defined(REEL_HAVE_AVX512)
  if (isa == Isa::kAvx512 && has_avx2() && __builtin_cpu_supports("avx512f") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl"))
    return &kernels::avx512::all_tables();
#endif
#if defined(REEL_HAVE_AVX2)
  if (isa == Isa::kAvx2 && has_avx2()) return &kernels::avx2::all_tables();
#endif
  return isa == Isa::kBaseline ? &kernels::baseline::all_tables() : nullptr;
}

struct Level {
  std::atomic<Isa> isa;
  std::atomic<const kernels::Tables*> tables;

  Level() {
    Isa chosen = Isa::kBaseline;
    if (const char* wanted = std::getenv("REEL_ISA"); wanted && *wanted) {
      bool known = false;
      for (Isa candidate : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512})
        if (std::strcmp(wanted, name_of(candidate)) == 0) {
          chosen = candidate;
          known = true;
        }
      REEL_CHECK(known, "isa: REEL_ISA=", wanted, "; it must be baseline, avx2 or avx512.");
      REEL_CHECK(tables_of(chosen), "isa: REEL_ISA=", wanted, ", but this CPU or build lacks it.");
    } else {
      for (Isa candidate : {Isa::kAvx2, Isa::kAvx512})
        if (tables_of(candidate)) chosen = candidate;
    }
    isa = chosen;
    tables = tables_of(chosen);
  }
};

Level& level() {
  static Level chosen;
  return chosen;
}

}  // namespace

Isa active_isa() { return level().isa; }
bool isa_available(Isa isa) { return tables_of(isa) != nullptr; }

void set_isa(Isa isa) {
  const kernels::Tables* tables = tables_of(isa);
  REEL_CHECK(tables, "set_isa: ", name_of(isa), " is not available; this CPU or build lacks it.");
  level().isa = isa;
  level().tables = tables;
}

const char* name_of(Isa isa) {
  switch (isa) {
    case Isa::kBaseline:
      return "baseline";
    case Isa::kAvx2:
      return "avx2";
    default:
      return "avx512";
  }
}

std::string describe() {
  return as_text("reel ", REEL_VERSION_MAJOR, ".", REEL_VERSION_MINOR, ".", REEL_VERSION_PATCH,
                 ", kernels ", name_of(active_isa()), ", threads ", num_threads());
}

namespace kernels {

#if defined(__x86_64__)
const bool asks_for_writes = __builtin_cpu_is("intel");
const bool asks_for_first_cache = __builtin_cpu_is("amd");
const bool asks_for_depthwise_rows = __builtin_cpu_is("amd");
#else
const bool asks_for_writes = false;
const bool asks_for_first_cache = false;
const bool asks_for_depthwise_rows = false;
#endif

const Tables& active_tables() { return *level().tables.load(std::memory_order_relaxed); }

}  // namespace kernels

}  // namespace reel
