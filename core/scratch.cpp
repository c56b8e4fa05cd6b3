#include <reel/core/allocator.h>
#include <reel/core/guarded_memory.h>
#include <reel/core/scratch.h>

namespace reel {

// Tests that look for reads and writes out of place find them in blocks only.
Scratch::Scratch(int64_t bytes)
    : bytes_(bytes),
      block_(bytes > static_cast<int64_t>(sizeof local_) || GuardedMemory::wanted()
                 ? static_cast<char*>(allocate(static_cast<size_t>(bytes)))
                 : nullptr) {}

Scratch::~Scratch() { deallocate(block_, static_cast<size_t>(bytes_)); }

}  // namespace reel
