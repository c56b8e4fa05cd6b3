#pragma once
// Views on the tape: what writing through one of them means for the others. docs/autograd.md.

#include <reel/autograd/node.h>

namespace reel {

/// A view of `x`: a handle to its memory that knows, while recording, whose it is. Off the tape
/// otherwise; record it after.
Tensor view_of(const Tensor& x, IntArrayRef sizes, IntArrayRef strides, int64_t offset,
               ViewKind kind = ViewKind::kRecorded);

/// The whole of `x`, which stays in the layout that it is held in.
Tensor view_of(const Tensor& x);

/// Makes the history of a view anew from that of its base, where the memory was written on the tape
/// since. Returns whether the history of `x` is that of its values now.
bool refresh_history(const Tensor& x);

/// Throws GraphError when a write to the view `x`, recorded, could not be followed.
void check_write_through(const char* op, const Tensor& x);

/// Puts the node of a write in place, whose input 0 and output are `x`, on the tape: as the history
/// of x, or, where x is a view, as a part of its base's.
void record_write(const char* op, const Tensor& x, Ref<Node> node);

}  // namespace reel
