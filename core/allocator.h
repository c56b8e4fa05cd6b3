#pragma once
// The caching allocator behind every tensor's memory.

#include <cstddef>
#include <cstdint>

namespace reel {

/// What the allocator has done since the program started; bytes unless said otherwise.
struct MemoryStats {
  int64_t live = 0;              ///< held by tensors now
  int64_t cached = 0;            ///< kept for reuse now
  int64_t peak = 0;              ///< most ever live at once (see reset_peak)
  int64_t allocations = 0;       ///< requests served (count)
  int64_t heap_allocations = 0;  ///< requests that had to ask the system (count)
};

/// 64-byte aligned memory of at least `bytes`, uninitialised; from the cache when it has some. From
/// 128 KB up it begins at a page and advises huge ones: fresh 4 KB pages cost ten times a memset (a
/// 13 MB buffer: 10.5 ms against 0.84 ms reused). Throws: Error when the system has no memory left,
/// after emptying the cache.
void* allocate(size_t bytes);

/// Returns memory of `allocate(bytes)` to the cache; from any thread.
void deallocate(void* p, size_t bytes);

MemoryStats memory_stats();

/// What the calling thread took less what it gave back, in bytes: negative where it frees what
/// others took. `peak` is the most since set_peak_of_thread.
struct ThreadMemory {
  int64_t live = 0, peak = 0;
};
ThreadMemory memory_of_thread();
/// For who measures a part of a program: lowers the peak to the live bytes at its beginning, and
/// sets the greater of both peaks at its end.
void set_peak_of_thread(int64_t peak);

/// Makes the present live bytes the new peak.
void reset_peak_memory();
/// Returns the cached blocks of the calling thread and all large ones to the system.
void empty_cache();

}  // namespace reel
