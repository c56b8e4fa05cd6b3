#pragma once
// For tests: memory that shows who reads what nobody wrote, and who writes past the end.

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace reel {

/// While one lives, memory from allocate() is filled with NaN (all bits set) and stands between
/// guard bytes. Blocks keep their guards when they outlive it.
class GuardedMemory {
 public:
  GuardedMemory() { ++scopes_; }
  ~GuardedMemory() { --scopes_; }
  GuardedMemory(const GuardedMemory&) = delete;
  GuardedMemory& operator=(const GuardedMemory&) = delete;

  /// How many blocks, freed or alive, were found with damaged guards since the program started.
  static int64_t damaged();

  // --- for the allocator ---

  static constexpr size_t kGuardBytes = 64;  // on each side; keeps the alignment
  static bool wanted() { return scopes_.load(std::memory_order_relaxed) > 0; }
  static bool any() { return blocks_.load(std::memory_order_relaxed) > 0; }
  /// Takes a block of bytes + 2 * kGuardBytes, returns the place between its guards.
  static void* enter(void* block, size_t bytes);
  /// Checks the guards around p and returns the block; null when p has none.
  static void* leave(void* p);

 private:
  inline static std::atomic<int64_t> scopes_{0}, blocks_{0};
};

}  // namespace reel
