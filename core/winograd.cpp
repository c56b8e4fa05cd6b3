#include <reel/core/error.h>
#include <reel/core/winograd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>

namespace reel {

namespace {

bool initially_on() {
  const char* text = std::getenv("REEL_WINOGRAD");
  if (!text || !*text) return true;
  const bool on = std::strcmp(text, "1") == 0;
  REEL_CHECK(on || std::strcmp(text, "0") == 0, "winograd: REEL_WINOGRAD=", text,
             "; it must be 0 or 1.");
  return on;
}

std::atomic<bool>& is_on() {
  static std::atomic<bool> on{initially_on()};
  return on;
}

}  // namespace

bool winograd() { return is_on().load(std::memory_order_relaxed); }
void set_winograd(bool on) { is_on() = on; }

}  // namespace reel
