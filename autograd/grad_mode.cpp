#include <reel/autograd/grad_mode.h>

namespace reel {

static thread_local uint8_t tape_mode = TapeMode::kRecords;

uint8_t TapeMode::get() { return tape_mode; }
void TapeMode::set(uint8_t bit, bool on) {
  tape_mode = static_cast<uint8_t>(on ? tape_mode | bit : tape_mode & ~bit);
}

}  // namespace reel
