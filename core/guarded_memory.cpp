#include <reel/core/fork.h>
#include <reel/core/guarded_memory.h>

#include <algorithm>
#include <cstring>
#include <unordered_map>

namespace reel {

namespace {

constexpr unsigned char kMark = 0xA5;

struct Registry {
  ForkMutex mutex;
  std::unordered_map<unsigned char*, size_t> sizes;  // by the place between the guards
  int64_t damaged = 0;                               // of those that are gone
};

Registry& registry() {
  static Registry& instance = *new Registry;  // outlives every static tensor
  return instance;
}

bool intact(const unsigned char* p, size_t bytes) {
  const auto is_mark = [](unsigned char c) { return c == kMark; };
  return std::all_of(p - GuardedMemory::kGuardBytes, p, is_mark) &&
         std::all_of(p + bytes, p + bytes + GuardedMemory::kGuardBytes, is_mark);
}

}  // namespace

void* GuardedMemory::enter(void* block, size_t bytes) {
  auto* p = static_cast<unsigned char*>(block) + kGuardBytes;
  std::memset(p - kGuardBytes, kMark, kGuardBytes);
  std::memset(p, 0xFF, bytes);
  std::memset(p + bytes, kMark, kGuardBytes);
  Registry& known = registry();
  std::lock_guard lock(known.mutex);
  known.sizes[p] = bytes;
  ++blocks_;
  return p;
}

void* GuardedMemory::leave(void* inner) {
  auto* p = static_cast<unsigned char*>(inner);
  Registry& known = registry();
  std::lock_guard lock(known.mutex);
  const auto found = known.sizes.find(p);
  if (found == known.sizes.end()) return nullptr;
  if (!intact(p, found->second)) ++known.damaged;
  known.sizes.erase(found);
  --blocks_;
  return p - kGuardBytes;
}

int64_t GuardedMemory::damaged() {
  Registry& known = registry();
  std::lock_guard lock(known.mutex);
  int64_t count = known.damaged;
  for (const auto& [p, bytes] : known.sizes) count += !intact(p, bytes);
  return count;
}

}  // namespace reel
