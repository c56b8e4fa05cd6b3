#pragma once
// Free lists for small objects of the tape and for tensor headers.

#include <cstddef>

namespace reel {

/// Memory of `size` bytes from the calling thread's free list; malloc when the list is empty.
void* pool_allocate(size_t size);
void pool_free(void* p, size_t size);

/// Gives a class pooled new and delete. Works for virtual destructors: the size is the object's
/// own.
struct Pooled {
  static void* operator new(size_t size) { return pool_allocate(size); }
  static void operator delete(void* p, size_t size) { pool_free(p, size); }
};

}  // namespace reel
